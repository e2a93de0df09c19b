// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent } from '@medplum/core';
import { WireFrame } from './frame.ts';

/** The secrets that the core may read. The core relies on this order. */
const SECRETS = [
  'TWILIO_AUTH_TOKEN',
  'TWILIO_NUMBER',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_TWIML_APP_SID',
  'PLUMLINE_WEBHOOK_URL',
  'PLUMLINE_CONFIG',
  'PLUMLINE_SECRET',
] as const;

/** The layout of a body: names and values; raw text; names to cache and values; values whose names are cached. */
const WHOLE = 0;
const RAW = 1;
const TO_CACHE = 2;
const CACHED = 3;
/** Larger than any webhook from Twilio. It is not passed to the core, which refuses it without a signature check. */
const TOO_LARGE = 4;

/**
 * The maximum size of a form and of a raw text in UTF-16 code units, and the maximum number of pairs. The core has the
 * same limits in bytes. A text never has fewer bytes than code units.
 */
const MAX_FORM = 32 * 1024;
const MAX_RAW = 256 * 1024;
const MAX_PAIRS = 1000;

/** An event in the core's format, and the names that the core caches if it responds with a document. */
export interface EventFrame {
  readonly frame: WireFrame;
  readonly names: readonly string[];
}

/**
 * Encodes an event. Events of one kind have the same parameter names, so names that the core has cached are left out.
 */
export function frame(event: BotEvent<unknown>, attempt: number, cachedNames: readonly string[]): EventFrame {
  const { headers, input, secrets } = event;
  const now = Date.now();
  const signature = headers?.['x-twilio-signature'];
  // The time is passed in two parts, because the numbers have 32 bits.
  const wireFrame = new WireFrame(attempt, Math.floor(now / 2 ** 30), now % 2 ** 30);
  // If the signature is missing or a list, the core requests the headers.
  wireFrame.add(typeof signature === 'string' ? signature : '');
  let set = 0;
  let bit = 1;
  for (const name of SECRETS) {
    const secret = secrets[name]?.valueString;
    if (secret !== undefined) {
      wireFrame.add(secret);
      set |= bit;
    }
    bit <<= 1;
  }
  let layout = RAW;
  let names = cachedNames;
  if (typeof input === 'string') {
    if (input.length > MAX_RAW) {
      layout = TOO_LARGE;
    } else {
      wireFrame.add(input);
    }
  } else if (Array.isArray(input) && input.length > MAX_PAIRS) {
    layout = TOO_LARGE;
  } else {
    const params = (input ?? {}) as Record<string, unknown>;
    // V8 stores a parsed form in dictionary mode. For such objects, Object.keys is faster than for…in.
    names = Object.keys(params);
    layout = names.length > MAX_PAIRS ? TOO_LARGE : areEqual(names, cachedNames) ? CACHED : TO_CACHE;
    const { text: before, count: start } = wireFrame;
    const isLong = (): boolean =>
      wireFrame.text.length - before.length > MAX_FORM || wireFrame.count - start > 2 * MAX_PAIRS;
    for (let i = 0; i < names.length && layout !== TOO_LARGE; i++) {
      const name = names[i] as string;
      const value = params[name];
      if (typeof value === 'string') {
        if (layout !== CACHED) {
          wireFrame.add(name);
        }
        wireFrame.add(value);
      } else if (layout === CACHED) {
        // A name has several values or a value that is not a string. Start again, with names.
        layout = WHOLE;
        wireFrame.text = before;
        wireFrame.count = start;
        i = -1;
      } else {
        layout = WHOLE;
        // Array.isArray recognizes arrays of another realm. `instanceof` does not.
        const all: unknown[] = Array.isArray(value) ? value : [value];
        for (const item of all) {
          wireFrame.add(name);
          wireFrame.add(toText(item));
          if (isLong()) {
            break;
          }
        }
      }
      if (isLong()) {
        layout = TOO_LARGE;
        wireFrame.text = before;
        wireFrame.count = start;
      }
    }
  }
  wireFrame.numbers[3] = set;
  wireFrame.numbers[4] = layout;
  return { frame: wireFrame, names: layout === WHOLE || layout === TOO_LARGE ? cachedNames : names };
}

/**
 * The same as `String()`, but it never throws. Untrusted JSON may have an object whose `toString` is not a function.
 */
function toText(value: unknown): string {
  return typeof value === 'object' && value !== null ? '[object Object]' : String(value);
}

function areEqual(names: readonly string[], others: readonly string[]): boolean {
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
