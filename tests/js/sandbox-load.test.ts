// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The sandbox with server speed. Times are compared only with a minimum, never with a maximum. */
import type { Patient } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { fhirRequest, bundle, create } from './sandbox-client.ts';

let sandbox: Sandbox;

before(async () => {
  sandbox = await startSandbox({ seed: 'load', serverSpeed: 1 });
});
after(() => sandbox.stop());

async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

async function together<T>(count: number, action: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => action(index)));
}

test('concurrent requests wait for each other', async () => {
  const search = { request: { method: 'GET' as const, url: 'Patient?active=true' } };
  const write = {
    request: { method: 'POST' as const, url: 'Patient' },
    resource: { resourceType: 'Patient' as const },
  };
  for (const [minimum, one] of [
    [20 * 7, () => fhirRequest(sandbox, 'GET', 'Patient')],
    [20 * 7, () => fhirRequest(sandbox, 'POST', 'Patient/_search', {})],
    [20 * 13, () => fhirRequest(sandbox, 'POST', 'Patient', { resourceType: 'Patient' })],
    [20 * 13, () => fhirRequest(sandbox, 'POST', '', bundle('batch', search, search, search, search))],
    [20 * 21, () => fhirRequest(sandbox, 'POST', '', bundle('batch', write, write))],
  ] as const) {
    const took = await milliseconds(() => together(20, one));
    // A timer can fire a fraction of a millisecond early.
    assert.ok(took > minimum * 0.9, `${took} of ${minimum}`);
  }
});

test('a bot run and its requests take time for every trigger', async () => {
  const code = `exports.handler = async (medplum) => ({ found: (await medplum.searchResources('Patient', 'active=true')).length });`;
  const bot = await sandbox.addBot({ code, runtimeVersion: 'vmcontext' });
  const took = await milliseconds(async () => {
    const answers = await together(10, () => fetch(bot.webhook, { method: 'POST', body: new URLSearchParams() }));
    assert.ok(answers.every(({ status }) => status === 200));
  });
  assert.ok(took > 10 * 47 * 0.9, String(took));
  assert.ok((await milliseconds(() => sandbox.cron(bot.id))) > 47 * 0.9);
});

test('a higher speed divides the times', async () => {
  const slow = await startSandbox({ seed: 'slow', serverSpeed: 0.25 });
  try {
    const took = await milliseconds(() => together(10, () => fhirRequest(slow, 'GET', 'Patient')));
    assert.ok(took > 10 * 28 * 0.9, String(took));
  } finally {
    await slow.stop();
  }
});

test('of concurrent writes to a resource some fail, and every 200 was applied', async () => {
  const { id } = await create<Patient>(sandbox, { resourceType: 'Patient' });
  const answers = await together(80, (index) =>
    fhirRequest(sandbox, 'PUT', `Patient/${id}`, {
      resourceType: 'Patient',
      id,
      name: [{ family: `Sample ${index}` }],
    }),
  );
  const count = (status: number): number => answers.filter((answer) => answer.status === status).length;
  assert.equal(count(200) + count(409), 80);
  assert.ok(count(409) > 0 && count(409) < 40, `${count(409)} of 80`);
  const { body } = await fhirRequest<{ resourceType: 'Bundle'; entry: object[] }>(
    sandbox,
    'GET',
    `Patient/${id}/_history`,
  );
  assert.equal(body.entry.length, count(200) + 1);
});

test('an invalid server speed is refused', async () => {
  for (const serverSpeed of [0, -1, NaN, Infinity]) {
    await assert.rejects(startSandbox({ serverSpeed }), /speed must be a number above 0/);
  }
});
