// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Voicemail } from './script.ts';

/** The keys and the speech of a script, in order. */
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

  /** Puts back keys that a `<Gather>` did not use. */
  putBack(keys: string): void {
    if (keys) {
      this.#keys.unshift(keys);
    }
  }

  speech(): string {
    return this.#speech.shift() ?? '';
  }

  /** The last entry also applies to all later recordings. */
  voicemail(): Voicemail {
    const next = this.#voicemail.length > 1 ? this.#voicemail.shift() : this.#voicemail[0];
    return typeof next === 'object' ? next : { seconds: next ?? 0 };
  }
}
