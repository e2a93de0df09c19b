// SPDX-License-Identifier: Apache-2.0 OR MIT
// The documents as trees. Each call creates a new tree, as a handler does.
import type { TwimlElement } from 'plumline';
import { FRONT_DESK, GREETING, MENU, MUSIC, UNAVAILABLE, ON_CALL, OURS, PATIENT, URL } from './texts.ts';

export function dialTree(): TwimlElement {
  return {
    name: 'Response',
    children: [{ name: 'Dial', attributes: { callerId: OURS }, children: [{ name: 'Number', text: PATIENT }] }],
  };
}

/** Fifty verbs and nouns: a greeting, eight menu options with five each, and the verbs without a selection. */
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
        attributes: { callerId: OURS, timeout: 20, action: `${URL}/dialed` },
        children: [
          { name: 'Number', text: FRONT_DESK },
          { name: 'Number', text: ON_CALL },
          { name: 'Client', text: 'practitioner_7f3a' },
        ],
      },
      say(UNAVAILABLE),
      { name: 'Record', attributes: { maxLength: 120, playBeep: true, action: `${URL}/recorded` } },
      { name: 'Redirect', text: URL },
      { name: 'Hangup' },
    ],
  };
}

function say(words: string): TwimlElement {
  return { name: 'Say', attributes: { voice: 'Polly.Joanna', language: 'en-US' }, text: words };
}
