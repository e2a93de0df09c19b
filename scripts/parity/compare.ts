// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Compares Plumline's validation of requests with npm twilio's. */
import {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'plumline/twilio';
import twilio from 'twilio';
import { Random } from './random.ts';
import { randomRequest } from './requests.ts';
import type { Params, Request } from './types.ts';

/** Only whitespace, control characters and invisible characters. */
const BLANK = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}]*$/u;

type Verdict = 'accepts' | 'refuses' | 'throws';

/** Requests that plumline/twilio refuses by design and npm twilio accepts. */
export const LISTED = ['a blank token', 'a URL without scheme and host', 'two bodySHA256'] as const;

export interface Tally {
  readonly accepted: number;
  readonly refused: number;
  /** How many of the requests that both refuse make npm twilio throw. */
  readonly threw: number;
  readonly listed: Readonly<Record<(typeof LISTED)[number], number>>;
  readonly unexplained: readonly Request[];
}

function attempt(verdict: () => boolean): Verdict {
  try {
    return verdict() ? 'accepts' : 'refuses';
  } catch {
    return 'throws';
  }
}

interface Library {
  validateRequest(token: string, header: string, url: string, params: Params): boolean;
  validateRequestWithBody(token: string, header: string, url: string, body: string): boolean;
}

function resultOf(library: Library, header: string, { token, url, params, body }: Request): Verdict {
  return attempt(() =>
    body === undefined
      ? library.validateRequest(token, header, url, params)
      : library.validateRequestWithBody(token, header, url, body),
  );
}

function listedReason({ token, url }: Request): (typeof LISTED)[number] | undefined {
  if (BLANK.test(token)) {
    return 'a blank token';
  }
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  const host = authority?.slice(authority.lastIndexOf('@') + 1);
  if (!host || host.startsWith(':')) {
    return 'a URL without scheme and host';
  }
  const hashes = URL.parse(url)?.searchParams.getAll('bodySHA256') ?? [];
  return hashes.length > 1 ? 'two bodySHA256' : undefined;
}

/** The signature header of a request. */
function headerOf({ signedToken, signedUrl, signedParams, header }: Request): string {
  return header(twilio.getExpectedTwilioSignature(signedToken, signedUrl, signedParams));
}

/** Whether the signature and the hash of the received request are the same as npm twilio's. */
function sameBytes({ token, url, params, body = '' }: Request): boolean {
  return (
    (BLANK.test(token) ||
      getExpectedTwilioSignature(token, url, params) === twilio.getExpectedTwilioSignature(token, url, params)) &&
    getExpectedBodyHash(body) === twilio.getExpectedBodyHash(body)
  );
}

/**
 * How our result differs from the expected one, or `undefined`. Expected is npm twilio's result, or a listed refusal.
 */
function difference(request: Request): string | undefined {
  const header = headerOf(request);
  const ours = resultOf({ validateRequest, validateRequestWithBody }, header, request);
  const theirs = resultOf(twilio, header, request);
  const expected = listedReason(request) || theirs === 'throws' ? 'refuses' : theirs;
  if (ours !== expected) {
    return `plumline ${ours}, npm twilio ${theirs}`;
  }
  return sameBytes(request) ? undefined : 'a signature or a hash differs';
}

/** Compares `count` requests. */
export function compare(count: number, seed: number): Tally {
  const random = new Random(seed);
  let [accepted, refused, threw] = [0, 0, 0];
  const listed = { [LISTED[0]]: 0, [LISTED[1]]: 0, [LISTED[2]]: 0 };
  const unexplained: Request[] = [];
  for (let number = 0; number < count; number++) {
    const request = randomRequest(random);
    const theirs = resultOf(twilio, headerOf(request), request);
    const exception = listedReason(request);
    if (difference(request)) {
      unexplained.push(request);
    } else if (theirs === 'accepts' && exception) {
      listed[exception]++;
    } else if (theirs === 'accepts') {
      accepted++;
    } else {
      refused++;
      threw += theirs === 'throws' ? 1 : 0;
    }
  }
  return { accepted, refused, threw, listed, unexplained };
}

/** The maximum count of smaller requests that are tried. */
const MAX_TRIES = 20_000;

/** Shrinks a request: removes parts as long as the results differ in the same way. */
export function smallest(found: Request): Request {
  const kind = difference(found);
  let best = found;
  let tries = 0;
  for (let shrunk = true; shrunk;) {
    shrunk = false;
    for (const candidate of smaller(best)) {
      if (++tries > MAX_TRIES) {
        return best;
      }
      if (difference(candidate) === kind) {
        best = candidate;
        shrunk = true;
        break;
      }
    }
  }
  return best;
}

function* smaller(from: Request): Generator<Request> {
  for (const name of new Set([...Object.keys(from.params), ...Object.keys(from.signedParams)])) {
    const without = (all: Params): Params => Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
    yield { ...from, params: without(from.params), signedParams: without(from.signedParams) };
  }
  // Remove a part that is in both URLs at the same offset from the start or from the end.
  for (let length = from.url.length >> 1; length > 0; length >>= 1) {
    for (let at = 0; at + length <= from.url.length; at += length) {
      const part = from.url.slice(at, at + length);
      const back = from.url.length - at;
      for (const other of [at, from.signedUrl.length - back]) {
        if (other >= 0 && from.signedUrl.slice(other, other + length) === part) {
          yield { ...from, url: cut(from.url, at, length), signedUrl: cut(from.signedUrl, other, length) };
        }
      }
    }
  }
}

function cut(text: string, at: number, length: number): string {
  return text.slice(0, at) + text.slice(at + length);
}

/** Describes a request and the results of both libraries. */
export function describeDifference(request: Request): string {
  const header = headerOf(request);
  const { changes, token, url, signedUrl, params, signedParams, body } = request;
  const details = { changes, token, url, signedUrl, params, signedParams, body, header };
  const printable = (_name: string, value: unknown): unknown =>
    value === undefined || typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value;
  return `${JSON.stringify(details, printable, 2)}\n${difference(request) ?? 'no difference'}`;
}

/** The summary of a run. */
export function summary(count: number, seed: number, tally: Tally): string {
  const listed = Object.values(tally.listed).reduce((sum, request) => sum + request, 0);
  const differing = listed + tally.unexplained.length;
  const each = LISTED.map((name) => `${tally.listed[name]} ${name}`).join(', ');
  return [
    `${count} requests, seed ${seed}: ${tally.accepted} accepted by both, ${tally.refused} refused by both, ${differing} differ`,
    `of those that differ, ${listed} are refused by design (${each}) and ${tally.unexplained.length} are unexplained`,
    `of those refused by both, ${tally.threw} make npm twilio throw, and plumline returns false`,
  ].join('\n');
}
