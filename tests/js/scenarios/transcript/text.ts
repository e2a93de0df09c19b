// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Writes values: bare if unambiguous, quoted otherwise. */

/** The name of an attribute, parameter or field, and its written value. */
export type Fact = readonly [name: string, value: string];

const plain = /^[^\s"'(){}=;,]+$/;

export function bare(value: string): string {
  return plain.test(value) ? value : JSON.stringify(value);
}

export function bareOrMissing(value: string | undefined): string {
  return value === undefined ? '()' : bare(value);
}

export function quoted(value: string): string {
  return JSON.stringify(value);
}

/** A JSON value. Quotes only a string that looks like a number or boolean. */
export function leaf(value: unknown): string {
  return typeof value === 'string' && !/^(true|false|null|-?\d[\d.eE+-]*)$/.test(value)
    ? bare(value)
    : JSON.stringify(value);
}

/** Takes facts into a sentence if their values have the required format. */
export class Sentence {
  readonly shown = new Set<string>();
  readonly #values: Map<string, string>;

  constructor(values: Map<string, string>) {
    this.#values = values;
  }

  take(name: string, write: (value: string) => string, form = /^/): string[] {
    const value = this.#values.get(name);
    if (value === undefined || !form.test(value)) {
      return [];
    }
    this.shown.add(name);
    return [write(value)];
  }
}

/** `(a=1 b=2)`, or nothing. */
export function inBrackets(differences: string[]): string {
  return differences.length > 0 ? ` (${differences.join(' ')})` : '';
}

/** Wraps lines at the repository's line width, between words. */
export function wrapped(words: string[], indent: string, separator = ' '): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + separator.length + word.length <= 118) {
      lines[lines.length - 1] = line + separator + word;
    } else {
      lines.push(`${lines.length === 0 ? '' : indent}${word}`);
    }
  }
  return lines;
}
