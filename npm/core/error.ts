// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { PlumlineError, Refusal } from '#pkg/plumline.js';
import { helpOf, type CoreError } from './core.ts';
import { plumlineError } from './plumline-error.ts';

export { plumlineError } from './plumline-error.ts';

/** The error for an argument at `path` that is missing or has the wrong type. */
export function argumentError(path: string, code = 'ARGUMENT_INVALID'): PlumlineError {
  return plumlineError(code, helpOf(code), path);
}

/** The result for an error from the core. */
export function refusal({ code, help }: CoreError): Refusal {
  return { ok: false, code, help };
}

/** Checks that an argument is a string. */
export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') {
    throw argumentError(path);
  }
  return value;
}

/** Checks that an argument is an object. */
export function object(value: unknown, path: string): object {
  if (typeof value !== 'object' || value === null) {
    throw argumentError(path);
  }
  return value;
}
