// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A menu with a mailbox for each department, and a closing notice that serves its callers. */
import type { Communication, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('mailboxes');
const to = '+15550100041';
const config = {
  language: 'en-US',
  timeZone: 'America/New_York',
  numbers: { [to]: { name: 'Elm Street', dialplan: 'main' } },
  dialplans: { main: [{ then: 'menu' }] },
  tasks: { on: ['voicemail', 'missed'], owner: 'Organization/desk' },
  actions: {
    menu: [
      {
        menu: {
          prompt: { text: 'For refills, press 1. For billing, press 2. For our hours, press 3.' },
          options: [
            { digits: '1', then: 'refill' },
            { digits: '2', then: 'billing' },
            { digits: '3', then: 'our-hours' },
          ],
          retries: 0,
          otherwise: 'billing',
        },
      },
    ],
    refill: [
      {
        voicemail: {
          greeting: { text: 'Name, date of birth, pharmacy.' },
          transcribe: true,
          maxLength: 90,
          task: {
            owner: 'Organization/nurses',
            priority: 'routine',
            text: 'Refill request by phone',
            code: { system: 'https://clinic.example/requests', code: 'refill' },
            urgent: { words: ['chest pain'], priority: 'stat' },
          },
        },
      },
    ],
    billing: [{ voicemail: { greeting: { text: 'Billing message.' } } }],
    'our-hours': [{ say: { text: 'We open Monday to Friday, 8 to 5.' } }, { hangup: { served: true } }],
  },
};

describe('mailboxes', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'mailboxes', numbers: [to], config: JSON.stringify(config) });
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  async function afterwards(call: CallResult): Promise<{ line: string; tasks: Task[] }> {
    const identifier = `identifier=https://www.twilio.com/|${call.callSid}`;
    const [record] = await clinic.searchChart<Communication>('Communication', identifier);
    const tasks = (await clinic.searchChart<Task>('Task')).filter((task) =>
      task.identifier?.some(({ value }) => value?.startsWith(call.callSid)),
    );
    return { line: record?.payload?.[0]?.contentString ?? '', tasks };
  }

  const message = (text: string): NonNullable<Script['voicemail']> => ({ seconds: 12, text });
  const cases: Record<string, { script: Script; line: RegExp; task?: Partial<Task>; codes?: string[] }> = {
    'a refill request': {
      script: { digits: ['1'], voicemail: message('My name is Ada, I need a refill.') },
      line: /^Inbound Twilio voice call; outcome=voicemail; mailbox=refill; duration=\d+s$/,
      task: { owner: { reference: 'Organization/nurses' }, priority: 'routine' },
      codes: ['voicemail', 'refill', 'refill'],
    },
    'an urgent message': {
      script: { digits: ['1'], voicemail: message('I have chest pain.') },
      line: /mailbox=refill/,
      task: { owner: { reference: 'Organization/nurses' }, priority: 'stat' },
      codes: ['voicemail', 'refill', 'refill'],
    },
    'a billing message': {
      script: { digits: ['2'], voicemail: 9 },
      line: /^Inbound Twilio voice call; outcome=voicemail; mailbox=billing; duration=\d+s$/,
      task: { owner: { reference: 'Organization/desk' } },
      codes: ['voicemail', 'billing'],
    },
    'a caller who hears the hours': {
      script: { digits: ['3'] },
      line: /^Inbound Twilio voice call; outcome=served; duration=\d+s$/,
    },
    'a caller who hangs up in the menu': {
      script: { hangUpAfter: 4 },
      line: /^Inbound Twilio voice call; outcome=no-answer; duration=\d+s$/,
      task: { owner: { reference: 'Organization/desk' } },
      codes: ['missed'],
    },
  };
  Object.entries(cases).forEach(([name, { script, line, task, codes = [] }], index) => {
    test(name, async () => {
      const call = await clinic.call({ from: `+1555010060${index}`, to }, script);
      const ended = await afterwards(call);
      assert.match(ended.line, line);
      assert.equal(ended.tasks.length, task ? 1 : 0);
      for (const found of ended.tasks) {
        assert.deepEqual({ owner: found.owner, priority: found.priority }, { priority: undefined, ...task });
        assert.deepEqual(
          found.code?.coding?.map(({ code }) => code),
          codes,
        );
      }
      snapshots.match(name, await recordCall(clinic, call));
    });
  });
});
