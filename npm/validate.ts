// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's functions that sign and validate, with its verdicts. */
import { rawBody } from './body.ts';
import { bodyHash, sign, signsAny } from './core/core.ts';
import { failure, mistake, text } from './core/error.ts';
import { Frame } from './core/frame.ts';
import { asReceived, isAbsolute, normalised, parse } from './spellings.ts';

/** SHA-1 in base64. */
const SIGNATURE_LENGTH = 28;

/**
 * The signature of a URL and parameters, both as they are.
 *
 * @example
 * ```ts
 * import { getExpectedTwilioSignature } from 'plumline/twilio';
 *
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * console.log(getExpectedTwilioSignature('the auth token', 'https://clinic.example/voice', params)); // NuUcs1AA3b2utXkzSa6/7NEiMIY=
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID`, `TOKEN_BLANK`
 */
export function getExpectedTwilioSignature(authToken: string, url: string, params: object | null): string {
  const address = addressOf(url);
  const { urls, tail } = joined([address], signedTail(address, params));
  const frame = new Frame(1);
  frame.add(text(authToken, 'authToken'));
  frame.add(urls[0] ?? '');
  frame.add(tail);
  frame.add('');
  return answered(sign(frame));
}

/**
 * The SHA-256 of a body in lower-case hex, as Twilio writes it into `bodySHA256`.
 *
 * @example
 * ```ts
 * import { getExpectedBodyHash } from 'plumline/twilio';
 *
 * console.log(getExpectedBodyHash('{"CallSid":"CA1"}').slice(0, 16)); // 85264246de8d5707
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID`
 */
export function getExpectedBodyHash(body: string | Uint8Array | ArrayBuffer): string {
  return answered(bodyHash(rawBody(body)));
}

/**
 * Whether a form post, or a GET with `{}`, is Twilio's. Of a JSON or text post this looks at the URL alone, as npm
 * twilio does: pass its raw body to {@link validateRequestWithBody}.
 *
 * @example
 * ```ts
 * import { validateRequest } from 'plumline/twilio';
 *
 * const url = 'https://clinic.example/voice';
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * console.log(validateRequest('the auth token', 'NuUcs1AA3b2utXkzSa6/7NEiMIY=', url, params)); // true
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` where the token is no string, or URL or parameters are missing
 */
export function validateRequest(
  authToken: string,
  twilioHeader: string | null | undefined,
  url: string,
  params: object | null,
): boolean {
  const token = text(authToken, 'authToken');
  const address = addressOf(url);
  let tail;
  try {
    tail = signedTail(address, params);
  } catch (err) {
    if (isMistake(err)) {
      throw err;
    }
    // A value that has no text, such as a list nested without end.
    return false;
  }
  // No cryptography for what cannot be a signature.
  if (typeof twilioHeader !== 'string' || twilioHeader.length !== SIGNATURE_LENGTH) {
    return false;
  }
  if (!isAbsolute(address) || (address.includes('bodySHA256') && bodyHashes(address).length > 1)) {
    return false;
  }
  const signed = (urls: string[]): boolean => {
    const { urls: ended, tail: rest } = joined(urls, tail);
    const frame = new Frame();
    [token, twilioHeader, rest, ...ended].forEach((field) => frame.add(field));
    return signsAny(frame);
  };
  return signed(asReceived(address)) || signed(normalised(address));
}

/**
 * Whether a JSON or text post is Twilio's. `body` is the raw body as received.
 *
 * @example
 * ```ts
 * import { getExpectedBodyHash, getExpectedTwilioSignature, validateRequestWithBody } from 'plumline/twilio';
 *
 * const body = '{"CallSid":"CA1"}';
 * const url = `https://clinic.example/events?bodySHA256=${getExpectedBodyHash(body)}`;
 * const header = getExpectedTwilioSignature('the auth token', url, {});
 * console.log(validateRequestWithBody('the auth token', header, url, body)); // true
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` where the token is no string, or URL or body are missing
 */
export function validateRequestWithBody(
  authToken: string,
  twilioHeader: string | null | undefined,
  url: string,
  body: string | Uint8Array | ArrayBuffer,
): boolean {
  const hashes = bodyHashes(addressOf(url));
  if (!validateRequest(authToken, twilioHeader, url, {})) {
    return false;
  }
  return hashes.length === 1 && getExpectedBodyHash(body) === hashes[0];
}

/** Every `bodySHA256` of a URL's query, decoded. */
function bodyHashes(url: string): string[] {
  return parse(url)?.searchParams.getAll('bodySHA256') ?? [];
}

/** A URL as text; objects such as `URL` write themselves. */
function addressOf(url: unknown): string {
  if (url === undefined || url === null) {
    throw mistake('url');
  }
  return url as string;
}

/** What follows the URL in the signed text. JSON posts may come with `null` for their parameters. */
function signedTail(url: string, params: unknown): string {
  if (params === undefined || params === null) {
    if (params === null && url.includes('bodySHA256')) {
      return '';
    }
    throw mistake('params');
  }
  const values = params as Record<string, unknown>;
  let tail = '';
  for (const name of Object.keys(values).sort()) {
    tail += pair(name, values[name]);
  }
  return tail;
}

function pair(name: string, value: unknown): string {
  if (typeof value === 'string') {
    return name + value;
  }
  // Values that are equal before they are made text are dropped, those that are equal only after it are not.
  return Array.isArray(value)
    ? [...new Set<unknown>(value)]
        .sort()
        .map((one) => pair(name, one))
        .join('')
    : name + (value as string);
}

/** URLs and what follows them, parted so that no surrogate pair is: the two are one text when it is encoded. */
function joined(urls: string[], tail: string): { urls: string[]; tail: string } {
  const first = tail.charAt(0);
  const half = first >= '\udc00' && first <= '\udfff';
  return half ? { urls: urls.map((url) => url + first), tail: tail.slice(1) } : { urls, tail };
}

function answered(answer: ReturnType<typeof sign>): string {
  if (typeof answer !== 'string') {
    throw failure(answer.code, answer.help, '');
  }
  return answer;
}

function isMistake(err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === 'ARGUMENT_INVALID';
}
