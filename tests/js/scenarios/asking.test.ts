// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A line that asks: a survey, a verified birth date, the next visit, and requests that become tasks. */
import type { Basic, Communication, Patient, QuestionnaireResponse, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { openClinic, workday } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('asking');
const to = '+15550100041';
const [ada, family, stranger] = ['+15550100701', '+15550100702', '+15550100799'];
const survey = 'https://clinic.example/fhir/Questionnaire/after-visit';
const question = (linkId: string): object => ({ questionnaire: survey, linkId });
const served = (text: string): object[] => [{ say: { text } }, { hangup: { served: true } }];
const config = {
  language: 'en-US',
  timeZone: 'America/New_York',
  numbers: { [to]: { name: 'Elm Street', dialplan: 'main' } },
  dialplans: { main: [{ then: 'start' }] },
  tasks: { on: ['missed'], owner: 'Organization/desk' },
  actions: {
    start: [
      {
        menu: {
          prompt: { text: 'For the survey, press 1. For your visits and refills, press 2.' },
          options: [
            { digits: '1', then: 'pain' },
            { digits: '2', then: 'birth-date' },
          ],
          retries: 0,
          otherwise: 'desk',
        },
      },
    ],
    pain: [
      {
        ask: {
          prompt: { text: 'From 0 to 10, how strong is your pain?' },
          answer: { format: 'number', max: 10 },
          confirm: { text: 'You entered {answer}. Press 1 if this is right.' },
          invalid: { text: 'That is not a number from 0 to 10.' },
          question: question('pain'),
          then: 'by-pain',
          otherwise: 'desk',
        },
      },
    ],
    'by-pain': [{ when: { if: { answer: { pain: { min: 7 } } }, then: 'nurse', otherwise: 'comment' } }],
    comment: [
      {
        ask: {
          prompt: { text: 'Please say more.' },
          input: 'speech',
          answer: { format: 'text' },
          question: question('comment'),
          then: 'thanks',
          otherwise: 'thanks',
        },
      },
    ],
    thanks: served('Thank you.'),
    nurse: served('A nurse will call you.'),
    desk: served('Please call the desk.'),
    'birth-date': [
      {
        verify: {
          prompt: { text: 'Enter the birth date of the patient, in eight digits.' },
          invalid: { text: 'That does not fit.' },
          then: 'services',
          otherwise: 'desk',
        },
      },
    ],
    services: [
      {
        menu: {
          prompt: { text: 'For your next visit, press 1. For a refill, press 2.' },
          options: [
            { digits: '1', then: 'visit' },
            { digits: '2', then: 'refill' },
          ],
          retries: 0,
          otherwise: 'desk',
        },
      },
    ],
    visit: [
      {
        nextVisit: {
          prompt: { text: 'Your next visit is on {date} at {time}.' },
          none: { text: 'You have no visit.' },
          then: 'confirm-or-not',
          otherwise: 'desk',
        },
      },
    ],
    'confirm-or-not': [
      {
        menu: {
          prompt: { text: 'To confirm it, press 1.' },
          options: [{ digits: '1', then: 'confirm-visit' }],
          retries: 0,
          otherwise: 'thanks',
        },
      },
    ],
    'confirm-visit': [
      { task: { text: 'The patient confirms the visit', nextVisit: true, then: 'noted', otherwise: 'desk' } },
    ],
    refill: [
      {
        task: {
          text: 'Refill',
          owner: 'Organization/nurses',
          priority: 'routine',
          code: { system: 'https://clinic.example/requests', code: 'refill' },
          then: 'noted',
          otherwise: 'desk',
        },
      },
    ],
    noted: served('Your request was noted.'),
  },
};

describe('asking the caller', () => {
  let clinic: Clinic;
  let patient = '';
  let child = '';
  let appointment = '';
  let at = new Date(workday).getTime();

  before(async () => {
    clinic = await openClinic({ seed: 'asking', numbers: [to], config: JSON.stringify(config) });
    const born = async (given: string, value: string, birthDate: string): Promise<string> => {
      const name = [{ given: [given], family: 'Invented' }];
      const telecom = [{ system: 'phone' as const, value }];
      const { id } = await clinic.create<Patient>({ resourceType: 'Patient', name, telecom, birthDate });
      return `Patient/${id}`;
    };
    patient = await born('Ada', ada, '1980-03-14');
    await born('Bea', family, '1975-07-01');
    child = await born('Cleo', family, '2015-12-24');
    const visit = async (start: string, status: 'booked' | 'cancelled'): Promise<string> => {
      const participant = [{ status: 'accepted' as const, actor: { reference: patient } }];
      const end = start.replace(/:\d\d:00\.000Z/, ':50:00.000Z');
      const { id } = await clinic.create({ resourceType: 'Appointment', status, start, end, participant });
      return `Appointment/${id}`;
    };
    await visit('2026-11-16T19:30:00.000Z', 'booked');
    await visit('2026-11-19T19:30:00.000Z', 'cancelled');
    appointment = await visit('2026-12-03T19:30:00.000Z', 'booked');
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  /** A call, ten minutes after the last one. */
  async function call(from: string, script: Script): Promise<CallResult> {
    at += 600_000;
    const ended = await clinic.call({ from, to }, script, at);
    await clinic.sandbox.settled();
    return ended;
  }
  const heard = (ended: CallResult): string => ended.heard.join(' ');
  async function record({ callSid }: CallResult): Promise<Communication | undefined> {
    return (
      await clinic.searchChart<Communication>('Communication', `identifier=https://www.twilio.com/|${callSid}`)
    )[0];
  }
  async function responses({ callSid }: CallResult): Promise<QuestionnaireResponse[]> {
    const all = await clinic.searchChart<QuestionnaireResponse>('QuestionnaireResponse');
    return all.filter(({ identifier }) => identifier?.value?.startsWith(callSid));
  }
  async function requests({ callSid }: CallResult): Promise<Task[]> {
    const all = await clinic.searchChart<Task>('Task');
    return all.filter(({ identifier }) => identifier?.some(({ value }) => value?.startsWith(`${callSid}.`)));
  }

  test('a survey', async () => {
    const ended = await call(ada, { digits: ['1', '11', '4#', '2', '5#', '1'], speech: ['All good, thanks.'] });
    assert.match(heard(ended), /That is not a number.*You entered 4\..*You entered 5\..*say more.*Thank you/s);
    const [response, ...others] = await responses(ended);
    assert.deepEqual(others, []);
    assert.equal(response?.questionnaire, survey);
    assert.equal(response.status, 'completed');
    assert.equal(response.subject?.reference, patient);
    assert.deepEqual(response.item, [
      { linkId: 'pain', answer: [{ valueInteger: 5 }] },
      { linkId: 'comment', answer: [{ valueString: 'All good, thanks.' }] },
    ]);
    assert.doesNotMatch(clinic.log.join('\n'), /All good|1980/);
    snapshots.match('a survey', await recordCall(clinic, ended));
  });

  test('an answer decides what follows', async () => {
    const ended = await call(stranger, { digits: ['1', '7#', '1'] });
    assert.match(heard(ended), /A nurse will call you/);
    const [response] = await responses(ended);
    assert.deepEqual([response?.item?.[0]?.answer, response?.subject], [[{ valueInteger: 7 }], undefined]);
  });

  test('silence and keys that were not offered lead to otherwise', async () => {
    const ended = await call(stranger, { digits: ['1', '*', '#', '99'] });
    assert.match(heard(ended), /Please call the desk/);
    assert.deepEqual(await responses(ended), []);
    assert.doesNotMatch(JSON.stringify(await record(ended)), /"(unconfirmedA|a)nswer"/);
  });

  test('an answer that was not confirmed is not an answer', async () => {
    const ended = await call(stranger, { digits: ['1', '8#', '2', '8#', '3', '8#', '4'] });
    assert.match(heard(ended), /Please call the desk/);
    assert.deepEqual(await responses(ended), []);
  });

  test('requests that Twilio sends twice', async () => {
    clinic.sandbox.twilio.networkFaults.twice = 1;
    at += 600_000;
    clinic.start(at);
    const script = { digits: ['2', '03141980', '2'] };
    const ended = await clinic.sandbox.twilio.incoming({ from: ada, to, script }).finally(() => {
      clinic.sandbox.twilio.networkFaults.twice = 0;
    });
    await clinic.sandbox.settled();
    assert.match(heard(ended), /Your request was noted/);
    assert.equal((await requests(ended)).length, 1);
  });

  test('a refill request of a verified caller', async () => {
    const ended = await call(ada, { digits: ['2', '03141981', '03141980', '2'] });
    assert.match(heard(ended), /That does not fit.*Your request was noted/s);
    const [task, ...others] = await requests(ended);
    assert.deepEqual(others, []);
    assert.equal(task?.for?.reference, patient);
    assert.equal(task.owner?.reference, 'Organization/nurses');
    assert.equal(task.priority, 'routine');
    assert.equal(task.code?.text, 'Refill');
    const known = await record(ended);
    assert.equal(task.focus?.reference, `Communication/${known?.id ?? ''}`);
    assert.equal(known?.subject?.reference, patient);
    snapshots.match('a refill request', await recordCall(clinic, ended));
  });

  test('the next visit is heard and confirmed', async () => {
    const ended = await call(ada, { digits: ['2', '03141980', '1', '1'] });
    assert.match(heard(ended), /Your next visit is on Thursday, December 3 at 2:30 PM\..*Your request was noted/s);
    const [task] = await requests(ended);
    assert.equal(task?.focus?.reference, appointment);
    assert.equal(task.owner?.reference, 'Organization/desk');
    snapshots.match('the next visit', await recordCall(clinic, ended));
  });

  test('the birth date selects one of several patients with the number', async () => {
    const ended = await call(family, { digits: ['2', '12242015', '1'] });
    assert.match(heard(ended), /You have no visit/);
    assert.equal((await record(ended))?.subject?.reference, child);
  });

  test('three wrong dates over several calls end the tries of the day, of a known number and of a stranger', async () => {
    for (const [from, right] of [
      [family, '12242015'],
      ['+15550100788', '01011990'],
    ] as const) {
      const first = await call(from, { digits: ['2', '01012000', '01012001'] });
      // The second call has one try left. A date that does not exist is no try.
      const second = await call(from, { digits: ['2', '99999999', '01012002', right] });
      const third = await call(from, { digits: ['2', right, right, right] });
      const opening = (ended: CallResult): string => heard(ended).slice(heard(ended).indexOf('Enter the birth date'));
      assert.equal(opening(second).match(/That does not fit/g)?.length, 1);
      assert.match(opening(second), /Please call the desk/);
      assert.match(opening(third), /^Enter the birth date[^.]*\. Please call the desk/);
      assert.equal((await requests(first)).length + (await requests(third)).length, 0);
      const [count] = await clinic.searchChart<Basic>(
        'Basic',
        `identifier=https://plumline.dev/fhir/birth-date-tries|${encodeURIComponent(from)}`,
      );
      const wrong = count?.extension?.[0]?.extension?.filter(({ url }) => url === 'wrong');
      assert.equal(wrong?.length, 3);
    }
    assert.match(clinic.log.join('\n'), /VERIFY_LIMIT/);
    assert.doesNotMatch(clinic.log.join('\n'), /2015|0100702/);
    // The next day has three tries again.
    at += 86_400_000;
    const later = await call(family, { digits: ['2', '12242015', '2'] });
    assert.match(heard(later), /Your request was noted/);
  });

  test('parallel calls have no more tries than one', async () => {
    at += 86_400_000;
    clinic.start(at);
    const dates = ['01012000', '01012001', '01012002', '01012003', '01012004', '01012005', '12242015'];
    const calls = await Promise.all(
      dates.map(async (date) =>
        clinic.sandbox.twilio.incoming({ from: family, to, script: { digits: ['2', date, '2'] } }),
      ),
    );
    await clinic.sandbox.settled();
    assert.equal(calls.length, dates.length);
    const [count] = await clinic.searchChart<Basic>(
      'Basic',
      `identifier=https://plumline.dev/fhir/birth-date-tries|${encodeURIComponent(family)}`,
    );
    const wrong = count?.extension?.[0]?.extension?.filter(
      ({ url, valueString }) => url === 'wrong' && valueString?.startsWith(new Date(at).toISOString().slice(0, 10)),
    );
    assert.ok(wrong && wrong.length >= 1 && wrong.length <= 3);
  });

  test('a withheld number and a number of the clinic are never verified', async () => {
    for (const from of ['+266696687', to]) {
      const ended = await call(from, { digits: ['2', '03141980', '2'] });
      assert.doesNotMatch(heard(ended), /Enter the birth date/);
      assert.match(heard(ended), /Please call the desk/);
    }
  });
});
