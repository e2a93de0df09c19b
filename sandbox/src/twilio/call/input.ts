// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Voicemail } from './script.ts';

/** What is typed and said on the line, piece by piece. */
export class Input {
  readonly #keys: string[];
  readonly #speech: string[];
  readonly #voicemail: (number | Voicemail)[];

  constructor(script: {
    digits?: string[];
    speech?: string[];
    voicemail?: number | Voicemail | (number | Voicemail)[];
  }) {
    this.#keys = [...(script.digits ?? [])];
    this.#speech = [...(script.speech ?? [])];
    this.#voicemail = Array.isArray(script.voicemail)
      ? [...script.voicemail]
      : script.voicemail === undefined
        ? []
        : [script.voicemail];
  }

  keys(): string {
    return this.#keys.shift() ?? '';
  }

  /** Keys that were typed after the last that was asked for. */
  putBack(keys: string): void {
    if (keys) {
      this.#keys.unshift(keys);
    }
  }

  speech(): string {
    return this.#speech.shift() ?? '';
  }

  /** The last one holds for all that follow. */
  voicemail(): Voicemail {
    const next = this.#voicemail.length > 1 ? this.#voicemail.shift() : this.#voicemail[0];
    return typeof next === 'object' ? next : { seconds: next ?? 0 };
  }
}
