// SPDX-License-Identifier: Apache-2.0 OR MIT

/** All callbacks of twenty calls at the same moment, shuffled and repeated, on a simulated server with two cores. */
import type { Communication, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lines, openClinic, strangerPhone } from '../faults/clinic.ts';
import type { Clinic } from '../faults/clinic.ts';
import { checkRecords } from '../faults/checks.ts';
import { fhirRequest, search } from '../sandbox-client.ts';
import { callbacksOf, postAll, shuffled } from './callbacks.ts';

const CALLS = 20;
/** Each callback arrives twice, some three times. */
const COUNT = 280;
/** No one answers the last of these calls, and the caller leaves no message. */
const MISSED = 4;

describe('280 callbacks at once', () => {
  test('are stored after Twilio’s retries and one sweep, and create no task for an answered call', async (t) => {
    const clinic = await openClinic('load', false, undefined, 1);
    const { sandbox } = clinic;
    try {
      await clinic.start();
      const known = new Set(sandbox.twilio.legs.keys());
      const callbacks = await callbacksOf(clinic, async () => {
        for (let call = 0; call < CALLS; call++) {
          const answered = call < CALLS - MISSED;
          await clinic.incoming(lines.desk, strangerPhone, {
            answers: { 'client:desk': answered ? { talk: 20 } : 'no-answer' },
          });
        }
      });
      await deleteRecords(clinic);
      assert.ok(callbacks.length >= COUNT / 3, `${callbacks.length} callbacks`);
      const repeated = [...callbacks, ...callbacks, ...callbacks].slice(0, COUNT);

      const { statuses, repeats } = await postAll(shuffled(repeated, 'load'));
      t.diagnostic(`${COUNT} callbacks, ${repeats} repeats, at last ${JSON.stringify(statuses)}`);
      await sandbox.settled();
      const { entry: before = [] } = await search<Communication>(sandbox, 'Communication?status=completed&_count=1000');
      t.diagnostic(`${before.length} of ${CALLS} calls complete before the sweep`);
      clinic.advance(20);
      await clinic.sweep();
      await sandbox.settled();

      const scenario = { bots: [], play: () => Promise.resolve(), allowedTargets: [], calls: CALLS, tasks: MISSED };
      assert.deepEqual(await checkRecords(clinic, scenario, known), []);
      const { entry = [] } = await search<Task>(sandbox, 'Task?_count=1000');
      assert.equal(entry.length, MISSED);
    } finally {
      await sandbox.stop();
    }
  });
});

/** Deletes the records of the calls. */
async function deleteRecords({ sandbox }: Clinic): Promise<void> {
  for (const type of ['Task', 'Communication']) {
    const { entry = [] } = await search<Communication | Task>(sandbox, `${type}?_count=1000`);
    for (const { resource } of entry) {
      await fhirRequest(sandbox, 'DELETE', `${type}/${resource?.id}`);
    }
  }
}
