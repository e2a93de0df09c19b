// SPDX-License-Identifier: Apache-2.0 OR MIT
// Large configs, and webhooks for them.
import { createHmac } from 'node:crypto';

export const URL = 'https://fhir.example.com/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02';
export const TOKEN = 'an-invented-auth-token-of-the-bench';
export const OURS = '+15550100001';
const CALLER = '+15550100099';

export interface DialplanEvent {
  config: string;
  params: Record<string, string>;
  /** The URL that was called. The bot does not receive its query. */
  called: string;
  /** A text in every correct response. */
  holds: string;
}

export const tasks = {
  bare: 'an empty config',
  rules50: '50 rules, by caller',
  rules1000: '1,000 rules, by caller',
  hours1000: '1,000 rules, a quarter by opening hours',
  firstStep: '256 steps, the first matches',
  lastStep: '256 steps, the last matches',
};

export type DialplanTask = keyof typeof tasks;
export const taskNames = Object.keys(tasks) as DialplanTask[];

/** The difference between the times of two tasks, and its target, in microseconds. */
export const parts = {
  plan50: { label: 'reading and following 50 rules', of: 'rules50', without: 'bare', target: 100 },
  plan1000: { label: 'reading and following 1,000 rules', of: 'rules1000', without: 'bare', target: 1_000 },
  steps: { label: 'trying 256 steps', of: 'lastStep', without: 'firstStep', target: 500 },
} satisfies Record<string, { label: string; of: DialplanTask; without: DialplanTask; target: number }>;

export type DialplanPart = keyof typeof parts;
export const partNames = Object.keys(parts) as DialplanPart[];

export function eventOf(task: DialplanTask): DialplanEvent {
  switch (task) {
    case 'bare':
      return { ...ringing('{}'), holds: '<Client>' };
    case 'rules50':
      return ringing(rules(50, false));
    case 'rules1000':
      return ringing(rules(1_000, false));
    case 'hours1000':
      return ringing(rules(1_000, true));
    case 'firstStep':
      return pressed('?step=menu.menu-0', 'menu-1');
    case 'lastStep':
      // This request has no parameter of a callback for answering machine detection.
      return pressed('?step=machine', 'Communication');
  }
}

/** A call that only matches the last rule. */
function ringing(config: string): DialplanEvent {
  return { config, params: { ...call, CallStatus: 'ringing' }, called: URL, holds: 'Found.' };
}

function pressed(step: string, holds: string): DialplanEvent {
  const params = { ...call, CallStatus: 'in-progress', Digits: '1', FinishedOnKey: '', msg: 'Gather End' };
  return { config: menus(), params, called: URL + step, holds };
}

function rules(count: number, byHour: boolean): string {
  const all = Array.from({ length: count }, (_, at) => {
    const digits = String(at).padStart(7, '0');
    const when = [
      { callers: [`list-${Math.floor(at / 10)}`] },
      { callers: [`+1557${digits}`, '+33*'] },
      byHour ? { closed: 'desk' } : { called: ['+15550100002'] },
      { anonymous: true },
    ][at % 4];
    return { when, then: 'a' };
  });
  return JSON.stringify({
    timeZone: 'America/New_York',
    numbers: { [OURS]: { name: 'front', dialplan: 'main' }, '+15550100002': { name: 'back', dialplan: 'main' } },
    lists: Object.fromEntries(
      Array.from({ length: count / 10 }, (_, at) => [`list-${at}`, [`+1556${String(at).padStart(7, '0')}`, '+44*']]),
    ),
    hours: {
      desk: { weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }] },
    },
    dialplans: { main: [...all, { then: 'b' }] },
    actions: { a: [{ hangup: {} }], b: [{ say: { text: 'Found.' } }, { hangup: {} }] },
  });
}

const MENUS = 62;
const RETRIES = 3;

/** 256 URLs: 62 menus with four attempts each, the webhook URL, and seven that do not belong to an action. */
function menus(): string {
  const all = Array.from({ length: MENUS }, (_, at) => [
    `menu-${at}`,
    [
      {
        menu: {
          prompt: { text: 'Choose.' },
          retries: RETRIES,
          options: [{ digits: '1', then: `menu-${(at + 1) % MENUS}` }],
          otherwise: 'end',
        },
      },
    ],
  ]);
  return JSON.stringify({
    numbers: { [OURS]: { name: 'front', dialplan: 'main' } },
    dialplans: { main: [{ then: 'menu-0' }] },
    actions: { ...(Object.fromEntries(all) as object), end: [{ hangup: {} }] },
  });
}

/** The same 256 URLs, for the handwritten loop. */
export function stepUrls(): string[] {
  const own = Array.from({ length: MENUS }, (_, at) =>
    Array.from({ length: RETRIES + 1 }, (_, n) => `${URL}?step=menu.menu-${at}${n > 0 ? `.${n}` : ''}`),
  ).flat();
  const common = ['announce', 'status', 'screened', 'recording', 'transcription', 'machine', 'connect'];
  return [...own, URL, ...common.map((kind) => `${URL}?step=${kind}`)];
}

const call = {
  AccountSid: 'AC00000000000000000000000000000001',
  ApiVersion: '2010-04-01',
  CallSid: 'CA00000000000000000000000000000002',
  CallToken: `%7B%22parentCallInfoToken%22%3A%22${'an-invented-call-token.'.repeat(8)}%22%7D`,
  Called: OURS,
  CalledCountry: 'US',
  Caller: CALLER,
  CallerCity: 'EXAMPLEVILLE',
  CallerCountry: 'US',
  CallerState: 'CA',
  Direction: 'inbound',
  From: CALLER,
  FromCity: 'EXAMPLEVILLE',
  FromCountry: 'US',
  FromState: 'CA',
  StirVerstat: 'TN-Validation-Passed-A',
  To: OURS,
  ToCountry: 'US',
};

export function signatureOf({ called, params }: DialplanEvent): string {
  const names = Object.keys(params).sort();
  const text = called + names.map((name) => name + (params[name] ?? '')).join('');
  return createHmac('sha1', TOKEN).update(text).digest('base64');
}
