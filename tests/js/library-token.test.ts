// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Access tokens, compared with live and recorded tokens of npm twilio, and verified with jose. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { accessToken, type AccessTokenInput, type PlumlineError } from 'plumline';
import { jwt } from 'plumline/twilio';
import twilio from 'twilio';
import { compareTokens } from '../../scripts/parity/tokens.ts';

const NOW = 1_760_000_000_000;
const INPUT: AccessTokenInput = {
  accountSid: 'AC00000000000000000000000000000001',
  keySid: 'SK00000000000000000000000000000002',
  secret: 's3cr3t-s3cr3t-s3cr3t-s3cr3t-0001',
  identity: 'dr_alice',
  now: NOW,
  grants: { voice: { incomingAllow: true, outgoingApplicationSid: 'AP00000000000000000000000000000003' } },
};

interface TokenVector {
  readonly id: string;
  readonly now: number;
  readonly account_sid: string;
  readonly key_sid: string;
  readonly secret: string;
  readonly options?: { readonly identity: string };
  readonly grants?: readonly { readonly type: 'VoiceGrant'; readonly options: object }[];
  readonly algorithm?: 'HS256';
  readonly jwt?: string;
  readonly error?: string;
}

const file = path.resolve(import.meta.dirname, '../vectors/access-tokens.json');
const { tokens } = JSON.parse(readFileSync(file, 'utf8')) as { tokens: TokenVector[] };

/** The code and path of a thrown error. */
function thrown(input: object): string {
  try {
    accessToken(input as AccessTokenInput);
  } catch (err) {
    const { code, path: at, help } = err as PlumlineError;
    assert.ok(help.length > 0);
    return `${code} at ${at}`;
  }
  return 'nothing';
}

describe('accessToken', () => {
  test('is verified by jose', async () => {
    const key = new TextEncoder().encode(INPUT.secret);
    const token = accessToken({ ...INPUT, ttl: 600, region: 'ie1', nbf: NOW / 1000 - 10 });
    assert.deepEqual(decodeProtectedHeader(token), {
      ...{ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1', twr: 'ie1' },
    });
    const { payload } = await jwtVerify(token, key, {
      ...{
        algorithms: ['HS256'],
        issuer: INPUT.keySid,
        subject: INPUT.accountSid,
        currentDate: new Date(NOW + 599_000),
      },
    });
    assert.deepEqual(payload, {
      jti: `${INPUT.keySid}-1760000000`,
      grants: {
        identity: 'dr_alice',
        voice: { incoming: { allow: true }, outgoing: { application_sid: 'AP00000000000000000000000000000003' } },
      },
      nbf: 1_759_999_990,
      iat: 1_760_000_000,
      exp: 1_760_000_600,
      iss: INPUT.keySid,
      sub: INPUT.accountSid,
    });
    await assert.rejects(jwtVerify(token, key, { currentDate: new Date(NOW + 601_000) }), /exp/);
    await assert.rejects(jwtVerify(token, new TextEncoder().encode('another'), { currentDate: new Date(NOW) }));
  });

  test('is valid for an hour by default from its creation', () => {
    assert.equal(accessToken(INPUT), accessToken({ ...INPUT, ttl: 3600, now: NOW + 999.5 }));
    assert.notEqual(accessToken(INPUT), accessToken({ ...INPUT, now: NOW + 1000 }));
  });

  test('rejects what Twilio would reject and names the path', () => {
    const cycle: Record<string, unknown> = {};
    cycle.params = cycle;
    for (const [change, expected] of [
      [{ ttl: 86_401 }, 'TTL_INVALID at ttl'],
      [{ ttl: 0 }, 'TTL_INVALID at ttl'],
      [{ ttl: -1 }, 'TTL_INVALID at ttl'],
      [{ ttl: 1.5 }, 'TTL_INVALID at ttl'],
      [{ ttl: '60' }, 'TTL_INVALID at ttl'],
      [{ ttl: null }, 'TTL_INVALID at ttl'],
      [{ ttl: NaN }, 'TTL_INVALID at ttl'],
      [{ ttl: 2 ** 40 }, 'TTL_INVALID at ttl'],
      [{ nbf: null }, 'TTL_INVALID at nbf'],
      [{ nbf: NOW }, 'TTL_INVALID at nbf'],
      [{ now: NOW / 1000 }, 'ARGUMENT_INVALID at now'],
      [{ now: undefined }, 'ARGUMENT_INVALID at now'],
      [{ now: Infinity }, 'ARGUMENT_INVALID at now'],
      [{ identity: '' }, 'IDENTITY_INVALID at identity'],
      [{ identity: 'dr alice' }, 'IDENTITY_INVALID at identity'],
      [{ identity: 'x'.repeat(257) }, 'IDENTITY_INVALID at identity'],
      [{ identity: '\ud83d' }, 'IDENTITY_INVALID at identity'],
      [{ identity: 7 }, 'ARGUMENT_INVALID at identity'],
      [{ secret: '' }, 'KEY_SECRET_BLANK at secret'],
      [{ secret: ' \u00a0\n' }, 'KEY_SECRET_BLANK at secret'],
      [{ secret: '\u200b\ufeff\0' }, 'KEY_SECRET_BLANK at secret'],
      [{ secret: undefined }, 'ARGUMENT_INVALID at secret'],
      [{ accountSid: INPUT.keySid }, 'SID_INVALID at accountSid'],
      [{ keySid: 'SK' }, 'SID_INVALID at keySid'],
      [{ region: 'Ireland (1)' }, 'REGION_INVALID at region'],
      [{ region: '' }, 'REGION_INVALID at region'],
      [{ region: 7 }, 'ARGUMENT_INVALID at region'],
      [{ grants: undefined }, 'ARGUMENT_INVALID at grants'],
      [{ grants: { voice: { incoming: true } } }, 'GRANT_INVALID at grants.voice'],
      [{ grants: { fax: {} } }, 'GRANT_INVALID at grants'],
      [{ grants: cycle }, 'GRANT_INVALID at grants'],
      [{ grants: { video: { room: '\ud83d' } } }, 'GRANT_INVALID at grants'],
      [{ grants: { chat: { serviceSid: 'IS1' } } }, 'SID_INVALID at grants.chat.serviceSid'],
    ] as const) {
      assert.equal(thrown({ ...INPUT, ...change }), expected, JSON.stringify(Object.keys(change)));
    }
    assert.throws(() => accessToken(undefined as never), { code: 'ARGUMENT_INVALID' });
  });
});

describe('jwt', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: NOW }));
  afterEach(() => mock.timers.reset());

  for (const { id, options, grants = [], algorithm, ...vector } of tokens.filter((token) => token.options)) {
    test(`AccessToken writes ${id} as npm twilio does`, () => {
      mock.timers.setTime(vector.now * 1000);
      const made = (): string => {
        const token = new jwt.AccessToken(vector.account_sid, vector.key_sid, vector.secret, options as never);
        grants.forEach((grant) => token.addGrant(new jwt.AccessToken[grant.type](grant.options)));
        return token.toJwt(algorithm);
      };
      if (vector.error !== undefined) {
        assert.throws(made, { message: vector.error });
      } else if (id === 'secret-one-space') {
        // Rejected here. See docs/migrating.md.
        assert.throws(made, { code: 'KEY_SECRET_BLANK' });
      } else {
        assert.equal(made(), vector.jwt);
      }
    });
  }

  test('has the members of npm twilio’s jwt except ValidationToken of the REST client', () => {
    const names = (value: object): string[] => Object.getOwnPropertyNames(value).sort();
    assert.deepEqual(
      [...names(jwt), 'ValidationToken'].sort(),
      names(twilio.jwt).filter((name) => name !== '__esModule'),
    );
    for (const pair of [
      [jwt.AccessToken, twilio.jwt.AccessToken],
      [jwt.AccessToken.prototype, twilio.jwt.AccessToken.prototype],
      [jwt.ClientCapability, twilio.jwt.ClientCapability],
      [jwt.taskrouter, twilio.jwt.taskrouter],
      [jwt.taskrouter.util, twilio.jwt.taskrouter.util],
    ] as const) {
      assert.deepEqual(
        names(pair[0]),
        names(pair[1]).filter((name) => name !== '__esModule'),
      );
    }
    assert.deepEqual(jwt.AccessToken.ALGORITHMS, twilio.jwt.AccessToken.ALGORITHMS);
    assert.equal(jwt.AccessToken.DEFAULT_ALGORITHM, 'HS256');
  });

  test('exposes the same members as npm twilio', () => {
    const [ours, theirs] = [jwt, twilio.jwt].map(({ AccessToken, ClientCapability }) => {
      const token = new AccessToken('AC1', 'SK1', 's', { identity: 'a', region: 'ie1' });
      token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: true, endpointId: 'e' }));
      token.addGrant(new AccessToken.PlaybackGrant());
      const old = new ClientCapability({ accountSid: 'AC1', authToken: 't' });
      old.addScope(new ClientCapability.OutgoingClientScope({ applicationSid: 'AP1' }));
      return JSON.stringify([token, old]);
    });
    assert.deepEqual(ours, theirs);
  });

  test('accepts custom grants but no custom algorithm', () => {
    const token = new jwt.AccessToken('AC1', 'SK1', 's', { identity: 'a' });
    token.addGrant({ key: 'pigeon', toPayload: () => ({ loft: 7 }) });
    const payload = Buffer.from(token.toJwt().split('.')[1] ?? '', 'base64url').toString();
    assert.match(payload, /"grants":\{"identity":"a","pigeon":\{"loft":7\}\}/);
    jwt.AccessToken.ALGORITHMS.push('none');
    assert.throws(() => token.toJwt('none' as 'HS256'), { code: 'ARGUMENT_INVALID', path: 'algorithm' });
    jwt.AccessToken.ALGORITHMS.pop();
  });
});

for (const [name, seed] of [
  ['tokens from a fixed seed equal npm twilio’s', 20_261_121],
  ['tokens from a new seed equal npm twilio’s', randomInt(2 ** 32)],
] as const) {
  test(name, (t) => {
    const { equal, refused, strict, differences } = compareTokens(3000, seed);
    t.diagnostic(`seed ${seed}: ${equal} equal, ${refused} refused by both, ${strict} minted by accessToken too`);
    assert.equal(differences[0], undefined);
    assert.ok(equal > 1000 && refused > 500 && strict > 100);
  });
}
