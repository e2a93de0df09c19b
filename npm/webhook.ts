// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's functions that validate a whole Express request. */
import { argumentError, text } from './core/error.ts';
import { getExpectedBodyHash, validateRequest, validateRequestWithBody } from './validate.ts';

/** The members of a request that are used. The requests of Express and of compatible hosts have them. */
export interface IncomingRequest {
  readonly protocol: string;
  /** The value of a header. The name is case-insensitive. */
  header(name: string): string | undefined;
  readonly headers: { readonly host?: string | undefined };
  /** The path and the query, as received. */
  readonly originalUrl: string;
  /** The raw body of a JSON or text post, as received. Set it in the option `verify` of `express.json`. */
  readonly rawBody?: unknown;
  /** The parameters of a form post. */
  readonly body?: unknown;
}

/** The URL that Twilio called, if the request does not show it, for example behind a proxy. */
export interface RequestValidatorOptions {
  /** The URL that Twilio called, with its whole query. If it is set, the other options are ignored. */
  readonly url?: string | undefined;
  /** The host that Twilio calls, with its port if it has one, instead of the header `Host`. */
  readonly host?: string | undefined;
  /** `https` or `http`, instead of the protocol of the request. */
  readonly protocol?: string | undefined;
}

/** The options of `webhook`. */
export interface WebhookOptions extends RequestValidatorOptions {
  /** Whether to validate requests. The default is `true`. */
  readonly validate?: boolean | undefined;
  /** Ignored, as in npm twilio. */
  readonly includeHelpers?: boolean | undefined;
  /** Ignored, as in npm twilio. Pass the token as a string, or set `TWILIO_AUTH_TOKEN`. */
  readonly authToken?: string | undefined;
}

/** The members of a response that the middleware uses. */
interface Answer {
  type(type: string): Answer;
  status(status: number): Answer;
  send(text: string): unknown;
}

/**
 * Checks that an Express request is from Twilio. The URL that Twilio called is built from the protocol and the host of
 * the request, or from the options. Behind a proxy, set `trust proxy` in Express, or set the options.
 *
 * @example
 * ```ts
 * import { validateIncomingRequest } from 'plumline/twilio';
 *
 * // A request as Express passes it.
 * const request = {
 *   protocol: 'https',
 *   header: (name: string) => ({ 'X-Twilio-Signature': 'NuUcs1AA3b2utXkzSa6/7NEiMIY=' })[name],
 *   headers: { host: 'clinic.example' },
 *   originalUrl: '/voice',
 *   body: { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' },
 * };
 * console.log(validateIncomingRequest(request, 'the auth token')); // true
 * console.log(validateIncomingRequest(request, 'another token')); // false
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` if the token is not a string, or if the request is not an Express request
 */
export function validateIncomingRequest(
  request: IncomingRequest,
  authToken: string,
  opts?: RequestValidatorOptions,
): boolean {
  if (typeof (request as Partial<IncomingRequest> | undefined)?.header !== 'function') {
    throw argumentError('request');
  }
  const { url, host, protocol } = opts ?? {};
  const called = url ? text(url, 'opts.url') : calledUrl(request, host, protocol);
  const signature = request.header('X-Twilio-Signature') ?? '';
  return called.indexOf('bodySHA256') > 0
    ? validateRequestWithBody(authToken, signature, called, (request.rawBody || '{}') as string)
    : validateRequest(authToken, signature, called, request.body || {});
}

/**
 * The same as {@link validateIncomingRequest}.
 *
 * @example
 * ```ts
 * import { validateExpressRequest } from 'plumline/twilio';
 *
 * // Behind a proxy. Twilio called https://clinic.example/voice.
 * const request = {
 *   protocol: 'http',
 *   header: (name: string) => ({ 'X-Twilio-Signature': 'NuUcs1AA3b2utXkzSa6/7NEiMIY=' })[name],
 *   headers: { host: '10.0.0.7:8080' },
 *   originalUrl: '/voice',
 *   body: { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' },
 * };
 * const called = { protocol: 'https', host: 'clinic.example' };
 * console.log(validateExpressRequest(request, 'the auth token', called)); // true
 * ```
 */
export function validateExpressRequest(
  request: IncomingRequest,
  authToken: string,
  opts?: RequestValidatorOptions,
): boolean {
  return validateIncomingRequest(request, authToken, opts);
}

/**
 * Checks that a body has this hash.
 *
 * @example
 * ```ts
 * import { getExpectedBodyHash, validateBody } from 'plumline/twilio';
 *
 * const body = '{"CallSid":"CA1"}';
 * console.log(validateBody(body, getExpectedBodyHash(body))); // true
 * ```
 */
export function validateBody(body: string | Uint8Array | ArrayBuffer, bodyHash: string | Uint8Array): boolean {
  return getExpectedBodyHash(body) === (typeof bodyHash === 'string' ? bodyHash : new TextDecoder().decode(bodyHash));
}

/**
 * Returns an Express middleware that passes only requests from Twilio. It responds to others with 400 if the signature
 * is missing, 403 if it is wrong, and 500 if there is no token.
 *
 * Pass the token as a string in either argument, or set the environment variable `TWILIO_AUTH_TOKEN`. For form posts,
 * use `express.urlencoded` before it.
 *
 * @example
 * ```ts
 * import express from 'express';
 * import type { AddressInfo } from 'node:net';
 * import { webhook } from 'plumline/twilio';
 *
 * const app = express();
 * app.use(express.urlencoded({ extended: false }));
 * app.post('/voice', webhook('the auth token'), (_request, response) => {
 *   response.type('text/xml').send('<Response/>');
 * });
 * const server = app.listen(0, async () => {
 *   const { port } = server.address() as AddressInfo;
 *   const { status } = await fetch(`http://127.0.0.1:${port}/voice`, { method: 'POST' });
 *   console.log(status); // 400
 *   server.close();
 * });
 * ```
 */
export function webhook(
  opts?: string | WebhookOptions,
  authToken?: string | WebhookOptions,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
): (req: any, res: any, next: any) => void {
  // As in npm twilio, the last string is the token, and members of the first object override those of the second.
  const given = [authToken, opts];
  const [second, first] = given.map((one) => (typeof one === 'object' ? one : {}));
  const options: WebhookOptions = { ...second, ...first };
  const validate = options.validate ?? true;
  const token = given.find((one) => typeof one === 'string') || environmentToken();
  return (request: IncomingRequest, response: Answer, next: () => void) => {
    if (!validate) {
      next();
      return;
    }
    const refuse = (status: number, why: string): unknown => response.type('text/plain').status(status).send(why);
    if (!request.header('X-Twilio-Signature')) {
      refuse(400, NO_SIGNATURE);
    } else if (!token) {
      console.error('[Plumline]: Cannot validate a webhook without an auth token. Pass it, or set TWILIO_AUTH_TOKEN.');
      refuse(500, NO_TOKEN);
    } else if (validateIncomingRequest(request, token, options)) {
      next();
    } else {
      refuse(403, 'Twilio Request Validation Failed.');
    }
  };
}

/** The texts of npm twilio, unchanged, because users may have alerts on them. */
const NO_SIGNATURE =
  'No signature header error - X-Twilio-Signature header does not exist, maybe this request is not coming from Twilio.';
const NO_TOKEN = 'Webhook Error - we attempted to validate this request without first configuring our auth token.';

/** The token from the environment. A host without `process` has no environment. */
function environmentToken(): string | undefined {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.TWILIO_AUTH_TOKEN;
}

/** The URL that Twilio called. It is built as by `url.format()`, which npm twilio uses. */
function calledUrl(request: IncomingRequest, host?: string, protocol?: string): string {
  const path = text(request.originalUrl, 'request.originalUrl');
  const scheme = ((protocol ?? '') || request.protocol || '').replace(/[^:]$/, '$&:');
  const authority = (host ?? '') || (request.headers.host ?? '');
  const slashed = authority !== '' && /^(?:https?|wss?|ftp|file|gopher):$/i.test(scheme);
  const before = slashed ? `${scheme}//${authority}` : scheme + authority;
  const escaped = path.replaceAll('#', '%23').replaceAll('?', '%3F');
  const url = before + (slashed && path !== '' && !path.startsWith('/') ? '/' : '') + escaped;
  // Every %3F becomes a question mark, even if it was received as %3F.
  return path.includes('?') ? url.replaceAll('%3F', '?') : url;
}
