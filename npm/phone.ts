// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { PhoneReading } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { refusal, text as checked } from './core/error.ts';
import { Frame } from './core/frame.ts';

/**
 * Reads a phone number as people type it, and returns it in E.164.
 *
 * `country` is the country of the person who typed it, an ISO 3166 code such as `US`. Without it, only a number with
 * `+` or `00` can be read. The number may belong to another country. Emergency numbers and short codes have no E.164
 * form. Their result has a `number` and no `e164`, so that a program cannot dial them by mistake. Check `kind` before
 * you dial any other number.
 *
 * @example
 * ```ts
 * import { parsePhone } from 'plumline';
 *
 * console.log(parsePhone('(202) 555-0123', 'US')); // { ok: true, kind: 'ordinary', e164: '+12025550123', country: 'US' }
 * console.log(parsePhone('911', 'US')); // { ok: true, kind: 'emergency', number: '911', country: 'US' }
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` if an argument has the wrong type
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
