// SPDX-License-Identifier: Apache-2.0 OR MIT
import { object } from './core/error.ts';
import type { Frame } from './core/frame.ts';

/**
 * Adds the names and values of a form post, as received. The core sorts them. It accepts every result of a body parser,
 * because the body is untrusted. An entry that is not a pair has a name and no value, and no signature matches it.
 */
export function addParams(frame: Frame, params: unknown): void {
  if (params === undefined) {
    return;
  }
  const record = object(params, 'params');
  if (Symbol.iterator in record) {
    for (const pair of record as Iterable<unknown>) {
      if (Array.isArray(pair) && pair.length === 2) {
        addPair(frame, toText(pair[0]), pair[1]);
      } else {
        addPair(frame, toText(pair), '');
      }
    }
  } else {
    for (const name of Object.keys(record)) {
      addPair(frame, name, (record as Record<string, unknown>)[name]);
    }
  }
}

/** The maximum count of values of a name. No body that a server reads has as many. */
const MAX_VALUES = 1_000_000;

/**
 * Adds a name with each of its values. Nested lists are flattened without recursion, because untrusted JSON can be
 * nested deeply.
 */
function addPair(frame: Frame, name: string, value: unknown): void {
  if (typeof value === 'string') {
    frame.add(name);
    frame.add(value);
    return;
  }
  const rest = [value];
  let remaining = MAX_VALUES;
  while (rest.length > 0) {
    const item = rest.pop();
    remaining -= Array.isArray(item) ? item.length + 1 : 1;
    if (remaining < 0) {
      // The list contains itself. No signature matches this.
      frame.add(name);
      frame.add('[object Array]');
      return;
    }
    if (Array.isArray(item)) {
      for (let index = item.length - 1; index >= 0; index--) {
        rest.push(item[index]);
      }
    } else {
      frame.add(name);
      frame.add(toText(item));
    }
  }
}

/**
 * The same as `String()`, but it never throws. A parsed body may have an object without `toString`. Its text is not
 * empty, because an empty value may have been signed.
 */
function toText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '[object Object]';
  }
}
