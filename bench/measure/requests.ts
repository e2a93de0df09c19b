// SPDX-License-Identifier: Apache-2.0 OR MIT
// The webhooks that every peer handles, with fictional callers. They are signed here with npm twilio's function and
// passed to the child processes as literals, so that no child process loads node:crypto for the benchmark.
import { readFileSync } from 'node:fs';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { frontDesk, NUMBER } from '../peers/front-desk.ts';

type Entries = [name: string, value: string][];

export interface WebhookRequest {
  params: Entries;
  headers: Entries;
  secrets: Entries;
  /** The TwiML that every peer must respond with; `null` if it must refuse the request. */
  twiml: string | null;
}

const WEBHOOK_URL = 'https://fhir.example.com/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02';
const AUTH_TOKEN = 'an-invented-auth-token-of-the-bench';
const OUR_NUMBER = '+15550100001';
const PATIENT_NUMBER = '+15550100123';

const SECRETS: Entries = [
  ['TWILIO_AUTH_TOKEN', AUTH_TOKEN],
  ['TWILIO_NUMBER', OUR_NUMBER],
  ['PLUMLINE_WEBHOOK_URL', WEBHOOK_URL],
];

/** A dialplan that does not depend on the caller, so the chart is not read. */
const CONFIG = readFileSync(new URL('../../docs/dialplan/front-desk.json', import.meta.url), 'utf8');
const CONFIGURED: Entries = [
  ['TWILIO_AUTH_TOKEN', AUTH_TOKEN],
  ['TWILIO_NUMBER', NUMBER],
  ['PLUMLINE_WEBHOOK_URL', WEBHOOK_URL],
  ['PLUMLINE_CONFIG', CONFIG],
];

const XML = '<?xml version="1.0" encoding="UTF-8"?>';
const INBOUND_TWIML =
  `${XML}<Response><Say>Thanks for calling. Please hold while we connect you.</Say>` +
  `<Dial><Client>${OUR_NUMBER}</Client></Dial></Response>`;
const OUTBOUND_TWIML = `${XML}<Response><Dial callerId="${OUR_NUMBER}"><Number>${PATIENT_NUMBER}</Number></Dial></Response>`;

/** The response at the time when the benchmark started. */
const FRONT_DESK_TWIML = `${XML}<Response>${frontDesk(WEBHOOK_URL, new Date())}</Response>`;

const INBOUND = { From: PATIENT_NUMBER, Caller: PATIENT_NUMBER, To: OUR_NUMBER, Called: OUR_NUMBER };
const OUTBOUND = {
  From: 'client:practitioner_7f3a',
  Caller: 'client:practitioner_7f3a',
  To: PATIENT_NUMBER,
  Called: PATIENT_NUMBER,
};

/** The parameters that Twilio sends for a call: 20, with From, Caller, To and Called. */
const CALL = {
  AccountSid: 'AC00000000000000000000000000000001',
  ApiVersion: '2010-04-01',
  CallSid: 'CA00000000000000000000000000000002',
  CallStatus: 'ringing',
  Direction: 'inbound',
  CallToken: `%7B%22parentCallInfoToken%22%3A%22${'an-invented-call-token.'.repeat(8)}%22%7D`,
  StirVerstat: 'TN-Validation-Passed-A',
  CallerCity: 'EXAMPLEVILLE',
  CallerCountry: 'US',
  CallerState: 'CA',
  CallerZip: '94105',
  FromCity: 'EXAMPLEVILLE',
  FromCountry: 'US',
  FromState: 'CA',
  FromZip: '94105',
  ToCountry: 'US',
};

/** Twenty more parameters. The name of the caller is not Latin-1. */
const MORE = {
  CalledCity: 'EXAMPLEVILLE',
  CalledCountry: 'US',
  CalledState: 'CA',
  CalledZip: '94105',
  ToCity: 'EXAMPLEVILLE',
  ToState: 'CA',
  ToZip: '94105',
  CallerName: 'Zażółć Gęślą',
  ForwardedFrom: '+15550100077',
  ClinicRegion: 'north-district-example',
  RequestedAt: 'Fri, 20 Nov 2026 18:04:05 +0000',
  QueuePreference: '0',
  AddOns: '{"status":"successful","message":null,"code":null,"results":{}}',
  StirPassportToken: 'eyJhbGciOiJFUzI1NiJ9.aW52ZW50ZWQtcGFzc3BvcnQtZm9yLXRoZS1iZW5jaA.c2lnbmF0dXJl',
  SipHeader_X_Clinic: 'Example Clinic, second floor & garden',
  SipHeader_X_Queue: 'front-desk',
  AppointmentId: '3d9d6d1e-6a9c-4d67-8a52-0a7b1c9d2e11',
  PatientId: '9b2f5f0c-55aa-4c1e-8a3e-6f1d2c3b4a55',
  TraceId: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  Language: 'pl-PL',
};

/** Medplum accepts at most 1,000 parameters, and the bot accepts a form of at most 32 kB. */
const THOUSAND = Object.fromEntries(Array.from({ length: 980 }, (_, index) => [`Custom${index}`, `value ${index}`]));
const THIRTY_KB = { ...CALL, CallToken: 'x'.repeat(31_000) };

type Params = Record<string, string>;

/** The size of the form in bytes, as Twilio posts it. */
export function formBytes(request: WebhookRequest): number {
  return new URLSearchParams(request.params).toString().length;
}

function webhook(
  params: Params,
  twiml: string | null,
  sign: (params: Params) => string | null,
  secrets = SECRETS,
): WebhookRequest {
  const signature = sign(params);
  const headers: Entries = [
    ['host', 'fhir.example.com'],
    ['user-agent', 'TwilioProxy/1.1'],
    ['accept', '*/*'],
    ['accept-encoding', 'gzip'],
    ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'],
    ['content-length', String(new URLSearchParams(params).toString().length)],
    ['i-twilio-idempotency-token', '5d1e7d2c-0a3b-4c5d-8e9f-000000000001'],
    ['x-home-region', 'us1'],
    ['x-forwarded-for', '192.0.2.10'],
    ['x-forwarded-proto', 'https'],
    ['connection', 'close'],
  ];
  if (signature !== null) {
    headers.push(['x-twilio-signature', signature]);
  }
  return { params: Object.entries(params), headers, secrets, twiml };
}

const isValid = (params: Params): string => getExpectedTwilioSignature(AUTH_TOKEN, WEBHOOK_URL, params);
const answered = (params: Params, twiml: string): WebhookRequest => webhook(params, twiml, isValid);
const refused = (sign: (params: Params) => string | null): WebhookRequest =>
  webhook({ ...CALL, ...INBOUND }, null, sign);

export const requests = {
  one: answered({ To: OUR_NUMBER }, INBOUND_TWIML),
  twenty: answered({ ...CALL, ...INBOUND }, INBOUND_TWIML),
  forty: answered({ ...CALL, ...MORE, ...INBOUND }, INBOUND_TWIML),
  frontDesk: webhook({ ...CALL, ...INBOUND, To: NUMBER, Called: NUMBER }, FRONT_DESK_TWIML, isValid, CONFIGURED),
  browserTwenty: answered({ ...CALL, ...OUTBOUND }, OUTBOUND_TWIML),
  browserForty: answered({ ...CALL, ...MORE, ...OUTBOUND }, OUTBOUND_TWIML),
  thousand: answered({ ...CALL, ...INBOUND, ...THOUSAND }, INBOUND_TWIML),
  thirtyKb: answered({ ...THIRTY_KB, ...INBOUND }, INBOUND_TWIML),
  otherToken: refused((params) => getExpectedTwilioSignature('another-token', WEBHOOK_URL, params)),
  otherUrl: refused((params) => getExpectedTwilioSignature(AUTH_TOKEN, `${WEBHOOK_URL}/other`, params)),
  otherParams: refused((params) => isValid({ ...params, From: '+15550100999' })),
  emptySignature: refused(() => ''),
  noSignature: refused(() => null),
} satisfies Record<string, WebhookRequest>;

export type RequestName = keyof typeof requests;
