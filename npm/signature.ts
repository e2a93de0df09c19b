// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Signs and verifies requests as Twilio does. */
import type { SignInput, SharedKey, Verdict, VerifyInput } from '#pkg/plumline.js';
import { rawBody } from './body.ts';
import { sign, verify } from './core/core.ts';
import { plumlineError, argumentError, object, refusal, text } from './core/error.ts';
import { Frame } from './core/frame.ts';
import { addParams } from './params.ts';

/**
 * Returns the signature that Twilio sends in `X-Twilio-Signature`. Use it in tests and local tools.
 *
 * The signature of a JSON or text post covers only its URL, which has the hash of the body as `bodySHA256`.
 *
 * @example
 * ```ts
 * import { signTwilio } from 'plumline';
 *
 * const url = 'https://clinic.example/voice';
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * console.log(signTwilio({ url, params, token: 'the auth token' })); // NuUcs1AA3b2utXkzSa6/7NEiMIY=
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID`, `TOKEN_BLANK`, `URL_NOT_ABSOLUTE`
 */
export function signTwilio(input: SignInput): string {
  const { url, params, token } = object(input, 'the argument') as SignInput;
  const frame = new Frame();
  frame.add(text(token, 'token'));
  frame.add(text(url, 'url'));
  addParams(frame, params);
  const signature = sign(frame);
  if (typeof signature !== 'string') {
    throw plumlineError(signature.code, signature.help, signature.at);
  }
  return signature;
}

/**
 * Verifies that a request is from Twilio. It tries every form of the URL that Twilio is known to sign, with each token.
 *
 * The contents of a request never throw. For a missing or damaged signature, the result has `ok: false` and a `code`
 * that names the reason, if it is known.
 *
 * For a JSON or text post, also pass the raw body. The signature covers only the URL, which has the hash of the body in
 * `bodySHA256`. Without the body, the result is `BODY_MISSING`.
 *
 * @example
 * ```ts
 * import { signTwilio, verifyTwilio } from 'plumline';
 *
 * const url = 'https://clinic.example/voice';
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * const signature = signTwilio({ url, params, token: 'the new token' });
 *
 * const verdict = verifyTwilio({ url, params, signature, tokens: ['the old token', 'the new token'] });
 * console.log(verdict.ok && verdict.token); // 1
 *
 * const altered = { ...params, To: '+15550100002' };
 * const forged = verifyTwilio({ url, params: altered, signature, tokens: 'the new token' });
 * console.log(forged.ok || forged.code); // SIGNATURE_MISMATCH
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` if an argument is missing or has the wrong type
 */
export function verifyTwilio(input: VerifyInput): Verdict {
  const { url, params, body, signature, tokens, settings, headers } = object(input, 'the argument') as VerifyInput;
  if (body !== undefined && params !== undefined) {
    throw argumentError('body');
  }
  const raw = body === undefined ? undefined : rawBody(body);
  const accepted = tokenList(tokens);
  const { header, keys } = (settings === undefined ? {} : object(settings, 'settings')) as NonNullable<typeof settings>;
  const shared = Object.entries(keys === undefined ? {} : object(keys, 'settings.keys')) as [string, SharedKey][];

  const frame = new Frame(accepted.length, shared.length, raw === undefined ? 0 : 1);
  frame.add(text(url, 'url'));
  frame.add(typeof signature === 'string' ? signature : '');
  frame.add(typeof header === 'string' ? header : '');
  for (const name of ['host', 'x-forwarded-host', 'x-forwarded-port']) {
    frame.add(headerOf(headers, name));
  }
  accepted.forEach((token, index) => frame.add(text(token, `tokens[${index}]`)));
  for (const [id, key] of shared) {
    addSharedKey(frame, id, key);
  }
  addParams(frame, params);

  const answer = verify(frame, raw);
  if (typeof answer !== 'string') {
    return refusal(answer);
  }
  const space = answer.indexOf(' ');
  const index = space === -1 ? 0 : Number(answer.slice(0, space));
  const signed = space === -1 ? url : answer.slice(space + 1);
  return index < accepted.length
    ? { ok: true, url: signed, token: index }
    : { ok: true, url: signed, key: shared[index - accepted.length]?.[0] ?? '' };
}

function tokenList(tokens: unknown): readonly unknown[] {
  if (tokens === undefined) {
    return [];
  }
  if (typeof tokens === 'string') {
    return [tokens];
  }
  if (!Array.isArray(tokens)) {
    throw argumentError('tokens');
  }
  return tokens;
}

/** The value of a header: the first if there are several, empty if there is none. */
function headerOf(headers: VerifyInput['headers'], name: string): string {
  if (typeof headers !== 'object') {
    return '';
  }
  const all = headers as Partial<Headers> & Readonly<Record<string, unknown>>;
  const value = typeof all.get === 'function' ? all.get(name) : all[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

function addSharedKey(frame: Frame, id: string, key: unknown): void {
  const path = `settings.keys.${id}`;
  const { secret, algorithm } = object(key, path) as { secret?: unknown; algorithm?: unknown };
  if (algorithm !== 'HMAC_SHA1' && algorithm !== 'HMAC_SHA256') {
    throw argumentError(`${path}.algorithm`);
  }
  frame.add(id);
  frame.add(text(secret, `${path}.secret`));
  frame.add(algorithm);
}
