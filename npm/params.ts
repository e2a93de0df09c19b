// SPDX-License-Identifier: Apache-2.0 OR MIT
import { object } from './core/error.ts';
import type { Frame } from './core/frame.ts';

/**
 * Adds the names and values of a form post, as received; the core sorts them. Whatever a body parser may have made of
 * what a stranger sent is taken: what is no pair has a name and no value, and no signature fits it.
 */
export function addParams(frame: Frame, params: unknown): void {
  if (params === undefined) {
    return;
  }
  const named = object(params, 'params');
  if (Symbol.iterator in named) {
    for (const pair of named as Iterable<unknown>) {
      if (Array.isArray(pair) && pair.length === 2) {
        addPair(frame, written(pair[0]), pair[1]);
      } else {
        addPair(frame, written(pair), '');
      }
    }
  } else {
    for (const name of Object.keys(named)) {
      addPair(frame, name, (named as Record<string, unknown>)[name]);
    }
  }
}

/** How many values a name may have: more than any body that a server reads. */
const MOST_VALUES = 1_000_000;

/** Adds a name with each of its values. Lists in lists are taken apart without recursion: parsed JSON nests as deep as its sender likes. */
function addPair(frame: Frame, name: string, value: unknown): void {
  if (typeof value === 'string') {
    frame.add(name);
    frame.add(value);
    return;
  }
  const rest = [value];
  let left = MOST_VALUES;
  while (rest.length > 0) {
    const one = rest.pop();
    left -= Array.isArray(one) ? one.length + 1 : 1;
    if (left < 0) {
      // A list that holds itself has no end. No signature fits this.
      frame.add(name);
      frame.add('[object Array]');
      return;
    }
    if (Array.isArray(one)) {
      for (let index = one.length - 1; index >= 0; index--) {
        rest.push(one[index]);
      }
    } else {
      frame.add(name);
      frame.add(written(one));
    }
  }
}

/**
 * As `String()` does, but never throws: what a request's parser makes of a body may have no `toString`. It is not taken for
 * the empty value that may have been signed.
 */
function written(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '[object Object]';
  }
}
