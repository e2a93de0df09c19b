// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The transcripts of the stories, kept beside the tests: `node <file>.test.ts --update` writes them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Common } from './transcript/common.ts';
import type { Recording } from './transcript/recording.ts';
import { commonOf, transcript } from './transcript/transcript.ts';

const folder = new URL('snapshots/', import.meta.url);
const updating = process.argv.includes('--update');

/** The section with what the transcripts have in common. */
const commonSection = 'common';

/** Seconds by which an instant may be off: a machine that is at its limits is late. */
const tolerance = 3;

/** The transcripts of one file. */
export class Snapshots {
  readonly #file: URL;
  readonly #kept: Map<string, string>;
  readonly #common: Common;
  readonly #seen = new Map<string, Recording>();

  constructor(name: string) {
    this.#file = fileOf(name);
    this.#kept = sectionsOf(this.#file);
    this.#common = Common.read(this.#kept.get(commonSection) ?? '');
    this.#kept.delete(commonSection);
  }

  /** Compares a call with the transcript that was kept. */
  match(story: string, recording: Recording): void {
    assert.ok(!this.#seen.has(story) && story !== commonSection, `two stories have the name: ${story}`);
    this.#seen.set(story, recording);
    if (!updating) {
      const kept = this.#kept.get(story);
      assert.ok(kept !== undefined, `no transcript is kept of: ${story}`);
      assert.equal(lenient(`${transcript(recording, this.#common)}\n`, kept), kept);
    }
  }

  /** Once all stories were played: writes their transcripts, or checks that none is kept of a story that is gone. */
  close(): void {
    const some = process.execArgv.some((flag) => flag.startsWith('--test-name-pattern'));
    if (updating) {
      assert.ok(!some, 'what the transcripts have in common takes all of them');
      const common = commonOf([...this.#seen.values()]);
      const sections = [...this.#seen].map(([story, recording]): [string, string] => [
        story,
        transcript(recording, common),
      ]);
      const all: [string, string][] = [[commonSection, common.write()], ...sections];
      mkdirSync(folder, { recursive: true });
      writeFileSync(this.#file, all.map(([name, text]) => `=== ${name}\n${text}\n`).join(''));
    } else if (!some) {
      assert.deepEqual([...this.#kept.keys()], [...this.#seen.keys()]);
    }
  }
}

/** What the transcripts of a file have in common. */
export function commonIn(name: string): Common {
  return Common.read(sectionsOf(fileOf(name)).get(commonSection) ?? '');
}

function fileOf(name: string): URL {
  return new URL(`${name}.snap`, folder);
}

/** The sections of a file, by the line that each begins with. */
function sectionsOf(file: URL): Map<string, string> {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [, ...parts] = text.split(/^=== (.*)\n/m);
  return new Map(
    parts.flatMap((part, index): [string, string][] => (index % 2 === 0 ? [[part, parts[index + 1] ?? '']] : [])),
  );
}

/** The text with those instants as they were kept that are off by no more than may be. */
function lenient(text: string, kept: string): string {
  const instants = /T([+-]\d+)s/g;
  const lines = kept.split('\n');
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
