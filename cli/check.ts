// SPDX-License-Identifier: Apache-2.0 OR MIT
import { readFileSync, writeFileSync } from 'node:fs';
import { checkConfig } from '#pkg/npm/index.mjs';
import { describeExpected } from './config-help.ts';
import { expandSets } from './holidays/expand.ts';
import { AS_OF, HOLIDAY_SETS } from './holidays/sets.ts';

export interface CheckOptions {
  readonly numbers?: string;
  readonly write?: boolean;
}

/** Prints the errors of a config file, one per line. Returns the exit code: 1 if the config cannot be used. */
export function check(file: string, { numbers, write }: CheckOptions, print: (line: string) => void): number {
  if (write && file === '-') {
    throw new Error('--write needs a file, because it changes the config in place');
  }
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  const { ok, lines, errors } = checkText(write ? expandFile(file, text, print) : text, {
    numbers,
    today: localDate(new Date()),
  });
  lines.forEach(print);
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  print(`${count(errors, 'error')}, ${count(lines.length - errors, 'warning')}`);
  return ok ? 0 : 1;
}

/** Replaces the sets of holidays in a config file by their rules. Returns the new text. */
function expandFile(file: string, text: string, print: (line: string) => void): string {
  const mark = /^\uFEFF?/.exec(text)?.[0] ?? '';
  const { text: written, expanded } = expandSets(text.slice(mark.length));
  if (expanded.length > 0) {
    writeFileSync(file, mark + written);
  }
  for (const { name, set, path, added } of expanded) {
    print(`${path}: @${name} was replaced by ${added} rules (${set.title}; as of ${AS_OF}; ${set.source})`);
  }
  return written;
}

/** The date of this machine, `YYYY-MM-DD`. */
export function localDate(now: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export interface CheckResult {
  /** Whether the bots can use it. */
  readonly ok: boolean;
  readonly lines: string[];
  /** How many of the lines are errors. */
  readonly errors: number;
}

export interface TextOptions {
  readonly numbers?: string | readonly string[] | undefined;
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/** Checks the text of a config. Each line is `path: CODE: help`, with the expected value if the schema has it. */
export function checkText(file: string, options: TextOptions): CheckResult {
  // Editors on Windows can write a byte order mark at the start.
  const text = file.replace(/^\uFEFF/, '');
  const checked = checkWithOptions(text, options);
  const findings = checked.ok ? checked.warnings : checked.findings;
  const lines = findings.map(({ path, code, help, severity }) => {
    const expectedText =
      code === 'CONFIG_INVALID' || code === 'CONFIG_RANGE'
        ? describeExpected(path, text)
        : code === 'CONFIG_HOLIDAY_SET'
          ? `The sets are ${[...HOLIDAY_SETS.keys()].map((name) => `@${name}`).join(', ')}.`
          : undefined;
    const message =
      expectedText === undefined ? help : code === 'CONFIG_INVALID' ? expectedText : `${help} ${expectedText}`;
    return `${path}: ${code}: ${severity === 'warning' ? '(warning) ' : ''}${message}`;
  });
  return { ok: checked.ok, lines, errors: findings.filter(({ severity }) => severity === 'error').length };
}

/** Checks a config. If `--numbers` is invalid, the error names the option. */
function checkWithOptions(text: string, options: TextOptions): ReturnType<typeof checkConfig> {
  try {
    return checkConfig(text, options);
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
