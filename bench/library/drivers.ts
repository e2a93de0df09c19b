// SPDX-License-Identifier: Apache-2.0 OR MIT
// The three measurements of the library. Each goes round and round over fresh processes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { besideRival, type Figures, median, pick } from '../measure/figures.ts';
import { requests, type RequestName, type WebhookRequest } from '../measure/requests.ts';
import { inRounds, type Rounds, runRig } from '../measure/rounds.ts';
import { type Hostile, hostile } from './hostile.ts';
import { type Signed, type WayName, ways } from './peers.ts';

/** How long a run takes: full, about a minute and a half on two cores; quick, about twenty seconds; short, about ten. */
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

/** The bench's webhooks as a library is asked about them, in a file that the rigs read. */
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
  { name: 'twilio', label: "require('twilio')", rig: 'require.cjs', from: 'twilio' },
  { name: 'twilioImported', label: "import 'twilio'", rig: 'import.mjs', from: 'twilio' },
  { name: 'required', label: "require('plumline')", rig: 'require.cjs', from: 'plumline' },
  { name: 'imported', label: "import 'plumline'", rig: 'import.mjs', from: 'plumline' },
  { name: 'classesRequired', label: "require('plumline/twilio')", rig: 'require.cjs', from: 'plumline/twilio' },
  { name: 'classesImported', label: "import 'plumline/twilio'", rig: 'import.mjs', from: 'plumline/twilio' },
] as const;

export type LoadName = (typeof loads)[number]['name'];

interface LoadTimes {
  loadMs: number;
  verdictMs: number;
  genuine: boolean;
}

/** Milliseconds until a package is loaded, and until its first verdict on a webhook of 20 parameters. */
export function loading(
  requestsFile: string,
  rounds: number,
): { loaded: Figures<LoadName>; answered: Figures<LoadName> } {
  const measure = ({ label, rig, from }: (typeof loads)[number]): LoadTimes => {
    const verdict = from === 'plumline' ? 'verifyTwilio' : 'validateRequest';
    const { report } = runRig<LoadTimes>(label, rigFile(rig), [verdict, from, requestsFile]);
    if (!report.genuine) {
      throw new Error(`${label} refuses a genuine request`);
    }
    return report;
  };
  // The first of each reads files that are in no cache yet.
  loads.forEach(measure);
  const times: Rounds<LoadName, LoadTimes> = inRounds(loads, rounds, measure);
  return {
    loaded: besideRival(
      pick(times, ({ loadMs }) => loadMs),
      'twilio',
    ),
    answered: besideRival(
      pick(times, ({ verdictMs }) => verdictMs),
      'twilio',
    ),
  };
}

type Asked = Extract<RequestName, 'one' | 'twenty' | 'forty' | 'otherToken'>;
export type JobName = 'dial' | 'ivr50' | 'accessToken' | `validate:${Asked}`;

const DOCUMENTS: JobName[] = ['dial', 'ivr50'];
const JOBS: JobName[] = [
  ...DOCUMENTS,
  'accessToken',
  'validate:one',
  'validate:twenty',
  'validate:forty',
  'validate:otherToken',
];

/** Microseconds of each job, done again and again. */
export function warmLibrary(requestsFile: string, effort: LibraryEffort): Map<JobName, Figures<WayName>> {
  const rounds = inRounds(ways, effort.warmRounds, ({ name, label, file }) => {
    const jobs = name === 'form' ? DOCUMENTS : JOBS;
    const args = [file, requestsFile, jobs.join(), effort.warmUpMs, effort.batches, effort.batchMs];
    return runRig<Record<JobName, number[]>>(label, rigFile('warm.ts'), args).report;
  });
  return new Map(
    JOBS.map((job) => {
      const able = new Map([...rounds].filter(([, reports]) => reports.every((report) => job in report)));
      return [
        job,
        besideRival(
          pick(able, (report) => median(report[job])),
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

/** How long a process's first look at each hostile document takes, and how much memory; and its later looks. */
export function hostileDocuments(rounds: number): HostileTimes[] {
  const reports = inRounds(hostile, rounds, ({ name, label, finds }) => {
    const { report } = runRig<HostileReport>(label, rigFile('hostile.ts'), [name, AGAIN]);
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

function rigFile(file: string): string {
  return join(import.meta.dirname, 'rigs', file);
}
