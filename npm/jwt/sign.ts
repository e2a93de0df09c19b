// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Signs tokens as `jsonwebtoken` does for npm twilio: the same claims in the same order, and the same errors. */
import { signToken } from '../core/core.ts';
import { plumlineError, argumentError, text } from '../core/error.ts';
import { Frame } from '../core/frame.ts';
import { milliseconds } from './timespan.ts';

/** The core identifies an algorithm by its index in this list. */
export const ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512'];

export interface Signing {
  readonly algorithm?: string;
  readonly header?: object;
  readonly issuer?: unknown;
  readonly subject?: unknown;
  readonly expiresIn?: unknown;
}

/**
 * Creates a token with these claims and the current time.
 *
 * @throws Error if a claim has the wrong type; PlumlineError `ARGUMENT_INVALID`, `KEY_SECRET_BLANK`
 */
export function sign(claims: object, secret: unknown, { algorithm = 'HS256', header, ...options }: Signing): string {
  const key = text(secret, 'secret');
  const payload: Record<string, unknown> = { ...claims };
  for (const claim of ['exp', 'nbf']) {
    if (Object.hasOwn(payload, claim) && typeof payload[claim] !== 'number') {
      throw new Error(`"${claim}" should be a number of seconds`);
    }
  }
  for (const name of ['issuer', 'subject'] as const) {
    if (name in options && typeof options[name] !== 'string') {
      throw new Error(`"${name}" must be a string`);
    }
  }
  const { expiresIn } = options;
  if ('expiresIn' in options && !Number.isInteger(expiresIn) && (typeof expiresIn !== 'string' || expiresIn === '')) {
    throw new Error('"expiresIn" should be a number of seconds or string representing a timespan');
  }
  const now = Math.floor(Date.now() / 1000);
  payload.iat = now;
  if (typeof expiresIn === 'number') {
    payload.exp = now + expiresIn;
  } else if (typeof expiresIn === 'string') {
    const span = milliseconds(expiresIn);
    if (span === undefined) {
      throw new Error(
        '"expiresIn" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60',
      );
    }
    payload.exp = Math.floor(now + span / 1000);
  }
  if ('issuer' in options) {
    payload.iss = options.issuer;
  }
  if ('subject' in options) {
    payload.sub = options.subject;
  }
  const number = ALGORITHMS.indexOf(algorithm);
  if (number === -1) {
    throw argumentError('algorithm');
  }
  const frame = new Frame(number);
  frame.add(key);
  frame.add(JSON.stringify({ alg: algorithm, typ: 'JWT', ...header }));
  frame.add(JSON.stringify(payload));
  const token = signToken(frame);
  if (typeof token !== 'string') {
    throw plumlineError(token.code, token.help, token.at);
  }
  return token;
}
