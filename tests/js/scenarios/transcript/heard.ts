// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the caller heard, which has no times: it is laid beside what the documents say. A text of a document is heard
 * unless its line says otherwise, and what else is heard has a line of its own, so that nothing is lost.
 */
import { bare, quoted } from './text.ts';

export class Heard {
  readonly #heard: string[];
  /** What the documents still say. */
  readonly #expected: string[];
  #at = 0;

  constructor(heard: string[], expected: string[]) {
    this.#heard = heard;
    this.#expected = [...expected];
  }

  /** Whether a sound is heard now, and what is heard before it. */
  take(sound: string): { before: string[]; heard: boolean } {
    this.#expected.shift();
    const others = this.#others(sound);
    if (this.#heard[this.#at + others.length] !== sound) {
      return { before: [], heard: false };
    }
    this.#at += others.length + 1;
    return { before: others.map(line), heard: true };
  }

  /** What is heard before the next text of a document. */
  rest(): string[] {
    const others = this.#others(undefined);
    this.#at += others.length;
    return others.map(line);
  }

  #others(sound: string | undefined): string[] {
    const rest = this.#heard.slice(this.#at);
    const end = rest.findIndex((one) => one === sound || this.#expected.includes(one));
    return end < 0 ? rest : rest.slice(0, end);
  }
}

function line(heard: string): string {
  const [, inside] = /^\[([^\]]*)\]$/.exec(heard) ?? [];
  return inside === undefined ? `hears ${quoted(heard)}` : `[${inside.split(' ').map(bare).join(' ')}]`;
}
