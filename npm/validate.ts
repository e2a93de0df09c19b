// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's functions to sign and validate requests, with the same results. */
import { rawBody } from './body.ts';
import { bodyHash, sign, signsAny } from './core/core.ts';
import { plumlineError, argumentError, text } from './core/error.ts';
import { Frame } from './core/frame.ts';
import { asReceived, isAbsolute, normalized, parse } from './url-forms.ts';

/** The length of a SHA-1 hash in base64. */
const SIGNATURE_LENGTH = 28;

/**
 * Returns the signature of a URL and parameters, without normalizing them.
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
  const urlString = urlText(url);
  const { urls, tail } = moveSurrogate([urlString], signedTail(urlString, params));
  const frame = new Frame(1);
  frame.add(text(authToken, 'authToken'));
  frame.add(urls[0] ?? '');
  frame.add(tail);
  frame.add('');
  return textOrThrow(sign(frame));
}

/**
 * Returns the SHA-256 of a body in lowercase hex, as Twilio writes it into `bodySHA256`.
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
  return textOrThrow(bodyHash(rawBody(body)));
}

/**
 * Checks that a form post, or a GET with `{}`, is from Twilio. For a JSON or text post, this checks only the URL, as
 * npm twilio does. Use {@link validateRequestWithBody} for those.
 *
 * @example
 * ```ts
 * import { validateRequest } from 'plumline/twilio';
 *
 * const url = 'https://clinic.example/voice';
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * console.log(validateRequest('the auth token', 'NuUcs1AA3b2utXkzSa6/7NEiMIY=', url, params)); // true
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` if the token is not a string, or if the URL or the parameters are missing
 */
export function validateRequest(
  authToken: string,
  twilioHeader: string | null | undefined,
  url: string,
  params: object | null,
): boolean {
  const token = text(authToken, 'authToken');
  const urlString = urlText(url);
  let tail;
  try {
    tail = signedTail(urlString, params);
  } catch (err) {
    if (isArgumentError(err)) {
      throw err;
    }
    // A value cannot be converted to text, such as a list that contains itself.
    return false;
  }
  // Do not hash anything for a header that cannot be a signature.
  if (typeof twilioHeader !== 'string' || twilioHeader.length !== SIGNATURE_LENGTH) {
    return false;
  }
  if (!isAbsolute(urlString) || (urlString.includes('bodySHA256') && bodyHashes(urlString).length > 1)) {
    return false;
  }
  const isSigned = (urls: string[]): boolean => {
    const { urls: adjusted, tail: rest } = moveSurrogate(urls, tail);
    const frame = new Frame();
    [token, twilioHeader, rest, ...adjusted].forEach((field) => frame.add(field));
    return signsAny(frame);
  };
  return isSigned(asReceived(urlString)) || isSigned(normalized(urlString));
}

/**
 * Checks that a JSON or text post is from Twilio. `body` is the raw body as received.
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
 * @throws PlumlineError `ARGUMENT_INVALID` if the token is not a string, or if the URL or the body are missing
 */
export function validateRequestWithBody(
  authToken: string,
  twilioHeader: string | null | undefined,
  url: string,
  body: string | Uint8Array | ArrayBuffer,
): boolean {
  const hashes = bodyHashes(urlText(url));
  if (!validateRequest(authToken, twilioHeader, url, {})) {
    return false;
  }
  return hashes.length === 1 && getExpectedBodyHash(body) === hashes[0];
}

/** All values of `bodySHA256` in the query of a URL, decoded. */
function bodyHashes(url: string): string[] {
  return parse(url)?.searchParams.getAll('bodySHA256') ?? [];
}

/** A URL as text. An object such as `URL` is converted when it is used. */
function urlText(url: unknown): string {
  if (url === undefined || url === null) {
    throw argumentError('url');
  }
  return url as string;
}

/** The text that follows the URL in the signed text. The parameters of a JSON post may be `null`. */
function signedTail(url: string, params: unknown): string {
  if (params === undefined || params === null) {
    if (params === null && url.includes('bodySHA256')) {
      return '';
    }
    throw argumentError('params');
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
  // As in npm twilio, duplicates are removed before the values are converted to text, not after.
  return Array.isArray(value)
    ? [...new Set<unknown>(value)]
        .sort()
        .map((one) => pair(name, one))
        .join('')
    : name + (value as string);
}

/** The URLs and the text after them, split so that no surrogate pair is split. They are encoded separately. */
function moveSurrogate(urls: string[], tail: string): { urls: string[]; tail: string } {
  const first = tail.charAt(0);
  const startsWithLowSurrogate = first >= '\udc00' && first <= '\udfff';
  return startsWithLowSurrogate ? { urls: urls.map((url) => url + first), tail: tail.slice(1) } : { urls, tail };
}

function textOrThrow(answer: ReturnType<typeof sign>): string {
  if (typeof answer !== 'string') {
    throw plumlineError(answer.code, answer.help, '');
  }
  return answer;
}

function isArgumentError(err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === 'ARGUMENT_INVALID';
}
