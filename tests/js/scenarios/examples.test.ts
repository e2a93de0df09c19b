// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The clinics of docs/examples.md, each from the first ring to the record in the chart. */
import type { Communication, Patient, QuestionnaireResponse, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { startAlertServer } from './alert-server.ts';
import type { AlertServer } from './alert-server.ts';
import { example, openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';

interface Call {
  script?: Script;
  at?: string;
  from?: string;
  to?: string;
  params?: Record<string, string>;
  /** Texts that the caller hears, in this order. */
  heard?: string[];
  /** Texts that the caller does not hear. */
  unheard?: string[];
  /** What rings, in this order. */
  rings?: string[];
  /** The summary line. */
  line: RegExp;
  /** The task: its text and its priority. */
  task?: { text: string; priority?: string; owner?: string };
}

interface Example {
  number: string;
  numbers?: string[];
  /** When the calls arrive, unless a call has a time of its own. */
  at: string;
  calls: Record<string, Call>;
}

const talks = { after: 5, talk: 60 };

const examples: Record<string, Example> = {
  'dentist-after-hours': {
    number: '+15550100111',
    at: '2026-11-18T22:00:00-07:00',
    calls: {
      'strong pain reaches the dentist on duty': {
        script: { digits: ['1', '8', '2'], answers: { '+15550100171': talks } },
        heard: ['How strong is your pain, from 1 to 9?', 'We are calling the dentist on duty.'],
        rings: ['+15550100171'],
        line: /; status=completed; duration=\d+s$/,
      },
      'a swollen face without strong pain, and the dentist’s mailbox answers': {
        script: {
          digits: ['1', '3', '1'],
          answers: { '+15550100171': { after: 15, talk: 20, answeredBy: 'machine_start', digits: [] } },
          voicemail: 20,
        },
        rings: ['+15550100171'],
        line: /; outcome=voicemail; mailbox=urgent-message; /,
        task: { text: 'Dental emergency: listen and call back', priority: 'urgent' },
      },
      'weak pain leaves a message': {
        script: { digits: ['1', '2', '2'], voicemail: 20 },
        rings: [],
        line: /; outcome=voicemail; mailbox=urgent-message; /,
        task: { text: 'Dental emergency: listen and call back', priority: 'urgent' },
      },
      'a bill': {
        script: { speech: ['I have a question about my bill'], voicemail: 9 },
        line: /; outcome=voicemail; mailbox=billing; /,
        task: { text: 'Question about a bill', owner: 'Organization/mesa-billing' },
      },
      'the address, and back to the menu for an appointment': {
        script: { digits: ['4', '1', '2'], voicemail: 9 },
        heard: ['We are at 100 Main Street, and open from 8 to 5, Monday to Friday.'],
        line: /; outcome=voicemail; mailbox=scheduling; /,
        task: { text: 'Schedule an appointment' },
      },
      'the address only': {
        script: { digits: ['4', ''] },
        heard: ['Goodbye.'],
        line: /; outcome=served; /,
      },
    },
  },
  surgery: {
    number: '+442079460111',
    at: '2026-11-18T09:00:00Z',
    calls: {
      'an appointment in the morning': {
        script: { digits: ['1'], queue: { after: 200, talk: 90, positions: [4, 3, 2], average: 300 } },
        heard: ['You are number 4 in the queue.', 'The wait is about 10 minutes.', 'You are number 3 in the queue.'],
        line: /; status=completed; duration=\d+s$/,
      },
      'an appointment in the afternoon': {
        script: { digits: ['1'] },
        at: '2026-11-18T15:00:00Z',
        heard: ['Appointments for today are given from 8 to 11. Please call again tomorrow at 8.'],
        line: /; outcome=served; /,
      },
      'test results in the afternoon': {
        script: { digits: ['2'], answers: { 'client:reception': talks } },
        at: '2026-11-18T15:00:00Z',
        rings: ['client:reception'],
        line: /; status=completed; /,
      },
      'test results in the morning': {
        script: { digits: ['2'] },
        heard: ['Test results are given from 2 to 4 in the afternoon.'],
        line: /; outcome=served; /,
      },
      'a repeat prescription': {
        script: { digits: ['3'], voicemail: 15 },
        line: /; outcome=voicemail; mailbox=prescriptions; /,
        task: { text: 'Repeat prescription', owner: 'Organization/elm-road-pharmacy' },
      },
      'Easter Monday': {
        at: '2027-03-29T10:00:00+01:00',
        heard: ['Elm Road Surgery is closed. For urgent advice, call 1 1 1. In an emergency, call 9 9 9.'],
        line: /; outcome=served; /,
      },
    },
  },
  'bilingual-queues': {
    number: '+15550100112',
    at: '2026-11-18T10:00:00-08:00',
    calls: {
      'a caller chooses Spanish': {
        script: { digits: ['2', '1'], queue: { after: 60, talk: 30, positions: [2, 1] } },
        heard: [
          '[play https://media.sol-clinic.example/es/services.mp3]',
          'Usted es el número 2.',
          '[talks to queue:spanish]',
        ],
        line: /; status=completed; /,
      },
      'a patient who prefers Spanish hears it at once': {
        from: '+15550100312',
        script: { digits: ['2'], voicemail: 8 },
        heard: [
          '[play https://media.sol-clinic.example/es/services.mp3]',
          '[play https://media.sol-clinic.example/es/message.mp3]',
        ],
        line: /; outcome=voicemail; mailbox=message; /,
        task: { text: 'Listen to a message left by phone' },
      },
      'no one takes the Spanish queue, so the English one does': {
        script: { digits: ['2', '1', '', '', '', '', '', ''], queue: { positions: [1] } },
        heard: ['Usted es el número 1.', 'You are number 1.'],
        line: /outcome=(dropped|no-answer)|status=no-answer/,
        task: { text: 'Call back after a missed call' },
      },
    },
  },
  'three-stage-hunt': {
    number: '+15550100113',
    at: '2026-11-18T10:00:00-07:00',
    calls: {
      'the desk answers': {
        script: { answers: { 'sip:desk@pbx.ridge.example:6767': talks } },
        rings: ['sip:desk@pbx.ridge.example:6767'],
        line: /; status=completed; /,
      },
      'the second mobile answers, after the mailbox of the first': {
        script: {
          answers: {
            '+15550100173': { after: 10, talk: 20, answeredBy: 'machine_start', digits: [] },
            '+15550100174': talks,
          },
        },
        rings: [
          'sip:desk@pbx.ridge.example:6767',
          '+15550100172',
          'sip:nurses@pbx.ridge.example:6767',
          '+15550100173',
          '+15550100174',
        ],
        line: /; status=completed; /,
      },
      'no one answers': {
        script: { voicemail: 11 },
        heard: ['[play https://media.ridge.example/recorded.mp3]', '[play https://media.ridge.example/message.mp3]'],
        line: /; outcome=voicemail; mailbox=message; /,
        task: { text: 'Listen to a message left by phone', owner: 'Organization/ridge-pediatrics' },
      },
    },
  },
  'on-call': {
    number: '+15550100110',
    at: '2026-11-18T22:00:00-06:00',
    calls: {
      'an urgent call at night pages the people on duty': {
        script: { digits: ['1'] },
        heard: ['We are calling the doctor on duty, who will call you back at this number. Goodbye.'],
        line: /; outcome=served; /,
        task: { text: 'Call the patient back', priority: 'urgent', owner: 'Organization/bayview' },
      },
      'a message for tomorrow': {
        script: { digits: ['2'], voicemail: 9 },
        line: /; outcome=voicemail; mailbox=message; /,
        task: { text: 'Listen to a message left by phone' },
      },
      'during the day, the desk rings': {
        at: '2026-11-18T10:00:00-06:00',
        script: { answers: { '+15550100190': talks } },
        rings: ['+15550100190'],
        line: /; status=completed; /,
      },
    },
  },
  survey: {
    number: '+15550100114',
    at: '2026-11-18T10:00:00-05:00',
    calls: {
      'a satisfied patient': {
        script: { digits: ['5', '4', '1'] },
        heard: ['Thank you for your time. Goodbye.'],
        line: /; outcome=served; /,
      },
      'a patient who was not satisfied': {
        script: { digits: ['7', '1', '3', '2'], voicemail: { seconds: 20, text: 'I waited for two hours.' } },
        heard: ['Please press a key from 1 to 5.', 'We are sorry. If you like, say what we can do better.'],
        line: /; outcome=voicemail; mailbox=what-went-wrong; /,
        task: { text: 'Complaint in the survey', priority: 'urgent' },
      },
    },
  },
  departments: {
    number: '+15550100115',
    at: '2026-11-18T10:00:00-06:00',
    calls: {
      'a refill': {
        script: { digits: ['1'], voicemail: { seconds: 15, text: 'I need a refill of my eye drops.' } },
        line: /; outcome=voicemail; mailbox=refill; /,
        task: { text: 'Refill request', owner: 'Organization/prairie-nurses' },
      },
      'an urgent refill': {
        script: { speech: ['I need a prescription'], voicemail: { seconds: 15, text: 'I am out of insulin.' } },
        line: /; outcome=voicemail; mailbox=refill; /,
        task: { text: 'Refill request', owner: 'Organization/prairie-nurses', priority: 'asap' },
      },
      'an extension': {
        script: { digits: ['101'], answers: { '+15550100176': talks } },
        rings: ['+15550100176'],
        line: /; status=completed; /,
      },
      'no choice': {
        script: { voicemail: 5 },
        line: /; outcome=voicemail; mailbox=desk; /,
        task: { text: 'Listen to a message left by phone', owner: 'Organization/prairie-desk' },
      },
    },
  },
  'sip-pbx': {
    number: '+15550100116',
    numbers: ['+15550100116', '+15550100117'],
    at: '2026-11-18T10:00:00-05:00',
    calls: {
      'the desk phone answers': {
        script: { answers: { 'sip:200@pbx.orchard.example;transport=tls': talks } },
        rings: ['sip:200@pbx.orchard.example;transport=tls'],
        line: /^Inbound Twilio voice call; status=completed; /,
      },
      'the phone system forwards at night': {
        params: { ForwardedFrom: '+15550100177' },
        script: { voicemail: 6 },
        heard: ['Our desk has closed for today.'],
        rings: [],
        line: /; outcome=voicemail; mailbox=message; /,
        task: { text: 'Listen to a message left by phone' },
      },
      'an extension of the phone system calls the nurses': {
        from: 'sip:+15550100151@pbx.orchard.example',
        to: 'sip:300@orchard.sip.twilio.com;transport=udp',
        script: { voicemail: 6 },
        line: /; outcome=voicemail; mailbox=message; /,
        task: { text: 'Listen to a message left by phone' },
      },
    },
  },
  'voice-agent': {
    number: '+15550100118',
    at: '2026-11-18T10:00:00-07:00',
    calls: {
      'the agent finishes the call': { script: { agent: { talk: 70 } }, line: /; outcome=agent; / },
      'the agent hands the caller to the nurses': {
        script: {
          agent: { handoff: '{"reasonCode":"nurse"}' },
          digits: [''],
          queue: { after: 30, talk: 60, positions: [1] },
        },
        heard: ['You are number 1 in line.', '[talks to queue:nurses]'],
        line: /; status=completed; /,
      },
      'at night, the nurse on call does not answer': {
        at: '2026-11-18T22:00:00-07:00',
        script: { agent: { handoff: '{"reasonCode":"nurse"}' }, voicemail: 14 },
        rings: ['+15550100179'],
        line: /; outcome=voicemail; mailbox=message; /,
        task: { text: 'Listen to a message left by phone' },
      },
      'the agent cannot be reached': {
        script: { agent: { fails: true }, answers: { '+15550100178': talks } },
        rings: ['+15550100178'],
        line: /; status=completed; /,
      },
    },
  },
  'one-person': {
    number: '+15550100119',
    at: '2026-11-19T10:00:00-07:00',
    calls: {
      'a patient reaches the doctor': {
        from: '+15550100312',
        script: { answers: { '+15550100170': talks } },
        heard: ['Hello Ines. One moment, please.'],
        rings: ['+15550100170'],
        line: /; status=completed; /,
      },
      'the mailbox of the mobile answers': {
        script: {
          answers: { '+15550100170': { after: 15, talk: 20, answeredBy: 'machine_start', digits: [] } },
          voicemail: 12,
        },
        rings: ['+15550100170'],
        line: /; outcome=voicemail; mailbox=message; /,
        task: { text: 'Call back', owner: 'Practitioner/rowan' },
      },
      'during lunch': {
        at: '2026-11-19T13:00:00-07:00',
        script: { voicemail: 12 },
        heard: ['The practice of Doctor Rowan is closed. In an emergency, hang up and dial 9 1 1.'],
        unheard: ['Welcome to the practice of Doctor Rowan. One moment, please.'],
        rings: [],
        line: /; outcome=voicemail; mailbox=message; /,
        task: { text: 'Call back' },
      },
    },
  },
};

for (const [name, { number, numbers = [number], at, calls }] of Object.entries(examples)) {
  describe(`docs/dialplan/${name}.json`, () => {
    let clinic: Clinic;
    let alerts: AlertServer;
    before(async () => {
      alerts = await startAlertServer();
      const config = example(name).replace('https://hooks.ridge.example/phone', alerts.url);
      clinic = await openClinic({ seed: name, numbers, config });
      await clinic.create<Patient>({
        resourceType: 'Patient',
        name: [{ given: ['Ines'], family: 'Invented' }],
        communication: [{ preferred: true, language: { coding: [{ code: 'es' }] } }],
        telecom: [{ system: 'phone', value: '+15550100312' }],
      });
    });
    after(async () => {
      await clinic.stop();
      alerts.stop();
    });

    Object.entries(calls).forEach(([title, expected], index) => {
      test(title, async () => {
        const from = expected.from ?? `+155501006${String(index).padStart(2, '0')}`;
        const caller = { from, to: expected.to ?? number, ...(expected.params && { params: expected.params }) };
        const call = await clinic.call(caller, expected.script, expected.at ?? at);
        await checkCall(clinic, call, expected);
      });
    });

    if (name === 'survey') {
      test('each caller has one response to the questionnaire', async () => {
        const responses = await clinic.searchChart<QuestionnaireResponse>('QuestionnaireResponse');
        const answers = responses.map(({ item = [] }) =>
          item.map(({ linkId, answer }) => `${linkId}=${answer?.[0]?.valueInteger ?? answer?.[0]?.valueString}`).join(),
        );
        assert.deepEqual(answers.sort(), ['visit=1,staff=3,recommend=2', 'visit=5,staff=4,recommend=1']);
      });
    }
  });
}

async function checkCall(clinic: Clinic, call: CallResult, expected: Call): Promise<void> {
  const transcript = call.heard.join('\n');
  let place = 0;
  for (const text of expected.heard ?? []) {
    place = call.heard.indexOf(text, place);
    assert.ok(place >= 0, `not heard, or not in this order: ${text}\n${transcript}`);
  }
  for (const text of expected.unheard ?? []) {
    assert.ok(!call.heard.includes(text), transcript);
  }
  if (expected.rings) {
    assert.deepEqual(
      call.legs.map((leg) => leg.to),
      expected.rings,
    );
  }
  const identifier = `identifier=https://www.twilio.com/|${call.callSid}`;
  const [record, ...others] = await clinic.searchChart<Communication>('Communication', identifier);
  assert.deepEqual(others, []);
  assert.match(record?.payload?.[0]?.contentString ?? '', expected.line);
  const tasks = (await clinic.searchChart<Task>('Task')).filter(({ identifier: identifiers }) =>
    identifiers?.some(({ value }) => value?.startsWith(call.callSid)),
  );
  assert.deepEqual(
    tasks.map(({ code }) => code?.text),
    expected.task ? [expected.task.text] : [],
  );
  if (expected.task?.priority !== undefined) {
    assert.equal(tasks[0]?.priority, expected.task.priority);
  }
  if (expected.task?.owner !== undefined) {
    assert.equal(tasks[0]?.owner?.reference, expected.task.owner);
  }
  assert.deepEqual(call.errors, []);
}
