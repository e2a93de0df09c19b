// SPDX-License-Identifier: Apache-2.0 OR MIT
import { setTimeout } from 'node:timers/promises';
import { fraction } from '../../base/seed.ts';

/** Faults that Twilio's documentation mentions. Values are rates from 0 to 1, or milliseconds. */
export interface NetworkFaults {
  /** A REST POST is executed, but the connection is closed before the response. */
  loseAnswer?: number;
  /** A REST request is rejected with 429. */
  busy?: number;
  /** Lists contain a new call or message only after this time. */
  listLateMs?: number;
  /** The status of each request for the audio of a recording, such as 404. */
  audioStatus?: number;
  /** The audio of a recording is sent after this time. */
  audioLateMs?: number;
  /** A callback is sent twice, at the same time. */
  twice?: number;
  /** A callback is delayed by some tens of milliseconds, while the call continues. */
  late?: number;
  /** A callback is sent after the next one. */
  shuffle?: number;
  /** A callback is not sent. */
  drop?: number;
}

/** Whether a fault occurs. The same seed and label give the same result. */
export function shouldInject(seed: string, label: string, rate: number | undefined): boolean {
  return rate !== undefined && fraction(seed, `network-fault/${label}`) < rate;
}

/** Sends the callbacks of one call. Without faults, the call waits for each one. */
export class Callbacks {
  readonly #seed: string;
  readonly #networkFaults: NetworkFaults;
  #held: (() => Promise<unknown>)[] = [];
  readonly #pending = new Set<Promise<unknown>>();

  constructor(seed: string, networkFaults: NetworkFaults) {
    this.#seed = seed;
    this.#networkFaults = networkFaults;
  }

  /** `label` must be unique. */
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

  /** Resolves when all callbacks have been sent. */
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
    // The last held callback is sent first.
    for (const perform of held.reverse()) {
      await perform();
    }
  }
}
