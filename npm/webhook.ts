// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's checks of a whole request, as Express has them. */
import { mistake, text } from './core/error.ts';
import { getExpectedBodyHash, validateRequest, validateRequestWithBody } from './validate.ts';

/** What is read of a request; Express's fits, and so do those of hosts that imitate it. */
export interface IncomingRequest {
  readonly protocol: string;
  /** The value of a header, however its name is capitalised. */
  header(name: string): string | undefined;
  readonly headers: { readonly host?: string | undefined };
  /** Path and query, as received. */
  readonly originalUrl: string;
  /** The raw body of a JSON or text post, as received; express.json leaves it by its option `verify`. */
  readonly rawBody?: unknown;
  /** The parameters of a form post. */
  readonly body?: unknown;
}

/** What Twilio called, where the request does not show it: behind a proxy, say. */
export interface RequestValidatorOptions {
  /** The URL as Twilio has it, with its whole query. The other options are not looked at then. */
  readonly url?: string | undefined;
  /** The host that Twilio calls, with its port where it has one, instead of the header `Host`. */
  readonly host?: string | undefined;
  /** `https` or `http`, instead of what the request came by. */
  readonly protocol?: string | undefined;
}

/** What `webhook` checks, and against which URL. */
export interface WebhookOptions extends RequestValidatorOptions {
  /** Whether to check at all; by default it does. */
  readonly validate?: boolean | undefined;
  /** Not looked at, as in npm twilio. */
  readonly includeHelpers?: boolean | undefined;
  /** Not looked at, as in npm twilio: pass the token as a string, or set `TWILIO_AUTH_TOKEN`. */
  readonly authToken?: string | undefined;
}

/** How a middleware answers. */
interface Answer {
  type(type: string): Answer;
  status(status: number): Answer;
  send(text: string): unknown;
}

/**
 * Whether a request of Express's is Twilio's. The URL that Twilio called is put together of the request's protocol and
 * host and what the options say instead; behind a proxy set Express's `trust proxy`, or the options.
 *
 * @example
 * ```ts
 * import { validateIncomingRequest } from 'plumline/twilio';
 *
 * // What Express hands over.
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
 * @throws PlumlineError `ARGUMENT_INVALID` where the token is no string, or the request none of Express's
 */
export function validateIncomingRequest(
  request: IncomingRequest,
  authToken: string,
  opts?: RequestValidatorOptions,
): boolean {
  if (typeof (request as Partial<IncomingRequest> | undefined)?.header !== 'function') {
    throw mistake('request');
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
 * // A proxy in between: Twilio called https://clinic.example/voice.
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
 * Whether a body has this hash.
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
 * An Express middleware that lets only Twilio's requests pass. The others are answered: 400 without a signature, 403
 * with a wrong one, 500 where there is no token.
 *
 * The token is a string among the arguments, or the environment's `TWILIO_AUTH_TOKEN`. Form posts need
 * `express.urlencoded` before it.
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
  // The last string counts, and the first object's members.
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
      console.error('[Plumline]: a webhook cannot be validated without an auth token.');
      refuse(500, NO_TOKEN);
    } else if (validateIncomingRequest(request, token, options)) {
      next();
    } else {
      refuse(403, 'Twilio Request Validation Failed.');
    }
  };
}

/** What npm twilio answers, word for word: someone may have an alarm on it. */
const NO_SIGNATURE =
  'No signature header error - X-Twilio-Signature header does not exist, maybe this request is not coming from Twilio.';
const NO_TOKEN = 'Webhook Error - we attempted to validate this request without first configuring our auth token.';

/** A host without `process` has no environment. */
function environmentToken(): string | undefined {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.TWILIO_AUTH_TOKEN;
}

/** The URL put together as `url.format()` does, which npm twilio calls. */
function calledUrl(request: IncomingRequest, host?: string, protocol?: string): string {
  const path = text(request.originalUrl, 'request.originalUrl');
  const scheme = ((protocol ?? '') || request.protocol || '').replace(/[^:]$/, '$&:');
  const authority = (host ?? '') || (request.headers.host ?? '');
  const slashed = authority !== '' && /^(?:https?|wss?|ftp|file|gopher):$/i.test(scheme);
  const before = slashed ? `${scheme}//${authority}` : scheme + authority;
  const escaped = path.replaceAll('#', '%23').replaceAll('?', '%3F');
  const url = before + (slashed && path !== '' && !path.startsWith('/') ? '/' : '') + escaped;
  // Every %3F becomes a question mark, even one that was received.
  return path.includes('?') ? url.replaceAll('%3F', '?') : url;
}
