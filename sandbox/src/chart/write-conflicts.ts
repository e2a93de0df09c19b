// SPDX-License-Identifier: Apache-2.0 OR MIT
import { setTimeout } from 'node:timers/promises';
import { fraction } from '../base/seed.ts';

/**
 * How often a write fails with 409, if another one of the same resource was committed while it was on its way. On a
 * real server one of 10 parallel PUTs did, and 6 of 20 parallel upserts; the first of them conflicts with nothing.
 */
const conflictRates = { put: 1 / 9, upsert: 6 / 19 };

/** Who writes what at the same time. */
export class WriteConflicts {
  readonly #seed: string;
  readonly #writeTime: number;
  readonly #committed = new Map<string, number>();
  #commits = 0;
  #draws = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** A write takes so many milliseconds, so that requests that come together overlap as they do on a server. */
  constructor(seed: string, writeTime = 2) {
    this.#seed = seed;
    this.#writeTime = writeTime;
  }

  /** Takes a write's time; tells afterwards whether one of these was written meanwhile. */
  async write(): Promise<(key: string) => boolean> {
    const start = this.#commits;
    await setTimeout(this.#writeTime);
    return (key) => (this.#committed.get(key) ?? 0) > start;
  }

  committed(key: string): void {
    this.#committed.set(key, ++this.#commits);
  }

  /** Whether a write that overlapped is the one that shouldConflict. */
  shouldConflict(kind: keyof typeof conflictRates): boolean {
    return fraction(this.#seed, `conflict/${++this.#draws}`) < conflictRates[kind];
  }

  /** Runs one after the other, so that nobody sees the half of a transaction. */
  async exclusive<R>(action: () => Promise<R>): Promise<R> {
    const turn = this.#last.then(action);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
