// SPDX-License-Identifier: Apache-2.0 OR MIT

export interface Timer {
  at: number;
  fire: () => Error;
}

/** The simulated time of a call. It does not advance while programs run. Speech, waiting and verbs advance it. */
export class Timeline {
  /** Epoch milliseconds. */
  at: number;
  readonly #timers = new Set<Timer>();

  constructor(at: number) {
    this.at = at;
  }

  /** Sets a timer that interrupts the call at this time, with the error of `fire`. */
  set(at: number, fire: () => Error): Timer {
    const timer = { at, fire };
    this.#timers.add(timer);
    return timer;
  }

  clear(timer: Timer | undefined): void {
    if (timer) {
      this.#timers.delete(timer);
    }
  }

  /** Advances the time. If a timer is due, stops there and throws its error. Infinity waits for a timer. */
  advance(seconds: number): void {
    const until = this.at + seconds * 1000;
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= until && timer.at < (first?.at ?? Infinity)) {
        first = timer;
      }
    }
    if (!first) {
      this.at = Number.isFinite(until) ? until : this.at;
      return;
    }
    this.at = Math.max(this.at, first.at);
    this.clear(first);
    throw first.fire();
  }
}
