// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The common parts of the transcripts in a file. The head of the file has the names and values that most elements,
 * requests or records of a kind share. A transcript has only the differences.
 *
 *     Dial: action timeout=18
 *
 * means that a Dial can have an action, which varies, then a timeout, which is 18 unless a transcript differs.
 * The order of the names is significant.
 */
import { wrapped } from './text.ts';
import type { Fact } from './text.ts';

/** An element, request or record to compare with the common parts. */
export interface Comparison {
  /** `Say`, `request`, `Task` … */
  kind: string;
  /** All facts in order. Each name occurs once. */
  facts: Fact[];
  /** Names that the transcript's sentence already contains. */
  shown: ReadonlySet<string>;
  /** Whether a name with a common value can be missing for a reason that the transcript shows. */
  excused?: (name: string, value: string) => boolean;
}

export interface Parts {
  /** The facts to write in addition to the sentence. */
  differences(comparison: Comparison): string[];
}

interface Kind {
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
    // A sentence has its own order. If the common parts do not define the order of the facts, the transcript must.
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

/** Omits the value type of an extension if the file has only one: `outcome` for `outcome.valueCode`. */
function shortName(name: string, names: string[]): string {
  const short = (one: string): string => one.replace(/\.value[A-Z]\w*(\.reference)?$/, '');
  const alike = names.filter((one) => short(one) === short(name));
  return alike.length === 1 && alike[0] === name ? short(name) : name;
}

/** Collects the common parts of the transcripts of a file. */
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
 * A name or value is common if more than half have it. A value that occurs only once stays in its transcript, unless it
 * is a reference such as `{To}`. Instants are never common, because they may be late.
 */
function commonValue(name: string, seen: Comparison[]): Fact[] {
  const times = new Map<string, number>();
  for (const { facts, shown } of seen) {
    const [, value] = facts.find(([one]) => one === name) ?? [];
    if (value !== undefined && !shown.has(name) && !/T[+-]\d+s/.test(value)) {
      times.set(value, (times.get(value) ?? 0) + 1);
    }
  }
  const [value, maxCount] = [...times].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
  const expected = seen.filter(
    ({ facts, excused }) => facts.some(([one]) => one === name) || excused?.(name, value) !== true,
  );
  return maxCount > expected.length / 2 && (maxCount > 1 || value.startsWith('{')) ? [[name, value]] : [];
}

/** All names, in an order that is consistent with the lists, if the lists have no conflicting orders. */
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
