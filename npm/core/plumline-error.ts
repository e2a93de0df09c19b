// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { PlumlineError } from '#pkg/plumline.js';

/** Creates an error to throw. */
export function plumlineError(code: string, help: string, path: string): PlumlineError {
  const at = path === '' ? '' : ` at ${path}`;
  return Object.assign(new Error(`${code}${at}: ${help}`), { code, help, path });
}
