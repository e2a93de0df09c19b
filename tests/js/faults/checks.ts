// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Checks that apply to every case with any fault. Each returns its violations as text. */
import { parseReference } from '@medplum/core';
import type { Communication, Extension, Task } from '@medplum/fhirtypes';
import { checkTwiml } from 'plumline';
import { CHECKS_LINKS, linkViolations } from '../call-links.ts';
import { search } from '../sandbox-client.ts';
import type { Clinic } from './clinic.ts';
import type { Scenario } from './scenarios.ts';
import { runOf } from './injector.ts';

/** The maximum wait of a caller in milliseconds. */
const MAX_CALLER_WAIT_MS = 3_000;
/**
 * Extra time for the machine. The core's deadlines cover only waiting. A run also creates a context, compiles 400 kB of
 * script and the wasm, and uses HTTP both ways, on cores that a dozen clinics share.
 */
const MACHINE_TIME_MS = 1_500;
/** Twilio's timeout of a callback. */
const MAX_CALLBACK_MS = 15_000;

const CATEGORY = 'https://plumline.dev/fhir/communication-category|twilio-voice';
const TWILIO_SYSTEM = 'https://www.twilio.com/';

const FINAL_STATUSES = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];
/** A document with one of these verbs speaks or connects. */
const CALLER_VERBS = /<(?:Say|Play|Dial|Gather|Enqueue|Record|Redirect|Reject|Leave|Hangup|Pause)\b/;

/** Whether no caller is listening: a callback, or the queue result of a caller who hung up. Twilio retries both. */
function isCallback({ callback, params }: { callback: boolean; params: Record<string, string> }): boolean {
  return callback || (params['QueueResult'] !== undefined && FINAL_STATUSES.includes(params['CallStatus'] ?? ''));
}

/** Checks the responses to callers, their wait times and the dialed numbers. */
export function checkResponses(clinic: Clinic, scenario: Scenario): string[] {
  const wrong: string[] = [];
  const requests = clinic.results().flatMap((result) => result.requests);
  const callbacks = new Set(requests.filter(isCallback).map(({ params }) => key(params)));
  for (const { errors, requests } of clinic.results()) {
    // Failed retries appear in the Twilio debugger. Errors that a caller heard must not.
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
        wrong.push(`${run}: the caller checkResponses ${status}`);
        continue;
      }
      const findings = checkTwiml(body, { document: 'voice' }).filter(({ severity }) => severity === 'error');
      wrong.push(...findings.map(({ code, path }) => `${run}: ${code} at ${path}`));
      if (!CALLER_VERBS.test(body) && !FINAL_STATUSES.includes(params['CallStatus'] ?? '')) {
        wrong.push(`${run}: the caller checkResponses nothing`);
      }
      for (const one of dialTargets(body)) {
        if (!scenario.allowedTargets.includes(one)) {
          wrong.push(`${run}: dialed ${one}`);
        }
      }
    }
  }
  if (clinic.results().some((result) => result.heard.includes('[error]'))) {
    wrong.push("the caller checkResponses Twilio's own error");
  }
  for (const { bot, params, duration } of clinic.sandbox.executions) {
    const limit =
      bot !== 'webhook'
        ? Infinity
        : callbacks.has(key(params))
          ? MAX_CALLBACK_MS
          : MAX_CALLER_WAIT_MS + MACHINE_TIME_MS;
    if (duration > limit) {
      wrong.push(`${runOf(params)}: took ${Math.round(duration)} ms`);
    }
  }
  return wrong;
}

/** All numbers, clients and queues of a document, as `Client desk`. */
export function dialTargets(document: string): string[] {
  const nouns = [...document.matchAll(/<(Client|Number|Sip|Queue|Conference|Enqueue|Dial)\b[^>]*>\s*([^<\s][^<]*)</g)];
  return nouns.map(([, noun, target]) => `${noun} ${target}`);
}

/** Compares Twilio's calls with the records in the chart. */
export async function checkRecords(clinic: Clinic, scenario: Scenario, known: ReadonlySet<string>): Promise<string[]> {
  const wrong: string[] = [];
  const roots = [...clinic.sandbox.twilio.legs.values()].filter((leg) => !leg.parent && !known.has(leg.sid));
  if (roots.length !== scenario.calls) {
    wrong.push(`${roots.length} calls were placed, not ${scenario.calls}`);
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
    .filter(({ meta }) => Date.parse(meta?.lastUpdated ?? '') >= clinic.startedAt);
  for (const { sid, status } of roots) {
    const matching = records.filter(({ identifier = [] }) => identifier.some(({ value }) => value === sid));
    const [record] = matching;
    if (matching.length !== 1 || !record) {
      wrong.push(`a call has ${matching.length} records`);
      continue;
    }
    const recorded = rootLeg(record, sid)?.find(({ url }) => url === 'callStatus')?.valueString;
    if (record.status !== 'completed' || recorded !== status) {
      wrong.push(`a call is ${record.status} (${recorded ?? 'no status'}) in the chart, not ${status}`);
    }
    if (scenario.ticketed) {
      wrong.push(...context(clinic, record));
    }
  }
  if (records.length > roots.length) {
    const extra = records.filter(
      ({ identifier = [] }) => !roots.some(({ sid }) => identifier.some(({ value }) => value === sid)),
    );
    wrong.push(`the chart also has ${extra.map(({ status }) => status).join(', ')}`);
  }
  wrong.push(...(await tasks(clinic, records)));
  if (CHECKS_LINKS) {
    wrong.push(...(await linkViolations(clinic.sandbox, ({ id }) => records.some((record) => record.id === id))));
  }
  return wrong;
}

function context({ patient, practitioner, appointment }: Clinic, record: Communication): string[] {
  const recorded = {
    subject: record.subject?.reference,
    sender: record.sender?.reference,
    recipient: record.recipient?.[0]?.reference,
    basedOn: record.basedOn?.[0]?.reference,
  };
  const expected = { subject: patient, sender: practitioner, recipient: patient, basedOn: appointment };
  return Object.entries(expected)
    .filter(([name, reference]) => recorded[name as keyof typeof recorded] !== reference)
    .map(([name]) => `the ticket's ${name} is not in the chart`);
}

/** Checks that each call has at most one task, and that a voicemail has one. */
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
      wrong.push('a voicemail has no task');
    }
  }
  return wrong;
}

function part(record: Communication, name: string): Extension | undefined {
  return parts(record).find(({ url }) => url === name);
}

function parts(record: Communication): Extension[] {
  return record.extension?.find(({ url }) => url.endsWith('/twilio-call'))?.extension ?? [];
}

/** The parts of the root leg. */
function rootLeg(record: Communication, sid: string): Extension[] | undefined {
  const legs = parts(record).flatMap(({ url, extension = [] }) => (url === 'leg' ? [extension] : []));
  return legs.find((leg) => leg.some(({ url, valueString }) => url === 'callSid' && valueString === sid));
}

function key(params: unknown): string {
  return JSON.stringify(Object.entries(params as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
