// SPDX-License-Identifier: Apache-2.0 OR MIT
// The three measurements of the library. Each has several rounds, each time in a new process.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ratiosToCompetitor, type Figures, median, pick } from '../measure/figures.ts';
import { requests, type RequestName, type WebhookRequest } from '../measure/requests.ts';
import { measureInRounds, type Rounds, runScript } from '../measure/rounds.ts';
import { type Hostile, hostile } from './hostile.ts';
import { type Signed, type ImplementationName, implementations } from './peers.ts';

/** The size of a run. On two cores, a full run takes about 90 s, a quick run about 20 s, and a short run about 10 s. */
export interface LibraryEffort {
  loadRounds: number;
  warmRounds: number;
  warmUpMs: number;
  batches: number;
  batchMs: number;
  hostileRounds: number;
}

export const fullLibraryEffort: LibraryEffort = {
  loadRounds: 30,
  warmRounds: 5,
  warmUpMs: 300,
  batches: 5,
  batchMs: 50,
  hostileRounds: 7,
};

export const quickLibraryEffort: LibraryEffort = {
  loadRounds: 7,
  warmRounds: 2,
  warmUpMs: 150,
  batches: 3,
  batchMs: 20,
  hostileRounds: 2,
};

export const shortLibraryEffort: LibraryEffort = {
  loadRounds: 1,
  warmRounds: 1,
  warmUpMs: 1,
  batches: 1,
  batchMs: 1,
  hostileRounds: 1,
};

/** Writes the webhooks of the benchmark in the format for the library to a file that the runners read. */
export async function writeRequests(folder: string): Promise<string> {
  const file = join(folder, 'signed.json');
  const signed = Object.entries(requests).map(([name, request]) => [name, asSigned(request)]);
  await writeFile(file, JSON.stringify(Object.fromEntries(signed)));
  return file;
}

function asSigned({ params, headers, secrets }: WebhookRequest): Signed {
  const valueOf = (entries: [string, string][], name: string): string | undefined =>
    entries.find(([one]) => one === name)?.[1];
  return {
    url: valueOf(secrets, 'PLUMLINE_WEBHOOK_URL') ?? '',
    token: valueOf(secrets, 'TWILIO_AUTH_TOKEN') ?? '',
    signature: valueOf(headers, 'x-twilio-signature'),
    params: Object.fromEntries(params),
  };
}

export const loads = [
  { name: 'twilio', label: "require('twilio')", script: 'require.cjs', from: 'twilio' },
  { name: 'twilioImported', label: "import 'twilio'", script: 'import.mjs', from: 'twilio' },
  { name: 'required', label: "require('plumline')", script: 'require.cjs', from: 'plumline' },
  { name: 'imported', label: "import 'plumline'", script: 'import.mjs', from: 'plumline' },
  { name: 'classesRequired', label: "require('plumline/twilio')", script: 'require.cjs', from: 'plumline/twilio' },
  { name: 'classesImported', label: "import 'plumline/twilio'", script: 'import.mjs', from: 'plumline/twilio' },
] as const;

export type LoadName = (typeof loads)[number]['name'];

interface LoadTimes {
  loadMs: number;
  validatedMs: number;
  isValid: boolean;
}

/** Milliseconds until a package is loaded, and until it has validated a webhook request with 20 parameters. */
export function loading(
  requestsFile: string,
  rounds: number,
): { loaded: Figures<LoadName>; answered: Figures<LoadName> } {
  const measure = ({ label, script, from }: (typeof loads)[number]): LoadTimes => {
    const validate = from === 'plumline' ? 'verifyTwilio' : 'validateRequest';
    const { report } = runScript<LoadTimes>(label, scriptFile(script), [validate, from, requestsFile]);
    if (!report.isValid) {
      throw new Error(`${label} refuses a request with a valid signature`);
    }
    return report;
  };
  // The first run reads files that are not in the file cache yet.
  loads.forEach(measure);
  const times: Rounds<LoadName, LoadTimes> = measureInRounds(loads, rounds, measure);
  return {
    loaded: ratiosToCompetitor(
      pick(times, ({ loadMs }) => loadMs),
      'twilio',
    ),
    answered: ratiosToCompetitor(
      pick(times, ({ validatedMs }) => validatedMs),
      'twilio',
    ),
  };
}

type Asked = Extract<RequestName, 'one' | 'twenty' | 'forty' | 'otherToken'>;
export type TaskName = 'dial' | 'ivr50' | 'accessToken' | `validate:${Asked}`;

const DOCUMENTS: TaskName[] = ['dial', 'ivr50'];
const TASKS: TaskName[] = [
  ...DOCUMENTS,
  'accessToken',
  'validate:one',
  'validate:twenty',
  'validate:forty',
  'validate:otherToken',
];

/** Microseconds of each task. */
export function warmLibrary(requestsFile: string, effort: LibraryEffort): Map<TaskName, Figures<ImplementationName>> {
  const rounds = measureInRounds(implementations, effort.warmRounds, ({ name, label, file }) => {
    const tasks = name === 'form' ? DOCUMENTS : TASKS;
    const args = [file, requestsFile, tasks.join(), effort.warmUpMs, effort.batches, effort.batchMs];
    return runScript<Record<TaskName, number[]>>(label, scriptFile('warm.ts'), args).report;
  });
  return new Map(
    TASKS.map((task) => {
      const able = new Map([...rounds].filter(([, reports]) => reports.every((report) => task in report)));
      return [
        task,
        ratiosToCompetitor(
          pick(able, (report) => median(report[task])),
          'twilio',
        ),
      ];
    }),
  );
}

export interface HostileTimes {
  document: Hostile;
  findings: number;
  medianMs: number;
  slowestMs: number;
  againMs: number;
  MiB: number;
}

interface HostileReport {
  milliseconds: number;
  again: number[];
  kibibytes: number;
  codes: string[];
}

const AGAIN = 12;

/** The time and memory of the first check of each hostile document in a process, and the time of later checks. */
export function hostileDocuments(rounds: number): HostileTimes[] {
  const reports = measureInRounds(hostile, rounds, ({ name, label, finds }) => {
    const { report } = runScript<HostileReport>(label, scriptFile('hostile.ts'), [name, AGAIN]);
    if (!report.codes.includes(finds)) {
      throw new Error(`${label}: wanted ${finds}, got ${report.codes.slice(0, 3).join(', ') || 'nothing'}`);
    }
    return report;
  });
  return hostile.map((document) => {
    const list = reports.get(document.name) ?? [];
    const times = list.map(({ milliseconds }) => milliseconds);
    return {
      document,
      findings: list[0]?.codes.length ?? NaN,
      medianMs: median(times),
      slowestMs: Math.max(...times),
      againMs: median(list.map(({ again }) => median(again))),
      MiB: median(list.map(({ kibibytes }) => kibibytes / 1024)),
    };
  });
}

function scriptFile(file: string): string {
  return join(import.meta.dirname, 'runners', file);
}
