// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What has to hold of a case, whatever failed in it. Each gives what is wrong, in words. */
import { parseReference } from '@medplum/core';
import type { Communication, Extension, Task } from '@medplum/fhirtypes';
import { checkTwiml } from 'plumline';
import { search } from '../sandbox-client.ts';
import type { Clinic } from './clinic.ts';
import type { Story } from './scenarios.ts';
import { runOf } from './injector.ts';

/** How long a caller waits at most, in milliseconds. */
const PATIENCE = 3_000;
/**
 * What the machine may add. The core's deadlines are of waiting alone; around them a context is made, 400 kB of script
 * and the wasm are compiled, and HTTP goes both ways, all of it on cores that a dozen clinics share here.
 */
const SLACK = 1_500;
/** When Twilio gives a callback up. */
const TWILIO = 15_000;

const CATEGORY = 'https://plumline.dev/fhir/communication-category|twilio-voice';
const TWILIO_SYSTEM = 'https://www.twilio.com/';

const OVER = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];
/** A document with one of these is heard, or connects. */
const SENSIBLE = /<(?:Say|Play|Dial|Gather|Enqueue|Record|Redirect|Reject|Leave|Hangup|Pause)\b/;

/** Nobody listens: a callback, or how the wait of a caller ended who is gone. Twilio brings both again. */
function isCallback({ callback, params }: { callback: boolean; params: Record<string, string> }): boolean {
  return callback || (params['QueueResult'] !== undefined && OVER.includes(params['CallStatus'] ?? ''));
}

/** What callers heard, how long they waited for it, and who was rung. */
export function heard(clinic: Clinic, story: Story): string[] {
  const wrong: string[] = [];
  const requests = clinic.results().flatMap((result) => result.requests);
  const callbacks = new Set(requests.filter(isCallback).map(({ params }) => key(params)));
  for (const { errors, requests } of clinic.results()) {
    // What was tried again in vain is in the debugger; what a caller heard of it, must not be there.
    wrong.push(...errors.filter((error) => error !== '11200').map((error) => `Twilio's error ${error}`));
    for (const request of requests) {
      const { status, body, params } = request;
      const run = runOf(params);
      if (isCallback(request)) {
        if (status !== 200 && status !== 500) {
          wrong.push(`${run}: a callback got ${status}`);
        }
        continue;
      }
      if (status !== 200) {
        wrong.push(`${run}: the caller heard ${status}`);
        continue;
      }
      const findings = checkTwiml(body, { document: 'voice' }).filter(({ severity }) => severity === 'error');
      wrong.push(...findings.map(({ code, path }) => `${run}: ${code} at ${path}`));
      if (!SENSIBLE.test(body) && !OVER.includes(params['CallStatus'] ?? '')) {
        wrong.push(`${run}: the caller heard nothing`);
      }
      for (const one of rung(body)) {
        if (!story.mayRing.includes(one)) {
          wrong.push(`${run}: rang ${one}`);
        }
      }
    }
  }
  if (clinic.results().some((result) => result.heard.includes('[error]'))) {
    wrong.push("the caller heard Twilio's own error");
  }
  for (const { bot, params, duration } of clinic.sandbox.executions) {
    const limit = bot !== 'webhook' ? Infinity : callbacks.has(key(params)) ? TWILIO : PATIENCE + SLACK;
    if (duration > limit) {
      wrong.push(`${runOf(params)}: took ${Math.round(duration)} ms`);
    }
  }
  return wrong;
}

/** Everybody whom a document rings or waits for, as `Client desk`. */
export function rung(document: string): string[] {
  const nouns = [...document.matchAll(/<(Client|Number|Sip|Queue|Conference|Enqueue|Dial)\b[^>]*>\s*([^<\s][^<]*)</g)];
  return nouns.map(([, noun, whom]) => `${noun} ${whom}`);
}

/** The calls that Twilio knows, against those of the chart. */
export async function charted(clinic: Clinic, story: Story, known: ReadonlySet<string>): Promise<string[]> {
  const wrong: string[] = [];
  const roots = [...clinic.sandbox.twilio.legs.values()].filter((leg) => !leg.parent && !known.has(leg.sid));
  if (roots.length !== story.calls) {
    wrong.push(`${roots.length} calls were placed, not ${story.calls}`);
  }
  const { entry = [] } = await search<Communication>(
    clinic.sandbox,
    `Communication?category=${encodeURIComponent(CATEGORY)}&_count=1000`,
  );
  const records = entry
    .flatMap(({ resource }) => resource ?? [])
    .filter(({ status, identifier }) => {
      const sid = identifier?.find(({ system }) => system === TWILIO_SYSTEM)?.value;
      return status !== 'entered-in-error' && (sid === undefined || !known.has(sid));
    })
    .filter(({ meta }) => Date.parse(meta?.lastUpdated ?? '') >= clinic.begun);
  for (const { sid, status } of roots) {
    const mine = records.filter(({ identifier = [] }) => identifier.some(({ value }) => value === sid));
    const [record] = mine;
    if (mine.length !== 1 || !record) {
      wrong.push(`a call is ${mine.length} times in the chart`);
      continue;
    }
    const told = part(record, 'callStatus')?.valueCode;
    if (record.status !== 'completed' || told !== status) {
      wrong.push(`a call is ${record.status} (${told ?? 'nothing told'}) in the chart, not ${status}`);
    }
    if (story.ticketed) {
      wrong.push(...context(clinic, record));
    }
  }
  if (records.length > roots.length) {
    const spare = records.filter(
      ({ identifier = [] }) => !roots.some(({ sid }) => identifier.some(({ value }) => value === sid)),
    );
    wrong.push(`besides, the chart has ${spare.map(({ status }) => status).join(', ')}`);
  }
  wrong.push(...(await tasks(clinic, records)));
  return wrong;
}

function context({ patient, practitioner, appointment }: Clinic, record: Communication): string[] {
  const told = {
    subject: record.subject?.reference,
    sender: record.sender?.reference,
    recipient: record.recipient?.[0]?.reference,
    basedOn: record.basedOn?.[0]?.reference,
  };
  const meant = { subject: patient, sender: practitioner, recipient: patient, basedOn: appointment };
  return Object.entries(meant)
    .filter(([name, reference]) => told[name as keyof typeof told] !== reference)
    .map(([name]) => `the ticket's ${name} is not in the chart`);
}

/** Each call has one task at most, and one where its record says that somebody should look after it. */
async function tasks(clinic: Clinic, records: Communication[]): Promise<string[]> {
  const { entry = [] } = await search<Task>(clinic.sandbox, 'Task?_count=1000');
  const wrong: string[] = [];
  for (const record of records) {
    const own = entry.filter(({ resource }) => {
      const reference = resource?.focus ?? resource?.basedOn?.[0];
      return reference?.reference !== undefined && parseReference(reference)[1] === record.id;
    });
    if (own.length > 1) {
      wrong.push(`a call has ${own.length} tasks`);
    }
    const outcome = part(record, 'outcome')?.valueCode;
    if (outcome === 'voicemail' && own.length === 0 && clinic.hasTasks) {
      wrong.push('a message has no task');
    }
  }
  return wrong;
}

function part(record: Communication, name: string): Extension | undefined {
  return record.extension?.find(({ url }) => url.endsWith('/twilio-call'))?.extension?.find(({ url }) => url === name);
}

function key(params: unknown): string {
  return JSON.stringify(Object.entries(params as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
