// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { AccessTokenInput } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { plumlineError, argumentError, object, text } from './core/error.ts';
import { Frame } from './core/frame.ts';

const HOUR = 3600;
const MAX_SECONDS = 2 ** 32 - 1;

/** September 2001, before Twilio existed. A smaller time was passed in seconds. */
const MIN_NOW = 1e12;

/**
 * Creates an access token for Twilio's SDKs, signed with HMAC-SHA256.
 *
 * It refuses options that Twilio would refuse later, in the browser that uses the token. Examples are a lifetime of
 * more than a day, an invalid identity, a SID of the wrong type, and an unknown grant option. Errors have codes and
 * paths, never values.
 *
 * @example
 * ```ts
 * import { accessToken } from 'plumline';
 *
 * const token = accessToken({
 *   accountSid: 'AC00000000000000000000000000000001',
 *   keySid: 'SK00000000000000000000000000000001',
 *   secret: 'the secret of the key',
 *   identity: 'front_desk',
 *   now: Date.now(),
 *   grants: { voice: { incomingAllow: true } },
 * });
 * const [, claims = ''] = token.split('.');
 * console.log(JSON.parse(Buffer.from(claims, 'base64url').toString()).grants.voice); // { incoming: { allow: true } }
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID`, `GRANT_INVALID`, `IDENTITY_INVALID`, `KEY_SECRET_BLANK`,
 * `REGION_INVALID`, `SID_INVALID`, `TTL_INVALID`
 */
export function accessToken(input: AccessTokenInput): string {
  const { accountSid, keySid, secret, identity, now, ttl, grants, region, nbf } = object(
    input,
    'the argument',
  ) as AccessTokenInput;
  if (typeof now !== 'number' || !Number.isSafeInteger(Math.floor(now)) || now < MIN_NOW) {
    throw argumentError('now');
  }
  const seconds = wholeNumber(ttl === undefined ? HOUR : ttl, 'ttl', MAX_SECONDS);
  const start = wholeNumber(nbf === undefined ? 0 : nbf, 'nbf', Number.MAX_SAFE_INTEGER);
  const frame = new Frame(seconds, nbf === undefined ? 0 : 1, region === undefined ? 0 : 1);
  frame.add(text(accountSid, 'accountSid'));
  frame.add(text(keySid, 'keySid'));
  frame.add(text(secret, 'secret'));
  frame.add(text(identity, 'identity'));
  frame.add(String(Math.floor(now / 1000)));
  frame.add(String(start));
  frame.add(region === undefined ? '' : text(region, 'region'));
  frame.add(toJson(object(grants, 'grants')));
  const token = core.accessToken(frame);
  if (typeof token !== 'string') {
    throw plumlineError(token.code, token.help, token.at);
  }
  return token;
}

function wholeNumber(value: unknown, path: string, max: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > max) {
    throw argumentError(path, 'TTL_INVALID');
  }
  return value as number;
}

/** The grants as JSON. A value that JSON cannot represent, such as a cycle, is not a valid grant. */
function toJson(grants: object): string {
  let written: unknown;
  try {
    written = JSON.stringify(grants);
  } catch {
    // The error is thrown below.
  }
  if (typeof written !== 'string') {
    throw argumentError('grants', 'GRANT_INVALID');
  }
  return written;
}
