// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The sandbox as slow as a server. Times are compared with the least that they can be, and never with a most. */
import type { Patient } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { ask, bundle, create } from './sandbox-client.ts';

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

test('requests that come together wait for one another', async () => {
  const search = { request: { method: 'GET' as const, url: 'Patient?active=true' } };
  const write = {
    request: { method: 'POST' as const, url: 'Patient' },
    resource: { resourceType: 'Patient' as const },
  };
  for (const [least, one] of [
    [20 * 7, () => ask(sandbox, 'GET', 'Patient')],
    [20 * 7, () => ask(sandbox, 'POST', 'Patient/_search', {})],
    [20 * 13, () => ask(sandbox, 'POST', 'Patient', { resourceType: 'Patient' })],
    [20 * 13, () => ask(sandbox, 'POST', '', bundle('batch', search, search, search, search))],
    [20 * 21, () => ask(sandbox, 'POST', '', bundle('batch', write, write))],
  ] as const) {
    const took = await milliseconds(() => together(20, one));
    // A timer may be a fraction of a millisecond early.
    assert.ok(took > least * 0.9, `${took} of ${least}`);
  }
});

test('a run of a bot takes its time, of whatever trigger, and so do its requests', async () => {
  const code = `exports.handler = async (medplum) => ({ found: (await medplum.searchResources('Patient', 'active=true')).length });`;
  const bot = await sandbox.addBot({ code, runtimeVersion: 'vmcontext' });
  const took = await milliseconds(async () => {
    const answers = await together(10, () => fetch(bot.webhook, { method: 'POST', body: new URLSearchParams() }));
    assert.ok(answers.every(({ status }) => status === 200));
  });
  assert.ok(took > 10 * 47 * 0.9, String(took));
  assert.ok((await milliseconds(() => sandbox.cron(bot.id))) > 47 * 0.9);
});

test('another speed divides the times', async () => {
  const slow = await startSandbox({ seed: 'slow', serverSpeed: 0.25 });
  try {
    const took = await milliseconds(() => together(10, () => ask(slow, 'GET', 'Patient')));
    assert.ok(took > 10 * 28 * 0.9, String(took));
  } finally {
    await slow.stop();
  }
});

test('writes of one resource meet: some lose, and every one that was answered 200 was done', async () => {
  const { id } = await create<Patient>(sandbox, { resourceType: 'Patient' });
  const answers = await together(80, (index) =>
    ask(sandbox, 'PUT', `Patient/${id}`, { resourceType: 'Patient', id, name: [{ family: `Sample ${index}` }] }),
  );
  const count = (status: number): number => answers.filter((answer) => answer.status === status).length;
  assert.equal(count(200) + count(409), 80);
  assert.ok(count(409) > 0 && count(409) < 40, `${count(409)} of 80`);
  const { body } = await ask<{ resourceType: 'Bundle'; entry: object[] }>(sandbox, 'GET', `Patient/${id}/_history`);
  assert.equal(body.entry.length, count(200) + 1);
});

test('a speed that is none is refused', async () => {
  for (const serverSpeed of [0, -1, NaN, Infinity]) {
    await assert.rejects(startSandbox({ serverSpeed }), /speed is a number above 0/);
  }
});
