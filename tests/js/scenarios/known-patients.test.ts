// SPDX-License-Identifier: Apache-2.0 OR MIT

/** docs/dialplan/known-patients.json: blocked, withheld and forged numbers, and phone formats of patients. */
import type { Communication, Organization, Patient, Practitioner } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { example, openClinic, ticketSecret } from './clinic.ts';
import type { Clinic, Staff } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('known-patients');
/** A Tuesday, 10:00 in Chicago. */
const day = '2026-11-17T16:00:00.000Z';
/** The same day, 2:00. */
const night = '2026-11-17T08:00:00.000Z';
const to = '+15550100041';

describe('known patients', () => {
  let clinic: Clinic;
  let staff: Staff;
  const talks = { after: 5, talk: 60 };
  const desk = 'client:lakeside-desk';
  const doctor = '+13125550151';
  const onDuty = '+13125550152';

  before(async () => {
    clinic = await openClinic({
      seed: 'known-patients',
      numbers: [to],
      secrets: { PLUMLINE_SECRET: ticketSecret },
      config: async (opening) => {
        const { id } = await opening.create<Organization>({ resourceType: 'Organization', name: 'Lakeside' });
        const doctors = await opening.create<Practitioner>({
          resourceType: 'Practitioner',
          name: [{ given: ['Grey'], family: 'Invented' }],
          telecom: [{ system: 'phone', value: '(312) 555-0151', use: 'work' }],
        });
        const nurse = await opening.create<Practitioner>({
          resourceType: 'Practitioner',
          name: [{ given: ['Blue'], family: 'Invented' }],
          telecom: [{ system: 'phone', value: '312.555.0152' }],
        });
        await opening.create({
          resourceType: 'PractitionerRole',
          active: true,
          practitioner: { reference: `Practitioner/${nurse.id}` },
          organization: { reference: `Organization/${id}` },
          availableTime: [{ daysOfWeek: ['tue'], availableStartTime: '09:00:00', availableEndTime: '17:00:00' }],
        });
        const patient = (given: string, value: string, more: Partial<Patient> = {}): Promise<unknown> =>
          opening.create<Patient>({
            resourceType: 'Patient',
            name: [{ given: [given], family: 'Invented' }],
            telecom: [{ system: 'phone', value }],
            ...more,
          });
        const generalPractitioner = [{ reference: `Practitioner/${doctors.id}` }];
        await patient('Ada', '+15550100401', { generalPractitioner });
        await patient('Bea', '(555) 010-0402', { generalPractitioner });
        await patient('Cid', '555-010-0403', { generalPractitioner });
        await patient('Dot', '1-555-010-0404', { generalPractitioner });
        await patient('Eli', '5550100405');
        await patient('Fay', '+1 (555) 010-0406');
        await patient('Gus', '555.010.0407');
        await patient('Twin', '+15550100408');
        await patient('Other twin', '(555) 010-0408');
        await patient('Former', '+15550100409', { active: false });
        await patient('Old', '+15550100410', {
          telecom: [{ system: 'phone', value: '+15550100410', use: 'old' }],
        });
        await patient('Hal', '+15550100411');
        return example('known-patients').replaceAll('lakeside-cardiology', id);
      },
    });
    staff = await clinic.staff('Last Caller', { phone: '+15550100453' });
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  interface Case {
    from: string;
    script?: Script;
    at?: string;
    verified?: string;
    heard: RegExp;
    /** The first name of the patient in the record. */
    patient?: string;
    /** The dialed legs and their final statuses. */
    dialed?: [to: string, status: string][];
  }
  const connecting = (name: string): RegExp => new RegExp(`^Hello ${name}\\. Thank you for calling Lakeside`);
  const answered = { answers: { [doctor]: talks, [onDuty]: talks, [desk]: talks } };
  const cases: Record<string, Case> = {
    'a nuisance number': { from: '+15550100666', heard: /^\[not in service\]$/ },
    'a nuisance prefix': { from: '+15550190123', heard: /^\[not in service\]$/ },
    'a withheld number': { from: '+266696687', heard: /^This line takes no calls from withheld numbers/ },
    'a withheld number, sent as a word': {
      from: 'anonymous',
      heard: /^This line takes no calls from withheld numbers/,
    },
    'a forged number': {
      from: '+15550100499',
      verified: 'TN-Validation-Failed-C',
      script: { voicemail: 12 },
      heard: /^We cannot take your call/,
    },
    'a forged number that is a patient’s': {
      from: '+15550100401',
      verified: 'TN-Validation-Failed-C',
      script: answered,
      heard: connecting('Ada'),
      patient: 'Ada',
    },
    'a patient, E.164': { from: '+15550100401', script: answered, heard: connecting('Ada'), patient: 'Ada' },
    'a patient, area code in parentheses': {
      from: '+15550100402',
      script: answered,
      heard: connecting('Bea'),
      patient: 'Bea',
    },
    'a patient, with dashes': { from: '+15550100403', script: answered, heard: connecting('Cid'), patient: 'Cid' },
    'a patient, with a leading one': {
      from: '+15550100404',
      script: answered,
      heard: connecting('Dot'),
      patient: 'Dot',
    },
    'a patient, ten digits': { from: '+15550100405', script: answered, heard: connecting('Eli'), patient: 'Eli' },
    'a patient, international with parentheses': {
      from: '+15550100406',
      script: answered,
      heard: connecting('Fay'),
      patient: 'Fay',
    },
    'a patient, with dots': { from: '+15550100407', script: answered, heard: connecting('Gus'), patient: 'Gus' },
    'two patients with one number': {
      from: '+15550100408',
      script: answered,
      heard: /^Lakeside Cardiology. Please hold/,
    },
    'an inactive patient': { from: '+15550100409', script: answered, heard: /^Lakeside Cardiology/ },
    'an old number of a patient': { from: '+15550100410', script: answered, heard: /^Lakeside Cardiology/ },
    'an unknown caller': { from: '+15550100498', script: answered, heard: /^Lakeside Cardiology/ },
    'the nurse on duty answers after the doctor does not': {
      from: '+15550100402',
      script: { answers: { [onDuty]: talks } },
      heard: connecting('Bea'),
      patient: 'Bea',
      dialed: [
        [doctor, 'no-answer'],
        [onDuty, 'completed'],
      ],
    },
    'the doctor declines': {
      from: '+15550100403',
      script: { answers: { [doctor]: 'declined' }, voicemail: 11 },
      heard: connecting('Cid'),
      patient: 'Cid',
      dialed: [
        [doctor, 'busy'],
        [onDuty, 'no-answer'],
        [desk, 'no-answer'],
      ],
    },
    'only the desk answers': {
      from: '+15550100404',
      script: { answers: { [doctor]: 'busy', [desk]: talks } },
      heard: connecting('Dot'),
      patient: 'Dot',
      dialed: [
        [doctor, 'busy'],
        [onDuty, 'no-answer'],
        [desk, 'completed'],
      ],
    },
    'at night, no one is on duty': {
      from: '+15550100405',
      at: night,
      script: { answers: { [onDuty]: talks }, voicemail: 7 },
      heard: /Lakeside/,
    },
  };
  Object.entries(cases).forEach(([scenario, { from, script, at = day, verified, heard, patient, dialed }]) => {
    test(scenario, async () => {
      const params = verified === undefined ? undefined : { StirVerstat: verified };
      const call = await clinic.call({ from, to, ...(params && { params }) }, script, at);
      assert.match(call.heard[0] ?? '', heard);
      const identifier = `identifier=https://www.twilio.com/|${call.callSid}`;
      const [record] = await clinic.searchChart<Communication>('Communication', identifier);
      if (patient !== undefined) {
        const who = await clinic.read<Patient>(record?.subject?.reference);
        assert.equal(who.name?.[0]?.given?.[0], patient);
      }
      if (dialed) {
        assert.deepEqual(
          call.legs.map((leg) => [leg.to, leg.status]),
          dialed,
        );
      }
      snapshots.match(scenario, await recordCall(clinic, call));
    });
  });

  test('a patient who calls back reaches the clinician who called', async () => {
    clinic.start(day);
    const [patient] = await clinic.searchChart<Patient>('Patient', 'name=Hal');
    const { ticket } = await clinic.executeSuccessfully(staff.token, { operation: 'start-call', patient: patient?.id });
    const missed = await clinic.browser(staff.identity, { Ticket: ticket ?? '' });
    assert.deepEqual(
      missed.legs.map((leg) => [leg.to, leg.status]),
      [['+15550100411', 'no-answer']],
    );
    snapshots.match('a clinician tries to call', await recordCall(clinic, missed));
    const back = await clinic.call(
      { from: '+15550100411', to },
      { answers: { '+15550100453': talks } },
      Date.parse(day) + 600_000,
    );
    assert.match(back.heard.join('\n'), /Hello Hal\.[^]*\[talks to \+15550100453\]/);
    snapshots.match('the patient calls back', await recordCall(clinic, back));
  });
});
