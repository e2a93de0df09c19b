// SPDX-License-Identifier: Apache-2.0 OR MIT

/** verifyTwilio on the shared vectors, compared with the accept set and the results of seven libraries. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signTwilio, verifyTwilio, type Verdict, type VerifyInput } from 'plumline';
import { acceptingForms, spellings, type Form } from './accept-set.ts';
import { officialVectors, oracleVectors, skipOfficial, verdictOf, type SignatureVector } from './vectors.ts';

const LIBRARIES = ['node-6.2.0', 'node-6.1.2', 'python-9.13.0', 'go', 'java', 'php', 'ruby'];

/** Vectors that verifyTwilio accepts although every library rejects them with a known error. */
const BEYOND_ALL: readonly Form[] = ['fragment', 'userinfo', 'sort-order', 'wss-port'];

function inputOf(vector: SignatureVector): VerifyInput {
  const { url, params, body, signature, token, settings_header: header, algorithm } = vector;
  const request = body === undefined ? { url, signature, params } : { url, signature, body };
  if (header === undefined) {
    return { ...request, tokens: [token] };
  }
  const id = /key=([^,]*)/.exec(header)?.[1] ?? '';
  return { ...request, settings: { header, keys: { [id]: { secret: token, algorithm: algorithm ?? 'HMAC_SHA1' } } } };
}

function check(vector: SignatureVector): void {
  const forms = acceptingForms(vector);
  const verdict: Verdict = verifyTwilio(inputOf(vector));
  assert.equal(verdict.ok, forms !== undefined, JSON.stringify(verdict));
  if (verdict.ok) {
    assert.equal(verdict.token ?? verdict.key, vector.settings_header ? keyOf(vector) : 0);
    const texts = spellings(vector.url).map(({ text }) => text);
    assert.ok(texts.includes(verdict.url), verdict.url);
  } else {
    assert.match(verdict.code, /^[A-Z][A-Z0-9_]+$/);
    assert.notEqual(verdict.help, '');
  }
  const verdicts = LIBRARIES.map((library) => verdictOf(vector, library));
  if (verdict.ok && !vector.settings_header && !verdicts.includes(true)) {
    assert.ok(
      forms?.some((form) => BEYOND_ALL.includes(form)),
      'seven libraries reject it, and no listed form explains why it is accepted',
    );
  }
  if (!verdict.ok && vector.token !== '') {
    assert.ok(verdicts.includes(false), `every library accepts it: ${verdict.code}`);
  }
}

function keyOf(vector: SignatureVector): string | undefined {
  return /key=([^,]*)/.exec(vector.settings_header ?? '')?.[1];
}

describe('verifyTwilio', () => {
  for (const vector of oracleVectors) {
    test(vector.id, () => check(vector));
  }

  test('the official suites', { skip: skipOfficial }, async (t) => {
    for (const vector of officialVectors) {
      await t.test(vector.id, () => check(vector));
    }
  });

  test('signs as the vectors do', () => {
    const signed = oracleVectors.filter(({ category, token, valid }) => valid && category !== 'sharedkey' && token);
    for (const { signed_url, url, params, token, signature, id } of signed.filter(({ id }) => !id.includes('not-a-'))) {
      assert.equal(signTwilio({ url: signed_url ?? url, params, token }), signature, id);
    }
    assert.ok(signed.length > 60);
  });

  test('forms that no library accepts', () => {
    const token = 'an-invented-auth-token';
    const signed = (url: string): string => signTwilio({ url, token });
    for (const [given, url] of [
      ['https://example.com/v#rc=3', 'https://example.com/v'],
      ['https://u:p@example.com/v', 'https://example.com/v'],
      ['https://u:p@Example.com:8443/v?a=1#rc=3', 'https://example.com/v?a=1'],
      ['wss://example.com/s', 'wss://example.com:443/s'],
    ] as const) {
      assert.deepEqual(verifyTwilio({ url: given, signature: signed(url), tokens: token }), {
        ok: true,
        url,
        token: 0,
      });
    }
    for (const [given, url] of [
      ['https://example.com/v', 'https://example.com/v/'],
      ['https://example.com/v', 'https://u:p@example.com/v'],
      ['https://example.com/v', 'https://Example.com/v'],
      ['https://example.com/v?b=1&a=2', 'https://example.com/v?a=2&b=1'],
      ["https://example.com/v?n=O'Neil", 'https://example.com/v?n=O%27Neil'],
      ['https://example.com/a/../v', 'https://example.com/v'],
    ] as const) {
      assert.equal(verifyTwilio({ url: given, signature: signed(url), tokens: token }).ok, false, given);
    }
  });
});
