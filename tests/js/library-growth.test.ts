// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Work does not grow quadratically with the request size: eight times the size takes at most 32 times as long. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signTwilio, verifyTwilio } from 'plumline';
import { getExpectedBodyHash, validateRequest, validateRequestWithBody } from 'plumline/twilio';

const TOKEN = 'an-invented-auth-token';
const URL = 'https://example.com/v';
const BAD = 'A'.repeat(27) + '=';
const TIMES = 8;
/**
 * Quadratic work would take 64 times as long. Linear work takes 8 to 17, because engines store large objects
 * differently.
 */
const MAX_RATIO = 32;

/** The shortest of several runs, because load on the machine only makes a run longer. */
function shortest(work: () => unknown): number {
  let best = Infinity;
  for (let run = 0; run < 15; run++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function grows(work: (size: number) => () => unknown, size: number): void {
  const [small, large] = [work(size), work(size * TIMES)];
  // Warm up, so that all code is compiled before the measurement.
  [small, small, large].forEach((one) => one());
  const times = shortest(large) / shortest(small);
  assert.ok(times < MAX_RATIO, `${TIMES} times the size took ${times.toFixed(1)} times as long`);
}

function params(count: number): Record<string, string> {
  // The worst order for a sort that pivots on the first element.
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Name${count - index}`, `value ${index}`]));
}

describe('1,000 parameters', () => {
  const cases: Record<string, (count: number) => () => unknown> = {
    genuine: (count) => {
      const request = { url: URL, params: params(count) };
      const signature = signTwilio({ ...request, token: TOKEN });
      return () => assert.ok(verifyTwilio({ ...request, signature, tokens: TOKEN }).ok);
    },
    'with a custom sort order': (count) => {
      const signature = signTwilio({ url: URL, params: params(count), token: TOKEN });
      const received = params(count);
      return () => assert.ok(validateRequest(TOKEN, signature, URL, received));
    },
    'with an invalid signature and its diagnosis': (count) => {
      const received = params(count);
      return () => verifyTwilio({ url: URL, params: received, signature: BAD, tokens: [TOKEN, 'another'] });
    },
    'with the same name': (count) => {
      const received = { a: Array.from({ length: count }, (_, index) => `${index}`) };
      return () => [
        signTwilio({ url: URL, params: received, token: TOKEN }),
        validateRequest(TOKEN, BAD, URL, received),
      ];
    },
    'with astral characters in both sort orders': (count) => {
      const received = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`😀${index}\ue000`, '\ue000😀']),
      );
      return () => verifyTwilio({ url: URL, params: received, signature: BAD, tokens: TOKEN });
    },
    'in the query': (count) => {
      const url = `${URL}?${Object.keys(params(count)).join('&')}`;
      return () => [verifyTwilio({ url, signature: BAD, tokens: TOKEN }), validateRequest(TOKEN, BAD, url, {})];
    },
  };
  for (const [name, work] of Object.entries(cases)) {
    test(name, () => grows(work, 1000));
  }
});

describe('a body of 100 kB', () => {
  const cases: Record<string, (size: number) => () => unknown> = {
    'as text': (size) => {
      const body = 'é'.repeat(size / 2);
      const url = `${URL}?bodySHA256=${getExpectedBodyHash(body)}`;
      const signature = signTwilio({ url, token: TOKEN });
      return () => assert.ok(verifyTwilio({ url, body, signature, tokens: TOKEN }).ok);
    },
    'as bytes': (size) => {
      const body = new Uint8Array(size).fill(7);
      const url = `${URL}?bodySHA256=${getExpectedBodyHash(body)}`;
      const signature = signTwilio({ url, token: TOKEN });
      return () => assert.ok(validateRequestWithBody(TOKEN, signature, url, body));
    },
    'as one parameter': (size) => {
      const received = { Body: 'x'.repeat(size) };
      return () => verifyTwilio({ url: URL, params: received, signature: BAD, tokens: TOKEN });
    },
  };
  for (const [name, work] of Object.entries(cases)) {
    test(name, () => grows(work, 100_000));
  }
});
