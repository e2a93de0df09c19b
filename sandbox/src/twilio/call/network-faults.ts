// SPDX-License-Identifier: Apache-2.0 OR MIT
import { setTimeout } from 'node:timers/promises';
import { fraction } from '../../base/seed.ts';

/** What Twilio's own documentation reserves the right to, as rates from 0 to 1 or milliseconds. */
export interface NetworkFaults {
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

/** Whether one of the rates shouldInject: the same for the same seed and label. */
export function shouldInject(seed: string, label: string, rate: number | undefined): boolean {
  return rate !== undefined && fraction(seed, `networkFaults/${label}`) < rate;
}

/** Delivers the callbacks of one call. Kindly, each is there before the call goes on. */
export class Callbacks {
  readonly #seed: string;
  readonly #networkFaults: NetworkFaults;
  #held: (() => Promise<unknown>)[] = [];
  readonly #pending = new Set<Promise<unknown>>();

  constructor(seed: string, networkFaults: NetworkFaults) {
    this.#seed = seed;
    this.#networkFaults = networkFaults;
  }

  /** `label` is the callback's own: no other has it. */
  async deliver(label: string, send: () => Promise<unknown>): Promise<void> {
    const isInjected = (name: 'drop' | 'twice' | 'shuffle' | 'late'): boolean =>
      shouldInject(this.#seed, `${name}/${label}`, this.#networkFaults[name]);
    if (isInjected('drop')) {
      return;
    }
    const perform = isInjected('twice') ? () => Promise.all([send(), send()]) : send;
    if (isInjected('late')) {
      const delay = 10 + Math.floor(fraction(this.#seed, `delay/${label}`) * 40);
      this.#track(setTimeout(delay).then(perform));
    } else if (isInjected('shuffle')) {
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

  #track(delivery: Promise<unknown>): void {
    const tracked = delivery.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
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
