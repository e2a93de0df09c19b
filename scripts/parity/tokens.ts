// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Compares tokens with npm twilio's at the same mocked time, for random options. */
import { mock } from 'node:test';
import { accessToken, type Grants } from 'plumline';
import * as ours from 'plumline/twilio';
import twilio from 'twilio';
import { Random } from './random.ts';

type Theirs = typeof twilio.jwt;
type Outcome = { readonly token: string } | { readonly error: string };

export interface TokenTally {
  /** Tokens that are equal. */
  equal: number;
  /** Refused by both with the same error message. */
  refused: number;
  /** Tokens that `accessToken` also created, and that are equal. */
  strict: number;
  differences: string[];
}

const TEXTS = ['', 'a', 'dr_alice', 'user@example.com', 'José 🏥', 'a b', '0', '\u2028"\\\n\u0001', '\ud83d', '<&>'];
const SECRETS = ['s', 's3cr3t-s3cr3t-s3cr3t-s3cr3t-0001', 'clé-🔑', 's\ud83d', 'x'.repeat(200)];
const TTLS = [
  undefined,
  0,
  1,
  60,
  3600,
  86_400,
  86_401,
  -5,
  1.5,
  '60',
  '2h',
  '1.5 days',
  '-1y',
  'soon',
  '',
  true,
  Infinity,
];
const GRANTS = {
  TaskRouterGrant: ['workspaceSid:WS', 'workerSid:WK', 'role'],
  ChatGrant: ['serviceSid:IS', 'endpointId', 'deploymentRoleSid:RL', 'pushCredentialSid:CR'],
  VideoGrant: ['room'],
  SyncGrant: ['serviceSid:IS', 'endpointId'],
  VoiceGrant: [
    'incomingAllow?',
    'outgoingApplicationSid:AP',
    'outgoingApplicationParams{}',
    'pushCredentialSid:CR',
    'endpointId',
  ],
  PlaybackGrant: ['grant{}'],
} as const;
type GrantName = keyof typeof GRANTS;
const GRANT_NAMES = Object.keys(GRANTS) as GrantName[];
/** The names of the grants in `accessToken`. */
const STRICT = {
  TaskRouterGrant: 'taskRouter',
  ChatGrant: 'chat',
  VideoGrant: 'video',
  SyncGrant: 'sync',
  VoiceGrant: 'voice',
  PlaybackGrant: 'playback',
} as const;

function outcome(make: () => string): Outcome {
  try {
    return { token: make() };
  } catch (err) {
    return { error: (err as Error).message };
  }
}

/** Compares `count` tokens. */
export function compareTokens(count: number, seed: number): TokenTally {
  const random = new Random(seed);
  const tally: TokenTally = { equal: 0, refused: 0, strict: 0, differences: [] };
  mock.timers.enable({ apis: ['Date'], now: 0 });
  try {
    for (let index = 0; index < count; index++) {
      mock.timers.setTime(random.below(2 ** 32) * 1000 + random.below(1000));
      const [name, make, strict] = random.chance(0.8) ? token(random) : capability(random);
      const [us, them] = [outcome(() => make(ours.jwt as unknown as Theirs)), outcome(() => make(twilio.jwt))];
      if (JSON.stringify(us) !== JSON.stringify(them)) {
        tally.differences.push(`${name}\n  plumline ${JSON.stringify(us)}\n  twilio   ${JSON.stringify(them)}`);
      } else if ('error' in us) {
        tally.refused++;
      } else {
        tally.equal++;
      }
      if (strict && 'token' in them) {
        const minted = outcome(strict);
        if ('token' in minted) {
          tally.strict++;
          if (minted.token !== them.token) {
            tally.differences.push(`accessToken ${name}\n  plumline ${minted.token}\n  twilio   ${them.token}`);
          }
        }
      }
    }
  } finally {
    mock.timers.reset();
  }
  return tally;
}

type Case = [name: string, make: (jwt: Theirs) => string, strict?: () => string];

function sid(random: Random, kind: string): string {
  return kind + Array.from({ length: 32 }, () => random.below(16).toString(16)).join('');
}

function token(random: Random): Case {
  const account = random.chance(0.97) ? sid(random, 'AC') : random.pick<unknown>(['', 'x', 7, undefined]);
  const key = random.chance(0.97) ? sid(random, 'SK') : random.pick<unknown>(['', 'é', 7, null]);
  const secret = random.chance(0.97) ? random.pick(SECRETS) : '';
  const options = {
    identity: random.chance(0.5) ? `user_${random.below(1000)}` : random.pick<unknown>([...TEXTS, 7, 1.5, {}, null]),
    ...(random.chance(0.6) && { ttl: random.chance(0.5) ? random.below(90_000) : random.pick<unknown>(TTLS) }),
    ...(random.chance(0.3) && { nbf: random.pick<unknown>([0, 1_700_000_000, 1.5, NaN, '5', null, -1, Date.now()]) }),
    ...(random.chance(0.3) && { region: random.pick<unknown>(['ie1', 'us1', 'au1', '', 'é€', 7]) }),
  };
  const grants = Array.from({ length: random.below(4) }, () => {
    const name = random.pick(GRANT_NAMES);
    return [name, grantOptions(random, GRANTS[name])] as const;
  });
  const algorithm = random.pick<unknown>([undefined, undefined, 'HS256', 'HS384', 'HS512', 'RS256', '']);
  const given = random.chance(0.98) ? options : undefined;
  const name = JSON.stringify({ account, key, secret, given, grants, algorithm, now: Date.now() });
  const now = Date.now();
  return [
    name,
    ({ AccessToken }) => {
      const made = new AccessToken(account as string, key as string, secret, given as { identity: string });
      for (const [kind, of] of grants) {
        made.addGrant(new AccessToken[kind](of as object));
      }
      return made.toJwt(algorithm as 'HS256');
    },
    ...(algorithm === undefined || algorithm === 'HS256'
      ? [
          () => {
            const products = Object.fromEntries(grants.map(([kind, of]) => [STRICT[kind], of ?? {}])) as Grants;
            const rest = options as { identity: string };
            return accessToken({
              accountSid: account as string,
              keySid: key as string,
              secret,
              now,
              grants: products,
              ...rest,
            });
          },
        ]
      : []),
  ] as Case;
}

function grantOptions(random: Random, members: readonly string[]): object | undefined {
  if (random.chance(0.05)) {
    return undefined;
  }
  const options: Record<string, unknown> = {};
  for (const member of members.filter(() => random.chance(0.6))) {
    const [name = '', kind] = member.split(/[:?{]/);
    if (random.chance(0.1)) {
      options[name] = random.pick<unknown>(['', 0, null, undefined, 'x', true, false, [], { a: [1, 'é', null] }]);
    } else if (member.endsWith('?')) {
      options[name] = random.chance(0.7);
    } else if (member.endsWith('{}')) {
      options[name] = random.pick<unknown>([{}, { a: 'b' }, { 'é"': [1, 1.5, -0, 1e21, { deep: null }], z: '\u2028' }]);
    } else {
      options[name] = kind === undefined ? random.pick(TEXTS) : sid(random, kind);
    }
  }
  return options;
}

/** A capability token, which is signed with the auth token. */
function capability(random: Random): Case {
  const account = random.pick<unknown>([sid(random, 'AC'), 'AC1', '', undefined]);
  const authToken = random.chance(0.95) ? random.pick(SECRETS) : '';
  const ttl = random.pick<unknown>([undefined, 60, 0, -1, '60', 1.5]);
  const params = random.pick<unknown>([
    undefined,
    {},
    { a: 'b c', é: '&=', n: 7 },
    { x: undefined, list: [1, 2] },
    null,
  ]);
  const text = random.pick(TEXTS);
  if (random.chance(0.5)) {
    const scopes = Array.from({ length: random.below(4) }, () => random.below(3));
    const options = random.chance(0.95) ? { accountSid: account, authToken, ttl } : random.pick<unknown>([null, 'x']);
    return [
      JSON.stringify({ options, scopes, params, text }),
      ({ ClientCapability }) => {
        const made = new ClientCapability(options as { accountSid: string; authToken: string });
        for (const scope of scopes) {
          made.addScope(
            [
              () => new ClientCapability.IncomingClientScope(text),
              () =>
                new ClientCapability.OutgoingClientScope({ applicationSid: text, clientName: text, params } as {
                  applicationSid: string;
                }),
              () => new ClientCapability.EventStreamScope(params as object),
            ][scope]?.() ?? new ClientCapability.EventStreamScope(),
          );
        }
        return made.toJwt();
      },
    ];
  }
  const channelId = random.pick([sid(random, 'WK'), sid(random, 'WQ'), 'x', '']);
  const workspaceSid = random.pick([sid(random, 'WS'), '**', '']);
  const version = random.pick([undefined, 'v1', 'v2']);
  const extra = random.pick([undefined, 'WR1', '**']);
  return [
    JSON.stringify({ account, authToken, ttl, channelId, workspaceSid, version, text, params, extra }),
    ({ taskrouter: { TaskRouterCapability, util } }) => {
      const made = new TaskRouterCapability({
        accountSid: account as string,
        authToken,
        workspaceSid,
        channelId,
        friendlyName: text,
        ...(ttl !== undefined && { ttl: ttl as number }),
        ...(version !== undefined && { version }),
      });
      const policies = [
        ...util.defaultWorkerPolicies(version ?? 'v1', workspaceSid, channelId),
        ...util.defaultEventBridgePolicies(account as string, channelId),
        new TaskRouterCapability.Policy(),
        new TaskRouterCapability.Policy({ url: util.tasksUrl(workspaceSid, extra), method: 'POST', allow: false }),
        new TaskRouterCapability.Policy({ url: util.reservationsUrl(workspaceSid, channelId, extra) }),
        new TaskRouterCapability.Policy({ url: util.activitiesUrl(workspaceSid, extra), postFilter: { a: true } }),
        new TaskRouterCapability.Policy({ url: util.taskQueuesUrl(workspaceSid, extra), queryFilter: { b: false } }),
      ];
      policies.forEach((policy) => made.addPolicy(policy));
      return made.toJwt();
    },
  ];
}
