// SPDX-License-Identifier: Apache-2.0 OR MIT

/** plumline/twilio: results and bytes, compared with npm twilio. */
import assert from 'node:assert/strict';
import querystring from 'node:querystring';
import { describe, test } from 'node:test';
import {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'plumline/twilio';
import twilio from 'twilio';
import { reencode } from '../../npm/legacy-query.ts';
import { officialVectors, oracleVectors, skipOfficial, verdictOf, type SignatureVector } from './vectors.ts';

const TOKEN = 'an-invented-auth-token';
const URL = 'https://example.com/v';

/** The result of a validation. An exception is treated as a rejection. */
function attempt(verdict: () => boolean): boolean {
  try {
    return verdict();
  } catch {
    return false;
  }
}

/** Documented rejections: a blank token, a URL without scheme and host. */
function listed({ token, url }: SignatureVector): boolean {
  return token.trim() === '' || !/^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(url);
}

function check(vector: SignatureVector): void {
  const { token, signature, url, params, body } = vector;
  const theirs = attempt(() =>
    body === undefined
      ? twilio.validateRequest(token, signature, url, params as Record<string, unknown>)
      : twilio.validateRequestWithBody(token, signature, url, body),
  );
  const ours =
    body === undefined
      ? validateRequest(token, signature, url, params ?? {})
      : validateRequestWithBody(token, signature, url, body);
  assert.equal(theirs, verdictOf(vector, 'node-6.2.0'), 'npm twilio differs from the vector');
  assert.equal(ours, listed(vector) ? false : theirs);
  if (token !== '') {
    const args = [token, url, params ?? {}] as const;
    assert.equal(getExpectedTwilioSignature(...args), twilio.getExpectedTwilioSignature(...args));
  }
}

describe('plumline/twilio over the vectors', () => {
  for (const vector of oracleVectors) {
    test(vector.id, () => check(vector));
  }

  test('the official suites', { skip: skipOfficial }, async (t) => {
    for (const vector of officialVectors) {
      await t.test(vector.id, () => check(vector));
    }
  });
});

describe('inputs that plumline/twilio rejects and npm twilio accepts', () => {
  test('a blank token', () => {
    for (const blank of ['', ' ', '\n\t', '\u00a0', '\u200b', '\ufeff', '\0']) {
      const signature = twilio.getExpectedTwilioSignature(blank, URL, {});
      assert.equal(twilio.validateRequest(blank, signature, URL, {}), true);
      assert.equal(validateRequest(blank, signature, URL, {}), false);
      assert.throws(() => getExpectedTwilioSignature(blank, URL, {}), { code: 'TOKEN_BLANK' });
    }
  });

  test('a URL without scheme and host', () => {
    for (const url of [
      'example.com/v',
      '/v',
      '',
      'mailto:a@example.com',
      'https:example.com/v',
      'https:///v',
      '//a/v',
    ]) {
      const signature = twilio.getExpectedTwilioSignature(TOKEN, url, {});
      assert.equal(twilio.validateRequest(TOKEN, signature, url, {}), true);
      assert.equal(validateRequest(TOKEN, signature, url, {}), false, url);
      assert.equal(validateRequestWithBody(TOKEN, signature, url, ''), false, url);
    }
  });

  test('a URL with two bodySHA256', () => {
    const hash = getExpectedBodyHash('{}');
    for (const url of [
      `${URL}?bodySHA256=${hash}&bodySHA256=${hash}`,
      `${URL}?bodySHA256=${hash}&bodySHA256=`,
      `${URL}?bodySHA256=${hash}&x=1&body%53HA256=0`,
    ]) {
      const signature = twilio.getExpectedTwilioSignature(TOKEN, url, {});
      assert.equal(twilio.validateRequestWithBody(TOKEN, signature, url, '{}'), true);
      assert.equal(validateRequestWithBody(TOKEN, signature, url, '{}'), false, url);
      assert.equal(validateRequest(TOKEN, signature, url, {}), false, url);
    }
  });

  test('request input that makes npm twilio throw returns false', () => {
    const [bad, unreadable] = ['A'.repeat(27) + '=', 'https://exa mple.com/v'];
    assert.throws(() => twilio.validateRequest(TOKEN, bad, unreadable, {}), { code: 'ERR_INVALID_URL' });
    assert.equal(validateRequest(TOKEN, bad, unreadable, {}), false);
    assert.equal(validateRequestWithBody(TOKEN, bad, unreadable, '{}'), false);
    const bare = Object.create(null) as object;
    assert.throws(() => twilio.validateRequest(TOKEN, bad, URL, { a: bare }), TypeError);
    assert.equal(validateRequest(TOKEN, bad, URL, { a: bare }), false);
  });
});

describe('edge cases of npm twilio', () => {
  test('a header that is not a signature', () => {
    const good = twilio.getExpectedTwilioSignature(TOKEN, URL, { a: '1' });
    const headers = [
      undefined,
      null,
      '',
      ' ',
      good.slice(0, -1),
      ` ${good}`,
      good.slice(0, -2),
      `${good}=`,
      7,
      [good],
      'é'.repeat(28),
    ];
    for (const header of headers) {
      assert.equal(validateRequest(TOKEN, header as string, URL, { a: '1' }), false, String(header));
    }
    assert.equal(validateRequest(TOKEN, good, URL, { a: '1' }), true);
  });

  test('values of every type', () => {
    const params: Record<string, unknown>[] = [
      { a: null, b: undefined, c: 0, d: -0, e: NaN, f: true, g: 10n, h: 1e21 },
      { a: [3, '3', 3, 20, '100', null, undefined], b: [], c: [[]], d: [['b', 'a'], 'a', ['b', 'a']] },
      { a: {}, b: new Date(0), c: { toString: () => 't', valueOf: () => 'v' }, d: /x/ },
      { 10: 'b', 9: 'a', '-1': 'c', '': 'd', ' ': 'e', a: 'f', A: 'g', é: 'h', '\ufffd': 'i', '😀': 'j', '\0': 'k' },
      { a: '\ud83d', '\ude00': 'b', c: 'x\udc00', '\ud800': '' },
      { a: '\ufeffx', b: 'e\u0301', c: '\u00e9', d: '\u202e\r\n' },
      Object.assign(Object.create({ inherited: '1' }), { own: '2' }) as Record<string, unknown>,
      new Map([['a', '1']]) as unknown as Record<string, unknown>,
      ['x', 'y'] as unknown as Record<string, unknown>,
    ];
    for (const one of params) {
      for (const url of [URL, `${URL}?x=\ud83d`, `${URL}?bodySHA256=`]) {
        const signature = twilio.getExpectedTwilioSignature(TOKEN, url, one);
        assert.equal(getExpectedTwilioSignature(TOKEN, url, one), signature);
        assert.equal(validateRequest(TOKEN, signature, url, one), true);
      }
    }
  });

  test('a surrogate pair split between the end of a URL and the start of a name', () => {
    const params = { '\ude00b': 'c' };
    for (const [given, signed] of [
      [`${URL}?x=\ud83d`, `${URL}?x=\ud83d`],
      [`${URL}?x=\ud83d`, `${URL}:443?x=\ud83d`],
      [`${URL}?x=\ud83d`, `${URL}?x=%EF%BF%BD`],
      [`${URL}?x=y`, `${URL}?x=y`],
    ] as const) {
      const signature = twilio.getExpectedTwilioSignature(TOKEN, signed, params);
      const theirs = twilio.validateRequest(TOKEN, signature, given, params);
      assert.equal(validateRequest(TOKEN, signature, given, params), theirs);
    }
  });

  test('null parameters are accepted only with bodySHA256', () => {
    const url = `${URL}?bodySHA256=x`;
    const signature = twilio.getExpectedTwilioSignature(TOKEN, url, null as unknown as object);
    assert.equal(getExpectedTwilioSignature(TOKEN, url, null), signature);
    assert.equal(validateRequest(TOKEN, signature, url, null), true);
    assert.throws(() => validateRequest(TOKEN, signature, URL, null), { code: 'ARGUMENT_INVALID', path: 'params' });
  });

  test('invalid arguments', () => {
    const signature = 'A'.repeat(27) + '=';
    const no = undefined as never;
    const text = 'x';
    assert.throws(() => validateRequest(no, signature, URL, {}), { code: 'ARGUMENT_INVALID', path: 'authToken' });
    assert.throws(() => validateRequest(text, signature, no, {}), { code: 'ARGUMENT_INVALID', path: 'url' });
    assert.throws(() => getExpectedTwilioSignature(text, no, {}), { code: 'ARGUMENT_INVALID', path: 'url' });
    assert.throws(() => getExpectedBodyHash(no), { code: 'ARGUMENT_INVALID', path: 'body' });
    assert.throws(() => getExpectedBodyHash({} as string), { code: 'ARGUMENT_INVALID', path: 'body' });
  });

  test('a body as text and as bytes', () => {
    for (const body of ['', '{}', 'é😀\ud800', 'x'.repeat(100_000)]) {
      assert.equal(getExpectedBodyHash(body), twilio.getExpectedBodyHash(body));
    }
    const bytes = Uint8Array.of(0xff, 0, 0x80);
    const theirs = twilio.getExpectedBodyHash(bytes as unknown as string);
    for (const body of [bytes, bytes.buffer, new DataView(Uint8Array.of(1, 0xff, 0, 0x80).buffer, 1)]) {
      assert.equal(getExpectedBodyHash(body as Uint8Array), theirs);
    }
    const url = `${URL}?bodySHA256=${theirs}`;
    const signature = twilio.getExpectedTwilioSignature(TOKEN, url, {});
    assert.equal(validateRequestWithBody(TOKEN, signature, url, bytes), true);
    assert.equal(validateRequestWithBody(TOKEN, signature, url, bytes.subarray(1)), false);
  });
});

describe('the legacy query', () => {
  const again = (query: string): string => querystring.stringify(querystring.parse(query));

  test('is encoded as in Node', () => {
    for (const query of [
      ...[
        '',
        '&',
        '&&',
        '=',
        '==',
        '=&=',
        '?',
        'a',
        'a=',
        '=a',
        'a=b=c',
        'a&a&a=1',
        'b=1&a=2&b=3',
        '&a=1&',
        'a=1&&b=2',
      ],
      ...['10=a&9=b&-1=c&01=d&2=e&9=f', '__proto__=1&constructor=2&toString=3', '4294967294=a&4294967295=b&1=c'],
      ...['a+b=c+d', 'a%20b=%2B', "n=O'Neil", 'n=O%27Neil', '%2A%21%28%29~%7E-_.=*!()', 'a=#b', 'a=%23b'],
      ...[
        '%',
        '%%',
        '%4',
        '%zz=%',
        '%%41',
        '%4%41',
        '%e9',
        '%e9=%c3%a9',
        '%c3%28',
        '%ed%a0%80',
        '%ef%bb%bfx',
        '%ef%bb%bf%ff',
        '%00',
        'a=%E2%82',
      ],
      ...['%+41', 'a=%+41', 'a=100%25+%', '%25%', 'a=%f0%9f%98%80', 'a=%f0%9f', 'a=%C0%80'],
      ...[999, 1000, 1001, 2500].flatMap((n) => ['a&'.repeat(n) + 'z=1', '&'.repeat(n) + 'z=1', 'k=v&'.repeat(n)]),
    ]) {
      assert.equal(reencode(query), again(query), query.slice(0, 80));
    }
  });

  test('is encoded as in Node for random characters', () => {
    const parts = [
      'a',
      'b',
      '1',
      '10',
      '=',
      '&',
      '+',
      '%',
      '%4',
      '%41',
      '%c3',
      '%a9',
      '%ff',
      '%F0%9F%98%80',
      "'",
      '#',
      '~',
      '*',
      '?',
    ];
    let state = 20_261_121;
    for (let round = 0; round < 50_000; round++) {
      let query = '';
      for (let length = round % 12; length > 0; length--) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        query += parts[(state >>> 16) % parts.length] ?? '';
      }
      assert.equal(reencode(query), again(query), query);
    }
  });
});
