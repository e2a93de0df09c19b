// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The automation bot and the reports: the built bundles with the access policies of deploy/. */
import { validateResource } from '@medplum/core';
import type { AccessPolicy, Basic, Bot, Communication, Resource, Subscription, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';
import { fhirRequest, bearer, create, executeUrl, search } from './sandbox-client.ts';

const deployed = (path: string): Resource =>
  JSON.parse(readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8')) as Resource;
const policy = (name: string): AccessPolicy => deployed(`policies/${name}.json`) as AccessPolicy;
const bundle = (name: string): string => fileURLToPath(new URL(`../../pkg/bots/${name}.cjs`, import.meta.url));

const minute = 60_000;
const caller = '+15550100123';
const [ours = ''] = twilioAccount('automation').numbers;

/** Prepended to a bundle: redirects the https alert URL of the config to this process. */
const reachable = (url: string): string => `const outside = globalThis.fetch;
globalThis.fetch = (address, init) => outside(String(address).replace('https://alerts.example.com', '${url}'), init);`;

interface Clinic {
  sandbox: Sandbox;
  bot: SandboxBot;
  /** The received alerts. */
  alerts: { text: string }[];
  /** Runs the sweep once and returns its log. */
  sweep: () => Promise<string[]>;
}

/** A sandbox with the automation bot. A static page answers its calls, so no call reaches the chart. */
async function open(rights: AccessPolicy, body: (clinic: Clinic) => Promise<void>): Promise<void> {
  const seed = 'automation';
  const account = twilioAccount(seed);
  const sandbox: Sandbox = await startSandbox({ seed, twilio: { webhook: () => `${sandbox.url}/plain` } });
  const alerts: Clinic['alerts'] = [];
  sandbox.pages.post('/plain', express.urlencoded({ extended: false }), (req, res) => {
    const { From = '', To = '' } = req.body as Record<string, string>;
    const callee = From.startsWith('client:') ? `<Number>${To}</Number>` : '<Client>desk</Client>';
    res.type('text/xml').send(`<Response><Dial timeout="5" callerId="${ours}">${callee}</Dial></Response>`);
  });
  sandbox.pages.post('/alerts', express.json(), (req, res) => {
    alerts.push(req.body as { text: string });
    res.send('ok');
  });
  const config = {
    tasks: { on: ['missed', 'failed', 'voicemail'], owner: 'Organization/front-desk' },
    alerts: { url: 'https://alerts.example.com/alerts', on: ['missed'], perHour: 1 },
  };
  const { name = '', cronString = '' } = deployed('bots/automation.json') as Bot;
  const bot = await sandbox.addBot({
    name,
    cron: cronString,
    publicWebhook: false,
    code: `${reachable(sandbox.url)}\n${readFileSync(bundle('automation'), 'utf8')}`,
    runtimeVersion: 'vmcontext',
    accessPolicy: rights,
    secrets: {
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_API_KEY: account.apiKey,
      TWILIO_API_SECRET: account.apiSecret,
      TWILIO_API_URL: `${sandbox.url}/fake/twilio`,
      PLUMLINE_CONFIG: JSON.stringify(config),
    },
  });
  sandbox.setTime('2026-11-21T09:01:00Z');
  const sweep = async (): Promise<string[]> => {
    sandbox.setTime(sandbox.now() + minute);
    const { log } = await sandbox.cron(bot.id);
    await sandbox.settled();
    return log;
  };
  try {
    await body({ sandbox, bot, alerts, sweep });
  } finally {
    await sandbox.stop();
  }
}

const category = 'https://plumline.dev/fhir/communication-category';
const calls = `Communication?category=${category}|twilio-voice`;

async function found<T extends Communication | Task>(sandbox: Sandbox, query: string): Promise<T[]> {
  const { entry = [] } = await search<T>(sandbox, `${query}&_count=100`);
  return entry.flatMap(({ resource }) => (resource ? [resource] : []));
}

const expectedSummary = [
  '4 calls',
  'missed missed, then completed completed',
  '1 alerts: completed on-hold',
  'the marks moved',
];

/** The statuses of two missed calls, an answered call, and a return call that closes the first two. */
async function summarize({ sandbox, alerts, sweep }: Clinic): Promise<string[]> {
  const tasks = async (): Promise<string> => {
    const there = await found<Task>(sandbox, 'Task?_sort=_lastUpdated');
    assert.deepEqual(
      there.flatMap((task) => validateResource(task)),
      [],
    );
    return there.map(({ status, code }) => (status === 'requested' ? code?.coding?.[0]?.code : status)).join(' ');
  };
  const marks = async (): Promise<string | undefined> => {
    const { entry = [] } = await search<Basic>(sandbox, 'Basic?identifier=https://plumline.dev/fhir/sweep|calls');
    return entry[0]?.resource?.extension?.[0]?.extension?.find(({ url }) => url === 'calls')?.valueInstant;
  };
  await sandbox.twilio.incoming({ from: caller, to: ours });
  await sandbox.twilio.incoming({ from: caller, to: ours });
  const answered = { answers: { 'client:desk': { talk: 30 } } };
  const { callSid } = await sandbox.twilio.incoming({ from: caller, to: ours, script: answered });
  // One callback of this call was delivered.
  await create<Communication>(sandbox, {
    resourceType: 'Communication',
    status: 'in-progress',
    extension: [
      {
        url: 'https://plumline.dev/fhir/StructureDefinition/twilio-call',
        extension: [
          { url: 'callSid', valueString: callSid },
          { url: 'callStatus', valueCode: 'in-progress' },
        ],
      },
    ],
    identifier: [{ system: 'https://www.twilio.com/', value: callSid }],
    category: [{ coding: [{ system: category, code: 'twilio-voice' }] }],
  });
  await sweep();
  const marksBefore = await marks();
  sandbox.setTime(sandbox.now() + 10 * minute);
  await sweep();
  const first = await tasks();
  await sandbox.twilio.browser({
    identity: 'jo',
    params: { To: caller },
    script: { answers: { [caller]: { talk: 60 } } },
  });
  sandbox.setTime(sandbox.now() + 10 * minute);
  await sweep();
  const charted = await found<Communication>(sandbox, `${calls}&status=completed`);
  assert.deepEqual(
    charted.flatMap((call) => validateResource(call)),
    [],
  );
  const moved = marksBefore !== undefined && marksBefore !== (await marks());
  const sent = await found<Communication>(sandbox, `Communication?category=${category}|plumline-alert`);
  return [
    `${charted.length} calls`,
    `${first}, then ${await tasks()}`,
    `${alerts.length} alerts: ${sent
      .map(({ status }) => status)
      .sort()
      .join(' ')}`,
    moved ? 'the marks moved' : 'the marks stand',
  ];
}

describe('the sweep', () => {
  test('records lost calls, creates a task and sends an alert, each once', async () => {
    await open(policy('automation'), async (clinic) => {
      assert.deepEqual(await summarize(clinic), expectedSummary);
      assert.match(
        clinic.alerts[0]?.text ?? '',
        /^Plumline: A call was missed \(.*, Communication\/[\w-]+; alert 1 of the hour\)$/,
      );
      // After the hour, a summary alert has the number of suppressed alerts.
      clinic.sandbox.setTime('2026-11-21T10:03:00Z');
      await clinic.sweep();
      assert.match(
        clinic.alerts[1]?.text ?? '',
        /^Plumline: Alerts held back from 2026-11-21T09:00:00.000Z to 2026-11-21T10:00:00.000Z: 1 \(/,
      );
      const rested = clinic.sandbox.executions.length;
      assert.deepEqual(await clinic.sweep(), []);
      // A run without new calls reads the marks, the changed records and the unsent alerts.
      const { fhir } = clinic.sandbox.executions[rested] ?? { fhir: [] };
      assert.ok(fhir.length <= 4, `${fhir.length} round trips`);
      assert.equal((await found(clinic.sandbox, 'Task?_sort=_lastUpdated')).length, 2);
      assert.equal(clinic.alerts.length, 2);
    });
  });

  const { resource = [] } = policy('automation');
  for (const [index, one] of resource.entries()) {
    // The right to search includes the right to read. Without a page in the config, the sweep uses neither the rights
    // without a criterion nor those for pages: tests/js/scenarios/rights.test.ts.
    const isUsed = one.criteria !== undefined && !/\|(page|presence)$/.test(one.criteria);
    const needed = isUsed ? (one.interaction ?? []) : [];
    for (const missing of needed.filter((interaction) => interaction !== 'read')) {
      test(`needs ${missing} of ${one.criteria ?? ''}`, async () => {
        const interaction = one.interaction?.filter((other) => other !== missing) ?? [];
        const lesser = resource.map((other, at) => (at === index ? { ...one, interaction } : other));
        await open({ ...policy('automation'), resource: lesser }, async (clinic) => {
          assert.notDeepEqual(await summarize(clinic), expectedSummary);
        });
      });
    }
  }
});

describe('a Subscription', () => {
  test('creates one task when a call ends, even if the event repeats', async () => {
    await open(policy('automation'), async ({ sandbox, bot, alerts, sweep }) => {
      const subscription = deployed('subscriptions/ended-calls.json') as Subscription;
      await create(sandbox, {
        ...subscription,
        channel: { ...subscription.channel, endpoint: `Bot/${bot.id}` },
      });
      sandbox.deliveries.twice = 1;
      await sandbox.twilio.incoming({ from: caller, to: ours });
      sandbox.setTime(sandbox.now() + 5 * minute);
      // The sweep records the call, and the Subscription delivers that record too.
      await sweep();
      const deliveries = sandbox.executions.filter(({ trigger }) => trigger === 'subscription');
      assert.ok(deliveries.length >= 2, `${deliveries.length}`);
      assert.deepEqual(
        deliveries.flatMap(({ log }) => log),
        [],
      );
      assert.equal((await found(sandbox, 'Task?status=requested')).length, 1);
      assert.equal(alerts.length, 1);
    });
  });
});

describe('the reports', () => {
  test('return the reports to staff with the rights of the requester', async () => {
    await open(policy('automation'), async (clinic) => {
      const { sandbox } = clinic;
      await summarize(clinic);
      const operations = await sandbox.addBot({
        name: 'operations',
        file: bundle('operations'),
        runtimeVersion: 'vmcontext',
        publicWebhook: false,
        runAsUser: true,
        accessPolicy: policy('webhook'),
      });
      const [call] = await found<Communication>(sandbox, calls);
      assert.ok(call);
      await fhirRequest(sandbox, 'PUT', `Communication/${call.id}`, { ...call, subject: { reference: 'Patient/p1' } });
      const staff = policy('staff');
      // The deployment sets the bot's identifier.
      const rights = staff.resource?.map((one) => (one.resourceType === 'Bot' ? { resourceType: 'Bot' } : one)) ?? [];
      const execute = async (resource: AccessPolicy['resource'], input: unknown): Promise<[number, unknown]> => {
        const accessPolicy = { ...staff, ...(resource && { resource }) };
        const { token } = await sandbox.addPractitioner({ name: 'Jo Invented', accessPolicy });
        const answer = await fetch(executeUrl(sandbox, operations), {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...bearer(token) },
          body: JSON.stringify(input),
        });
        return [answer.status, await answer.json()];
      };
      const [status, page] = await execute(rights, { operation: 'history', patient: 'Patient/p1' });
      assert.equal(status, 200);
      const { items } = page as { items: { kind: string; communication: string }[] };
      assert.deepEqual(
        items.map(({ kind, communication }) => [kind, communication]),
        [['call', `Communication/${call.id}`]],
      );
      const day = new Date(sandbox.now()).toISOString().slice(0, 10);
      const before = new Date(sandbox.now() - 24 * 60 * minute).toISOString().slice(0, 10);
      const period = { operation: 'statistics', from: before, to: day, timeZone: 'Pacific/Auckland' };
      const [, figures] = await execute(rights, {
        ...period,
        to: new Date(sandbox.now() + 24 * 60 * minute).toISOString().slice(0, 10),
      });
      const { calls: count, byOutcome } = figures as { calls: number; byOutcome: Record<string, number> };
      assert.deepEqual([count, byOutcome.answered, byOutcome['no-answer']], [4, 2, 2]);
      const without = rights.filter((one) => one.resourceType !== 'Communication');
      assert.equal((await execute(without, { operation: 'history', patient: 'Patient/p1' }))[0], 403);
      assert.equal((await execute(rights, { operation: 'statistics', from: 'x' }))[0], 400);
    });
  });
});
