// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What bots ask of FHIR, counted; and what happens to them if it fails. */
import type { Bundle } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { addPeople, deployBots } from '../../sandbox/src/plumline-bots.ts';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import type { Fault, FaultyRequest } from '../../sandbox/src/traffic.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';
import { runtimeVersions } from '../../sandbox/src/wrappers/wrapper.ts';
import { ask, bundle, letAsk, obedient, statuses } from './sandbox-client.ts';

let sandbox: Sandbox;
let bot: SandboxBot;

before(async () => {
  sandbox = await startSandbox({ seed: 'traffic' });
  bot = await sandbox.addBot({ name: 'asks', code: obedient, runtimeVersion: 'vmcontext' });
});
after(() => sandbox.stop());
afterEach(() => {
  sandbox.faults = undefined;
});

const patient = { resourceType: 'Patient' as const };
const read = { method: 'GET', path: 'fhir/R4/Patient?active=true' };
const write = { method: 'POST', path: 'fhir/R4/Patient', body: patient };

/** Lets the requests fail that have these indexes, and lists what came. */
function failing(faults: Record<number, Fault>): FaultyRequest[] {
  const seen: FaultyRequest[] = [];
  sandbox.faults = (request) => {
    seen.push(request);
    return request.bot === 'asks' ? faults[request.index] : undefined;
  };
  return seen;
}

for (const runtimeVersion of runtimeVersions) {
  test(`${runtimeVersion}: every round trip of an execution is listed, also of those that run together`, async () => {
    const counted = await sandbox.addBot({ code: obedient, runtimeVersion });
    const seen = sandbox.executions.length;
    const batch = bundle(
      'batch',
      { request: { method: 'GET', url: 'Patient?active=true' } },
      { request: { method: 'POST', url: 'Patient' }, resource: patient },
    );
    const path = 'fhir/R4';
    await Promise.all(
      Array.from({ length: 4 }, () =>
        letAsk(counted.webhook, [{ method: 'GET', path: 'auth/me' }, read, { method: 'POST', path, body: batch }]),
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

test('the hook sees who asks for what, in which turn', async () => {
  const seen = failing({});
  await letAsk(bot.webhook, [{ method: 'GET', path: 'auth/me' }, read, write]);
  assert.deepEqual(
    seen.map(({ bot: name, index, method, url, body }) => [name, index, method, url, body]),
    [
      ['asks', 0, 'GET', 'auth/me', {}],
      ['asks', 0, 'GET', 'Patient?active=true', {}],
      ['asks', 1, 'POST', 'Patient', patient],
    ],
  );
  await ask(sandbox, 'GET', 'Patient');
  assert.equal(seen.at(-1)?.bot, undefined);
});

test('a connection that is cut is tried again, three times in all', async () => {
  failing({ 0: 'down' });
  assert.equal((await letAsk(bot.webhook, [read]))[0]?.failed, undefined);
  failing({ 0: 'down', 1: 'down', 2: 'down' });
  const [first] = await letAsk(bot.webhook, [write]);
  assert.match(first?.failed ?? '', /fetch failed/);
  assert.equal(sandbox.executions.at(-1)?.fhir.length, 3);
});

test('what is done can have its answer lost, so that the client does it again', async () => {
  const count = async (): Promise<number | undefined> =>
    (await ask<Bundle>(sandbox, 'GET', 'Patient?_summary=count')).body.total;
  const before = (await count()) ?? 0;
  failing({ 0: 'lost' });
  assert.equal((await letAsk(bot.webhook, [write]))[0]?.failed, undefined);
  assert.equal(await count(), before + 2);
  assert.equal(sandbox.executions.at(-1)?.fhir.length, 2);
});

test('an answer that is late comes, and was done', async () => {
  failing({ 0: { delay: 300 } });
  const started = performance.now();
  const [done] = await letAsk(bot.webhook, [write]);
  assert.ok(performance.now() - started >= 300);
  assert.equal((await ask(sandbox, 'GET', `Patient/${done?.value?.id ?? ''}`)).status, 200);
});

test('409 and 412 come through; 429, 500 and 503 are tried again by the client', async () => {
  for (const [status, id] of [
    [409, 'conflict'],
    [412, 'precondition-failed'],
  ] as const) {
    failing({ 0: { status } });
    assert.equal((await letAsk(bot.webhook, [read]))[0]?.failed, id);
    assert.equal(sandbox.executions.at(-1)?.fhir.length, 1);
  }
  for (const status of [429, 500, 503] as const) {
    failing({ 0: { status } });
    assert.equal((await letAsk(bot.webhook, [read]))[0]?.failed, undefined);
    assert.equal(sandbox.executions.at(-1)?.fhir.length, 2);
  }
});

test('429 tells until when, as the server does', async () => {
  sandbox.faults = () => ({ status: 429 });
  const { status, headers } = await ask(sandbox, 'GET', 'Patient');
  assert.equal(status, 429);
  assert.equal(headers.get('ratelimit'), '"fhirInteractions";r=0;t=1');
});

test('half a batch fails, and only that half is not done', async () => {
  failing({ 0: { half: true } });
  const family = (name: string): object => ({ ...patient, name: [{ family: name }] });
  const entries = ['One', 'Two', 'Three'].map((name) => ({
    request: { method: 'POST' as const, url: 'Patient' },
    resource: family(name) as typeof patient,
  }));
  const [done] = await letAsk(bot.webhook, [{ method: 'POST', path: 'fhir/R4', body: bundle('batch', ...entries) }]);
  assert.deepEqual(statuses(done?.value as unknown as Bundle), ['201', '500', '201']);
  const { body } = await ask<Bundle>(sandbox, 'GET', 'Patient?family=One,Two,Three');
  assert.equal(body.entry?.length, 2);
});

test('the bots of deploy/ are set up at every rate of faults, from any seed', async () => {
  for (const [index, rate] of [0, 0.05, 0.3, 0.5, 0.9, 1, 0.05, 0.05].entries()) {
    const seed = `faults ${index}`;
    const own = await startSandbox({ seed, faults: rate });
    try {
      await deployBots(own, { account: twilioAccount(seed), runtimeVersion: 'awslambda' });
      const { patients } = await addPeople(own);
      assert.equal(patients.length, 2);
      const answers = await Promise.all(Array.from({ length: 40 }, () => ask(own, 'GET', 'Patient')));
      const failed = answers.filter(({ status }) => status !== 200).length;
      assert.ok(rate === 0 ? failed === 0 : rate === 1 ? failed === 40 : true, `${rate}: ${failed} of 40`);
      own.faultRate = 0;
      assert.equal((await ask<Bundle>(own, 'GET', 'Bot')).body.entry?.length, 3);
    } finally {
      await own.stop();
    }
  }
});

test('a rate of faults that is not from 0 to 1 is refused', async () => {
  for (const faults of [-0.1, 1.1, NaN, Infinity]) {
    await assert.rejects(startSandbox({ faults }), /fault rate must be a number from 0 to 1/);
    assert.throws(() => (sandbox.faultRate = faults), RangeError);
  }
});
