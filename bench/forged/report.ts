// SPDX-License-Identifier: Apache-2.0 OR MIT
// Measures the cost of forged requests by class.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median, number, table } from '../measure/figures.ts';
import { measureInRounds, runScript } from '../measure/rounds.ts';
import { forged, type ForgedName, forgedNames, type ForgedRequest, forgedRequest, refusedEarly } from './requests.ts';

export interface ForgedEffort {
  rounds: number;
  calls: number;
}

export const fullForgedEffort: ForgedEffort = { rounds: 5, calls: 20 };
export const quickForgedEffort: ForgedEffort = { rounds: 3, calls: 8 };
export const shortForgedEffort: ForgedEffort = { rounds: 1, calls: 2 };

/** The target for a forged request, in milliseconds of CPU time. */
const TARGET = 50;

/** Milliseconds of CPU time of one request in its own context: the median of all rounds. */
export type ForgedResults = Record<ForgedName, number>;

export async function forgedRequests(folder: string, bundle: string, effort: ForgedEffort): Promise<ForgedResults> {
  const file = join(folder, 'forged.json');
  await writeFile(file, JSON.stringify(Object.fromEntries(forgedNames.map((name) => [name, expected(name)]))));
  const script = join(import.meta.dirname, 'runner.cjs');
  const rounds = measureInRounds(
    forgedNames.map((name) => ({ name })),
    effort.rounds,
    ({ name }) => median(runScript<number[]>(forged[name], script, [bundle, file, name, effort.calls]).report),
  );
  return Object.fromEntries(forgedNames.map((name) => [name, median(rounds.get(name) ?? [])])) as ForgedResults;
}

function expected(name: ForgedName): ForgedRequest {
  return { ...forgedRequest(name), code: refusedEarly.includes(name) ? 'BODY_TOO_LARGE' : 'SIGNATURE_MISMATCH' };
}

export function forgedTable(results: ForgedResults, effort: ForgedEffort): string {
  const worst = forgedNames.reduce((one, other) => (results[other] > results[one] ? other : one));
  const title =
    `Forged requests: CPU time of one in its own VM context, with 256 steps and two tokens (ms; medians of ` +
    `${effort.rounds} processes of ${effort.calls} requests)`;
  const rows = forgedNames.map((name) => [
    forged[name],
    number(results[name], 1),
    String(TARGET),
    results[name] < TARGET ? 'yes' : 'no',
  ]);
  return [
    table(title, ['', 'Plumline', 'target', 'met'], rows),
    `The worst class: ${forged[worst]}, ${number(results[worst], 1)} ms.`,
  ].join('\n');
}
