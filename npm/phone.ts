// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { PhoneReading } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { refusal, text as checked } from './core/error.ts';
import { Frame } from './core/frame.ts';

/**
 * What people type as a phone number, in E.164.
 *
 * `country` is where it was typed, an ISO 3166 code such as `US`; without it, only a number with `+` or `00` can be
 * read. The number's own country may be another. Emergency services and short codes have no E.164 form: their answer
 * has a `number` and no `e164`, so that nothing takes them for one to dial. Look at `kind` before you dial any other.
 *
 * @example
 * ```ts
 * import { parsePhone } from 'plumline';
 *
 * console.log(parsePhone('(202) 555-0123', 'US')); // { ok: true, kind: 'ordinary', e164: '+12025550123', country: 'US' }
 * console.log(parsePhone('911', 'US')); // { ok: true, kind: 'emergency', number: '911', country: 'US' }
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` where an argument is of the wrong type
 */
export function parsePhone(text: string, country?: string): PhoneReading {
  const frame = new Frame(country === undefined ? 0 : 1);
  frame.add(checked(text, 'text'));
  frame.add(country === undefined ? '' : checked(country, 'country'));
  const answer = core.parsePhone(frame);
  if (typeof answer !== 'string') {
    return refusal(answer);
  }
  const [kind = '', number = '', of = '', extension = ''] = answer.split('\n');
  if (kind === 'emergency' || kind === 'short-code') {
    return { ok: true, kind, number, country: of };
  }
  const reading = { ok: true, kind: kind as 'ordinary', e164: number, country: of } as const;
  return extension === '' ? reading : { ...reading, extension };
}
