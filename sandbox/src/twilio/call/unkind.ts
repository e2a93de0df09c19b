// SPDX-License-Identifier: Apache-2.0 OR MIT
import { setTimeout } from 'node:timers/promises';
import { fraction } from '../../base/seed.ts';

/** What Twilio's own documentation reserves the right to, as rates from 0 to 1 or milliseconds. */
export interface Unkind {
  /** A POST by REST is performed, and the connection cut before the answer. */
  loseAnswer?: number;
  /** A request by REST is refused with 429. */
  busy?: number;
  /** A call or message stands in the lists only so long after it was made. */
  listLateMs?: number;
  /** A callback is sent twice, at once. */
  twice?: number;
  /** A callback comes some tens of milliseconds late, whatever happened meanwhile. */
  late?: number;
  /** A callback comes after the one that should follow it. */
  shuffle?: number;
  /** A callback never comes. */
  drop?: number;
}

/** Whether one of the rates strikes: the same for the same seed and label. */
export function strikes(seed: string, label: string, rate: number | undefined): boolean {
  return rate !== undefined && fraction(seed, `unkind/${label}`) < rate;
}

/** Delivers the callbacks of one call. Kindly, each is there before the call goes on. */
export class Callbacks {
  readonly #seed: string;
  readonly #unkind: Unkind;
  #held: (() => Promise<unknown>)[] = [];
  readonly #pending = new Set<Promise<unknown>>();

  constructor(seed: string, unkind: Unkind) {
    this.#seed = seed;
    this.#unkind = unkind;
  }

  /** `label` is the callback's own: no other has it. */
  async deliver(label: string, send: () => Promise<unknown>): Promise<void> {
    const struck = (name: 'drop' | 'twice' | 'shuffle' | 'late'): boolean =>
      strikes(this.#seed, `${name}/${label}`, this.#unkind[name]);
    if (struck('drop')) {
      return;
    }
    const perform = struck('twice') ? () => Promise.all([send(), send()]) : send;
    if (struck('late')) {
      const delay = 10 + Math.floor(fraction(this.#seed, `delay/${label}`) * 40);
      this.#keep(setTimeout(delay).then(perform));
    } else if (struck('shuffle')) {
      this.#held.push(perform);
    } else {
      await perform();
      await this.#release();
    }
  }

  /** Resolves when everything that will ever be delivered has been. */
  async settle(): Promise<void> {
    await this.#release();
    while (this.#pending.size > 0) {
      await Promise.all(this.#pending);
    }
  }

  #keep(delivery: Promise<unknown>): void {
    const kept = delivery.finally(() => this.#pending.delete(kept));
    this.#pending.add(kept);
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    // What was held back last comes first.
    for (const perform of held.reverse()) {
      await perform();
    }
  }
}
