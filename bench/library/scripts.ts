// SPDX-License-Identifier: Apache-2.0 OR MIT
// Builds the documents of trees.ts with the VoiceResponse of npm twilio or of Plumline. The code is the same for both.
import { FRONT_DESK, GREETING, MENU, MUSIC, UNAVAILABLE, ON_CALL, OURS, PATIENT, URL } from './texts.ts';

/** The methods of both classes that are used. */
interface Says {
  say(attributes: { voice: 'Polly.Joanna'; language: 'en-US' }, words: string): unknown;
  pause(attributes: { length: number }): unknown;
  play(attributes: { loop: number }, url: string): unknown;
}

interface Response extends Says {
  dial(attributes: { callerId: string; timeout?: number; action?: string }): {
    number(number: string): unknown;
    client(identity: string): unknown;
  };
  gather(attributes: { input: 'dtmf'[]; numDigits: number; timeout: number; action: string; method: string }): Says;
  hangup(): unknown;
  record(attributes: { maxLength: number; playBeep: boolean; action: string }): unknown;
  redirect(attributes: { method: string }, url: string): unknown;
  redirect(url: string): unknown;
}

export function dial<Written extends Response>(response: Written): Written {
  response.dial({ callerId: OURS }).number(PATIENT);
  return response;
}

export function ivr50<Written extends Response>(response: Written): Written {
  say(response, GREETING);
  response.pause({ length: 1 });
  MENU.forEach((words, choice) => {
    const action = `${URL}/${choice + 1}`;
    const gather = response.gather({ input: ['dtmf'], numDigits: 1, timeout: 3, action, method: 'POST' });
    say(gather, words);
    gather.pause({ length: 1 });
    gather.play({ loop: 1 }, MUSIC);
    response.redirect({ method: 'POST' }, `${URL}/${choice + 1}/none`);
  });
  const dial = response.dial({ callerId: OURS, timeout: 20, action: `${URL}/dialed` });
  dial.number(FRONT_DESK);
  dial.number(ON_CALL);
  dial.client('practitioner_7f3a');
  say(response, UNAVAILABLE);
  response.record({ maxLength: 120, playBeep: true, action: `${URL}/recorded` });
  response.redirect(URL);
  response.hangup();
  return response;
}

function say(place: Says, words: string): void {
  place.say({ voice: 'Polly.Joanna', language: 'en-US' }, words);
}
