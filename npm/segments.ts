// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { SegmentCount } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { failure, text as checked } from './core/error.ts';

/**
 * How many messages a text takes, as Twilio counts and charges them.
 *
 * A text that Twilio sends with "smart encoding" may take fewer: look-alikes such as curly quotes are replaced there.
 *
 * @example
 * ```ts
 * import { countSegments } from 'plumline';
 *
 * const { encoding, segments, unicode } = countSegments(`${'See you at 9:30. '.repeat(6)}Dr. Łoś`);
 * console.log(encoding, segments, unicode?.character, unicode?.segmentsWithout); // UCS-2 2 Ł 1
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` where the text is no string
 */
export function countSegments(text: string): SegmentCount {
  const answer = core.countSegments(checked(text, 'text'));
  if (typeof answer !== 'string') {
    throw failure(answer.code, answer.help, '');
  }
  const numbers = answer.split(' ').map(Number);
  const [ucs2 = 0, segments = 0, units = 0, left = 0, characters = 0, index = 0, count = 0, segmentsWithout = 0] =
    numbers;
  const counted = { segments, units, left, characters };
  if (ucs2 === 0) {
    return { encoding: 'GSM-7', ...counted };
  }
  const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
  return { encoding: 'UCS-2', ...counted, unicode: { index, character, count, segmentsWithout } };
}
