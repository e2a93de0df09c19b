// SPDX-License-Identifier: Apache-2.0 OR MIT
// The output of the library measurements: tables for people, and ratios for programs.
import { type Figures, number, table, times } from '../measure/figures.ts';
import {
  type hostileDocuments,
  type TaskName,
  type LibraryEffort,
  type loading,
  type LoadName,
  loads,
  type warmLibrary,
} from './drivers.ts';
import { type ImplementationName, implementations } from './peers.ts';

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

/** The time of npm twilio ÷ the time of Plumline. If Plumline has several APIs for a task, the slowest one is used. */
export function libraryRatios({ loading, warm }: LibraryResults): LibraryRatios {
  const load = (figures: Figures<LoadName>, names: LoadName[]): number => slowest(figures, names);
  const task = (name: TaskName): number => slowest(warm.get(name), ['classes', 'functions', 'form']);
  return {
    importPlumline: load(loading.loaded, ['imported']),
    importPlumlineTwilio: load(loading.loaded, ['classesImported']),
    importAndVerify: load(loading.answered, ['imported', 'classesImported']),
    dial: task('dial'),
    ivr50: task('ivr50'),
    accessToken: task('accessToken'),
    validate1: task('validate:one'),
    validate20: task('validate:twenty'),
    validate40: task('validate:forty'),
  };
}

function slowest<Name>(figures: Figures<Name> | undefined, ours: Name[]): number {
  const ratios = ours.map((name) => figures?.get(name)?.ratio).filter((ratio) => typeof ratio === 'number');
  return Math.round(Math.min(...ratios) * 1000) / 1000;
}

export function libraryTables(results: LibraryResults, effort: LibraryEffort): string {
  return [
    loadTable(results.loading, effort),
    taskTable(
      `Building and writing TwiML (µs; ${rounds(effort.warmRounds)})`,
      { dial: 'a <Dial>', ivr50: '50 verbs' },
      results.warm,
    ),
    taskTable(
      `Tokens and validation (µs; ${rounds(effort.warmRounds)})`,
      {
        accessToken: 'voice token',
        'validate:one': '1 param',
        'validate:twenty': '20',
        'validate:forty': '40',
        'validate:otherToken': 'refused',
      },
      results.warm,
    ),
    'verifyTwilio returns the reason for a refusal. For that, it tries up to 32 signatures. npm twilio tries up to 6.',
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
    `Loading in a new Node process (ms; ${rounds(effort.loadRounds)})`,
    ['', 'loaded', 'middle half', 'faster', 'first validation', 'middle half', 'faster'],
    loads.map(({ name, label }) => [label, ...cells(loaded, name), ...cells(answered, name)]),
  );
}

function taskTable(title: string, tasks: Partial<Record<TaskName, string>>, warm: LibraryResults['warm']): string {
  const columns = Object.entries(tasks) as [TaskName, string][];
  const cells = (implementation: ImplementationName, task: TaskName): string[] => {
    const figure = warm.get(task)?.get(implementation);
    return figure ? [number(figure.median, 2), times(figure.ratio)] : ['', ''];
  };
  const able = implementations.filter(({ name }) => columns.some(([task]) => warm.get(task)?.has(name)));
  return table(
    title,
    ['', ...columns.flatMap(([, label]) => [label, 'faster'])],
    able.map(({ name, label }) => [label, ...columns.flatMap(([task]) => cells(name, task))]),
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
      `checkTwiml of hostile documents, in a new process (ms; ${rounds(effort.hostileRounds)})`,
      ['', 'found', 'findings', 'first', 'slowest first', 'later', 'MiB'],
      rows,
    ),
    'The target is under 50 ms. MiB is the rise of the peak resident memory during the first check.',
  ].join('\n');
}

function summary(ratios: LibraryRatios): string {
  const rows = Object.entries(ratios).map(([name, ratio]) => [name, times(ratio)]);
  return table('Ratios: npm twilio ÷ our slowest API', ['', 'faster'], rows);
}
