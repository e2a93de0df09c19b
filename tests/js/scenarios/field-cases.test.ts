// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What clinics report: odd caller IDs, whole sentences in a menu, three offices behind one dialplan, calls in a circle. */
import type { Communication } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';

const [main, sales, support] = ['+15550100121', '+15550100122', '+15550100123'];
const [desk, office, workshop] = ['+15550100181', '+15550100182', '+15550100183'];
const numbers = [main, sales, support];

const config = {
  timeZone: 'America/New_York',
  numbers: {
    [main]: { name: 'Birch Street', dialplan: 'main' },
    [sales]: { name: 'Birch Street, sales', dialplan: 'offices' },
    [support]: { name: 'Birch Street, support', dialplan: 'offices' },
  },
  lists: { 'our-phones': [main, sales, support, desk, office, workshop] },
  dialplans: {
    main: [
      { when: { callers: ['our-phones'] }, then: 'turn-away' },
      { when: { forwardedFrom: ['our-phones'] }, then: 'message' },
      { when: { anonymous: true }, then: 'withheld' },
      { then: 'menu' },
    ],
    offices: [{ when: { called: [sales] }, then: 'ring-sales' }, { then: 'ring-support' }],
  },
  screening: { clinic: 'Birch Street' },
  tasks: { on: ['missed', 'voicemail'] },
  actions: {
    'turn-away': [{ reject: { reason: 'rejected' } }],
    withheld: [
      { say: { text: 'Your number is not shown.' } },
      { dial: { targets: [{ number: desk }], screen: false, otherwise: 'message' } },
    ],
    menu: [
      {
        menu: {
          prompt: { text: 'Say appointment, or press 1. Say refill, or press 2. Say billing, or press 3.' },
          options: [
            { digits: '1', speech: ['appointment', 'book'], then: 'appointment' },
            { digits: '2', speech: ['refill', 'prescription'], then: 'refill' },
            { digits: '3', speech: ['billing', 'bill'], then: 'billing' },
            { digits: '0', speech: ['operator', 'a person', 'someone'], then: 'ring-desk' },
          ],
          retries: 1,
          invalid: { text: 'I did not get that.' },
          otherwise: 'ring-desk',
        },
      },
    ],
    appointment: [{ say: { text: 'Appointments.' } }, { hangup: { served: true } }],
    refill: [{ say: { text: 'Refills.' } }, { hangup: { served: true } }],
    billing: [{ say: { text: 'Billing.' } }, { hangup: { served: true } }],
    'ring-desk': [{ dial: { targets: [{ number: desk }], screen: false, otherwise: 'message' } }],
    'ring-sales': [
      {
        dial: {
          targets: [{ number: office }],
          screenPrompt: { text: 'This is a call for the sales department. To take it, press 1.' },
          otherwise: 'message',
        },
      },
    ],
    'ring-support': [
      {
        dial: {
          targets: [{ number: workshop }],
          screenPrompt: { text: 'This is a call for the support department. To take it, press 1.' },
          otherwise: 'message',
        },
      },
    ],
    message: [{ voicemail: { greeting: { text: 'Please leave a message.' } } }],
  },
};

describe('what clinics report', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'field-cases', numbers, config: JSON.stringify(config) });
  });
  after(() => clinic.stop());

  const talks = { after: 4, talk: 20 };
  const play = (from: string, script: Script = {}, to = main, params?: Record<string, string>): Promise<CallResult> =>
    clinic.call({ from, to, ...(params && { params }) }, script);

  for (const from of [
    '+266696687',
    '+86282452253',
    'anonymous',
    'PRIVATE',
    'Unavailable',
    'sip:anonymous@anonymous.invalid',
    '+1',
    '411',
    '5550100199',
    '',
  ]) {
    test(`the caller ID "${from}" is no number, and the desk sees the clinic's number`, async () => {
      const call = await play(from, { answers: { [desk]: talks } });
      assert.ok(call.heard.includes('Your number is not shown.'), call.heard.join('\n'));
      const dial = call.requests.map(({ body }) => body).find((body) => body.includes('<Dial')) ?? '';
      assert.match(dial, new RegExp(`<Dial [^>]*callerId="\\${main}"`));
      const found = `identifier=https://www.twilio.com/|${call.callSid}`;
      const [record] = await clinic.searchChart<Communication>('Communication', found);
      assert.equal(record?.subject, undefined);
    });
  }

  const sentences: Record<string, string> = {
    'I would like to book something for next week, please.': 'Appointments.',
    'Yes hi, it is about my prescription': 'Refills.',
    two: 'Refills.',
    'Press three.': 'Billing.',
    'I have a question about my bill': 'Billing.',
    "I don't want a refill, I want an appointment": 'Appointments.',
    'Can I talk to a person?': `[talks to ${desk}]`,
    'number one, please': 'Appointments.',
  };
  for (const [sentence, heard] of Object.entries(sentences)) {
    test(`the menu understands "${sentence}"`, async () => {
      const call = await play('+15550100701', { speech: [sentence], answers: { [desk]: talks } });
      assert.ok(call.heard.includes(heard), call.heard.join('\n'));
      assert.ok(!call.heard.includes('I did not get that.'));
    });
  }

  test('two services at once are unclear, and the menu asks again', async () => {
    const call = await play('+15550100702', { speech: ['a refill and billing', 'billing'] });
    assert.deepEqual(
      call.heard.filter((text) => text === 'I did not get that.' || text === 'Billing.'),
      ['I did not get that.', 'Billing.'],
    );
  });

  for (const [to, phone, department] of [
    [sales, office, 'sales'],
    [support, workshop, 'support'],
  ] as const) {
    test(`the ${department} office hears which number was called, and sees the caller`, async () => {
      const call = await play('+15550100703', { answers: { [phone]: talks } }, to);
      assert.deepEqual(
        call.legs.map((leg) => [leg.to, leg.status]),
        [[phone, 'completed']],
      );
      assert.match(call.legs[0]?.heard.join() ?? '', new RegExp(`call for the ${department} department`));
      const dial = call.requests.map(({ body }) => body).find((body) => body.includes('<Dial')) ?? '';
      assert.doesNotMatch(dial, /callerId/);
    });
  }

  test('a call that our own number or phone seems to place rings nothing', async () => {
    for (const from of [main, desk]) {
      const call = await play(from);
      assert.deepEqual([call.heard, call.legs], [['[not in service]'], []]);
    }
  });

  test('a call that our phone forwards does not ring it again', async () => {
    const call = await play('+15550100704', { voicemail: 5 }, main, { ForwardedFrom: desk });
    assert.deepEqual(call.legs, []);
    assert.ok(call.heard.includes('Please leave a message.'));
  });
});
