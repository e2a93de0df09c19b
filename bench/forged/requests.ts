// SPDX-License-Identifier: Apache-2.0 OR MIT
// Forged requests to the webhook. Each class is as expensive as possible, with a config of 256 steps, two tokens, and a
// webhook URL with many forms.

export interface ForgedRequest {
  /** The names and values of a form. `body` replaces it for anything else. */
  params: [string, string][];
  body?: unknown;
  secrets: [string, string][];
  headers: [string, string][];
  /** The code of the refusal. */
  code?: string;
}

export const forged = {
  small: 'a form of 1 kB',
  whole: 'a form of 32 kB',
  twice: 'a form of 32 kB that sorts in two ways',
  many: 'a form of 1,000 parameters',
  full: 'a form of 1,000 parameters, a config of 256 KiB',
  large: 'a form of 95 kB',
  parsed: 'parsed JSON of 1 MB',
  nested: 'parsed JSON, 100,000 lists',
  raw: 'raw JSON of 256 kB',
  rawLarge: 'raw JSON of 1 MB',
};

/** The classes that are refused before hashing. */
export const refusedEarly: readonly ForgedName[] = ['large', 'parsed', 'nested', 'rawLarge'];

export type ForgedName = keyof typeof forged;
export const forgedNames = Object.keys(forged) as ForgedName[];

const OURS = '+15550100001';

/** 62 menus with four attempts each. With the eight common steps, they are 256 steps. */
function config(): string {
  const menus = Array.from({ length: 62 }, (_, at) => [
    `menu-${at}`,
    [
      {
        menu: {
          prompt: { text: 'Choose.' },
          retries: 3,
          options: [{ digits: '1', then: `menu-${(at + 1) % 62}` }],
          otherwise: 'end',
        },
      },
    ],
  ]);
  return JSON.stringify({
    numbers: { [OURS]: { name: 'front', dialplan: 'main' } },
    dialplans: { main: [{ then: 'menu-0' }] },
    actions: {
      ...(Object.fromEntries(menus) as Record<string, unknown>),
      end: [{ log: { text: 'Goodbye.' } }, { hangup: {} }],
    },
  });
}

/** 248 voicemails, and actions with only a `goto`, up to the maximum size of a config. */
function longConfig(): string {
  const actions: Record<string, unknown> = {};
  for (let at = 0; at < 248; at++) {
    actions[`v${at}`] = [{ voicemail: { greeting: { text: 'Hi' } } }];
  }
  actions['e'] = [{ hangup: {} }];
  for (let at = 0; at < 9_100; at++) {
    actions[`g${at}`] = [{ goto: 'e' }];
  }
  const text = JSON.stringify({
    numbers: { [OURS]: { name: 'front', dialplan: 'main' } },
    dialplans: { main: [{ then: 'e' }] },
    actions,
  });
  return text.padEnd(256 * 1024);
}

const tokens: [string, string][] = [
  ['TWILIO_AUTH_TOKEN', 'an-invented-new-token,an-invented-old-token'],
  ['TWILIO_NUMBER', OURS],
  // Uppercase letters, a user name, a port and a fragment: sixteen forms.
  ['PLUMLINE_WEBHOOK_URL', 'https://user@FHIR.example.com:8443/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02#rc=2'],
];
const secrets: [string, string][] = [...tokens, ['PLUMLINE_CONFIG', config()]];

const common: [string, string][] = [
  ['CallSid', 'CA00000000000000000000000000000001'],
  ['CallStatus', 'in-progress'],
  ['Digits', '1'],
  ['From', '+15550100099'],
  ['To', OURS],
];

function form(more: [string, string][], signature = `${'A'.repeat(27)}=`): ForgedRequest {
  return {
    params: [...common, ...more],
    secrets,
    headers: [
      ['content-type', 'application/x-www-form-urlencoded'],
      ['host', 'fhir.example.com'],
      ['x-forwarded-host', 'a.example, b.example'],
      ['x-twilio-signature', signature],
    ],
  };
}

const other = (body: unknown): ForgedRequest => ({ ...form([]), body });

export function forgedRequest(name: ForgedName): ForgedRequest {
  switch (name) {
    case 'small':
      return form([['Custom', 'x'.repeat(900)]]);
    case 'whole':
      return form([['Custom', 'x'.repeat(32_000)]]);
    case 'twice':
      return form([
        ['\u{e000}', 'x'.repeat(15_000)],
        ['\u{10000}', 'x'.repeat(15_000)],
      ]);
    case 'many':
      return form(Array.from({ length: 990 }, (_, at) => [`SameBeginning${'x'.repeat(8)}${990 - at}`, 'v']));
    case 'full':
      // Names with the length of those by which the core recognizes the kind of a step.
      return {
        ...form(Array.from({ length: 990 }, (_, at) => [`RecordingDura${String(at).padStart(4, '0')}`, 'v'])),
        secrets: [...tokens, ['PLUMLINE_CONFIG', longConfig()]],
      };
    case 'large':
      return form([['Custom', 'x'.repeat(95_000)]]);
    case 'parsed':
      return other(Object.fromEntries(Array.from({ length: 90_000 }, (_, at) => [`k${at}`, 'v'])));
    case 'nested':
      return other({ a: Array.from({ length: 100_000 }, () => [[]]) });
    case 'raw':
      return other(`{"a":"${'é'.repeat(131_000)}"}`);
    case 'rawLarge':
      return other(`{"a":"${'é'.repeat(1_000_000)}"}`);
  }
}
