// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent } from '@medplum/core';
import { WireFrame } from './wire.ts';

/** The secrets that the core may read, in the order in which it knows them. */
const SECRETS = [
  'TWILIO_AUTH_TOKEN',
  'TWILIO_NUMBER',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_TWIML_APP_SID',
  'PLUMLINE_WEBHOOK_URL',
  'PLUMLINE_CONFIG',
  'PLUMLINE_SECRET',
] as const;

/** How a body is laid out: names and values; raw; names, to be kept, and values; values whose names are kept. */
const PAIRS = 0;
const RAW = 1;
const NAMED = 2;
const VALUES = 3;
/** Larger than any webhook of Twilio's: not handed over, and refused without a check. */
const TOO_LARGE = 4;

/**
 * The longest form and the longest text, in UTF-16 code units, and the most pairs. The core has the same limits in bytes, of
 * which no text has fewer than units.
 */
const MAX_FORM = 32 * 1024;
const MAX_RAW = 256 * 1024;
const MAX_PAIRS = 1000;

/** An event as the core takes it, and the names that the core keeps if it answers this with a document. */
export interface EventFrame {
  readonly frame: WireFrame;
  readonly names: readonly string[];
}

/** Lays an event out. Events of a kind have the same names: those that the core has `kept` are left out. */
export function frame(event: BotEvent<unknown>, attempt: number, kept: readonly string[]): EventFrame {
  const { headers, input, secrets } = event;
  const now = Date.now();
  const signature = headers?.['x-twilio-signature'];
  // The time crosses in halves, which are 32-bit numbers.
  const laid = new WireFrame(attempt, Math.floor(now / 2 ** 30), now % 2 ** 30);
  // Where it is a list, or there is none, the core asks for the headers.
  laid.add(typeof signature === 'string' ? signature : '');
  let set = 0;
  let bit = 1;
  for (const name of SECRETS) {
    const secret = secrets[name]?.valueString;
    if (secret !== undefined) {
      laid.add(secret);
      set |= bit;
    }
    bit <<= 1;
  }
  let layout = RAW;
  let names = kept;
  if (typeof input === 'string') {
    if (input.length > MAX_RAW) {
      layout = TOO_LARGE;
    } else {
      laid.add(input);
    }
  } else if (Array.isArray(input) && input.length > MAX_PAIRS) {
    layout = TOO_LARGE;
  } else {
    const params = (input ?? {}) as Record<string, unknown>;
    // A parsed form is a dictionary to V8: over those, Object.keys is quicker than for…in.
    names = Object.keys(params);
    layout = names.length > MAX_PAIRS ? TOO_LARGE : areSame(names, kept) ? VALUES : NAMED;
    const { text: before, count: start } = laid;
    const isLong = (): boolean => laid.text.length - before.length > MAX_FORM || laid.count - start > 2 * MAX_PAIRS;
    for (let i = 0; i < names.length && layout !== TOO_LARGE; i++) {
      const name = names[i] as string;
      const value = params[name];
      if (typeof value === 'string') {
        if (layout !== VALUES) {
          laid.add(name);
        }
        laid.add(value);
      } else if (layout === VALUES) {
        // A name with several values, or none that is text: all over again, with names.
        layout = PAIRS;
        laid.text = before;
        laid.count = start;
        i = -1;
      } else {
        layout = PAIRS;
        // Array.isArray knows arrays of another realm, instanceof does not.
        const all: unknown[] = Array.isArray(value) ? value : [value];
        for (const one of all) {
          laid.add(name);
          laid.add(written(one));
          if (isLong()) {
            break;
          }
        }
      }
      if (isLong()) {
        layout = TOO_LARGE;
        laid.text = before;
        laid.count = start;
      }
    }
  }
  laid.numbers[3] = set;
  laid.numbers[4] = layout;
  return { frame: laid, names: layout === PAIRS || layout === TOO_LARGE ? kept : names };
}

/** As `String()` does, but never throws: the JSON of a stranger may hold an object whose `toString` is none. */
function written(value: unknown): string {
  return typeof value === 'object' && value !== null ? '[object Object]' : String(value);
}

function areSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length || names.length === 0) {
    return false;
  }
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== others[i]) {
      return false;
    }
  }
  return true;
}
