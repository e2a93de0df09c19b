// SPDX-License-Identifier: Apache-2.0 OR MIT

/** How values are written: bare where nothing can be taken for something else, quoted otherwise. */

/** A name of an attribute, a parameter or a record's field, and its value as it is written. */
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

/** A JSON value: a string that reads like a number or a boolean is quoted, and so is no number or boolean. */
export function leaf(value: unknown): string {
  return typeof value === 'string' && !/^(true|false|null|-?\d[\d.eE+-]*)$/.test(value)
    ? bare(value)
    : JSON.stringify(value);
}

/** Facts that go into a sentence: taken where the value has the form that the sentence gives it. */
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

/** Lines no longer than others of the repository, broken between words that belong together. */
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
