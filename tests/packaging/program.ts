// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The one program that every runtime runs, and what it has to say: npm twilio's own words where it has any. */
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
const GREETING = 'Übung <1> & "2" 😀';

export const NAMES = ['routeCall', 'signTwilio', 'twiml', 'verifyTwilio', 'versions'];
export const TWILIO_NAMES = ['getExpectedBodyHash', 'getExpectedTwilioSignature', 'validateRequest'];

/** Sets `told`. Plain ES2020 without a global of any host's, so that it runs wherever the package says it does. */
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
const told = JSON.stringify({
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
  route: [route.ok, route.kind, route.client, route.twiml.includes('<Client>desk</Client>')],
  versions: [versions.plumline, versions.core],
});
`;

export function expected(version: string): unknown {
  const signature = twilio.getExpectedTwilioSignature(TOKEN, URL, PARAMS);
  const response = new twilio.twiml.VoiceResponse();
  response.say({ voice: 'alice', loop: 2 }, GREETING);
  response.dial().number('+15550100002');
  return {
    signature,
    genuine: { ok: true, url: URL, token: 1 },
    forged: false,
    validated: true,
    invalidated: [false, false],
    expected: signature,
    hash: twilio.getExpectedBodyHash('{"é":1}'),
    xml: response.toString(),
    thrown: [true, 'TWIML_CHARACTER', 'children[0].text'],
    route: [true, 'connect', 'desk', true],
    versions: [version, version],
  };
}

function list(names: readonly string[]): string {
  return `{ ${names.join(', ')} }`;
}

/** The ways to get at the functions. */
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
