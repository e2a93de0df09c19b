// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The same clinic on each of the platforms that run bots: all three doors, from a ticket to the task of a missed call. */
import type { Communication, Patient, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { example, openClinic, tickets } from './clinic.ts';

describe('on every platform', () => {
  for (const runtimeVersion of ['vmcontext', 'awslambda', 'fission'] as const) {
    test(`a call out, a call in, and the sweep, on ${runtimeVersion}`, async () => {
      const clinic = await openClinic({
        seed: 'wrappers',
        runtimeVersion,
        config: example('front-desk'),
        numbers: ['+15550100011'],
        secrets: { PLUMLINE_SECRET: tickets },
      });
      try {
        const staff = await clinic.staff('Amber Invented');
        const patient = await clinic.create<Patient>({
          resourceType: 'Patient',
          telecom: [{ system: 'phone', value: '+15550100501' }],
        });
        clinic.begin();
        const { ticket = '', communication } = await clinic.executed(staff.token, {
          operation: 'start-call',
          patient: `Patient/${patient.id}`,
        });
        const out = await clinic.browser(staff.identity, { Ticket: ticket }, { answers: { '+15550100501': {} } });
        assert.deepEqual(
          out.legs.map(({ status }) => status),
          ['completed'],
        );
        assert.equal((await clinic.read<Communication>(communication)).status, 'completed');
        const missed = await clinic.call({ from: '+15550100502' }, { voicemail: 0 });
        assert.equal(missed.heard[0], 'Thank you for calling Harbor Street Family Practice. One moment, please.');
        const [task, ...more] = await clinic.chart<Task>('Task');
        assert.deepEqual([task?.code?.coding?.[0]?.code, more.length], ['missed', 0]);
        assert.equal((await clinic.sweep()).status, 200);
        assert.equal((await clinic.chart('Basic')).length, 1);
      } finally {
        await clinic.stop();
      }
    });
  }
});
