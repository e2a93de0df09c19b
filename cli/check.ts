// SPDX-License-Identifier: Apache-2.0 OR MIT
import { readFileSync } from 'node:fs';
import { checkConfig } from '#pkg/npm/index.mjs';
import { describeExpected } from './config-help.ts';

export interface CheckOptions {
  readonly numbers?: string;
}

/** Prints what is wrong with the config in a file, a line each; 1 where it cannot be used. */
export function check(file: string, { numbers }: CheckOptions, print: (line: string) => void): number {
  // An editor on Windows may have begun it with a byte order mark.
  const text = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  const { ok, lines, errors } = checkText(text, numbers);
  lines.forEach(print);
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  print(`${count(errors, 'error')}, ${count(lines.length - errors, 'warning')}`);
  return ok ? 0 : 1;
}

export interface CheckResult {
  /** Whether a bot can use it. */
  readonly ok: boolean;
  readonly lines: string[];
  /** How many of the lines keep it from being used. */
  readonly errors: number;
}

/** What is wrong with the text of a config: `path: CODE: help`, and what expectedText there where the schema knows it. */
export function checkText(text: string, numbers: string | readonly string[] | undefined): CheckResult {
  const checked = checkWithNumbers(text, numbers);
  const findings = checked.ok ? checked.warnings : checked.findings;
  const lines = findings.map(({ path, code, help, severity }) => {
    const expectedText =
      code === 'CONFIG_INVALID' || code === 'CONFIG_RANGE' ? describeExpected(path, text) : undefined;
    const message =
      expectedText === undefined ? help : code === 'CONFIG_INVALID' ? expectedText : `${help} ${expectedText}`;
    return `${path}: ${code}: ${severity === 'warning' ? '(warning) ' : ''}${message}`;
  });
  return { ok: checked.ok, lines, errors: findings.filter(({ severity }) => severity === 'error').length };
}

/** Fails, in words of the command, where `--numbers` cannot be read. */
function checkWithNumbers(text: string, numbers: Parameters<typeof checkText>[1]): ReturnType<typeof checkConfig> {
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
