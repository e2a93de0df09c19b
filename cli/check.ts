// SPDX-License-Identifier: Apache-2.0 OR MIT
import { readFileSync } from 'node:fs';
import { checkConfig } from '#pkg/npm/index.mjs';
import { describeExpected } from './config-help.ts';

export interface CheckOptions {
  readonly numbers?: string;
}

/** Prints the errors of a config file, one per line. Returns the exit code: 1 if the config cannot be used. */
export function check(file: string, { numbers }: CheckOptions, print: (line: string) => void): number {
  // Editors on Windows can write a byte order mark at the start.
  const text = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  const { ok, lines, errors } = checkText(text, numbers);
  lines.forEach(print);
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  print(`${count(errors, 'error')}, ${count(lines.length - errors, 'warning')}`);
  return ok ? 0 : 1;
}

export interface CheckResult {
  /** Whether the bots can use it. */
  readonly ok: boolean;
  readonly lines: string[];
  /** How many of the lines are errors. */
  readonly errors: number;
}

/** Checks the text of a config. Each line is `path: CODE: help`, with the expected value if the schema has it. */
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

/** Checks a config. If `--numbers` is invalid, the error names the option. */
function checkWithNumbers(text: string, numbers: Parameters<typeof checkText>[1]): ReturnType<typeof checkConfig> {
  try {
    return checkConfig(text, { numbers });
  } catch (err) {
    const { code, path } = err as { code?: unknown; path?: unknown };
    if (code === 'ARGUMENT_INVALID' && typeof path === 'string' && path.startsWith('numbers')) {
      const help =
        '--numbers must be E.164 numbers with + and the country code, separated by commas: +15550100021,+15550100022';
      throw new Error(`ARGUMENT_INVALID at ${path}: ${help}`, { cause: err });
    }
    throw err;
  }
}
