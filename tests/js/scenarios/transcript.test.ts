// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Recordings that differ in one value, parameter or member must have different transcripts. */
import type { Appointment, HealthcareService, Patient } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { example, openClinic, ticketSecret } from './clinic.ts';
import type { Clinic, ClinicOptions } from './clinic.ts';
import { mutationsOf } from './mutations.ts';
import type { Mutation } from './mutations.ts';
import { commonIn } from './snapshots.ts';
import { Common } from './transcript/common.ts';
import { recordCall } from './transcript/recording.ts';
import type { Recording } from './transcript/recording.ts';
import { commonOf, transcript } from './transcript/transcript.ts';

const from = '+15550100200';

/** A recorded call in a new clinic. */
async function recorded(options: ClinicOptions, play: (clinic: Clinic) => Promise<Recording>): Promise<Recording> {
  const clinic = await openClinic(options);
  try {
    return await play(clinic);
  } finally {
    await clinic.stop();
  }
}

const incoming =
  (script: Script) =>
  async (clinic: Clinic): Promise<Recording> =>
    recordCall(clinic, await clinic.call({ from }, script));

/** An outgoing call for an appointment. */
async function outgoing(clinic: Clinic): Promise<Recording> {
  const staff = await clinic.staff('Amber Invented');
  const patient = await clinic.create<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Pat'], family: 'Invented' }],
    telecom: [{ system: 'phone', value: '(555) 010-0501' }],
  });
  const reference = `Patient/${patient.id}`;
  const appointment = await clinic.create<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    start: '2026-11-17T15:30:00.000Z',
    end: '2026-11-17T16:00:00.000Z',
    participant: [{ status: 'accepted', actor: { reference } }],
  });
  clinic.start();
  const start = { operation: 'start-call', patient: reference, appointment: `Appointment/${appointment.id}` };
  const { ticket = '' } = await clinic.executeSuccessfully(staff.token, start);
  const script = { answers: { '+15550100501': { after: 6, talk: 90 } } };
  return recordCall(clinic, await clinic.browser(staff.identity, { Ticket: ticket }, script));
}

async function nurseLine(opening: Clinic): Promise<string> {
  const { id } = await opening.create<HealthcareService>({ resourceType: 'HealthcareService', active: true });
  return example('nurse-line').replaceAll('HealthcareService/nurse-line', `HealthcareService/${id}`);
}

interface Case {
  /** The snapshot file whose common parts these calls use. */
  file: string;
  options?: Partial<ClinicOptions>;
  play: (clinic: Clinic) => Promise<Recording>;
  /** A line of the expected transcript. */
  line: RegExp;
}
const cases: Record<string, Case> = {
  'the phone is answered after the desk': {
    file: 'front-desk',
    options: { numbers: ['+15550100011'], config: example('front-desk') },
    play: incoming({ answers: { 'client:front-desk': 'declined', '+15550100019': { after: 4, talk: 42 } } }),
    line: /leg CA3 \+15550100019 answered/,
  },
  'a message after two menus, in Spanish': {
    file: 'bilingual',
    options: { numbers: ['+15550100021'], config: example('bilingual') },
    play: incoming({ digits: ['9'], speech: ['receta'], voicemail: { seconds: 20, then: '#', text: 'Necesito más' } }),
    line: /transcribed "Necesito más"/,
  },
  'a queue with a callback request': {
    file: 'nurse-line',
    options: { numbers: ['+15550100031'], config: nurseLine },
    play: incoming({ digits: ['', '1'], queue: { positions: [4, 3], average: 120 } }),
    line: /presses 1, position 3 of 3/,
  },
  'a call with a ticket': {
    file: 'outgoing',
    options: { secrets: { PLUMLINE_SECRET: ticketSecret } },
    play: outgoing,
    line: /sender Practitioner\/amber-invented/,
  },
};

describe('a transcript', () => {
  for (const [name, { file, options, play, line }] of Object.entries(cases)) {
    test(`shows every change of a recording: ${name}`, async () => {
      const recording = await recorded({ seed: 'transcript', ...options }, play);
      assert.match(transcript(recording, commonIn(file)), line);
      const mutations = [...mutationsOf(recording)];
      assert.ok(mutations.length > 1000, `${mutations.length} mutations`);
      // With the common parts of the file, with the maximum of common parts, and without any.
      for (const common of [commonIn(file), commonOf([recording]), new Common()]) {
        assert.deepEqual(alike([{ name: 'none', recording }, ...mutations], common), []);
      }
    });
  }

  test('common parts keep their text after a write and a read', () => {
    for (const file of ['front-desk', 'bilingual', 'known-patients', 'nurse-line', 'outgoing']) {
      const text = commonIn(file).write();
      assert.ok(text.length > 1000);
      assert.equal(Common.read(text).write(), text);
    }
  });

  test('names and instants do not differ between runs', async () => {
    const options = { numbers: ['+15550100011'], config: example('front-desk') };
    const play = incoming({ voicemail: 9 });
    const first = await recorded({ seed: 'one', ...options }, play);
    const second = await recorded({ seed: 'two', ...options }, play);
    assert.notEqual(first.call.callSid, second.call.callSid);
    assert.equal(transcript(first, new Common()), transcript(second, new Common()));
  });
});

/** The names of different recordings that share a transcript. */
function alike(mutations: Mutation[], common: Common): string[] {
  const seen = new Map<string, Mutation>();
  return mutations.flatMap((mutation) => {
    const text = transcript(mutation.recording, common);
    const other = seen.get(text) ?? mutation;
    seen.set(text, other);
    const same = other === mutation || JSON.stringify(other.recording) === JSON.stringify(mutation.recording);
    return same ? [] : [`${other.name} = ${mutation.name}`];
  });
}
