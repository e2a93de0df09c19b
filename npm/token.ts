// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { AccessTokenInput } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { failure, mistake, object, text } from './core/error.ts';
import { Frame } from './core/frame.ts';

const HOUR = 3600;
const LARGEST = 2 ** 32 - 1;

/** Before 2001, and so before Twilio: so small a time was given in seconds. */
const EARLIEST = 1e12;

/**
 * An access token for Twilio's SDKs, signed with HMAC-SHA256.
 *
 * It refuses what Twilio would refuse later, in the browser that has the token: a life of more than a day, an
 * identity that no client may have, a SID of the wrong kind, an option that no grant has. Errors name codes and
 * places, never a value.
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
  if (typeof now !== 'number' || !Number.isSafeInteger(Math.floor(now)) || now < EARLIEST) {
    throw mistake('now');
  }
  const seconds = whole(ttl === undefined ? HOUR : ttl, 'ttl', LARGEST);
  const start = whole(nbf === undefined ? 0 : nbf, 'nbf', Number.MAX_SAFE_INTEGER);
  const frame = new Frame(seconds, nbf === undefined ? 0 : 1, region === undefined ? 0 : 1);
  frame.add(text(accountSid, 'accountSid'));
  frame.add(text(keySid, 'keySid'));
  frame.add(text(secret, 'secret'));
  frame.add(text(identity, 'identity'));
  frame.add(String(Math.floor(now / 1000)));
  frame.add(String(start));
  frame.add(region === undefined ? '' : text(region, 'region'));
  frame.add(json(object(grants, 'grants')));
  const token = core.accessToken(frame);
  if (typeof token !== 'string') {
    throw failure(token.code, token.help, token.at);
  }
  return token;
}

function whole(value: unknown, path: string, most: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most) {
    throw mistake(path, 'TTL_INVALID');
  }
  return value as number;
}

/** What JSON cannot write, such as a cycle, is no grant. */
function json(grants: object): string {
  let written: unknown;
  try {
    written = JSON.stringify(grants);
  } catch {
    // The error is thrown below.
  }
  if (typeof written !== 'string') {
    throw mistake('grants', 'GRANT_INVALID');
  }
  return written;
}
