// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent } from '@medplum/core';

/** The secrets that the core may read, in the order in which it knows them. */
const SECRETS = [
  'TWILIO_AUTH_TOKEN',
  'TWILIO_NUMBER',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_TWIML_APP_SID',
  'PLUMLINE_WEBHOOK_URL',
  'PLUMLINE_CONFIG',
] as const;

/** How many numbers stand before the fields' lengths. */
const HEAD = 5;

/** An event as the core takes it: fields in one text, and `count` numbers, of which all but the first few are lengths. */
export interface Frame {
  readonly text: string;
  readonly numbers: readonly number[];
  readonly count: number;
}

/** Kept from event to event, and never cleared: only the first `count` of them are of the event. */
const numbers = new Array<number>(512).fill(0);

/** Lays an event out. Fields are told apart by their lengths, since a caller chooses what stands in them. */
export function frame(event: BotEvent<unknown>, attempt: number): Frame {
  const { headers, input, secrets } = event;
  const now = Date.now();
  const raw = typeof input === 'string';
  let text = String(headers?.['x-twilio-signature'] ?? '');
  let count = HEAD;
  numbers[count++] = text.length;
  let known = 0;
  let bit = 1;
  for (const name of SECRETS) {
    const secret = secrets[name]?.valueString;
    if (secret !== undefined) {
      text += secret;
      numbers[count++] = secret.length;
      known |= bit;
    }
    bit <<= 1;
  }
  if (raw) {
    text += input;
    numbers[count++] = input.length;
  } else {
    const params = (input ?? {}) as Record<string, unknown>;
    // A parsed form is a dictionary to V8: over those, Object.keys is quicker than for…in.
    for (const name of Object.keys(params)) {
      const value = params[name];
      if (typeof value === 'string') {
        text += name;
        text += value;
        numbers[count++] = name.length;
        numbers[count++] = value.length;
      } else {
        // Array.isArray knows arrays of another realm, instanceof does not.
        for (const one of Array.isArray(value) ? value : [value]) {
          const written = String(one);
          text += name;
          text += written;
          numbers[count++] = name.length;
          numbers[count++] = written.length;
        }
      }
    }
  }
  numbers[0] = attempt;
  // Halves that V8 holds without a box.
  numbers[1] = Math.floor(now / 2 ** 30);
  numbers[2] = now % 2 ** 30;
  numbers[3] = known;
  numbers[4] = raw ? 1 : 0;
  return { text, numbers, count };
}
