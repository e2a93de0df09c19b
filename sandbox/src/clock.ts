// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Returns epoch milliseconds of an unambiguous instant: with an offset and an existing date. Returns `undefined` for
 * other text.
 */
export function readInstant(text: string): number | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  const midnight = new Date(`${day}T00:00:00Z`);
  // Date converts February 30 to March 2.
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day ?? '');
  const instant = Date.parse(text);
  return day === undefined || !isDay || Number.isNaN(instant) ? undefined : instant;
}

/** Describes the format for error messages. */
export const instantHelp =
  'an instant with its offset, such as 2026-12-25T03:00:00Z, or 2026-12-24T22:00-05:00 in local time';

/** The sandbox clock. It can differ from the system clock, and runs at the same speed. */
export class Clock {
  /** In milliseconds. */
  offset = 0;

  readonly now = (): number => Date.now() + this.offset;

  /** Sets the clock to epoch milliseconds, or to a text that Date parses. `undefined` resets it to the present. */
  setTime(to: number | string | undefined): void {
    const instant = to === undefined ? Date.now() : new Date(to).getTime();
    if (Number.isNaN(instant)) {
      throw new RangeError('The time cannot be parsed');
    }
    this.offset = to === undefined ? 0 : instant - Date.now();
  }
}
