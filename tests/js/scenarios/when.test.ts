// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A pharmacy line that checks hours and language after its menu with the verb `when`. */
import type { Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { openClinic, workday } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('when');
const to = '+15550100041';
const pharmacist = 'client:pharmacist';
const talks = { after: 4, talk: 40 };
const config = {
  timeZone: 'America/New_York',
  language: 'en-US',
  numbers: { [to]: { name: 'Pharmacy', dialplan: 'pharmacy' } },
  dialplans: { pharmacy: [{ then: 'choose' }] },
  identities: { pharmacist: { roles: ['pharmacist'] } },
  hours: { pharmacy: { weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' }] } },
  tasks: { on: ['voicemail'], owner: 'Organization/pharmacy' },
  actions: {
    choose: [
      {
        menu: {
          prompt: {
            text: {
              'en-US': 'For a refill, press 1. Para español, oprima 9.',
              'es-US': 'Para surtir una receta, oprima 1.',
            },
          },
          options: [
            { digits: '1', then: 'refill' },
            { digits: '9', language: 'es-US' },
          ],
          otherwise: 'refill',
        },
      },
    ],
    refill: [
      { when: { if: { closed: 'pharmacy' }, then: 'message' } },
      { when: { if: { language: ['es'] }, then: 'interpreter', otherwise: 'pharmacist' } },
    ],
    pharmacist: [{ dial: { targets: [{ client: 'pharmacist' }], otherwise: 'message' } }],
    interpreter: [{ say: { text: { 'es-US': 'Un intérprete le atenderá.' } } }, { goto: 'pharmacist' }],
    message: [
      {
        voicemail: {
          greeting: { text: { 'en-US': 'Please leave a message.', 'es-US': 'Deje un mensaje, por favor.' } },
        },
      },
    ],
  },
};

describe('conditions after a menu', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'when', numbers: [to], config: JSON.stringify(config) });
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  const evening = '2026-11-17T23:30:00.000Z';
  const cases: Record<string, { script: Script; at?: string; heard: RegExp; task?: boolean }> = {
    'the pharmacy is open': {
      script: { digits: ['1'], answers: { [pharmacist]: talks } },
      heard: /talks to client:pharmacist/,
    },
    'the pharmacy is open, in Spanish': {
      script: { digits: ['9', '1'], answers: { [pharmacist]: talks } },
      heard: /Un intérprete[^]*talks to client:pharmacist/,
    },
    'the pharmacy is closed': {
      script: { digits: ['1'], voicemail: 12 },
      at: evening,
      heard: /Please leave a message/,
      task: true,
    },
    'the pharmacy is closed, in Spanish': {
      script: { digits: ['9', '1'], voicemail: 12 },
      at: evening,
      heard: /Deje un mensaje/,
      task: true,
    },
  };
  Object.entries(cases).forEach(([name, { script, at = workday, heard, task = false }], index) => {
    test(name, async () => {
      const call = await clinic.call({ from: `+1555010050${index}`, to }, script, at);
      assert.match(call.heard.join('\n'), heard);
      const tasks = (await clinic.searchChart<Task>('Task')).filter(({ identifier }) =>
        identifier?.some(({ value }) => value?.startsWith(call.callSid)),
      );
      assert.equal(tasks.length, task ? 1 : 0);
      snapshots.match(name, await recordCall(clinic, call));
    });
  });
});
