// SPDX-License-Identifier: Apache-2.0 OR MIT
// The measurements of the dialplan, and their tables.
import { join } from 'node:path';
import { type Figures, median, number, pick, table, times, withRatiosTo } from '../measure/figures.ts';
import { measureInRounds, runScript } from '../measure/rounds.ts';
import { type DialplanTask, type DialplanPart, taskNames, tasks, partNames, parts } from './events.ts';
import type { RoundTrips } from './round-trips.ts';

export interface DialplanEffort {
  rounds: number;
  events: number;
}

export const fullDialplanEffort: DialplanEffort = { rounds: 7, events: 400 };
export const quickDialplanEffort: DialplanEffort = { rounds: 3, events: 200 };
export const shortDialplanEffort: DialplanEffort = { rounds: 1, events: 4 };

const implementations = [
  { name: 'core', label: 'Plumline' },
  { name: 'handwritten', label: 'handwritten' },
] as const;

type ImplementationName = (typeof implementations)[number]['name'];

export type DialplanResults = Record<DialplanTask, Figures<ImplementationName>>;
export type DialplanRatios = Record<DialplanTask | DialplanPart, number | null>;

/** Microseconds of one webhook after V8 has optimized the core. The first half of the events is left out. */
export function dialplan(effort: DialplanEffort): DialplanResults {
  const rounds = measureInRounds(implementations, effort.rounds, ({ name, label }) =>
    Object.fromEntries(
      taskNames.map((task) => {
        const args = [join(import.meta.dirname, `${name}.ts`), task, effort.events];
        const { report } = runScript<number[]>(label, join(import.meta.dirname, 'runner.ts'), args);
        return [task, median(report.slice(effort.events / 2))];
      }),
    ),
  );
  const figures = taskNames.map((task) => [
    task,
    withRatiosTo(
      pick(rounds, (medians) => medians[task] ?? NaN),
      'core',
    ),
  ]);
  return Object.fromEntries(figures) as DialplanResults;
}

/** The time of the handwritten code divided by the time of the core. More than 1 means that the core is faster. */
export function dialplanRatios(results: DialplanResults): DialplanRatios {
  const rounded = (ratio: number): number | null => (Number.isFinite(ratio) ? Math.round(ratio * 1000) / 1000 : null);
  const ratios = taskNames.map((task) => [task, rounded(results[task].get('handwritten')?.ratio ?? NaN)]);
  const partRatios = partNames.map((part) => [
    part,
    rounded(more(results, part, 'handwritten') / more(results, part, 'core')),
  ]);
  return Object.fromEntries([...ratios, ...partRatios]) as DialplanRatios;
}

/** The difference between the times of two tasks. */
function more(results: DialplanResults, part: DialplanPart, implementation: ImplementationName): number {
  const of = (task: DialplanTask): number => results[task].get(implementation)?.median ?? NaN;
  return of(parts[part].of) - of(parts[part].without);
}

export function dialplanTables(results: DialplanResults, roundTrips: RoundTrips[], effort: DialplanEffort): string {
  const ratios = dialplanRatios(results);
  const row = (
    label: string,
    ours: number,
    target: number | null,
    handwritten: number,
    ratio: number | null,
  ): string[] => [
    label,
    number(ours, 0),
    target === null ? '' : number(target, 0),
    target === null ? '' : ours < target ? 'yes' : 'no',
    number(handwritten, 0),
    times(ratio),
  ];
  const of = (task: DialplanTask, implementation: ImplementationName): number =>
    results[task].get(implementation)?.median ?? NaN;
  const whole = taskNames.map((task) =>
    row(tasks[task], of(task, 'core'), null, of(task, 'handwritten'), ratios[task]),
  );
  const costs = partNames.map((part) =>
    row(
      `of which ${parts[part].label}`,
      more(results, part, 'core'),
      parts[part].target,
      more(results, part, 'handwritten'),
      ratios[part],
    ),
  );
  const title =
    `The dialplan: one webhook, including reading and checking its config (µs; medians of ${effort.rounds} processes of ` +
    `${effort.events} events)`;
  return [
    table(title, ['', 'Plumline', 'target', 'met', 'handwritten', 'ratio'], [...whole, ...costs]),
    table(
      'FHIR round trips of a call: the maximum of one request, and the total',
      ['', 'while a caller waits', 'of a callback', 'requests', 'total'],
      roundTrips.map(({ label, waited, callback, requests, total }) => [
        label,
        ...[waited, callback, requests, total].map(String),
      ]),
    ),
  ].join('\n');
}
