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

  /** Returns the next sequence number. The first one is 1. */
  next(): string {
    return String(++this.#sequence);
  }
}
