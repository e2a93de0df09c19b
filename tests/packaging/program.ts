// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The program that every runtime runs, and its expected result, from npm twilio if possible. */
import { mock } from 'node:test';
import twilio from 'twilio';

const URL = 'https://clinic.example/voice?step=menu';
const PARAMS = {
  CallSid: 'CA1',
  From: '+15550100099',
  To: '+15550100001',
  CallerName: 'Zoë 😀 & sons',
  Tag: ['b', 'a', 'a'],
};
const TOKEN = 'an-invented-auth-token';
const NOW = Date.UTC(2026, 0, 5, 9, 30);
const KEY = { accountSid: `AC${'0'.repeat(31)}1`, keySid: `SK${'0'.repeat(31)}1`, secret: 'an-invented-secret' };
const BEARER = { identity: 'front_desk', ttl: 600 };
const VOICE = { incomingAllow: true, outgoingApplicationSid: `AP${'0'.repeat(31)}1` };
const GREETING = 'Übung <1> & "2" 😀';

export const NAMES = [
  ...['accessToken', 'checkTwiml', 'countSegments', 'parsePhone'],
  ...['routeCall', 'signTwilio', 'twiml', 'verifyTwilio', 'versions'],
];
export const TWILIO_NAMES = ['VoiceResponse', 'getExpectedBodyHash', 'getExpectedTwilioSignature', 'validateRequest'];

/** Sets `result`. Plain ES2020 without host globals, so that it runs on every supported runtime. */
export const PROGRAM = `
const url = ${JSON.stringify(URL)};
const params = ${JSON.stringify(PARAMS)};
const token = ${JSON.stringify(TOKEN)};
const thrown = (work) => {
  try {
    return work();
  } catch (err) {
    return [err instanceof Error, err.code, err.path];
  }
};
const signature = signTwilio({ url, params, token });
const forged = { ...params, To: '+15550100002' };
const route = routeCall({ params, numbers: ['+15550100001'], config: { client: 'desk' } });
const response = new VoiceResponse();
response.gather({ action: '/menu', numDigits: 1 }).say({ voice: 'alice' }, ${JSON.stringify(GREETING)});
const result = JSON.stringify({
  signature,
  genuine: verifyTwilio({ url, params, signature, tokens: ['another', token] }),
  forged: verifyTwilio({ url, params: forged, signature, tokens: token }).ok,
  validated: validateRequest(token, signature, url, params),
  invalidated: [validateRequest('another', signature, url, params), validateRequest(token, signature, url, forged)],
  expected: getExpectedTwilioSignature(token, url, params),
  hash: getExpectedBodyHash('{"é":1}'),
  xml: twiml({ name: 'Response', children: [
    { name: 'Say', attributes: { voice: 'alice', loop: 2 }, text: ${JSON.stringify(GREETING)} },
    { name: 'Dial', children: [{ name: 'Number', text: '+15550100002' }] },
  ] }),
  thrown: thrown(() => twiml({ name: 'Response', children: [{ name: 'Say', text: '\\u0001' }] })),
  built: response.toString(),
  findings: checkTwiml('<Response><Gather timout="5"/></Response>').map(({ code, path }) => [code, path]),
  jwt: accessToken(${JSON.stringify({ ...KEY, ...BEARER, now: NOW, grants: { voice: VOICE } })}),
  phones: [parsePhone('(202) 555-0123', 'US'), parsePhone('112', 'DE'), parsePhone('0123').ok],
  segments: [countSegments('a€'), countSegments(${JSON.stringify(GREETING)})],
  route: [route.ok, route.kind, route.client, route.twiml.includes('<Client>desk</Client>')],
  versions: [versions.plumline, versions.core],
});
`;

export function expected(version: string): unknown {
  const signature = twilio.getExpectedTwilioSignature(TOKEN, URL, PARAMS);
  const response = new twilio.twiml.VoiceResponse();
  response.say({ voice: 'alice', loop: 2 }, GREETING);
  response.dial().number('+15550100002');
  const built = new twilio.twiml.VoiceResponse();
  built.gather({ action: '/menu', numDigits: 1 }).say({ voice: 'alice' }, GREETING);
  return {
    signature,
    genuine: { ok: true, url: URL, token: 1 },
    forged: false,
    validated: true,
    invalidated: [false, false],
    expected: signature,
    hash: twilio.getExpectedBodyHash('{"é":1}'),
    xml: response.toString(),
    thrown: [true, 'TWIML_CHARACTER', 'Response/Say[1]/text()[1]'],
    built: built.toString(),
    findings: [['TWIML_ATTRIBUTE', 'Response/Gather[1]/@timout']],
    jwt: tokenThere(),
    phones: [
      { ok: true, kind: 'ordinary', e164: '+12025550123', country: 'US' },
      { ok: true, kind: 'emergency', number: '112', country: 'DE' },
      false,
    ],
    segments: [
      { encoding: 'GSM-7', segments: 1, units: 3, left: 157, characters: 2 },
      {
        ...{ encoding: 'UCS-2', segments: 1, units: 18, left: 52, characters: 17 },
        unicode: { index: 16, character: '😀', count: 1, segmentsWithout: 1 },
      },
    ],
    route: [true, 'connect', 'desk', true],
    versions: [version, version],
  };
}

/** npm twilio's token. It uses the current time. */
function tokenThere(): string {
  const clock = mock.method(Date, 'now', () => NOW);
  try {
    const token = new twilio.jwt.AccessToken(KEY.accountSid, KEY.keySid, KEY.secret, BEARER);
    token.addGrant(new twilio.jwt.AccessToken.VoiceGrant(VOICE));
    return token.toJwt();
  } finally {
    clock.mock.restore();
  }
}

function list(names: readonly string[]): string {
  return `{ ${names.join(', ')} }`;
}

/** The ways to import the functions. */
export const IMPORTED = `import ${list(NAMES)} from 'plumline';
import ${list(TWILIO_NAMES)} from 'plumline/twilio';
`;

export const REQUIRED = `const ${list(NAMES)} = require('plumline');
const ${list(TWILIO_NAMES)} = require('plumline/twilio');
`;

export function slim(load: string): string {
  return `import ${list(['init', 'initSync', ...NAMES])} from 'plumline/slim';
import ${list(TWILIO_NAMES)} from 'plumline/slim/twilio';
${load}
`;
}

export const SLIM_REQUIRED = `const ${list(['initSync', ...NAMES])} = require('plumline/slim');
const ${list(TWILIO_NAMES)} = require('plumline/slim/twilio');
initSync(require('node:fs').readFileSync(require.resolve('plumline/plumline.wasm')));
`;
