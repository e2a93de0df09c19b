// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Calls by SIP: from the clinic's phone system to a SIP domain of its Twilio account. */
import type { Communication, Patient } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('sip');
const clinicNumber = '+15550100051';
const mobile = '+15550100171';
const patientNumber = '+15550100151';
const config = {
  timeZone: 'America/Chicago',
  numbers: { [clinicNumber]: { name: 'Birch Lane Clinic', dialplan: 'main' } },
  dialplans: { main: [{ when: { anonymous: true }, then: 'withheld' }, { then: 'nurse' }] },
  sip: {
    domains: ['birch-lane.sip.twilio.com'],
    trusted: ['pbx.birch-lane.example'],
    extensions: { 201: clinicNumber },
  },
  screening: { enabled: false },
  tasks: { on: ['missed'], owner: 'Organization/nurses' },
  actions: {
    nurse: [{ dial: { targets: [{ number: mobile }], timeout: 20, otherwise: 'closed' } }],
    withheld: [
      { say: { text: 'Your number is not shown.' } },
      { dial: { targets: [{ number: mobile }], timeout: 20, otherwise: 'closed' } },
    ],
    closed: [{ say: { text: 'No one can take your call.' } }, { hangup: {} }],
  },
};

const talks: Script = { answers: { [mobile]: { after: 5, talk: 60 } } };
const extension = 'sip:201@birch-lane.sip.twilio.com;transport=udp';

describe('calls by SIP', () => {
  let clinic: Clinic;
  let patient: string;
  before(async () => {
    clinic = await openClinic({ seed: 'sip', numbers: [clinicNumber], config: JSON.stringify(config) });
    const { id } = await clinic.create<Patient>({
      resourceType: 'Patient',
      name: [{ given: ['Ines'], family: 'Invented' }],
      telecom: [{ system: 'phone', value: '(555) 010-0151' }],
    });
    patient = `Patient/${id}`;
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  const cases: Record<
    string,
    { from: string; to: string; script: Script; known: boolean; dialed: string[]; log?: RegExp }
  > = {
    'the phone system passes on a patient to an extension': {
      from: `sip:${patientNumber}@pbx.birch-lane.example:5060`,
      to: extension,
      script: talks,
      known: true,
      dialed: [mobile],
    },
    'no one answers a patient, whose number is percent-encoded': {
      from: `sip:%2B${patientNumber.slice(1)}@PBX.birch-lane.example;user=phone`,
      to: `sip:${clinicNumber}@birch-lane.sip.twilio.com`,
      script: { answers: { [mobile]: 'no-answer' } },
      known: true,
      dialed: [mobile],
    },
    'a stranger writes the number of a patient': {
      from: `sip:${patientNumber}@stranger.example`,
      to: extension,
      script: talks,
      known: false,
      dialed: [mobile],
    },
    'a SIP phone cannot place a call': {
      from: 'sip:201@birch-lane.sip.twilio.com',
      to: `sip:${patientNumber}@birch-lane.sip.twilio.com`,
      script: {},
      known: false,
      dialed: [],
      log: /^plumline: SIP_ADDRESS_UNKNOWN: /,
    },
  };
  for (const [name, { from, to, script, known, dialed, log }] of Object.entries(cases)) {
    test(name, async () => {
      const call = await clinic.call({ from, to }, script);
      assert.deepEqual(
        call.legs.map((leg) => leg.to),
        dialed,
      );
      const callerIds = call.requests.flatMap(({ body }) => /<Dial [^>]*callerId="([^"]*)"/.exec(body)?.[1] ?? []);
      assert.deepEqual(
        callerIds,
        dialed.map(() => clinicNumber),
      );
      const [record] = await clinic.searchChart<Communication>(
        'Communication',
        `identifier=https://www.twilio.com/|${call.callSid}`,
      );
      assert.equal(record?.subject?.reference, known ? patient : undefined);
      const text = JSON.stringify(record);
      assert.ok(text.includes(from) && text.includes(to), text);
      const lines = clinic.executions('webhook').flatMap((one) => one.log);
      assert.ok(log ? lines.some((line) => log.test(line)) : lines.length === 0, lines.join('\n'));
      snapshots.match(name, await recordCall(clinic, call));
    });
  }
});
