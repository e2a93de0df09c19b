// SPDX-License-Identifier: Apache-2.0 OR MIT
import { readFileSync } from 'node:fs';
import { checkConfig } from '#pkg/npm/index.mjs';

export interface CheckOptions {
  readonly numbers?: string;
}

/** What is wrong with a config. Fails, in words of the command, where `--numbers` cannot be read. */
function judged(text: string, numbers: string | undefined): ReturnType<typeof checkConfig> {
  try {
    return checkConfig(text, { numbers });
  } catch (err) {
    const { code, path } = err as { code?: unknown; path?: unknown };
    if (code === 'ARGUMENT_INVALID' && typeof path === 'string' && path.startsWith('numbers')) {
      const help = 'the numbers of --numbers are E.164, with + and the country code first: +15550100021,+15550100022';
      throw new Error(`ARGUMENT_INVALID at ${path}: ${help}`, { cause: err });
    }
    throw err;
  }
}

/** Prints what is wrong with the config in a file, a line each; 1 where it cannot be used. */
export function check(file: string, { numbers }: CheckOptions, print: (line: string) => void): number {
  // An editor on Windows may have begun it with a byte order mark.
  const text = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  const checked = judged(text, numbers);
  const findings = checked.ok ? checked.warnings : checked.findings;
  for (const { path, code, help, severity } of findings) {
    print(`${path}: ${code}: ${severity === 'warning' ? '(warning) ' : ''}${help}`);
  }
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  print(`${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`);
  return checked.ok ? 0 : 1;
}
