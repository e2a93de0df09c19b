// SPDX-License-Identifier: Apache-2.0 OR MIT

/** AuditEvents of bot runs by `Bot.auditEventTrigger` and `auditEventDestination`, and the effect of `Bot.rawBody`. */
import type { AuditEvent, Bot, Bundle, Patient, Subscription } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { bundlePath, deployBots } from '../../sandbox/src/plumline-bots.ts';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';
import { runtimeVersions } from '../../sandbox/src/wrappers/wrapper.ts';
import { fhirRequest, bearer, create, executeUrl, search } from './sandbox-client.ts';

/** Logs `log`, then acts according to its input's `r`. */
const code = `
const outcome = (id) => ({ resourceType: 'OperationOutcome', id, issue: [{ severity: 'error', code: 'invalid' }] });
exports.handler = async (medplum, { input }) => {
  if (input.log) console.log(input.log);
  switch (input.r) {
    case 'throw': throw new Error('boom');
    case 'throw-outcome': throw outcome('not-found');
    case 'ok': return { resourceType: 'OperationOutcome', id: 'ok', issue: [{ severity: 'information', code: 'informational' }] };
    case 'undefined': return undefined;
    case 'twiml': return { resourceType: 'Binary', contentType: 'text/xml', data: 'PFJlc3BvbnNlLz4=' };
    case undefined: return {};
    default: return outcome(input.r);
  }
};`;

let sandbox: Sandbox;
const printed: [string, string][] = [];

before(async () => {
  sandbox = await startSandbox({ seed: 'audit', onLog: (bot, line) => printed.push([bot, line]) });
});
after(() => sandbox.stop());

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}

/** The AuditEvents of a bot, oldest first. */
async function audits(bot: SandboxBot, more = ''): Promise<AuditEvent[]> {
  const { entry = [] } = await search<AuditEvent>(sandbox, `AuditEvent?entity=Bot/${bot.id}&_count=100${more}`);
  return entry
    .flatMap(({ resource }) => resource ?? [])
    .sort((one, other) => one.recorded.localeCompare(other.recorded));
}

describe('AuditEvents', () => {
  test('a webhook’s AuditEvent matches the server’s', async () => {
    const bot = await sandbox.addBot({ name: 'Example webhook', code, runtimeVersion: 'vmcontext' });
    assert.equal(await post(bot.webhook, {}), 200);
    const [event, ...others] = await audits(bot);
    assert.deepEqual(others, []);
    assert.ok(event);
    const { id, meta, period, recorded, extension, ...rest } = event;
    const self = { reference: `Bot/${bot.id}`, display: 'Example webhook' };
    assert.deepEqual(rest, {
      resourceType: 'AuditEvent',
      type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
      agent: [{ requestor: true }, { who: self, requestor: false }],
      source: { observer: self },
      entity: [{ what: self, role: { code: '4', display: 'Domain' } }],
      outcome: '0',
    });
    assert.ok(id && meta?.versionId);
    assert.ok(period?.end === recorded && (period.start ?? '') <= recorded);
    const [tracing] = extension ?? [];
    assert.equal(tracing?.url, 'https://medplum.com/fhir/StructureDefinition/tracing');
    assert.deepEqual(
      tracing.extension?.map(({ url, valueId }) => [url, typeof valueId]),
      [
        ['requestId', 'string'],
        ['traceId', 'string'],
      ],
    );
  });

  for (const runtimeVersion of runtimeVersions) {
    test(`${runtimeVersion}: the outcome is 4 for an exception or an error OperationOutcome, else 0`, async () => {
      const bot = await sandbox.addBot({ code, runtimeVersion });
      for (const [r, outcome] of [
        ['forbidden', '4'],
        ['not-found', '4'],
        ['exception', '4'],
        ['throw', '4'],
        ['throw-outcome', '4'],
        ['ok', '0'],
        ['undefined', '0'],
        ['twiml', '0'],
        [undefined, '0'],
      ] as const) {
        const seen = (await audits(bot)).length;
        await post(bot.webhook, { r, log: 'said' });
        const all = await audits(bot);
        assert.equal(all.length, seen + 1, r);
        const added = all.at(-1);
        assert.equal(added?.outcome, outcome, r);
        assert.match(added.outcomeDesc ?? '', /^said(\n|$)/, r);
        assert.equal(/boom/.test(added.outcomeDesc ?? ''), r === 'throw', r);
      }
    });

    test(`${runtimeVersion}: the last 10 KiB of the console are stored`, async () => {
      const bot = await sandbox.addBot({ code, runtimeVersion });
      await post(bot.webhook, { log: `${'a'.repeat(10 * 1024)}${'b'.repeat(10 * 1024 - 1)}c` });
      const [event] = await audits(bot);
      assert.equal(event?.outcomeDesc, `${'b'.repeat(10 * 1024 - 1)}c`);
    });
  }

  test('auditEventTrigger selects the audited runs, also after a change', async () => {
    const bot = await sandbox.addBot({ code, runtimeVersion: 'vmcontext' });
    const runs = [{}, { log: 'said' }, { r: 'forbidden' }, { r: 'throw' }];
    for (const [trigger, left] of [
      [undefined, 4],
      ['always', 4],
      ['never', 0],
      ['on-error', 2],
      // An exception is logged.
      ['on-output', 2],
      ['sometimes', 4],
    ] as const) {
      const { body } = await fhirRequest<Bot>(sandbox, 'GET', `Bot/${bot.id}`);
      const { auditEventTrigger: _, ...rest } = body;
      const { status } = await fhirRequest(sandbox, 'PUT', `Bot/${bot.id}`, { ...rest, auditEventTrigger: trigger });
      assert.equal(status, 200);
      const seen = (await audits(bot)).length;
      for (const run of runs) {
        await post(bot.webhook, run);
      }
      assert.equal((await audits(bot)).length - seen, left, trigger);
    }
  });

  test('auditEventDestination selects the destination', async () => {
    for (const [destination, inChart, inLog] of [
      [['resource'], 1, 0],
      [['log'], 0, 1],
      [['log', 'resource'], 1, 1],
    ] as const) {
      const bot = await sandbox.addBot({
        code,
        runtimeVersion: 'vmcontext',
        auditEventDestination: [...destination],
      });
      const from = printed.length;
      await post(bot.webhook, { log: 'said' });
      assert.equal((await audits(bot)).length, inChart, destination.join());
      const lines = printed.slice(from).filter(([name, line]) => name === 'server' && line.includes('"AuditEvent"'));
      assert.equal(lines.length, inLog, destination.join());
      for (const [, line] of lines) {
        assert.equal((JSON.parse(line) as AuditEvent).outcomeDesc, 'said');
      }
    }
  });

  test('an AuditEvent has the requester, the bot and the entity', async () => {
    const bot = await sandbox.addBot({ name: 'own', code, runtimeVersion: 'vmcontext' });
    const lent = await sandbox.addBot({ name: 'lent', code, runtimeVersion: 'vmcontext', runAsUser: true });
    const { token, reference } = sandbox.practitioner;
    const staff = { reference, display: 'Jo Invented' };
    await post(executeUrl(sandbox, bot), {}, bearer(token));
    await post(executeUrl(sandbox, lent), {}, bearer(token));
    const [own] = await audits(bot);
    assert.deepEqual(own?.agent, [
      { who: staff, requestor: true },
      { who: { reference: `Bot/${bot.id}`, display: 'own' }, requestor: false },
    ]);
    const [asUser] = await audits(lent);
    assert.deepEqual(asUser?.agent, [
      { who: staff, requestor: true },
      { who: staff, requestor: false },
    ]);

    const subscription = await create<Subscription>(sandbox, {
      resourceType: 'Subscription',
      status: 'active',
      reason: 'A test',
      criteria: 'Patient?active=true',
      channel: { type: 'rest-hook', endpoint: `Bot/${bot.id}` },
    });
    const patient = await create<Patient>(sandbox, { resourceType: 'Patient', active: true });
    await sandbox.settled();
    const delivered = (await audits(bot)).find(({ entity = [] }) => entity.length === 3);
    assert.deepEqual(
      delivered?.entity?.map(({ what, role }) => [what?.reference, role?.code]),
      [
        [`Bot/${bot.id}`, '4'],
        [`Patient/${patient.id}`, '1'],
        [`Subscription/${subscription.id}`, '9'],
      ],
    );
    const seen = (await audits(bot)).length;
    await sandbox.cron(bot.id);
    assert.equal((await audits(bot)).length, seen + 1);
  });

  test('AuditEvents are searchable by entity, agent, date, outcome and type, subject to access policies', async () => {
    const bot = await sandbox.addBot({ code, runtimeVersion: 'vmcontext' });
    await post(bot.webhook, {});
    await post(bot.webhook, { r: 'forbidden' });
    for (const [query, count] of [
      ['', 2],
      [`&agent=Bot/${bot.id}`, 2],
      ['&date=ge2000-01-01', 2],
      ['&date=lt2000-01-01', 0],
      ['&outcome=0', 1],
      ['&outcome:not=0', 1],
      ['&outcome=4', 1],
      ['&type=execute', 2],
      ['&type=rest', 0],
      ['&_lastUpdated=ge2000-01-01', 2],
    ] as const) {
      assert.equal((await audits(bot, query)).length, count, query);
    }
    const newest = await search<AuditEvent>(sandbox, `AuditEvent?entity=Bot/${bot.id}&_sort=-date&_count=1`);
    assert.equal(newest.entry?.length, 1);
    const { token } = await sandbox.addPractitioner({
      name: 'Robin Example',
      accessPolicy: { resourceType: 'AccessPolicy', resource: [{ resourceType: 'Patient' }] },
    });
    assert.equal((await fhirRequest<Bundle>(sandbox, 'GET', 'AuditEvent', undefined, bearer(token))).status, 403);
  });

  test('AuditEvents have the sandbox time, ignore its faults and trigger no Subscription', async () => {
    const own = await startSandbox({ seed: 'audit clock', faults: 1 });
    try {
      own.setTime('2026-12-25T03:00:00Z');
      const bot = await own.addBot({ code, runtimeVersion: 'vmcontext' });
      await own.chart.createResource<Subscription>({
        resourceType: 'Subscription',
        status: 'active',
        reason: 'A test',
        criteria: 'AuditEvent',
        channel: { type: 'rest-hook', endpoint: `Bot/${bot.id}` },
      });
      await fetch(bot.webhook, { method: 'POST', body: new URLSearchParams({ a: '1' }) });
      await own.settled();
      own.faultRate = 0;
      const { body } = await fhirRequest<Bundle<AuditEvent>>(own, 'GET', 'AuditEvent');
      assert.deepEqual(
        body.entry?.map(({ resource }) => resource?.recorded.slice(0, 16)),
        ['2026-12-25T03:00'],
      );
    } finally {
      await own.stop();
    }
  });
});

describe('rawBody', () => {
  const text = '{ "greeting": "caf\u00e9 \u{1F30D}", "escaped": "\\u0061", "number": 1.00 }\n';
  const sees = `exports.handler = async (medplum, { input }) => ({ input });`;
  const json = ['application/json', 'application/json; charset=utf-8', 'application/fhir+json'];

  async function input(url: string, type: string, body: string | Buffer): Promise<{ status: number; input?: unknown }> {
    const headers = { 'Content-Type': type };
    const answer = await fetch(url, { method: 'POST', headers, body: body as BodyInit });
    return { status: answer.status, ...(answer.ok && ((await answer.json()) as object)) };
  }

  for (const runtimeVersion of runtimeVersions) {
    test(`${runtimeVersion}: the input of a webhook and of $execute is the text of the JSON body`, async () => {
      const raw = await sandbox.addBot({ code: sees, runtimeVersion, rawBody: true });
      const parsed = await sandbox.addBot({ code: sees, runtimeVersion });
      for (const type of json) {
        for (const url of [raw.webhook, executeUrl(sandbox, raw)]) {
          assert.deepEqual(await input(url, type, text), { status: 200, input: text });
        }
        for (const url of [parsed.webhook, executeUrl(sandbox, parsed)]) {
          assert.deepEqual(await input(url, type, text), { status: 200, input: JSON.parse(text) as unknown });
        }
      }
    });
  }

  test('forms and texts do not change, and malformed JSON is rejected', async () => {
    const bot = await sandbox.addBot({ code: sees, runtimeVersion: 'vmcontext', rawBody: true });
    const form = 'application/x-www-form-urlencoded';
    for (const url of [bot.webhook, executeUrl(sandbox, bot)]) {
      assert.deepEqual(await input(url, form, 'a=1&a=2'), { status: 200, input: { a: ['1', '2'] } });
      assert.deepEqual(await input(url, 'text/plain', text), { status: 200, input: text });
      assert.deepEqual(await input(url, 'application/json', ''), { status: 200, input: '' });
      for (const malformed of ['{', '{"a":1}}', 'null', '"text"', text.slice(1)]) {
        assert.equal((await input(url, 'application/json', malformed)).status, 400, malformed);
      }
    }
    // A body in another encoding has no UTF-8 original.
    const wide = await input(bot.webhook, 'application/json; charset=utf-16le', Buffer.from('{"a":1}', 'utf16le'));
    assert.deepEqual(wide, { status: 200, input: { a: 1 } });
  });

  test('a change of rawBody applies immediately', async () => {
    const bot = await sandbox.addBot({ code: sees, runtimeVersion: 'vmcontext' });
    const { body } = await fhirRequest<Bot>(sandbox, 'GET', `Bot/${bot.id}`);
    await fhirRequest(sandbox, 'PUT', `Bot/${bot.id}`, { ...body, rawBody: true });
    assert.deepEqual(await input(bot.webhook, 'application/json', text), { status: 200, input: text });
    await fhirRequest(sandbox, 'PUT', `Bot/${bot.id}`, body);
    assert.deepEqual((await input(bot.webhook, 'application/json', text)).input, JSON.parse(text));
  });

  test('the raw body reproduces the hash that Twilio signs', async () => {
    const hashes = `const { createHash } = require('node:crypto');
      exports.handler = async (medplum, { input }) => createHash('sha256').update(input).digest('hex');`;
    const bot = await sandbox.addBot({ code: hashes, runtimeVersion: 'vmcontext', rawBody: true });
    for (const body of [text, '\uFEFF{"a": "b"}', '[]']) {
      const answer = await fetch(bot.webhook, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      assert.equal(await answer.text(), createHash('sha256').update(body).digest('hex'));
    }
  });

  test(
    'the webhook bot of deploy/ verifies JSON with rawBody',
    { skip: !existsSync(bundlePath('webhook')) },
    async () => {
      const account = twilioAccount('raw');
      const own = await startSandbox({ seed: 'raw' });
      try {
        const { webhook } = await deployBots(own, { account, runtimeVersion: 'vmcontext' });
        for (const body of [text, `${'['.repeat(5_000)}${']'.repeat(5_000)}`]) {
          const url = `${webhook.webhook}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
          const signature = createHmac('sha1', account.authToken).update(url).digest('base64');
          const status = async (sent: string): Promise<number> => {
            const headers = { 'Content-Type': 'application/json', 'X-Twilio-Signature': signature };
            return (await fetch(url, { method: 'POST', headers, body: sent })).status;
          };
          assert.equal(await status(body), 200);
          assert.equal(await status(`${body} `), 403);
        }
      } finally {
        await own.stop();
      }
    },
  );
});
