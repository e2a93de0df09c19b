// SPDX-License-Identifier: Apache-2.0 OR MIT
import { readFileSync } from 'node:fs';
import { checkConfig } from '#pkg/npm/index.mjs';

export interface CheckOptions {
  readonly numbers?: string;
}

/** Prints what is wrong with the config in a file, a line each; 1 where it cannot be used. */
export function check(file: string, { numbers }: CheckOptions, print: (line: string) => void): number {
  // An editor on Windows may have begun it with a byte order mark.
  const text = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  const checked = checkConfig(text, { numbers });
  const findings = checked.ok ? checked.warnings : checked.findings;
  for (const { path, code, help, severity } of findings) {
    print(`${path}: ${code}: ${severity === 'warning' ? '(warning) ' : ''}${help}`);
  }
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  print(`${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`);
  return checked.ok ? 0 : 1;
}
