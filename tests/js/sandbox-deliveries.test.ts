// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Subscriptions to bots, and scheduled bots. */
import type { Bot, Communication, Patient, Subscription } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import type { DeliveryOptions } from '../../sandbox/src/chart/deliveries.ts';
import type { FaultyRequest } from '../../sandbox/src/traffic.ts';
import { fhirRequest, bearer, bundle, create } from './sandbox-client.ts';

/** Logs its event and throws if the resource requests it. */
const code = `exports.handler = async (medplum, event) => {
  const { input, headers, contentType, requester, traceId } = event;
  console.log(JSON.stringify({ input, headers, contentType, requester, hasTrace: traceId !== undefined }));
  if (input.language === 'x-fails') throw new Error('No');
  if (input.language === 'x-writes') {
    await medplum.createResource({ resourceType: 'Communication', status: 'completed', language: 'x-written' });
  }
};`;

interface Event {
  input: { id?: string; status?: string; language?: string; deletedResource?: { id: string }; resourceType?: string };
  headers?: Record<string, string>;
  contentType: string;
  requester?: { reference: string };
  hasTrace: boolean;
}

const extension = 'https://medplum.com/fhir/StructureDefinition/';

let sandbox: Sandbox;
let bot: SandboxBot;

before(async () => {
  sandbox = await startSandbox({ seed: 'deliveries' });
  bot = await sandbox.addBot({ name: 'subscribed', code, runtimeVersion: 'vmcontext' });
});
after(() => sandbox.stop());

/** Runs the test's body with a Subscription and then deletes it. */
async function subscribed(more: Partial<Subscription>, body: (id: string) => Promise<void>): Promise<void> {
  const { id } = await create<Subscription>(sandbox, {
    resourceType: 'Subscription',
    status: 'active',
    reason: 'Test',
    criteria: 'Communication',
    channel: { type: 'rest-hook', endpoint: `Bot/${bot.id}` },
    ...more,
  });
  try {
    await body(id);
  } finally {
    await fhirRequest(sandbox, 'DELETE', `Subscription/${id}`);
  }
}

/** The bot's events and executions during `action`. */
async function eventsDuring(action: () => Promise<unknown>): Promise<Event[]> {
  const seen = sandbox.executions.length;
  await action();
  await sandbox.settled();
  return sandbox.executions
    .slice(seen)
    .filter(({ trigger }) => trigger === 'subscription')
    .map(({ log }) => JSON.parse(log[0] ?? '{}') as Event);
}

async function delivering(options: DeliveryOptions, body: () => Promise<void>): Promise<void> {
  Object.assign(sandbox.deliveries, options);
  try {
    await body();
  } finally {
    Object.assign(sandbox.deliveries, { twice: 0, late: 0, outOfOrder: false });
  }
}

const message: Communication = { resourceType: 'Communication', status: 'in-progress' };

describe('a Subscription', () => {
  test('delivers a write with the server’s headers and the author as requester', async () => {
    await subscribed({}, async (id) => {
      const [event, ...more] = await eventsDuring(() =>
        fhirRequest(sandbox, 'POST', 'Communication', message, bearer(sandbox.practitioner.token)),
      );
      assert.equal(more.length, 0);
      assert.equal(event?.input.resourceType, 'Communication');
      assert.equal(event.contentType, 'application/fhir+json');
      assert.equal(event.requester?.reference, sandbox.practitioner.reference);
      assert.equal(event.hasTrace, true);
      const { 'x-trace-id': trace, ...headers } = event.headers ?? {};
      assert.match(trace ?? '', /^[0-9a-f-]{36}$/);
      assert.deepEqual(headers, {
        'Content-Type': 'application/fhir+json',
        'X-Medplum-Subscription': id,
        'X-Medplum-Interaction': 'create',
      });
    });
  });

  test('delivers a deletion, signed if a secret is set', async () => {
    const secret = { url: 'https://www.medplum.com/fhir/StructureDefinition/subscription-secret', valueString: 's' };
    const { id } = await create(sandbox, message);
    await subscribed({ extension: [secret] }, async () => {
      const [event] = await eventsDuring(() => fhirRequest(sandbox, 'DELETE', `Communication/${id}`));
      assert.equal(event?.input.deletedResource?.id, id);
      assert.equal(event.headers?.['X-Medplum-Interaction'], 'delete');
      assert.equal(event.headers['X-Medplum-Deleted-Resource'], `Communication/${id}`);
      const signature = createHmac('sha256', 's').update(JSON.stringify(event.input)).digest('hex');
      assert.equal(event.headers['X-Signature'], signature);
    });
  });

  test('delivers only matching writes and no unchanged version', async () => {
    await subscribed({ criteria: 'Communication?status=completed' }, async () => {
      const { id } = await create(sandbox, message);
      const completed = { ...message, id, status: 'completed' };
      const events = await eventsDuring(async () => {
        await fhirRequest(sandbox, 'PUT', `Communication/${id}`, { ...message, id, language: 'en' });
        await fhirRequest(sandbox, 'PUT', `Communication/${id}`, completed);
        await fhirRequest(sandbox, 'PUT', `Communication/${id}`, completed);
        await create<Patient>(sandbox, { resourceType: 'Patient' });
      });
      assert.deepEqual(
        events.map(({ input, headers }) => [input.id, input.status, headers?.['X-Medplum-Interaction']]),
        [[id, 'completed', 'update']],
      );
    });
  });

  test('can compare with the previous version', async () => {
    const expression = '%previous.exists() and %previous.status != %current.status';
    const changed = { url: `${extension}fhir-path-criteria-expression`, valueString: expression };
    await subscribed({ extension: [changed] }, async () => {
      const events = await eventsDuring(async () => {
        const { id } = await create(sandbox, message);
        await fhirRequest(sandbox, 'PUT', `Communication/${id}`, { ...message, id, language: 'en' });
        await fhirRequest(sandbox, 'PATCH', `Communication/${id}`, [
          { op: 'replace', path: '/status', value: 'stopped' },
        ]);
      });
      assert.deepEqual(
        events.map(({ input }) => input.status),
        ['stopped'],
      );
    });
  });

  test('delivers only the configured interactions', async () => {
    const named = ['create', 'delete'].map((valueCode) => ({
      url: `${extension}subscription-supported-interaction`,
      valueCode,
    }));
    await subscribed({ extension: named }, async () => {
      const events = await eventsDuring(async () => {
        const { id } = await create(sandbox, message);
        await fhirRequest(sandbox, 'PUT', `Communication/${id}`, { ...message, id, language: 'en' });
        await sandbox.settled();
        await fhirRequest(sandbox, 'DELETE', `Communication/${id}`);
      });
      assert.deepEqual(
        events.map(({ headers }) => headers?.['X-Medplum-Interaction']),
        ['create', 'delete'],
      );
    });
  });

  test('delivers nothing from a rolled-back transaction or while it is off', async () => {
    const entry = { request: { method: 'POST' as const, url: 'Communication' }, resource: message };
    const missing = { request: { method: 'GET' as const, url: 'Patient/0d4ff07a-6f3c-4d9b-8a77-0a4ac2f0b0ab' } };
    await subscribed({}, async () => {
      assert.equal(
        (await eventsDuring(() => fhirRequest(sandbox, 'POST', '', bundle('transaction', entry, missing)))).length,
        0,
      );
      assert.equal(
        (await eventsDuring(() => fhirRequest(sandbox, 'POST', '', bundle('transaction', entry, entry)))).length,
        2,
      );
      assert.equal(
        (await eventsDuring(() => fhirRequest(sandbox, 'POST', '', bundle('batch', entry, missing)))).length,
        1,
      );
    });
    await subscribed({ status: 'off' }, async () => {
      assert.equal((await eventsDuring(() => create(sandbox, message))).length, 0);
    });
  });

  test('does not retry a failed bot', async () => {
    await subscribed({}, async () => {
      const events = await eventsDuring(() => create(sandbox, { ...message, language: 'x-fails' }));
      assert.equal(events.length, 1);
      assert.equal(sandbox.executions.at(-1)?.status, 400);
    });
  });

  test('delivers the bot’s own writes before the sandbox is idle', async () => {
    await subscribed({}, async () => {
      const events = await eventsDuring(() => create(sandbox, { ...message, language: 'x-writes' }));
      assert.deepEqual(
        events.map(({ input, requester }) => [input.language, requester?.reference]),
        [
          ['x-writes', undefined],
          ['x-written', `Bot/${bot.id}`],
        ],
      );
    });
  });

  test('runs a runAsUser bot as the author and skips writes without an author', async () => {
    const runs = await sandbox.addBot({ code, runtimeVersion: 'vmcontext', runAsUser: true });
    await subscribed({ channel: { type: 'rest-hook', endpoint: `Bot/${runs.id}` } }, async () => {
      const { reference, token } = sandbox.practitioner;
      const events = await eventsDuring(() =>
        fhirRequest(sandbox, 'POST', 'Communication', { ...message, language: 'x-writes' }, bearer(token)),
      );
      assert.deepEqual(
        events.map(({ input, requester }) => [input.language, requester?.reference]),
        [
          ['x-writes', reference],
          ['x-written', reference],
        ],
      );
      assert.equal((await eventsDuring(() => create(sandbox, message))).length, 0);
    });
  });

  test('completes even if the author has been deleted', async () => {
    await subscribed({}, async () => {
      const post = (signal?: AbortSignal): Promise<Response> =>
        fetch(`${sandbox.fhir}/Communication`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/fhir+json' },
          body: JSON.stringify(message),
          ...(signal && { signal }),
        });
      const writes = ({ method }: FaultyRequest): boolean => method === 'POST';
      sandbox.faults = (request) => (writes(request) ? 'lost' : undefined);
      const lost = await eventsDuring(() => assert.rejects(post()));
      sandbox.faults = (request) => (writes(request) ? { delay: 100 } : undefined);
      const gone = await eventsDuring(async () => {
        await assert.rejects(post(AbortSignal.timeout(30)));
        await new Promise((resolve) => setTimeout(resolve, 150));
      });
      sandbox.faults = undefined;
      assert.deepEqual([lost.length, gone.length], [1, 1]);
    });
  });

  test('is delivered after the write returns', async () => {
    await subscribed({}, async () => {
      const seen = sandbox.executions.length;
      await create(sandbox, message);
      assert.equal(sandbox.executions.length, seen);
      await sandbox.settled();
      assert.equal(sandbox.executions.length, seen + 1);
    });
  });
});

describe('Subscription delivery faults', () => {
  const write = async (): Promise<void> => {
    for (const language of ['a', 'b', 'c']) {
      await create(sandbox, { ...message, language });
    }
  };

  test('deliver twice', async () => {
    await subscribed({}, () =>
      delivering({ twice: 1 }, async () => {
        const languages = (await eventsDuring(write)).map(({ input }) => input.language);
        assert.deepEqual(languages.sort(), ['a', 'a', 'b', 'b', 'c', 'c']);
      }),
    );
  });

  test('deliver late', async () => {
    await subscribed({}, () =>
      delivering({ late: 150 }, async () => {
        const seen = sandbox.executions.length;
        const started = performance.now();
        const events = await eventsDuring(async () => {
          await Promise.all([write(), write(), write()]);
          assert.ok(sandbox.executions.length < seen + 9);
        });
        assert.equal(events.length, 9);
        assert.ok(performance.now() - started > 50);
      }),
    );
  });

  test('deliver in reverse order', async () => {
    await subscribed({}, () =>
      delivering({ outOfOrder: true }, async () => {
        const resources = ['a', 'b', 'c'].map((language) => ({ ...message, language }));
        const entries = resources.map((resource) => ({
          request: { method: 'POST' as const, url: 'Communication' },
          resource,
        }));
        const events = await eventsDuring(() => fhirRequest(sandbox, 'POST', '', bundle('batch', ...entries)));
        assert.deepEqual(
          events.map(({ input }) => input.language),
          ['c', 'b', 'a'],
        );
      }),
    );
  });
});

describe('a bot with a cron line', () => {
  test('runs as on the server: its Bot is the input, without headers or a requester', async () => {
    const timed = await sandbox.addBot({ name: 'timed', code, runtimeVersion: 'vmcontext', cron: '*/5 * * * *' });
    const execution = await sandbox.cron(timed.id);
    assert.equal(execution.trigger, 'cron');
    assert.equal(execution.status, 200);
    const { body } = await fhirRequest<Bot>(sandbox, 'GET', `Bot/${timed.id}`);
    assert.equal(body.cronString, '*/5 * * * *');
    assert.deepEqual(JSON.parse(execution.log[0] ?? ''), {
      input: body,
      contentType: 'application/fhir+json',
      hasTrace: false,
    });
  });

  test('requires a valid cron line and an existing bot', async () => {
    await assert.rejects(sandbox.addBot({ code, runtimeVersion: 'vmcontext', cron: '0 */5 * * * *' }));
    await assert.rejects(sandbox.addBot({ code, runtimeVersion: 'vmcontext', cron: 'hourly' }));
    await assert.rejects(sandbox.cron('nobody'), /does not exist/);
  });

  test('runs on schedule when the sandbox’s clock runs, with the cron line from the chart', async () => {
    const runs = await startSandbox({ seed: 'cron', runCron: true });
    try {
      const hourly = await runs.addBot({ code, runtimeVersion: 'vmcontext', cron: '7 * * * *' });
      const next = runs.nextCron(hourly.id) ?? assert.fail();
      assert.equal(next.getUTCMinutes(), 7);
      assert.ok(next.getTime() - Date.now() <= 3_600_000);
      const { body } = await fhirRequest<Bot>(runs, 'GET', `Bot/${hourly.id}`);
      await fhirRequest(runs, 'PUT', `Bot/${hourly.id}`, { ...body, cronString: '8 * * * *' });
      assert.equal(runs.nextCron(hourly.id)?.getUTCMinutes(), 8);
      await fhirRequest(runs, 'DELETE', `Bot/${hourly.id}`);
      assert.equal(runs.nextCron(hourly.id), undefined);
    } finally {
      await runs.stop();
    }
    const without = await startSandbox({ seed: 'cron', runCron: true, features: [] });
    try {
      const never = await without.addBot({ code, runtimeVersion: 'vmcontext', cron: '7 * * * *' });
      assert.equal(without.nextCron(never.id), undefined);
    } finally {
      await without.stop();
    }
  });
});
