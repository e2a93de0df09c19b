// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Random requests from Twilio, as proxies, frameworks and attackers change them. */
import { createHash } from 'node:crypto';
import { ALTERATIONS, IN_TRANSIT, type Change } from './changes.ts';
import type { Random } from './random.ts';
import type { Draft, Params, Request } from './types.ts';

const SCHEMES = ['https://', 'https://', 'https://', 'https://', 'http://', 'http://', 'wss://', 'ws://'];
const ODD_SCHEMES = ['HTTPS://', 'Http://', 'hTtPs://', 'custom+x-1.0://', 'ftp://', 'file://'];
const NO_SCHEMES = ['', '//', 'https:', 'https:/', 'mailto:', ' https://', '1x://', '://'];
const USERS = ['u:p@', 'u@', 'u:@', 'a@b:c@', '%40:%3a@', 'ü:ß@', '@', ':@'];
const HOSTS = ['example.com', 'bots.example.org', 'a-b.c.example', 'fhir.example.com', '127.0.0.1', '[2001:db8::1]'];
const ODD_HOSTS = [
  ...['Example.COM', 'EXAMPLE.com', 'exa_mple.com', 'bücher.example', 'xn--bcher-kva.example', '[2001:DB8::A]', '[::]'],
  ...[
    '0x7f.1',
    '2130706433',
    'example.com.',
    'exa mple.com',
    '[bad',
    'ex%61mple.com',
    '例え.example',
    '',
    '\ud83d.example',
  ],
];
const PORTS = [':443', ':80', ':8443', ':3000', ':1234'];
const ODD_PORTS = [':0443', ':', ':00080', ':65535', ':65536', ':99999', ':x', ':8443:1'];
const PATHS = ['', '/', '/v', '/voice/', '/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02', '/fhir/R4/Bot/1/$execute'];
const ODD_PATHS = [
  ...['/a/../v', '/a/./b', '/..', '//x', '/a//b/', '/café', '/caf%C3%A9', '/a%2fb', '/a b', '/%e9', '/%zz', "/it's"],
  ...['/;x=1', '/a\\b', '/x:y@z', '/\ud83d', '/<>"`{}', '/a|b^c', '/\t', '/日本/😀'],
];
const PIECES = [
  ...[
    'foo=1',
    'bar=2',
    'step=menu.1',
    'a=1',
    'a=2',
    'a=1',
    'b',
    'flag',
    'empty=',
    '=',
    '=x',
    '',
    '',
    '10=x',
    '9=y',
    '2=z',
    '01=w',
  ],
  ...[
    '-1=v',
    'x=A+B',
    'x=A%20B',
    'a+b=c',
    "n=O'Neil",
    'n=O%27Neil',
    'y=%2f',
    'y=%2F',
    'z=1%262',
    'z=%2B3',
    's=%2A%21',
    's=*!',
  ],
  ...[
    't=%7E~',
    'u=%e9',
    'u=%C3%A9',
    'u=é',
    'v=%',
    'v=%zz',
    'v=%4',
    'v=100%25',
    'w=%ff%fe',
    'w=%F0%9F%98%80',
    'w=😀',
    'a=b=c',
    'q=?',
  ],
  ...[
    '__proto__=1',
    'constructor=2',
    'e=%EF%BB%BFx',
    'e=%EF%BB%BF%FF',
    'e=%c3%28',
    'e=%ed%a0%80',
    'c=a:b@c',
    'h=%23',
    'd=\ud800',
    'p=%00',
    'k=<">',
  ],
];
const FRAGMENTS = ['#rc=3', '#rc=3&rp=all', '#', '#a?b', "#it's", '#é', '##', '#x=%41'];

const NAMES = [
  ...[
    'CallSid',
    'AccountSid',
    'From',
    'To',
    'Called',
    'Caller',
    'CallStatus',
    'Direction',
    'ApiVersion',
    'Digits',
    'Body',
  ],
  ...['CalledCity', 'CalledCountry', 'NumMedia', 'MediaUrl0', 'MediaUrl1', 'MediaUrl10', 'MediaUrl2', 'SpeechResult'],
];
const ODD_NAMES = [
  ...[
    'a',
    'ab',
    'b',
    '',
    ' ',
    '10',
    '9',
    '01',
    '-1',
    '1e1',
    'a b',
    'a+b',
    'a%20b',
    'a[]',
    'a[b]',
    'a.b',
    '__proto__',
    'toString',
  ],
  ...[
    'é',
    'e\u0301',
    '\ue000',
    '\uffff',
    '😀',
    '\u{10000}',
    '\ud800',
    '\udc00x',
    'x\ud83d',
    '\ufeff',
    '\u202eabc',
    '\0',
    '例',
  ],
];
const VALUES = [
  ...[
    'CA00000000000000000000000000000001',
    'AC00000000000000000000000000000001',
    '+15550100001',
    '+15550100123',
    'inbound',
  ],
  ...[
    'ringing',
    '2010-04-01',
    '1',
    '',
    'client:practitioner_1',
    'Hello, world.',
    'https://api.example.com/media/1?x=1&y=2',
  ],
];
const ODD_VALUES: unknown[] = [
  ...[
    ' padded ',
    '\tx\r\n',
    '+1 555 + 2',
    'a=b&c=d',
    '100% %41 %zz',
    '<b>"it\'s"</b>',
    '👩‍⚕️ at 3 🕒',
    'José',
    'Jose\u0301',
    'null',
    'undefined',
  ],
  ...[
    'موعدك غدًا',
    '\u202eevil\u202c',
    '予約は明日です',
    '\ufeffhi',
    '\ud83d',
    '\ude00',
    'a\udc00b',
    '\0',
    '\u2028',
    'ﬁ',
    'x'.repeat(1600),
  ],
  ...[null, undefined, 0, -0, 1.5, NaN, 1e21, true, false, 7n],
  ...[
    [],
    [''],
    ['b', 'a'],
    ['a', 'a'],
    ['10', '9'],
    [10, 9, '9'],
    ['ｚ', '😀'],
    ['\ue000', '\u{10000}'],
    [null, undefined, 'x'],
    [['b', 'a'], 'a'],
  ],
  ...[['b', 'ab', 'b'], [[[]]], { toString: () => 'text', valueOf: () => 'value' }, new Date(0), { a: 1 }],
];
const BODIES = [
  '',
  '{}',
  '{"a":1}',
  '{ "a" : 1 }\n',
  '[1,2,3]',
  '{"name":"Zoë","note":"予約 🏥"}',
  'text',
  '\ufeff{}',
  '"\ud800"',
  'x'.repeat(3000),
];

/** Picks an unusual value with this probability, otherwise a usual one. */
function usuallyFrom<T>(random: Random, usual: readonly T[], odd: readonly T[], share: number): T {
  return random.chance(share) ? random.pick(odd) : random.pick(usual);
}

function randomQuery(random: Random): string {
  if (random.chance(0.4)) {
    return '';
  }
  if (random.chance(0.004)) {
    return '?' + 'k=v&'.repeat(990 + random.below(20)) + 'last=1';
  }
  return '?' + random.some(PIECES, random.chance(0.1) ? 12 : 4).join('&');
}

function randomUrl(random: Random): string {
  const scheme = random.chance(0.02) ? random.pick(NO_SCHEMES) : usuallyFrom(random, SCHEMES, ODD_SCHEMES, 0.06);
  const user = random.chance(0.08) ? random.pick(USERS) : '';
  const host = usuallyFrom(random, HOSTS, ODD_HOSTS, 0.12);
  const port = random.chance(0.3) ? usuallyFrom(random, PORTS, ODD_PORTS, 0.15) : '';
  const path = usuallyFrom(random, PATHS, ODD_PATHS, 0.2);
  const fragment = random.chance(0.08) ? random.pick(FRAGMENTS) : '';
  return scheme + user + host + port + path + randomQuery(random) + fragment;
}

function randomParams(random: Random): Params {
  const result: Params = {};
  for (let count = random.below(random.chance(0.1) ? 40 : 8); count > 0; count--) {
    const name = usuallyFrom(random, NAMES, ODD_NAMES, 0.25);
    const value = usuallyFrom<unknown>(random, VALUES, ODD_VALUES, 0.25);
    // As a parser does. `result.__proto__ = value` would not set a member.
    Object.defineProperty(result, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return result;
}

function randomToken(random: Random): string {
  return random.chance(0.01)
    ? random.pick(['', ' ', '\n', '\t \r'])
    : random.pick(['0123456789abcdef0123456789abcdef', '12345', 'an-invented-auth-token', 'zoë 😀', 'x'.repeat(100)]);
}

/** A random request. */
export function randomRequest(random: Random): Request {
  const key = randomToken(random);
  const body = random.chance(0.15) ? random.pick(BODIES) : undefined;
  let address = randomUrl(random);
  if (body !== undefined) {
    const [, start = '', fragment = ''] = /^([^#]*)(.*)$/s.exec(address) ?? [];
    const hash = createHash('sha256').update(body).digest('hex');
    address = `${start}${start.includes('?') ? '&' : '?'}bodySHA256=${hash}${fragment}`;
  }
  const result = body === undefined ? randomParams(random) : {};
  const draft: Draft = {
    ...{ signedToken: key, token: key, signedUrl: address, url: address },
    ...{ signedParams: result, params: result, body, header: (signature: string) => signature },
  };
  const changes: string[] = [];
  const apply = (from: Readonly<Record<string, Change>>): void => {
    const name = random.pick(Object.keys(from));
    from[name]?.(draft, random);
    changes.push(name);
  };
  if (random.chance(0.5)) {
    apply(IN_TRANSIT);
  }
  if (random.chance(0.65)) {
    apply(ALTERATIONS);
  }
  return { ...draft, changes };
}
