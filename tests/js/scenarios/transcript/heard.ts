// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Matches the caller's output, which has no times, with the documents. A line without "not heard" was heard. Any other
 * output gets a separate line, so the transcript is complete.
 */
import { bare, quoted } from './text.ts';

export class Heard {
  readonly #heard: string[];
  /** The remaining outputs of the documents. */
  readonly #expected: string[];
  #at = 0;

  constructor(heard: string[], expected: string[]) {
    this.#heard = heard;
    this.#expected = [...expected];
  }

  /** Whether the sound was heard, and the unmatched outputs before it. */
  take(sound: string): { before: string[]; heard: boolean } {
    this.#expected.shift();
    const others = this.#others(sound);
    if (this.#heard[this.#at + others.length] !== sound) {
      return { before: [], heard: false };
    }
    this.#at += others.length + 1;
    return { before: others.map(line), heard: true };
  }

  /** The outputs before the next text of a document. */
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
