// SPDX-License-Identifier: Apache-2.0 OR MIT

/** All three bots on each bot runtime, from a ticket to the task of a missed call. */
import type { Communication, Patient, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { example, openClinic, ticketSecret } from './clinic.ts';

describe('on every runtime', () => {
  for (const runtimeVersion of ['vmcontext', 'awslambda', 'fission'] as const) {
    test(`an outgoing call, an incoming call and the sweep on ${runtimeVersion}`, async () => {
      const clinic = await openClinic({
        seed: 'wrappers',
        runtimeVersion,
        config: example('front-desk'),
        numbers: ['+15550100011'],
        secrets: { PLUMLINE_SECRET: ticketSecret },
      });
      try {
        const staff = await clinic.staff('Amber Invented');
        const patient = await clinic.create<Patient>({
          resourceType: 'Patient',
          telecom: [{ system: 'phone', value: '+15550100501' }],
        });
        clinic.start();
        const { ticket = '', communication } = await clinic.executeSuccessfully(staff.token, {
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
        const [task, ...more] = await clinic.searchChart<Task>('Task');
        assert.deepEqual([task?.code?.coding?.[0]?.code, more.length], ['missed', 0]);
        assert.equal((await clinic.sweep()).status, 200);
        assert.equal((await clinic.searchChart('Basic')).length, 1);
      } finally {
        await clinic.stop();
      }
    });
  }
});
