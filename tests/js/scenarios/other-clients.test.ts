// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What clients of other people rely on: their spelling of names, the caller ID of a token, and the identity of staff. */
import type { Appointment, Communication, Patient, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CallResult } from '../../../sandbox/src/twilio.ts';
import { fhirRequest } from '../sandbox-client.ts';
import { openClinic, ticketSecret, workday } from './clinic.ts';
import type { Clinic, Staff } from './clinic.ts';

const numbers = ['+15550100001', '+15550100002', '+15550100003'];
const callee = '+15550100501';
const system = 'http://twilio.com/voice/identity';
const script = { answers: { [callee]: { after: 3, talk: 20 } } };

const callerId = ({ requests }: CallResult): string | undefined =>
  /callerId="([^"]+)"/.exec(requests[0]?.body ?? '')?.[1];

describe('the clients of other people', () => {
  let clinic: Clinic;
  let staff: Staff;
  before(async () => {
    clinic = await openClinic({
      seed: 'other-clients',
      numbers,
      config: JSON.stringify({
        timeZone: 'America/New_York',
        outbound: { requireTicket: false, pool: 'roundRobin', roles: ['nurse'] },
      }),
      secrets: { PLUMLINE_SECRET: ticketSecret },
    });
    staff = await clinic.staff('Amber Invented', { role: { code: [{ coding: [{ code: 'nurse' }] }] } });
  });
  after(() => clinic.stop());

  async function recordOf({ callSid }: CallResult): Promise<Communication | undefined> {
    return (
      await clinic.searchChart<Communication>('Communication', `identifier=https://www.twilio.com/|${callSid}`)
    )[0];
  }

  const identityOf = async (reference: string): Promise<string | undefined> =>
    (await clinic.read<Practitioner>(reference)).identifier?.find((one) => one.system === system)?.value;

  test('six calls show the numbers strictly in turn, as their tokens say', async () => {
    clinic.start(workday);
    const seen: (string | undefined)[] = [];
    for (let number = 0; number < 6; number++) {
      clinic.start(clinic.startedAt + 60_000);
      const token = await clinic.execute(staff.token, { operation: 'access-token' });
      let params: Record<string, string> = { To: callee };
      if (number % 2 === 1) {
        const started = await clinic.executeSuccessfully(staff.token, { operation: 'start-call', number: callee });
        assert.equal(started['fromNumber'], token.body['fromNumber']);
        params = { Ticket: started['ticket'] ?? '' };
      }
      const call = await clinic.browser(staff.identity, params, script);
      seen.push(callerId(call));
      assert.deepEqual([token.body['fromNumber'], token.body['fromNumbers']], [callerId(call), [callerId(call)]]);
    }
    assert.deepEqual(seen, [...numbers, ...numbers]);
  });

  test('spell the ids of the patient and the appointment in any way', async () => {
    const patient = await clinic.create<Patient>({ resourceType: 'Patient' });
    const appointment = await clinic.create<Appointment>({
      resourceType: 'Appointment',
      status: 'booked',
      start: workday,
      end: '2026-11-17T16:00:00.000Z',
      participant: [{ status: 'accepted', actor: { reference: `Patient/${patient.id}` } }],
    });
    for (const [patientName, appointmentName] of [
      ['PatientId', 'AppointmentId'],
      ['patientId', 'appointmentId'],
      ['patient_id', 'APPOINTMENTID'],
    ] as const) {
      clinic.start(clinic.startedAt + 60_000);
      const ids = { [patientName]: patient.id, [appointmentName]: appointment.id };
      const { communication } = await clinic.executeSuccessfully(staff.token, {
        operation: 'start-call',
        number: callee,
        ...ids,
      });
      const call = await clinic.browser(staff.identity, { To: callee, ...ids }, script);
      for (const record of [await recordOf(call), await clinic.read<Communication>(communication)]) {
        assert.equal(record?.subject?.reference, `Patient/${patient.id}`, patientName);
        assert.equal(record.basedOn?.[0]?.reference, `Appointment/${appointment.id}`, appointmentName);
      }
    }
    // Two spellings with different values name no patient.
    clinic.start(clinic.startedAt + 60_000);
    const ids = { patientId: patient.id, PatientId: 'another' };
    const call = await clinic.browser(staff.identity, { To: callee, ...ids }, script);
    assert.equal((await recordOf(call))?.subject, undefined);
    const { code } = await clinic.execute(staff.token, { operation: 'start-call', number: callee, ...ids });
    assert.equal(code, 'OPERATION_ARGUMENT');
  });

  test('find the identity of staff from the moment that they gain a role', async () => {
    const { reference, identity } = await clinic.staff('Bea Invented', { role: false });
    const role = await clinic.create<PractitionerRole>({
      resourceType: 'PractitionerRole',
      active: false,
      practitioner: { reference },
      code: [{ coding: [{ code: 'nurse' }] }],
    });
    const change = async (more: Partial<PractitionerRole>): Promise<string | undefined> => {
      const { status } = await fhirRequest(clinic.sandbox, 'PUT', `PractitionerRole/${role.id}`, { ...role, ...more });
      assert.equal(status, 200);
      await clinic.sandbox.settled();
      return identityOf(reference);
    };
    await clinic.sandbox.settled();
    assert.equal(await identityOf(reference), undefined);
    assert.equal(await change({ active: true, code: [{ coding: [{ code: 'janitor' }] }] }), undefined);
    assert.equal(await change({ active: true, period: { end: '2020-01-01' } }), undefined);
    assert.equal(await change({ active: true }), identity);
    // The identity is kept when the role ends.
    assert.equal(await change({ active: false }), identity);
    await fhirRequest(clinic.sandbox, 'DELETE', `PractitionerRole/${role.id}`);
    await clinic.sandbox.settled();
    assert.equal(await identityOf(reference), identity);
    const failed = clinic.executions('automation').filter(({ log }) => log.length > 0);
    assert.deepEqual(failed, []);
  });

  test('get no identity that another practitioner has', async () => {
    const { reference, identity } = await clinic.staff('Cleo Invented', { role: false });
    await clinic.create<Practitioner>({ resourceType: 'Practitioner', identifier: [{ system, value: identity }] });
    await clinic.create<PractitionerRole>({
      resourceType: 'PractitionerRole',
      practitioner: { reference },
      code: [{ coding: [{ code: 'nurse' }] }],
    });
    await clinic.sandbox.settled();
    assert.equal(await identityOf(reference), undefined);
    assert.match(clinic.executions('automation').at(-1)?.log.join() ?? '', /IDENTITY_TAKEN/);
  });
});
