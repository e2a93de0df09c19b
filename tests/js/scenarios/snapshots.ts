// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The stored transcripts of the scenarios. `node <file>.test.ts --update` writes them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Common } from './transcript/common.ts';
import type { Recording } from './transcript/recording.ts';
import { commonOf, transcript } from './transcript/transcript.ts';

const folder = new URL('snapshots/', import.meta.url);
const updating = process.argv.includes('--update');

/** The section with the common parts of the transcripts. */
const commonSection = 'common';

/** Allowed difference of an instant in seconds. A busy machine is late. */
const tolerance = 3;

/** The transcripts of one file. */
export class Snapshots {
  readonly #file: URL;
  readonly #stored: Map<string, string>;
  readonly #common: Common;
  readonly #seen = new Map<string, Recording>();

  constructor(name: string) {
    this.#file = fileOf(name);
    this.#stored = sectionsOf(this.#file);
    this.#common = Common.read(this.#stored.get(commonSection) ?? '');
    this.#stored.delete(commonSection);
  }

  /** Compares a call with its stored transcript. */
  match(scenario: string, recording: Recording): void {
    assert.ok(!this.#seen.has(scenario) && scenario !== commonSection, `duplicate scenario name: ${scenario}`);
    this.#seen.set(scenario, recording);
    if (!updating) {
      const stored = this.#stored.get(scenario);
      assert.ok(stored !== undefined, `no stored transcript: ${scenario}`);
      assert.equal(withStoredInstants(`${transcript(recording, this.#common)}\n`, stored), stored);
    }
  }

  /** Writes the transcripts of all scenarios with --update. Otherwise checks that no stored transcript is unused. */
  finish(): void {
    const isFiltered = process.execArgv.some((flag) => flag.startsWith('--test-name-pattern'));
    if (updating) {
      assert.ok(!isFiltered, '--update needs all tests of the file');
      const common = commonOf([...this.#seen.values()]);
      const sections = [...this.#seen].map(([scenario, recording]): [string, string] => [
        scenario,
        transcript(recording, common),
      ]);
      const all: [string, string][] = [[commonSection, common.write()], ...sections];
      mkdirSync(folder, { recursive: true });
      writeFileSync(this.#file, all.map(([name, text]) => `=== ${name}\n${text}\n`).join(''));
    } else if (!isFiltered) {
      assert.deepEqual([...this.#stored.keys()], [...this.#seen.keys()]);
    }
  }
}

/** The common parts of the transcripts of a file. */
export function commonIn(name: string): Common {
  return Common.read(sectionsOf(fileOf(name)).get(commonSection) ?? '');
}

function fileOf(name: string): URL {
  return new URL(`${name}.snap`, folder);
}

/** The sections of a file by their titles. */
function sectionsOf(file: URL): Map<string, string> {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [, ...parts] = text.split(/^=== (.*)\n/m);
  return new Map(
    parts.flatMap((part, index): [string, string][] => (index % 2 === 0 ? [[part, parts[index + 1] ?? '']] : [])),
  );
}

/** The text, with stored instants in place of those within the tolerance. */
function withStoredInstants(text: string, stored: string): string {
  const instants = /T([+-]\d+)s/g;
  const lines = stored.split('\n');
  const others = (line: string): string => line.replace(instants, 'T');
  return text
    .split('\n')
    .map((line, index) => {
      const was = lines[index] ?? '';
      const [now, before] = [line, was].map((one) => [...one.matchAll(instants)].map(([, seconds]) => Number(seconds)));
      const near = now?.every((seconds, at) => Math.abs(seconds - (before?.[at] ?? Infinity)) <= tolerance);
      return others(line) === others(was) && near ? was : line;
    })
    .join('\n');
}
