// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a run says of the library: tables for people, ratios for machines.
import { type Figures, number, table, times } from '../measure/figures.ts';
import {
  type hostileDocuments,
  type JobName,
  type LibraryEffort,
  type loading,
  type LoadName,
  loads,
  type warmLibrary,
} from './drivers.ts';
import { type WayName, ways } from './peers.ts';

export interface LibraryResults {
  loading: ReturnType<typeof loading>;
  warm: ReturnType<typeof warmLibrary>;
  hostile: ReturnType<typeof hostileDocuments>;
}

export type LibraryRatios = Record<
  | 'importPlumline'
  | 'importPlumlineTwilio'
  | 'importAndVerify'
  | 'dial'
  | 'ivr50'
  | 'accessToken'
  | 'validate1'
  | 'validate20'
  | 'validate40',
  number
>;

/** npm twilio ÷ ours; where there is more than one way of ours, the slowest of them. */
export function libraryRatios({ loading, warm }: LibraryResults): LibraryRatios {
  const load = (figures: Figures<LoadName>, names: LoadName[]): number => slowest(figures, names);
  const job = (name: JobName): number => slowest(warm.get(name), ['classes', 'functions', 'form']);
  return {
    importPlumline: load(loading.loaded, ['imported']),
    importPlumlineTwilio: load(loading.loaded, ['classesImported']),
    importAndVerify: load(loading.answered, ['imported', 'classesImported']),
    dial: job('dial'),
    ivr50: job('ivr50'),
    accessToken: job('accessToken'),
    validate1: job('validate:one'),
    validate20: job('validate:twenty'),
    validate40: job('validate:forty'),
  };
}

function slowest<Name>(figures: Figures<Name> | undefined, ours: Name[]): number {
  const ratios = ours.map((name) => figures?.get(name)?.ratio).filter((ratio) => typeof ratio === 'number');
  return Math.round(Math.min(...ratios) * 1000) / 1000;
}

export function libraryTables(results: LibraryResults, effort: LibraryEffort): string {
  return [
    loadTable(results.loading, effort),
    jobTable(
      `TwiML, built and written (µs; ${rounds(effort.warmRounds)})`,
      { dial: 'a <Dial>', ivr50: '50 verbs' },
      results.warm,
    ),
    jobTable(
      `Tokens and verdicts (µs; ${rounds(effort.warmRounds)})`,
      {
        accessToken: 'voice token',
        'validate:one': '1 param',
        'validate:twenty': '20',
        'validate:forty': '40',
        'validate:otherToken': 'refused',
      },
      results.warm,
    ),
    'A refusal by verifyTwilio says why: it tries the known mistakes, up to 32 signatures. npm twilio tries up to 6.',
    hostileTable(results.hostile, effort),
    summary(libraryRatios(results)),
  ].join('\n');
}

function rounds(count: number): string {
  return count === 1 ? '1 round' : `${count} rounds`;
}

function loadTable({ loaded, answered }: LibraryResults['loading'], effort: LibraryEffort): string {
  const cells = (figures: Figures<LoadName>, name: LoadName): string[] => {
    const figure = figures.get(name);
    const [low, high] = figure?.middleHalf ?? [NaN, NaN];
    const half = `${number(low, 1)} … ${number(high, 1)}`;
    return [number(figure?.median ?? NaN, 2), half, times(figure?.ratio ?? null)];
  };
  return table(
    `Loading in a fresh Node (ms; ${rounds(effort.loadRounds)})`,
    ['', 'loaded', 'middle half', 'faster', 'first verdict', 'middle half', 'faster'],
    loads.map(({ name, label }) => [label, ...cells(loaded, name), ...cells(answered, name)]),
  );
}

function jobTable(title: string, jobs: Partial<Record<JobName, string>>, warm: LibraryResults['warm']): string {
  const columns = Object.entries(jobs) as [JobName, string][];
  const cells = (way: WayName, job: JobName): string[] => {
    const figure = warm.get(job)?.get(way);
    return figure ? [number(figure.median, 2), times(figure.ratio)] : ['', ''];
  };
  const able = ways.filter(({ name }) => columns.some(([job]) => warm.get(job)?.has(name)));
  return table(
    title,
    ['', ...columns.flatMap(([, label]) => [label, 'faster'])],
    able.map(({ name, label }) => [label, ...columns.flatMap(([job]) => cells(name, job))]),
  );
}

function hostileTable(list: LibraryResults['hostile'], effort: LibraryEffort): string {
  const rows = list.map(({ document, findings, medianMs, slowestMs, againMs, MiB }) => [
    document.label,
    document.finds,
    number(findings, 0),
    number(medianMs, 2),
    number(slowestMs, 2),
    number(againMs, 2),
    number(MiB, 1),
  ]);
  return [
    table(
      `checkTwiml of hostile documents, in a process that has checked none (ms; ${rounds(effort.hostileRounds)})`,
      ['', 'found', 'findings', 'first', 'slowest first', 'later', 'MiB'],
      rows,
    ),
    'The aim is under 50 ms. MiB is what the peak of resident memory rises by at the first.',
  ].join('\n');
}

function summary(ratios: LibraryRatios): string {
  const rows = Object.entries(ratios).map(([name, ratio]) => [name, times(ratio)]);
  return table('Ratios: npm twilio ÷ the slowest of ours', ['', 'faster'], rows);
}
