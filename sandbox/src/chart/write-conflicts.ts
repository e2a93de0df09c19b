// SPDX-License-Identifier: Apache-2.0 OR MIT
import { setTimeout } from 'node:timers/promises';
import { fraction } from '../base/seed.ts';

/**
 * How often a write fails with 409 if the same resource was written concurrently. On a real server, one of 10 parallel
 * PUTs failed, and 6 of 20 parallel upserts. The first one of a group overlaps with nothing.
 */
const conflictRates = { put: 1 / 9, upsert: 6 / 19 };

/** Detects concurrent writes of the same resource. */
export class WriteConflicts {
  readonly #seed: string;
  readonly #writeTime: number;
  readonly #committed = new Map<string, number>();
  #commits = 0;
  #draws = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Each write takes `writeTime` milliseconds, so that concurrent requests overlap as on a server. */
  constructor(seed: string, writeTime = 2) {
    this.#seed = seed;
    this.#writeTime = writeTime;
  }

  /** Waits for the duration of a write. Returns whether a key was written in the meantime. */
  async write(): Promise<(key: string) => boolean> {
    const start = this.#commits;
    await setTimeout(this.#writeTime);
    return (key) => (this.#committed.get(key) ?? 0) > start;
  }

  committed(key: string): void {
    this.#committed.set(key, ++this.#commits);
  }

  /** Whether an overlapping write fails with a conflict. */
  shouldConflict(kind: keyof typeof conflictRates): boolean {
    return fraction(this.#seed, `conflict/${++this.#draws}`) < conflictRates[kind];
  }

  /** Runs actions one after another, so that no request sees half of a transaction. */
  async exclusive<R>(action: () => Promise<R>): Promise<R> {
    const turn = this.#last.then(action);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
