// SPDX-License-Identifier: Apache-2.0 OR MIT

/** All callbacks of several calls at the same moment, shuffled and repeated, on a simulated server with two cores. */
import type { Communication, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, openClinic, strangerPhone } from '../faults/clinic.ts';
import type { Clinic } from '../faults/clinic.ts';
import { checkRecords } from '../faults/checks.ts';
import { fhirRequest, search } from '../sandbox-client.ts';
import { callbacksOf, postAll, shuffled } from './callbacks.ts';

/**
 * `callbacks` arrive at once: each callback of `calls` twice, some three times. No one answers the last `missed` calls,
 * and their callers leave no message.
 */
const LOADS = [
  // The server answers each of them within Twilio's 15 seconds.
  { callbacks: 40, calls: 3, missed: 1, isFast: true },
  // Each of them, and each retry, times out for Twilio. The bots store most of them all the same.
  { callbacks: 280, calls: 20, missed: 4, isFast: false },
];

for (const { callbacks: count, calls, missed, isFast } of LOADS) {
  test(`${count} callbacks at once are stored after Twilio’s retries and one sweep`, async (t) => {
    const clinic = await openClinic('load', false, undefined, 1);
    const { sandbox } = clinic;
    try {
      await clinic.start();
      const known = new Set(sandbox.twilio.legs.keys());
      const callbacks = await callbacksOf(clinic, async () => {
        for (let call = 0; call < calls; call++) {
          const answered = call < calls - missed;
          await clinic.incoming(lines.desk, strangerPhone, {
            answers: { 'client:desk': answered ? { talk: 20 } : 'no-answer' },
          });
        }
      });
      await deleteRecords(clinic);
      assert.ok(callbacks.length >= count / 3, `${callbacks.length} callbacks`);
      const repeated = [...callbacks, ...callbacks, ...callbacks].slice(0, count);

      const { statuses, repeats } = await postAll(shuffled(repeated, `load ${count}`));
      t.diagnostic(`${count} callbacks, ${repeats} repeats, at last ${JSON.stringify(statuses)}`);
      await sandbox.settled();
      const { entry: before = [] } = await search<Communication>(sandbox, 'Communication?status=completed&_count=1000');
      t.diagnostic(`${before.length} of ${calls} calls complete before the sweep`);
      assert.deepEqual(statuses[403], undefined, 'the signatures are valid');
      if (isFast) {
        assert.deepEqual([statuses, before.length], [{ 200: count }, calls], 'everything is stored at once');
      }
      clinic.advance(20);
      await clinic.sweep();
      await sandbox.settled();

      const scenario = { bots: [], play: () => Promise.resolve(), allowedTargets: [], calls, tasks: missed };
      assert.deepEqual(await checkRecords(clinic, scenario, known), []);
      const { entry = [] } = await search<Task>(sandbox, 'Task?_count=1000');
      assert.equal(entry.length, missed);
    } finally {
      await sandbox.stop();
    }
  });
}

/** Deletes the records of the calls. */
async function deleteRecords({ sandbox }: Clinic): Promise<void> {
  for (const type of ['Task', 'Communication']) {
    const { entry = [] } = await search<Communication | Task>(sandbox, `${type}?_count=1000`);
    for (const { resource } of entry) {
      await fhirRequest(sandbox, 'DELETE', `${type}/${resource?.id}`);
    }
  }
}
