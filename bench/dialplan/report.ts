// SPDX-License-Identifier: Apache-2.0 OR MIT
// The dialplan's measurements, and what is said of them.
import { join } from 'node:path';
import { type Figures, median, number, pick, table, times, withRatiosTo } from '../measure/figures.ts';
import { inRounds, runRig } from '../measure/rounds.ts';
import { type DialplanJob, type DialplanPart, jobNames, jobs, partNames, parts } from './events.ts';
import type { Trips } from './trips.ts';

export interface DialplanEffort {
  rounds: number;
  events: number;
}

export const fullDialplanEffort: DialplanEffort = { rounds: 7, events: 400 };
export const quickDialplanEffort: DialplanEffort = { rounds: 3, events: 200 };
export const shortDialplanEffort: DialplanEffort = { rounds: 1, events: 4 };

const ways = [
  { name: 'core', label: 'Plumline' },
  { name: 'handwritten', label: 'handwritten' },
] as const;

type WayName = (typeof ways)[number]['name'];

export type DialplanResults = Record<DialplanJob, Figures<WayName>>;
export type DialplanRatios = Record<DialplanJob | DialplanPart, number | null>;

/** Microseconds of one webhook, once V8 has compiled the core well: the first half of a process's events is left out. */
export function dialplan(effort: DialplanEffort): DialplanResults {
  const rounds = inRounds(ways, effort.rounds, ({ name, label }) =>
    Object.fromEntries(
      jobNames.map((job) => {
        const args = [join(import.meta.dirname, `${name}.ts`), job, effort.events];
        const { report } = runRig<number[]>(label, join(import.meta.dirname, 'rig.ts'), args);
        return [job, median(report.slice(effort.events / 2))];
      }),
    ),
  );
  const figures = jobNames.map((job) => [
    job,
    withRatiosTo(
      pick(rounds, (medians) => medians[job] ?? NaN),
      'core',
    ),
  ]);
  return Object.fromEntries(figures) as DialplanResults;
}

/** What the handwritten one takes divided by what the core takes: more than 1 means that the core is faster. */
export function dialplanRatios(results: DialplanResults): DialplanRatios {
  const rounded = (ratio: number): number | null => (Number.isFinite(ratio) ? Math.round(ratio * 1000) / 1000 : null);
  const ratios = jobNames.map((job) => [job, rounded(results[job].get('handwritten')?.ratio ?? NaN)]);
  const partRatios = partNames.map((part) => [
    part,
    rounded(more(results, part, 'handwritten') / more(results, part, 'core')),
  ]);
  return Object.fromEntries([...ratios, ...partRatios]) as DialplanRatios;
}

/** What the one job takes more than the other. */
function more(results: DialplanResults, part: DialplanPart, way: WayName): number {
  const of = (job: DialplanJob): number => results[job].get(way)?.median ?? NaN;
  return of(parts[part].of) - of(parts[part].without);
}

export function dialplanTables(results: DialplanResults, trips: Trips[], effort: DialplanEffort): string {
  const ratios = dialplanRatios(results);
  const row = (label: string, ours: number, aim: number | null, theirs: number, ratio: number | null): string[] => [
    label,
    number(ours, 0),
    aim === null ? '' : number(aim, 0),
    aim === null ? '' : ours < aim ? 'yes' : 'no',
    number(theirs, 0),
    times(ratio),
  ];
  const of = (job: DialplanJob, way: WayName): number => results[job].get(way)?.median ?? NaN;
  const whole = jobNames.map((job) => row(jobs[job], of(job, 'core'), null, of(job, 'handwritten'), ratios[job]));
  const costs = partNames.map((part) =>
    row(
      `of which ${parts[part].label}`,
      more(results, part, 'core'),
      parts[part].aim,
      more(results, part, 'handwritten'),
      ratios[part],
    ),
  );
  const title =
    `The dialplan: one webhook, its config read, checked and followed (µs; medians of ${effort.rounds} processes of ` +
    `${effort.events} events)`;
  return [
    table(title, ['', 'Plumline', 'aim', 'met', 'handwritten', 'ratio'], [...whole, ...costs]),
    table(
      'FHIR round trips of a call: the most that one request took, and all together',
      ['', 'while a caller waits', 'of a callback', 'requests', 'together'],
      trips.map(({ label, waited, callback, requests, total }) => [
        label,
        ...[waited, callback, requests, total].map(String),
      ]),
    ),
  ].join('\n');
}
