// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The time in the sandbox, which can be another one than on this machine. It goes on at the same pace. */
export class Clock {
  /** In milliseconds. */
  offset = 0;

  readonly now = (): number => Date.now() + this.offset;

  /** To an instant: epoch milliseconds, or what Date reads. `undefined` comes back to the present. */
  travel(to: number | string | undefined): void {
    const instant = to === undefined ? Date.now() : new Date(to).getTime();
    if (Number.isNaN(instant)) {
      throw new RangeError('The instant to travel to cannot be read');
    }
    this.offset = to === undefined ? 0 : instant - Date.now();
  }
}
