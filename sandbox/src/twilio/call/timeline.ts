// SPDX-License-Identifier: Apache-2.0 OR MIT

export interface Timer {
  at: number;
  fire: () => Error;
}

/** A call's own time. It stands still while programs work, and goes on by what people and documents do. */
export class Timeline {
  /** Epoch milliseconds. */
  at: number;
  readonly #timers = new Set<Timer>();

  constructor(at: number) {
    this.at = at;
  }

  /** At this time something happens, whatever goes on then: `fire` says what. */
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

  /** Lets time pass, up to the first timer, which throws what it rings with. Infinity waits for an timer. */
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
