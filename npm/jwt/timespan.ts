// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Parses time spans such as `2 days`, as the npm package `ms` does. npm twilio accepts them as `ttl`. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = new Map<string, number>(
  (
    [
      [1, ' milliseconds millisecond msecs msec ms'],
      [SECOND, 'seconds second secs sec s'],
      [MINUTE, 'minutes minute mins min m'],
      [HOUR, 'hours hour hrs hr h'],
      [DAY, 'days day d'],
      [7 * DAY, 'weeks week w'],
      [365.25 * DAY, 'years year yrs yr y'],
    ] as const
  ).flatMap(([span, words]) => words.split(' ').map((word) => [word, span] as const)),
);

/** Parses `'2h'`, `'1.5 days'`, or a number of milliseconds. Returns `undefined` for anything else. */
export function milliseconds(span: string): number | undefined {
  const [, count = '', word = ''] = (span.length > 100 ? null : /^(-?\d*\.?\d+) *([a-z]*)$/i.exec(span)) ?? [];
  const unit = UNITS.get(word.toLowerCase());
  return count === '' || unit === undefined ? undefined : Number.parseFloat(count) * unit;
}
