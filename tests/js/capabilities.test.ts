// SPDX-License-Identifier: Apache-2.0 OR MIT

/** docs/capabilities.md: each row of what a dialplan can do has a test that proves it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);
const text = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** The file and the name of the test, by the row in the table. */
const proofs: Record<string, [file: string, name: string][]> = {
  "Route by the caller, the number called, the hour, the carrier's verification": [
    ['tests/rust/dialplan/rules.rs', 'by_the_number_of_the_caller'],
    ['tests/rust/dialplan/rules.rs', 'by_the_number_called'],
    ['tests/rust/dialplan/rules.rs', 'by_opening_hours_of_the_config'],
    ['tests/rust/dialplan/rules.rs', 'by_the_attestation_of_the_carrier'],
  ],
  'Route by the patient, their language or their care team': [
    ['tests/rust/dialplan/rules.rs', 'by_the_patient'],
    ['tests/rust/dialplan/rules.rs', 'by_the_care_team'],
    ['tests/js/scenarios/examples.test.ts', 'a patient who prefers Spanish hears it at once'],
  ],
  'Route by the phone that forwarded the call': [
    ['tests/js/scenarios/examples.test.ts', 'the phone system forwards at night'],
  ],
  'Take opening hours from the config or from a `HealthcareService`': [
    ['tests/rust/dialplan/rules.rs', 'by_opening_hours_of_the_config'],
    ['tests/rust/dialplan/rules.rs', 'by_opening_hours_of_the_chart'],
  ],
  'Keep half-days, ranges and moving holidays every year, and the holidays of a country': [
    ['tests/js/scenarios/doctors-office.test.ts', 'Christmas Eve of the next year'],
    ['tests/js/scenarios/examples.test.ts', 'Easter Monday'],
    ['tests/js/holidays.test.ts', 'expandSets'],
  ],
  'Branch at any point of an action': [
    ['tests/js/scenarios/examples.test.ts', 'an appointment in the afternoon'],
    ['tests/js/scenarios/asking.test.ts', 'an answer decides what follows'],
  ],
  'Ask by keys of one or several digits, or by speech': [
    ['tests/js/scenarios/examples.test.ts', 'an extension'],
    ['tests/js/scenarios/examples.test.ts', 'an urgent refill'],
  ],
  'Ask for a number, a date or words, keep the answer, and branch on it': [
    ['tests/js/scenarios/asking.test.ts', 'an answer decides what follows'],
  ],
  'Keep a survey as a `QuestionnaireResponse`': [
    ['tests/js/scenarios/examples.test.ts', 'each caller has one response to the questionnaire'],
  ],
  'Verify a caller by birth date, say the next visit, take a refill request': [
    ['tests/js/scenarios/asking.test.ts', 'a refill request of a verified caller'],
    ['tests/js/scenarios/asking.test.ts', 'the next visit is heard and confirmed'],
    ['tests/js/scenarios/asking.test.ts', 'parallel calls have no more tries than one'],
  ],
  'Give emergency advice from every menu and queue': [
    ['tests/js/scenarios/emergency.test.ts', 'a caller says an emergency phrase and hangs up to dial'],
    ['tests/js/scenarios/emergency.test.ts', 'a waiting caller presses the key, keeps waiting and is answered'],
  ],
  'Speak several languages, and let the caller switch': [
    ['tests/js/scenarios/examples.test.ts', 'a caller chooses Spanish'],
  ],
  'Play recordings instead of texts, by language': [
    ['tests/js/scenarios/examples.test.ts', 'a caller chooses Spanish'],
  ],
  'Let staff close a line, divert calls or replace the greeting for some hours, also by phone': [
    ['tests/js/scenarios/closed-now.test.ts', 'the desk closes the lines at noon, and they open by themselves'],
    ['tests/js/scenarios/closed-now.test.ts', 'calls are diverted until staff clear the override'],
    ['tests/js/scenarios/closed-now.test.ts', 'a recorded greeting is played'],
    ['tests/js/scenarios/closed-now.test.ts', 'a staff phone closes and opens the lines with a code'],
  ],
  'Greet a patient by given name': [['tests/js/scenarios/examples.test.ts', 'a patient reaches the doctor']],
  'Ring browsers, phones, SIP addresses, and clinicians from the chart': [
    ['tests/js/scenarios/examples.test.ts', 'test results in the afternoon'],
    ['tests/js/scenarios/examples.test.ts', 'the desk phone answers'],
    ['tests/rust/dialplan/dial.rs', 'staff_who_are_available_now_are_dialed'],
    ['tests/rust/dialplan/dial.rs', 'the_general_practitioner_of_the_patient_is_dialed'],
  ],
  'Ring one after another, all at once, or as a hunt group': [
    ['tests/rust/dialplan/dial.rs', 'one_after_the_other'],
    ['tests/rust/dialplan/dial.rs', 'all_at_once'],
    ['tests/rust/dialplan/dial.rs', 'a_hunt_group_starts_with_a_different_member_for_each_call'],
  ],
  'Ask the person who answers a phone to press a key, so that no mailbox takes the call': [
    ['tests/js/scenarios/examples.test.ts', 'the second mobile answers, after the mailbox of the first'],
  ],
  'Skip staff who are away': [['tests/js/scenarios/transfers.test.ts', 'staff who are away do not ring']],
  'Answer calls from a phone system by SIP': [
    ['tests/js/scenarios/examples.test.ts', 'an extension of the phone system calls the nurses'],
  ],
  'Hold callers in a queue, say the position and the expected wait, offer to call back': [
    ['tests/js/scenarios/examples.test.ts', 'an appointment in the morning'],
    ['tests/js/scenarios/nurse-line.test.ts', 'a caller requests a callback'],
  ],
  'End the wait after a limit': [
    ['tests/js/scenarios/examples.test.ts', 'no one takes the Spanish queue, so the English one does'],
  ],
  'Take a message, with a transcription by Twilio': [
    ['tests/rust/dialplan/verbs.rs', 'the_transcription_of_a_message_is_stored'],
  ],
  'Give each mailbox its owner, priority and urgent words': [
    ['tests/js/scenarios/examples.test.ts', 'an urgent refill'],
    ['tests/js/scenarios/examples.test.ts', 'a bill'],
  ],
  'Call the people on call until one of them accepts': [
    ['tests/js/scenarios/paging.test.ts', 'the second person accepts after the mailbox of the first one answered'],
  ],
  'Put callers into a conference': [['tests/rust/dialplan/verbs.rs', 'a_caller_joins_a_conference']],
  'Connect callers with a voice agent, and take them back': [
    ['tests/js/scenarios/examples.test.ts', 'the agent hands the caller to the nurses'],
  ],
  'Let staff transfer callers, put them on hold, and take them from a queue': [
    ['tests/js/scenarios/transfers.test.ts', 'a colleague takes the caller'],
    ['tests/js/scenarios/transfers.test.ts', 'a caller is put on hold and resumed'],
    ['tests/js/scenarios/transfers.test.ts', 'two people take the same waiting caller'],
  ],
  'Record what came of a call, with a follow-up task': [
    ['tests/js/scenarios/transfers.test.ts', 'a call gets a disposition and a follow-up task'],
  ],
  'Record calls after an announcement, and delete recordings after some days': [
    ['tests/rust/dialplan/verbs.rs', 'a_recorded_call_is_announced_to_both_sides'],
    ['tests/js/scenarios/recordings.test.ts', 'is deleted at Twilio and in the chart after the retention period'],
  ],
  "Listen to messages and recordings in the chart, under each user's own rights": [
    ['tests/js/scenarios/recordings.test.ts', 'reaches staff who may read the call, and no one else'],
  ],
  'Open a `Task` or send an alert after a call': [
    [
      'tests/js/scenarios/afterwards.test.ts',
      'one task and one alert are created, and the alert contains no name or number',
    ],
  ],
  'Treat a caller who heard a closing notice as served': [['tests/js/scenarios/examples.test.ts', 'the address only']],
  'Hand the call over to your own TwiML': [['src/dialplan/verbs/redirect.rs', 'writes_a_redirect']],
  'Ring a phone while the server is down': [
    ['tests/js/fallback.test.ts', 'rings the phone of the fallback document, without another request'],
  ],
};

test('each capability has a test', () => {
  const [, section = ''] = /## What a dialplan can do\n(.*?)\n## /s.exec(text('docs/capabilities.md')) ?? [];
  const rows = [...section.matchAll(/^\| (.*?) +\| .*\|$/gm)].map(([, task = '']) => task.trim()).slice(1);
  const tasks = rows.filter((task) => !/^-+$/.test(task));
  assert.deepEqual(tasks, Object.keys(proofs));
  for (const [file, name] of Object.values(proofs).flat()) {
    assert.ok(text(file).includes(name), `${file} has no test "${name}"`);
  }
});
