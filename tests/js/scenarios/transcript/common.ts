// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The common parts of the transcripts in a file: what most elements, requests or records of a kind have in common is
 * written once, at the head of the file, and a transcript has only what differs from it.
 *
 *     Dial: action timeout=18
 *
 * says that a Dial may have an action, which varies, and then a timeout, which is 18 unless a transcript says otherwise.
 * The names stand in their order, which counts too.
 */
import { wrapped } from './text.ts';
import type { Fact } from './text.ts';

/** What is asked of the common parts for each element, request and record. */
export interface Comparison {
  /** `Say`, `request`, `Task` … */
  kind: string;
  /** All of them, in their order; each name once. */
  facts: Fact[];
  /** Names that the transcript's sentence has already. */
  shown: ReadonlySet<string>;
  /** Whether a name with a common value may be missing, for a reason that the transcript shows. */
  excused?: (name: string, value: string) => boolean;
}

export interface Parts {
  /** What is to be written of the facts, besides what the sentence has. */
  differences(comparison: Comparison): string[];
}

interface Kind {
  /** In their order. */
  names: string[];
  values: Map<string, string>;
}

export class Common implements Parts {
  readonly #kinds: ReadonlyMap<string, Kind>;

  constructor(kinds: ReadonlyMap<string, Kind> = new Map()) {
    this.#kinds = kinds;
  }

  static read(text: string): Common {
    const kinds = text
      .replaceAll(/\n {2,}/g, ' ')
      .split('\n')
      .flatMap((line): [string, Kind][] => {
        const [, kind, rest] = /^(.+?):(?: (.*))?$/.exec(line) ?? [];
        const facts = [...(rest ?? '').matchAll(/([^\s=]+)(?:=("(?:[^"\\]|\\.)*"|\S+))?/g)];
        const names = facts.map(([, name = '']) => name);
        const values = facts.flatMap(([, name = '', value]): Fact[] => (value === undefined ? [] : [[name, value]]));
        return kind === undefined ? [] : [[kind, { names, values: new Map(values) }]];
      });
    return new Common(new Map(kinds));
  }

  write(): string {
    return [...this.#kinds]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([kind, { names, values }]) => {
        const words = names.map((name) => (values.has(name) ? `${name}=${values.get(name) ?? ''}` : name));
        return wrapped([`${kind}:`, ...words], '  ');
      })
      .map((line) => `${line}\n`)
      .join('');
  }

  differences({ kind, facts, shown, excused }: Comparison): string[] {
    const { names, values } = this.#kinds.get(kind) ?? { names: [], values: new Map<string, string>() };
    // A sentence has an order of its own: that of the facts is known by the common parts, or has to be written.
    const inSentence = !this.#kinds.has(kind) && shown.size > 0;
    const present = new Set(facts.map(([name]) => name));
    const ordered = names.filter((name) => present.has(name));
    const known = facts.flatMap(([name]) => (inSentence || names.includes(name) ? [name] : []));
    return [
      ...facts.flatMap(([name, value]) =>
        shown.has(name) || values.get(name) === value ? [] : [`${shortName(name, names)}=${value}`],
      ),
      ...[...values].flatMap(([name, value]) =>
        present.has(name) || excused?.(name, value) === true ? [] : [`without ${name}`],
      ),
      ...(known.every((name, index) => name === ordered[index]) ? [] : [`in the order ${known.join(' ')}`]),
    ];
  }
}

/** The type of an extension's value is left out where the file knows one only: `outcome` for `outcome.valueCode`. */
function shortName(name: string, names: string[]): string {
  const short = (one: string): string => one.replace(/\.value[A-Z]\w*(\.reference)?$/, '');
  const alike = names.filter((one) => short(one) === short(name));
  return alike.length === 1 && alike[0] === name ? short(name) : name;
}

/** Finds what the transcripts of a file have in common. */
export class Census implements Parts {
  readonly #seen = new Map<string, Comparison[]>();

  differences(comparison: Comparison): string[] {
    this.#seen.set(comparison.kind, [...(this.#seen.get(comparison.kind) ?? []), comparison]);
    return [];
  }

  common(): Common {
    return new Common(
      new Map(
        [...this.#seen].map(([kind, seen]): [string, Kind] => {
          const names = inOrder(seen.map(({ facts }) => facts.map(([name]) => name)));
          return [kind, { names, values: new Map(names.flatMap((name) => commonValue(name, seen))) }];
        }),
      ),
    );
  }
}

/**
 * Common is what more than half have. A value that is there only once is left in its transcript, unless it refers to
 * something else that the transcript shows, as `{To}` does. Instants are never common: they may be late.
 */
function commonValue(name: string, seen: Comparison[]): Fact[] {
  const times = new Map<string, number>();
  for (const { facts, shown } of seen) {
    const [, value] = facts.find(([one]) => one === name) ?? [];
    if (value !== undefined && !shown.has(name) && !/T[+-]\d+s/.test(value)) {
      times.set(value, (times.get(value) ?? 0) + 1);
    }
  }
  const [value, most] = [...times].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
  const expected = seen.filter(
    ({ facts, excused }) => facts.some(([one]) => one === name) || excused?.(name, value) !== true,
  );
  return most > expected.length / 2 && (most > 1 || value.startsWith('{')) ? [[name, value]] : [];
}

/** All names in an order that agrees with each of the lists, as far as they agree with each other. */
function inOrder(lists: string[][]): string[] {
  const before = new Map<string, Set<string>>();
  for (const list of lists) {
    list.forEach((name, index) => {
      before.set(name, new Set([...(before.get(name) ?? []), ...list.slice(0, index)]));
    });
  }
  const ordered: string[] = [];
  while (before.size > 0) {
    const free = [...before].find(([, earlier]) => [...earlier].every((name) => !before.has(name)));
    const next = free?.[0] ?? [...before.keys()][0] ?? '';
    ordered.push(next);
    before.delete(next);
  }
  return ordered;
}
