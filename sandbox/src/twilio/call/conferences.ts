// SPDX-License-Identifier: Apache-2.0 OR MIT

export class Conference {
  readonly sid: string;
  readonly name: string;
  readonly participants = new Set<string>();
  started: number | undefined;
  ended = false;
  /** Resolves when it ends. */
  readonly over: Promise<void>;
  end!: () => void;
  #sequence = 0;

  constructor(sid: string, name: string) {
    this.sid = sid;
    this.name = name;
    this.over = new Promise((resolve) => {
      this.end = () => {
        this.ended = true;
        resolve();
      };
    });
  }

  /** The first event of a conference is its first. */
  next(): string {
    return String(++this.#sequence);
  }
}
