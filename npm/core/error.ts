// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { PlumlineError, Refusal } from '#pkg/plumline.js';
import { helpOf, type Refused } from './core.ts';
import { failure } from './failure.ts';

export { failure } from './failure.ts';

/** A programmer's mistake: the argument at `path` is missing or of the wrong type. */
export function mistake(path: string, code = 'ARGUMENT_INVALID'): PlumlineError {
  return failure(code, helpOf(code), path);
}

/** The answer for what the core refused. */
export function refusal({ code, help }: Refused): Refusal {
  return { ok: false, code, help };
}

/** Checks that an argument is a string. */
export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') {
    throw mistake(path);
  }
  return value;
}

/** Checks that an argument is an object. */
export function object(value: unknown, path: string): object {
  if (typeof value !== 'object' || value === null) {
    throw mistake(path);
  }
  return value;
}
