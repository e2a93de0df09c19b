// SPDX-License-Identifier: Apache-2.0 OR MIT

export interface Alarm {
  at: number;
  ring: () => Error;
}

/** A call's own time. It stands still while programs work, and goes on by what people and documents do. */
export class Timeline {
  /** Epoch milliseconds. */
  at: number;
  readonly #alarms = new Set<Alarm>();

  constructor(at: number) {
    this.at = at;
  }

  /** At this time something happens, whatever goes on then: `ring` says what. */
  set(at: number, ring: () => Error): Alarm {
    const alarm = { at, ring };
    this.#alarms.add(alarm);
    return alarm;
  }

  clear(alarm: Alarm | undefined): void {
    if (alarm) {
      this.#alarms.delete(alarm);
    }
  }

  /** Lets time pass, up to the first alarm, which throws what it rings with. Infinity waits for an alarm. */
  advance(seconds: number): void {
    const until = this.at + seconds * 1000;
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.at <= until && alarm.at < (first?.at ?? Infinity)) {
        first = alarm;
      }
    }
    if (!first) {
      this.at = Number.isFinite(until) ? until : this.at;
      return;
    }
    this.at = Math.max(this.at, first.at);
    this.clear(first);
    throw first.ring();
  }
}
