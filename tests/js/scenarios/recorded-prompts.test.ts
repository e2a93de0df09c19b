// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * A bilingual clinic with recordings, texts and a voice for each language: in a menu, a queue, an announcement and a
 * mailbox. A choice by digits of two lengths and by spoken digits.
 */
import type { Communication, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkConfig } from 'plumline';
import type { Config } from 'plumline';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('recorded-prompts');
const to = '+15550100051';
const desk = 'client:desk';
const talks = { after: 4, talk: 40 };

/** The recordings of one text in both languages. */
const recorded = (name: string): { play: Record<string, string> } => ({
  play: {
    'en-US': `https://media.rio-vista.example/en/${name}.mp3`,
    'es-US': `https://media.rio-vista.example/es/${name}.mp3`,
  },
});

const config: Config = {
  language: 'en-US',
  voices: { 'en-US': 'Polly.Joanna-Neural', 'es-US': 'Polly.Lupe-Neural' },
  numbers: { [to]: { name: 'Rio Vista', dialplan: 'main' } },
  dialplans: { main: [{ then: 'welcome' }] },
  identities: { desk: { roles: ['receptionist'] } },
  outbound: { incoming: true },
  recording: { inbound: true, announcement: recorded('recorded-call') },
  tasks: { on: ['voicemail', 'callback'], owner: 'Organization/rio-vista' },
  actions: {
    welcome: [
      {
        say: [
          { play: 'https://media.rio-vista.example/chime.mp3' },
          { text: 'Welcome to Rio Vista.', language: 'en-US' },
          { text: 'Bienvenido a Río Vista.', language: 'es-US' },
        ],
      },
      {
        greet: {
          patient: [recorded('hello'), { text: { 'en-US': '{name}.', 'es-US': '{name}.' } }],
          neutral: recorded('hello'),
        },
      },
      { goto: 'menu' },
    ],
    menu: [
      {
        menu: {
          prompt: [recorded('menu'), { text: 'Para español, oprima 9.', language: 'es-MX', voice: 'Polly.Mia-Neural' }],
          options: [
            { digits: '1', speech: ['appointment', 'cita'], then: 'desk' },
            { digits: '101', speech: ['nurse', 'enfermera'], then: 'nurses' },
            { digits: '2', speech: ['message', 'mensaje'], then: 'message' },
            { digits: '9', speech: ['español'], language: 'es-US' },
          ],
          invalid: recorded('sorry'),
          retries: 1,
          otherwise: 'message',
        },
      },
    ],
    desk: [{ dial: { targets: [{ client: 'desk' }], otherwise: 'message' } }],
    nurses: [
      {
        queue: {
          name: 'nurses',
          position: [recorded('position'), { text: { 'en-US': '{position}.', 'es-US': '{position}.' } }],
          callback: { prompt: recorded('offer'), digit: '1', then: 'called-back' },
          otherwise: 'message',
        },
      },
    ],
    'called-back': [{ say: recorded('called-back') }, { hangup: {} }],
    message: [{ voicemail: { greeting: recorded('greeting'), farewell: recorded('farewell') } }],
  },
};

describe('recorded prompts in two languages', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'recorded-prompts', numbers: [to], config: JSON.stringify(config) });
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  test('the check has no findings', () => {
    assert.deepEqual(checkConfig(config), { ok: true, warnings: [] });
  });

  interface Case {
    script: Script;
    /** What the caller hears, in this order. */
    heard: RegExp;
    /** The code of the task. */
    task?: string;
  }
  const cases: Record<string, Case> = {
    'a key and a pause, then the desk': {
      script: { digits: ['1'], answers: { [desk]: talks } },
      heard:
        /chime\.mp3[^]*Welcome[^]*Bienvenido[^]*en\/hello[^]*en\/menu[^]*oprima 9[^]*en\/recorded-call[^]*talks to/,
    },
    'three keys, then the queue and a callback': {
      script: { digits: ['101', '1'], queue: { positions: [3] } },
      heard: /en\/menu[^]*en\/recorded-call[^]*en\/position[^]*3\.[^]*en\/offer[^]*en\/called-back/,
      task: 'callback',
    },
    'Spanish by a key, a spoken digit, and a message': {
      script: { digits: ['9'], speech: ['oprima el dos'], voicemail: 12 },
      heard: /en\/menu[^]*es\/menu[^]*es\/greeting[^]*es\/farewell/,
      task: 'voicemail',
    },
    'a rejected phrase, and the phrase after it': {
      script: { speech: ["I don't want an appointment I want to leave a message"], voicemail: 12 },
      heard: /en\/menu[^]*en\/greeting[^]*en\/farewell/,
      task: 'voicemail',
    },
    'two phrases, then the number of a choice': {
      script: { speech: ['a message for the nurse', 'number one please'], answers: { [desk]: talks } },
      heard: /en\/menu[^]*en\/sorry[^]*en\/menu[^]*talks to/,
    },
    'Spanish by speech, and a word with no choice, twice': {
      script: { speech: ['español', 'una pregunta', 'uno de enero'], voicemail: 12 },
      heard: /en\/menu[^]*es\/menu[^]*es\/sorry[^]*es\/menu[^]*es\/greeting[^]*es\/farewell/,
      task: 'voicemail',
    },
  };
  Object.entries(cases).forEach(([name, { script, heard, task }], index) => {
    test(name, async () => {
      const call = await clinic.call({ from: `+1555010060${index}`, to }, script);
      assert.match(call.heard.join('\n'), heard);
      const ofCall = ({ identifier }: Task | Communication): boolean =>
        identifier?.some(({ value }) => value?.startsWith(call.callSid)) ?? false;
      const tasks = (await clinic.searchChart<Task>('Task')).filter(ofCall);
      assert.deepEqual(
        tasks.map(({ code }) => code?.coding?.[0]?.code),
        task === undefined ? [] : [task],
      );
      const [record] = (await clinic.searchChart<Communication>('Communication')).filter(ofCall);
      assert.equal(record?.status, 'completed');
      snapshots.match(name, await recordCall(clinic, call));
    });
  });
});
