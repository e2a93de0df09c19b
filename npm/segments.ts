// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { SegmentCount } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { plumlineError, text as checked } from './core/error.ts';

/**
 * Counts the segments of a text message, as Twilio charges them.
 *
 * With Twilio's "smart encoding", a text may have fewer segments, because Twilio replaces characters such as curly
 * quotes.
 *
 * @example
 * ```ts
 * import { countSegments } from 'plumline';
 *
 * const { encoding, segments, unicode } = countSegments(`${'See you at 9:30. '.repeat(6)}Dr. Łoś`);
 * console.log(encoding, segments, unicode?.character, unicode?.segmentsWithout); // UCS-2 2 Ł 1
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` if the text is not a string
 */
export function countSegments(text: string): SegmentCount {
  const answer = core.countSegments(checked(text, 'text'));
  if (typeof answer !== 'string') {
    throw plumlineError(answer.code, answer.help, '');
  }
  const numbers = answer.split(' ').map(Number);
  const [ucs2 = 0, segments = 0, units = 0, left = 0, characters = 0, index = 0, count = 0, segmentsWithout = 0] =
    numbers;
  const counts = { segments, units, left, characters };
  if (ucs2 === 0) {
    return { encoding: 'GSM-7', ...counts };
  }
  const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
  return { encoding: 'UCS-2', ...counts, unicode: { index, character, count, segmentsWithout } };
}
