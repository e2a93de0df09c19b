// SPDX-License-Identifier: Apache-2.0 OR MIT
// The documents as trees, made anew by every call as a handler makes them.
import type { TwimlElement } from 'plumline';
import { FRONT_DESK, GREETING, MENU, MUSIC, NOBODY, ON_CALL, OURS, PATIENT, URL } from './words.ts';

export function dialTree(): TwimlElement {
  return {
    name: 'Response',
    children: [{ name: 'Dial', attributes: { callerId: OURS }, children: [{ name: 'Number', text: PATIENT }] }],
  };
}

/** Fifty verbs and nouns: a greeting, eight choices of five, and what follows if none is made. */
export function ivr50Tree(): TwimlElement {
  return {
    name: 'Response',
    children: [
      say(GREETING),
      { name: 'Pause', attributes: { length: 1 } },
      ...MENU.flatMap((words, choice): TwimlElement[] => [
        {
          name: 'Gather',
          attributes: { input: 'dtmf', numDigits: 1, timeout: 3, action: `${URL}/${choice + 1}`, method: 'POST' },
          children: [
            say(words),
            { name: 'Pause', attributes: { length: 1 } },
            { name: 'Play', attributes: { loop: 1 }, text: MUSIC },
          ],
        },
        { name: 'Redirect', attributes: { method: 'POST' }, text: `${URL}/${choice + 1}/none` },
      ]),
      {
        name: 'Dial',
        attributes: { callerId: OURS, timeout: 20, action: `${URL}/dialled` },
        children: [
          { name: 'Number', text: FRONT_DESK },
          { name: 'Number', text: ON_CALL },
          { name: 'Client', text: 'practitioner_7f3a' },
        ],
      },
      say(NOBODY),
      { name: 'Record', attributes: { maxLength: 120, playBeep: true, action: `${URL}/recorded` } },
      { name: 'Redirect', text: URL },
      { name: 'Hangup' },
    ],
  };
}

function say(words: string): TwimlElement {
  return { name: 'Say', attributes: { voice: 'Polly.Joanna', language: 'en-US' }, text: words };
}
