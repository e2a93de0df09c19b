// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Counts of the bots' FHIR requests, and injected faults. */
import type { Bundle } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { addPeople, deployBots } from '../../sandbox/src/plumline-bots.ts';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import type { Fault, FaultyRequest } from '../../sandbox/src/traffic.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';
import { runtimeVersions } from '../../sandbox/src/wrappers/wrapper.ts';
import { fhirRequest, bundle, runRequests, requestBot, statuses } from './sandbox-client.ts';

let sandbox: Sandbox;
let bot: SandboxBot;

before(async () => {
  sandbox = await startSandbox({ seed: 'traffic' });
  bot = await sandbox.addBot({ name: 'requester', code: requestBot, runtimeVersion: 'vmcontext' });
});
after(() => sandbox.stop());
afterEach(() => {
  sandbox.faults = undefined;
});

const patient = { resourceType: 'Patient' as const };
const read = { method: 'GET', path: 'fhir/R4/Patient?active=true' };
const write = { method: 'POST', path: 'fhir/R4/Patient', body: patient };

/** Fails the requests with the given indexes and returns all requests. */
function failing(faults: Record<number, Fault>): FaultyRequest[] {
  const seen: FaultyRequest[] = [];
  sandbox.faults = (request) => {
    seen.push(request);
    return request.bot === 'requester' ? faults[request.index] : undefined;
  };
  return seen;
}

for (const runtimeVersion of runtimeVersions) {
  test(`${runtimeVersion}: every round trip of an execution is listed, also for concurrent executions`, async () => {
    const counted = await sandbox.addBot({ code: requestBot, runtimeVersion });
    const seen = sandbox.executions.length;
    const batch = bundle(
      'batch',
      { request: { method: 'GET', url: 'Patient?active=true' } },
      { request: { method: 'POST', url: 'Patient' }, resource: patient },
    );
    const path = 'fhir/R4';
    await Promise.all(
      Array.from({ length: 4 }, () =>
        runRequests(counted.webhook, [{ method: 'GET', path: 'auth/me' }, read, { method: 'POST', path, body: batch }]),
      ),
    );
    const executions = sandbox.executions.slice(seen);
    assert.equal(executions.length, 4);
    for (const { fhir } of executions) {
      assert.deepEqual(fhir, [
        { method: 'GET', url: 'Patient?active=true' },
        { method: 'POST', url: '', entries: ['GET Patient?active=true', 'POST Patient'] },
      ]);
    }
  });
}

test('the hook gets the execution, the request and its index', async () => {
  const seen = failing({});
  await runRequests(bot.webhook, [{ method: 'GET', path: 'auth/me' }, read, write]);
  assert.deepEqual(
    seen.map(({ bot: name, index, method, url, body }) => [name, index, method, url, body]),
    [
      ['requester', 0, 'GET', 'auth/me', {}],
      ['requester', 0, 'GET', 'Patient?active=true', {}],
      ['requester', 1, 'POST', 'Patient', patient],
    ],
  );
  await fhirRequest(sandbox, 'GET', 'Patient');
  assert.equal(seen.at(-1)?.bot, undefined);
});

test('a dropped connection is retried up to three attempts', async () => {
  failing({ 0: 'down' });
  assert.equal((await runRequests(bot.webhook, [read]))[0]?.failed, undefined);
  failing({ 0: 'down', 1: 'down', 2: 'down' });
  const [first] = await runRequests(bot.webhook, [write]);
  assert.match(first?.failed ?? '', /fetch failed/);
  assert.equal(sandbox.executions.at(-1)?.fhir.length, 3);
});

test('a lost response makes the client repeat an applied request', async () => {
  const count = async (): Promise<number | undefined> =>
    (await fhirRequest<Bundle>(sandbox, 'GET', 'Patient?_summary=count')).body.total;
  const before = (await count()) ?? 0;
  failing({ 0: 'lost' });
  assert.equal((await runRequests(bot.webhook, [write]))[0]?.failed, undefined);
  assert.equal(await count(), before + 2);
  assert.equal(sandbox.executions.at(-1)?.fhir.length, 2);
});

test('a late response arrives, and its request was applied', async () => {
  failing({ 0: { delay: 300 } });
  const started = performance.now();
  const [done] = await runRequests(bot.webhook, [write]);
  assert.ok(performance.now() - started >= 300);
  assert.equal((await fhirRequest(sandbox, 'GET', `Patient/${done?.value?.id ?? ''}`)).status, 200);
});

test('409 and 412 are returned; the client retries 429, 500 and 503', async () => {
  for (const [status, id] of [
    [409, 'conflict'],
    [412, 'precondition-failed'],
  ] as const) {
    failing({ 0: { status } });
    assert.equal((await runRequests(bot.webhook, [read]))[0]?.failed, id);
    assert.equal(sandbox.executions.at(-1)?.fhir.length, 1);
  }
  for (const status of [429, 500, 503] as const) {
    failing({ 0: { status } });
    assert.equal((await runRequests(bot.webhook, [read]))[0]?.failed, undefined);
    assert.equal(sandbox.executions.at(-1)?.fhir.length, 2);
  }
});

test('429 has the server’s retry header', async () => {
  sandbox.faults = () => ({ status: 429 });
  const { status, headers } = await fhirRequest(sandbox, 'GET', 'Patient');
  assert.equal(status, 429);
  assert.equal(headers.get('ratelimit'), '"fhirInteractions";r=0;t=1');
});

test('only the failed half of a batch is not applied', async () => {
  failing({ 0: { half: true } });
  const family = (name: string): object => ({ ...patient, name: [{ family: name }] });
  const entries = ['One', 'Two', 'Three'].map((name) => ({
    request: { method: 'POST' as const, url: 'Patient' },
    resource: family(name) as typeof patient,
  }));
  const [done] = await runRequests(bot.webhook, [
    { method: 'POST', path: 'fhir/R4', body: bundle('batch', ...entries) },
  ]);
  assert.deepEqual(statuses(done?.value as unknown as Bundle), ['201', '500', '201']);
  const { body } = await fhirRequest<Bundle>(sandbox, 'GET', 'Patient?family=One,Two,Three');
  assert.equal(body.entry?.length, 2);
});

test('the bots of deploy/ are created at every fault rate and seed', async () => {
  for (const [index, rate] of [0, 0.05, 0.3, 0.5, 0.9, 1, 0.05, 0.05].entries()) {
    const seed = `faults ${index}`;
    const own = await startSandbox({ seed, faults: rate });
    try {
      await deployBots(own, { account: twilioAccount(seed), runtimeVersion: 'awslambda' });
      const { patients } = await addPeople(own);
      assert.equal(patients.length, 2);
      const answers = await Promise.all(Array.from({ length: 40 }, () => fhirRequest(own, 'GET', 'Patient')));
      const failed = answers.filter(({ status }) => status !== 200).length;
      assert.ok(rate === 0 ? failed === 0 : rate === 1 ? failed === 40 : true, `${rate}: ${failed} of 40`);
      own.faultRate = 0;
      assert.equal((await fhirRequest<Bundle>(own, 'GET', 'Bot')).body.entry?.length, 3);
    } finally {
      await own.stop();
    }
  }
});

test('a fault rate outside 0 to 1 is rejected', async () => {
  for (const faults of [-0.1, 1.1, NaN, Infinity]) {
    await assert.rejects(startSandbox({ faults }), /fault rate must be a number from 0 to 1/);
    assert.throws(() => (sandbox.faultRate = faults), RangeError);
  }
});
