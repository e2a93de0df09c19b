// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The sandbox's clock in bots of every runtime and in the chart. */
import type { Patient } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { runtimeVersions } from '../../sandbox/src/wrappers/wrapper.ts';
import { create } from './sandbox-client.ts';

const code = `exports.handler = async (medplum) => ({
  now: Date.now(),
  made: new Date().getTime(),
  text: Date(),
  fixed: new Date('2020-02-02T00:00:00Z').getTime(),
  parsed: Date.parse('2020-02-02'),
  utc: Date.UTC(2020, 1, 2),
  isDate: new Date() instanceof Date,
  year: new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: 'UTC' }).format(new Date()),
  saw: (await medplum.createResource({ resourceType: 'Patient' })).meta.lastUpdated,
});`;

interface Seen {
  now: number;
  made: number;
  text: string;
  fixed: number;
  parsed: number;
  utc: number;
  isDate: boolean;
  year: string;
  saw: string;
}

let sandbox: Sandbox;

before(async () => {
  sandbox = await startSandbox({ seed: 'clock' });
});
after(() => sandbox.stop());

const minute = 60_000;

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < minute;
}

for (const runtimeVersion of runtimeVersions) {
  test(`${runtimeVersion}: a bot uses the sandbox’s time after each change`, async () => {
    const { webhook } = await sandbox.addBot({ code, runtimeVersion });
    const look = async (): Promise<Seen> => (await (await fetch(webhook, { method: 'POST' })).json()) as Seen;
    try {
      for (const there of ['2031-12-25T08:00:00Z', '1999-01-01T12:00:00Z']) {
        sandbox.setTime(there);
        const instant = Date.parse(there);
        const seen = await look();
        assert.ok(isNear(seen.now, instant), `${seen.now}`);
        assert.ok(isNear(seen.made, instant));
        assert.ok(isNear(Date.parse(seen.text), instant));
        assert.ok(isNear(Date.parse(seen.saw), instant));
        assert.ok(isNear(sandbox.now(), instant));
        assert.equal(seen.year, there.slice(0, 4));
        const { fixed, parsed, utc, isDate } = seen;
        assert.deepEqual([fixed, parsed, utc, isDate], [1580601600000, 1580601600000, 1580601600000, true]);
      }
    } finally {
      sandbox.setTime(undefined);
    }
    assert.ok(isNear((await look()).now, Date.now()));
  });
}

test('the clock continues from the set time and timestamps writes', async () => {
  const instant = Date.UTC(2030, 0, 1);
  sandbox.setTime(instant);
  try {
    const first = sandbox.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(sandbox.now() - first >= 15);
    const { meta } = await create<Patient>(sandbox, { resourceType: 'Patient' });
    assert.match(meta.lastUpdated, /^2030-01-01T00:00:/);
    assert.throws(() => sandbox.setTime('tomorrow'), RangeError);
  } finally {
    sandbox.setTime(undefined);
  }
});
