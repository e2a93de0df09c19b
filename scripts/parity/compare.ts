// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Our verdict on a request beside npm twilio's. */
import {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'plumline/twilio';
import twilio from 'twilio';
import { Random } from './random.ts';
import { request } from './requests.ts';
import type { Params, Request } from './types.ts';

/** White space, controls, and characters that cannot be seen. */
const BLANK = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}]*$/u;

type Verdict = 'accepts' | 'refuses' | 'throws';

/** What plumline/twilio refuses on purpose, and npm twilio does not. */
export const LISTED = ['a blank token', 'a URL without scheme and host', 'two bodySHA256'] as const;

export interface Tally {
  readonly accepted: number;
  readonly refused: number;
  /** Of those that both refuse, how many npm twilio throws over. */
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

function verdictOf(library: Library, header: string, { token, url, params, body }: Request): Verdict {
  return attempt(() =>
    body === undefined
      ? library.validateRequest(token, header, url, params)
      : library.validateRequestWithBody(token, header, url, body),
  );
}

function exceptionOf({ token, url }: Request): (typeof LISTED)[number] | undefined {
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

/** The header that comes with a request. */
function headerOf({ signedToken, signedUrl, signedParams, header }: Request): string {
  return header(twilio.getExpectedTwilioSignature(signedToken, signedUrl, signedParams));
}

/** Whether signature and hash of what was received are npm twilio's bytes. */
function sameBytes({ token, url, params, body = '' }: Request): boolean {
  return (
    (BLANK.test(token) ||
      getExpectedTwilioSignature(token, url, params) === twilio.getExpectedTwilioSignature(token, url, params)) &&
    getExpectedBodyHash(body) === twilio.getExpectedBodyHash(body)
  );
}

/** How our verdict or a byte is not what it is to be: npm twilio's, or a refusal where one is listed. */
function difference(one: Request): string | undefined {
  const header = headerOf(one);
  const ours = verdictOf({ validateRequest, validateRequestWithBody }, header, one);
  const theirs = verdictOf(twilio, header, one);
  const expected = exceptionOf(one) || theirs === 'throws' ? 'refuses' : theirs;
  if (ours !== expected) {
    return `plumline ${ours}, npm twilio ${theirs}`;
  }
  return sameBytes(one) ? undefined : 'a signature or a hash has other bytes';
}

/** Compares so many requests. */
export function compare(count: number, seed: number): Tally {
  const random = new Random(seed);
  let [accepted, refused, threw] = [0, 0, 0];
  const listed = { [LISTED[0]]: 0, [LISTED[1]]: 0, [LISTED[2]]: 0 };
  const unexplained: Request[] = [];
  for (let number = 0; number < count; number++) {
    const one = request(random);
    const theirs = verdictOf(twilio, headerOf(one), one);
    const exception = exceptionOf(one);
    if (difference(one)) {
      unexplained.push(one);
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

/** How many smaller requests are tried. */
const MOST_TRIES = 20_000;

/** A smaller request that differs in the same way: parts are left out for as long as it does. */
export function smallest(found: Request): Request {
  const kind = difference(found);
  let best = found;
  let tries = 0;
  for (let shrunk = true; shrunk;) {
    shrunk = false;
    for (const candidate of smaller(best)) {
      if (++tries > MOST_TRIES) {
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
  // What stands in both URLs at the same place, counted from the front or from the back, goes from both.
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

/** A request as text, with what each library says of it. */
export function told(one: Request): string {
  const header = headerOf(one);
  const { changes, token, url, signedUrl, params, signedParams, body } = one;
  const shown = { changes, token, url, signedUrl, params, signedParams, body, header };
  const plain = (_name: string, value: unknown): unknown =>
    value === undefined || typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value;
  return `${JSON.stringify(shown, plain, 2)}\n${difference(one) ?? 'no difference'}`;
}

/** The closing line of a run. */
export function summary(count: number, seed: number, tally: Tally): string {
  const listed = Object.values(tally.listed).reduce((sum, one) => sum + one, 0);
  const differing = listed + tally.unexplained.length;
  const each = LISTED.map((name) => `${tally.listed[name]} ${name}`).join(', ');
  return [
    `${count} requests, seed ${seed}: ${tally.accepted} accepted by both, ${tally.refused} refused by both, ${differing} differ`,
    `of those that differ, ${listed} are refused here on purpose (${each}) and ${tally.unexplained.length} are unexplained`,
    `of those refused by both, npm twilio throws over ${tally.threw}; here they are answered with false`,
  ].join('\n');
}
