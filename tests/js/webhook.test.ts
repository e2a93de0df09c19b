// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The built webhook bundle in the sandbox under each of Medplum's runtimes: valid and invalid Twilio requests. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import twilio from 'twilio';
import { startSandbox, type Sandbox, type SandboxBot } from '../../sandbox/src/server.ts';
import { runtimeVersions } from '../../sandbox/src/wrappers/wrapper.ts';

const file = path.resolve(import.meta.dirname, '../../pkg/bots/webhook.cjs');
const TOKEN = 'an-invented-auth-token';
const OURS = '+15550100001';
const PATIENT = '+15550100123';
const CALL = {
  CallSid: `CA${'0'.repeat(31)}1`,
  From: PATIENT,
  Caller: PATIENT,
  To: OURS,
  Called: OURS,
  CallStatus: 'ringing',
};
const BROWSER = { ...CALL, From: 'client:practitioner_1', To: PATIENT, Called: '' };

type Params = Record<string, string | string[]>;

interface Case {
  /** Overrides of the default secrets. `null` removes one. */
  secrets?: Record<string, string | null>;
  params?: Params;
  /** The signed parameters, if they differ from the posted ones. */
  signed?: { url?: (url: string) => string; params?: Params; token?: string };
  signature?: string | null;
  headers?: Record<string, string>;
  /** A body other than the form of `params`. */
  body?: string;
  status: number;
  /** A part of the TwiML, or the code of the OperationOutcome. */
  answer: string;
  /** The code in the log. Default: none, or the code of a rejection. */
  log?: string;
}

const dial = (to: string): string => `<Dial callerId="${OURS}"><Number>${to}</Number></Dial>`;
const CONNECT =
  `<Response><Say>Thanks for calling. Please hold while we connect you.</Say>` +
  `<Dial><Client>${OURS}</Client></Dial></Response>`;

const cases: Record<string, Case> = {
  'an incoming call': { status: 200, answer: CONNECT },
  'the webhook URL as a secret': {
    secrets: { PLUMLINE_WEBHOOK_URL: 'https://clinic.example/own' },
    signed: { url: () => 'https://clinic.example:443/own' },
    status: 200,
    answer: CONNECT,
  },
  'a token rotation': { secrets: { TWILIO_AUTH_TOKEN: `new, ${TOKEN}` }, status: 200, answer: CONNECT },
  'a call to the second number': {
    secrets: { TWILIO_NUMBER: `+15550100002,${OURS}` },
    status: 200,
    answer: `<Client>${OURS}</Client>`,
  },
  'a browser call': { params: BROWSER, status: 200, answer: dial(PATIENT) },
  'parameters of every alphabet': {
    params: { ...CALL, FromCity: 'Zażółć 予約 👩‍⚕️', 'é[x]': 'مو\r\n\t', 'Media[]': ['b', 'a', 'b'], empty: '' },
    status: 200,
    answer: CONNECT,
  },
  'a config': {
    secrets: { PLUMLINE_CONFIG: '{"greeting":{"text":"Good day."},"client":"front-desk"}' },
    status: 200,
    answer: '<Response><Say>Good day.</Say><Dial><Client>front-desk</Client></Dial></Response>',
  },
  'a wrong config': {
    secrets: { PLUMLINE_CONFIG: '{"client":7}' },
    status: 200,
    answer: CONNECT,
    log: 'CONFIG_INVALID',
  },
  'a status callback': { params: { ...CALL, CallbackSource: 'x' }, status: 200, answer: '<Response/>' },
  'a dial action': { params: { ...CALL, DialCallStatus: 'busy' }, status: 200, answer: '<Response/>' },
  'a text post': {
    headers: { 'content-type': 'text/plain' },
    body: 'an event',
    signed: { url: (url) => `${url}?bodySHA256=${twilio.getExpectedBodyHash('an event')}`, params: {} },
    status: 200,
    answer: 'All OK',
  },
  '1,000 parameters': {
    params: { ...CALL, ...Object.fromEntries(Array.from({ length: 994 }, (_, i) => [`P${i}`, 'v'])) },
    status: 200,
    answer: CONNECT,
  },
  '32 kB': { params: { ...CALL, a: 'x'.repeat(32_000) }, status: 200, answer: CONNECT },
  '100 kB': { params: { ...CALL, a: 'x'.repeat(102_200) }, status: 403, answer: 'BODY_TOO_LARGE' },

  'an invalid number': {
    params: { ...BROWSER, To: '905-555-0123' },
    status: 200,
    answer: 'is not valid',
    log: 'OUTBOUND_NUMBER_INVALID',
  },
  'no number': {
    params: { ...BROWSER, To: '' },
    status: 200,
    answer: 'is not valid',
    log: 'OUTBOUND_NUMBER_INVALID',
  },
  'an emergency number': {
    params: { ...BROWSER, To: '911' },
    status: 200,
    answer: 'Emergency calls cannot be placed',
    log: 'OUTBOUND_EMERGENCY',
  },
  'a number in another country': {
    params: { ...BROWSER, To: '+442079460123' },
    status: 200,
    answer: 'to this country are not allowed',
    log: 'OUTBOUND_COUNTRY',
  },
  'a premium-rate number': {
    params: { ...BROWSER, To: '+19005550123' },
    status: 200,
    answer: 'to this number are not allowed',
    log: 'OUTBOUND_BLOCKED',
  },
  'another TwiML App': {
    secrets: { TWILIO_TWIML_APP_SID: 'AP1' },
    params: { ...BROWSER, ApplicationSid: 'AP2' },
    status: 200,
    answer: 'not allowed',
    log: 'APPLICATION_MISMATCH',
  },
  'a number that is not ours': {
    params: { ...CALL, To: PATIENT, Called: PATIENT },
    status: 200,
    answer: 'not in service',
    log: 'NUMBER_UNKNOWN',
  },
  'a duplicate parameter': {
    params: { ...CALL, From: [PATIENT, 'client:a'] },
    status: 200,
    answer: 'We are sorry',
    log: 'PARAMETER_REPEATED',
  },
  'a message': { params: { MessageSid: 'SM1', From: PATIENT, To: OURS, Body: 'x' }, status: 500, answer: 'NOT_A_CALL' },

  'no signature': { signature: null, status: 403, answer: 'SIGNATURE_MISSING' },
  'a forged signature': { signature: 'x'.repeat(28), status: 403, answer: 'SIGNATURE_MISMATCH' },
  'an unpadded signature': { signature: 'unpadded', status: 403, answer: 'SIGNATURE_MISMATCH' },
  'another token': { signed: { token: 'another' }, status: 403, answer: 'SIGNATURE_MISMATCH' },
  'an altered parameter': { signed: { params: { ...CALL, To: PATIENT } }, status: 403, answer: 'SIGNATURE_MISMATCH' },
  'an extra parameter': { signed: { params: { ...CALL, x: '' } }, status: 403, answer: 'SIGNATURE_MISMATCH' },
  'an unsigned body': { signed: { params: {} }, status: 403, answer: 'SIGNATURE_BODY_IGNORED' },
  'double-decoded parameters': {
    params: { ...CALL, From: ' 15550100123' },
    signed: { params: { ...CALL, From: '+15550100123' } },
    status: 403,
    answer: 'SIGNATURE_PARAMS_ALTERED',
  },
  'another scheme': {
    signed: { url: (url) => url.replace('http:', 'https:') },
    status: 403,
    answer: 'SIGNATURE_SCHEME',
  },
  'another port': { signed: { url: (url) => url.replace(/:\d+\//, ':8443/') }, status: 403, answer: 'SIGNATURE_PORT' },
  'another host': {
    secrets: { PLUMLINE_WEBHOOK_URL: 'https://clinic.example/own' },
    signed: { url: (url) => new URL('/own', url).href },
    status: 403,
    answer: 'SIGNATURE_HOST',
  },
  'the host of a proxy': {
    headers: { 'x-forwarded-host': 'clinic.example' },
    signed: { url: (url) => url.replace(/\/\/[^/]+/, '//clinic.example') },
    status: 403,
    answer: 'SIGNATURE_HOST',
  },
  'a double slash': {
    signed: { url: (url) => url.replace('/webhook', '//webhook') },
    status: 403,
    answer: 'SIGNATURE_MISMATCH',
  },
  'an extra slash': { signed: { url: (url) => `${url}/` }, status: 403, answer: 'SIGNATURE_PATH' },
  'parsed JSON': {
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
    signed: { url: (url) => `${url}?bodySHA256=${twilio.getExpectedBodyHash('{"a":1}')}`, params: {} },
    status: 403,
    answer: 'BODY_NOT_RAW',
  },
  'JSON without text': {
    headers: { 'content-type': 'application/json' },
    body: '{"a":{"toString":1,"valueOf":1},"b":[[[{}]]]}',
    status: 403,
    answer: 'BODY_NOT_RAW',
  },
  'a shared key': {
    headers: { 'x-twilio-webhooks-signature-settings': 'key=webhooks_sharedkey_1,algorithm=HMAC_SHA256' },
    signed: { token: 'another' },
    status: 403,
    answer: 'SHARED_KEY_UNKNOWN',
  },
  'another account': {
    secrets: { TWILIO_ACCOUNT_SID: 'AC1' },
    params: { ...CALL, AccountSid: 'AC2' },
    status: 403,
    answer: 'ACCOUNT_MISMATCH',
  },
  'a missing account': { secrets: { TWILIO_ACCOUNT_SID: 'AC1' }, status: 403, answer: 'ACCOUNT_MISMATCH' },
  'a configured number without its plus': {
    secrets: { TWILIO_NUMBER: `15550100002, ${OURS}` },
    status: 200,
    answer: '<Client>',
    log: 'NUMBER_INVALID',
  },

  'no token': {
    secrets: { TWILIO_AUTH_TOKEN: null },
    status: 500,
    answer: 'TWILIO_AUTH_TOKEN: Set',
    log: 'SECRET_MISSING',
  },
  'a blank token': { secrets: { TWILIO_AUTH_TOKEN: ' ' }, signed: { token: ' ' }, status: 500, answer: 'SECRET_BLANK' },
  'no configured number': {
    secrets: { TWILIO_NUMBER: null },
    status: 500,
    answer: 'TWILIO_NUMBER: Set',
    log: 'SECRET_MISSING',
  },
  'an invalid URL': {
    secrets: { PLUMLINE_WEBHOOK_URL: 'clinic.example/webhook' },
    status: 500,
    answer: 'PLUMLINE_WEBHOOK_URL: ',
    log: 'URL_NOT_ABSOLUTE',
  },
  '1,001 parameters': {
    body: Array.from({ length: 1001 }, (_, i) => `P${i}=v`).join('&'),
    status: 413,
    answer: 'Request body too large',
    log: '',
  },
  'over 100 kB': { body: `a=${'x'.repeat(102_399)}`, status: 413, answer: 'Request body too large', log: '' },
};

/** A form with its pairs in the given order. */
function form(params: Params): string {
  const pairs = Object.entries(params).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return new URLSearchParams(pairs).toString();
}

function signatureOf({ signature, signed = {}, params = CALL }: Case, url: string): string | null {
  if (signature !== undefined && signature !== 'unpadded') {
    return signature;
  }
  const validSignature = twilio.getExpectedTwilioSignature(
    signed.token ?? TOKEN,
    signed.url?.(url) ?? url,
    signed.params ?? params,
  );
  return signature === 'unpadded' ? validSignature.slice(0, -1) : validSignature;
}

for (const runtimeVersion of runtimeVersions) {
  describe(`the webhook bot on ${runtimeVersion}`, () => {
    let sandbox: Sandbox;
    /** One bot for each set of secrets, because Lambda and fission keep processes alive. */
    const bots = new Map<string, SandboxBot>();

    before(async () => {
      sandbox = await startSandbox({ seed: runtimeVersion });
    });
    after(() => sandbox.stop());

    async function botWith(secrets: Record<string, string | null>): Promise<SandboxBot> {
      const key = JSON.stringify(secrets);
      const known = bots.get(key);
      if (known) {
        return known;
      }
      const all = Object.entries<string | null>({ TWILIO_AUTH_TOKEN: TOKEN, TWILIO_NUMBER: OURS, ...secrets });
      const set = Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== null));
      const bot = await sandbox.addBot({ name: `bot ${bots.size}`, file, runtimeVersion, secrets: set });
      bots.set(key, bot);
      return bot;
    }

    for (const [name, one] of Object.entries(cases)) {
      test(name, async () => {
        const bot = await botWith(one.secrets ?? {});
        const signature = signatureOf(one, bot.webhook);
        const seen = sandbox.executions.length;
        const response = await fetch(bot.webhook, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
            ...one.headers,
            ...(signature !== null && { 'x-twilio-signature': signature }),
          },
          body: one.body ?? form(one.params ?? CALL),
        });
        const body = await response.text();
        assert.equal(response.status, one.status, body);
        assert.ok(body.includes(one.answer), body);
        const isTwiml = body.startsWith('<?xml version="1.0" encoding="UTF-8"?><Response');
        assert.equal(isTwiml, one.status === 200 && one.answer !== 'All OK');
        assert.equal(
          response.headers.get('content-type'),
          isTwiml ? 'text/xml; charset=utf-8' : 'application/fhir+json; charset=utf-8',
        );
        if (/We are|is not|not in|not allowed|cannot be/.test(one.answer)) {
          assert.ok(!body.includes('<Dial'), body);
        }
        const log = sandbox.executions.slice(seen).flatMap((execution) => execution.log);
        const code = one.log ?? (one.status === 200 ? '' : one.answer);
        assert.equal(log.length, code === '' ? 0 : 1, log.join('\n'));
        assert.ok(
          log.every((line) => line.startsWith(`plumline: ${code}`)),
          log.join('\n'),
        );
        for (const secret of [TOKEN, OURS, PATIENT, '5550100', 'practitioner_1', CALL.CallSid]) {
          assert.ok(!log.join('\n').includes(secret), log.join('\n'));
        }
      });
    }

    test('a FHIR outage returns 500 with a code, then recovers', async () => {
      const down = await startSandbox({ seed: `${runtimeVersion} down`, faults: 1 });
      try {
        const secrets = { TWILIO_AUTH_TOKEN: TOKEN, TWILIO_NUMBER: OURS };
        const bot = await down.addBot({ name: 'down', file, runtimeVersion, secrets });
        const headers = { 'x-twilio-signature': twilio.getExpectedTwilioSignature(TOKEN, bot.webhook, CALL) };
        const response = await fetch(bot.webhook, { method: 'POST', headers, body: new URLSearchParams(CALL) });
        assert.equal(response.status, 500);
        assert.match(await response.text(), /WEBHOOK_URL_UNKNOWN/);
      } finally {
        await down.stop();
      }
    });
  });
}
