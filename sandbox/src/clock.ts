// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Epoch milliseconds of an instant that cannot be taken for another: with its offset, on a day that there is. */
export function readInstant(text: string): number | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  const midnight = new Date(`${day}T00:00:00Z`);
  // Date makes the 2nd of March of the 30th of February.
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day ?? '');
  const instant = Date.parse(text);
  return day === undefined || !isDay || Number.isNaN(instant) ? undefined : instant;
}

/** How such an instant is asked for. */
export const instantHelp =
  'an instant with its offset, such as 2026-12-25T03:00:00Z, or 2026-12-24T22:00-05:00 by the clock of a clinic';

/** The time in the sandbox, which can be another one than on this machine. It goes on at the same pace. */
export class Clock {
  /** In milliseconds. */
  offset = 0;

  readonly now = (): number => Date.now() + this.offset;

  /** To an instant: epoch milliseconds, or what Date reads. `undefined` comes back to the present. */
  setTime(to: number | string | undefined): void {
    const instant = to === undefined ? Date.now() : new Date(to).getTime();
    if (Number.isNaN(instant)) {
      throw new RangeError('The instant to travel to cannot be read');
    }
    this.offset = to === undefined ? 0 : instant - Date.now();
  }
}
