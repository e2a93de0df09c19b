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

/** An event as the core takes it: fields in one text, and numbers, of which all but the first few are lengths. */
export interface Frame {
  readonly text: string;
  readonly numbers: Uint32Array;
}

/** Where lengths are collected; it grows to the largest event seen. */
let scratch = new Uint32Array(512);

/** Lays an event out. Fields are told apart by their lengths, since a caller chooses what stands in them. */
export function frame(event: BotEvent<unknown>, attempt: number, remembered: string): Frame {
  const { headers, input, secrets } = event;
  const now = Date.now();
  let text = '';
  let count = HEAD;
  const add = (field: string): void => {
    if (count === scratch.length) {
      const larger = new Uint32Array(count * 2);
      larger.set(scratch);
      scratch = larger;
    }
    text += field;
    scratch[count++] = field.length;
  };
  add(remembered);
  add(String(headers?.['x-twilio-signature'] ?? ''));
  let known = 0;
  let bit = 1;
  for (const name of SECRETS) {
    const secret = secrets[name]?.valueString;
    if (secret !== undefined) {
      add(secret);
      known |= bit;
    }
    bit <<= 1;
  }
  const raw = typeof input === 'string';
  if (raw) {
    add(input);
  } else {
    const params = (input ?? {}) as Record<string, unknown>;
    for (const name of Object.keys(params)) {
      const value = params[name];
      if (typeof value === 'string') {
        add(name);
        add(value);
      } else {
        // Array.isArray knows arrays of another realm, instanceof does not.
        for (const one of Array.isArray(value) ? value : [value]) {
          add(name);
          add(String(one));
        }
      }
    }
  }
  scratch[0] = attempt;
  scratch[1] = Math.floor(now / 2 ** 32);
  scratch[2] = now % 2 ** 32;
  scratch[3] = known;
  scratch[4] = raw ? 1 : 0;
  return { text, numbers: scratch.subarray(0, count) };
}
