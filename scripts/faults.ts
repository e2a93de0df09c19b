// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Injects every fault at every request of every scenario, with three durations each: several thousand cases.
 *
 *     npm run faults -- [--clinics N] [--only text] [--part K/N]
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { allCases, nameOfCase, runCases } from '../tests/js/faults/cases.ts';
import type { Verdict } from '../tests/js/faults/cases.ts';

const { values } = parseArgs({
  options: {
    clinics: { type: 'string', default: String(availableParallelism() * 6) },
    only: { type: 'string', default: '' },
    part: { type: 'string', default: '1/1' },
  },
});
const clinics = Number(values.clinics);
const [part = 1, parts = 1] = values.part.split('/').map(Number);
if (!(clinics >= 1 && part >= 1 && part <= parts)) {
  console.error('npm run faults -- [--clinics N] [--only text of a case] [--part K/N]');
  process.exit(2);
}

const began = Date.now();
const missed: string[] = [];
const counts = new Map<string, { cases: number; wrong: number; longestWait: number }>();

function count(verdict: Verdict): void {
  if (verdict.injection && verdict.failedRequests === 0) {
    missed.push(nameOfCase(verdict));
  }
  const name = `${verdict.scenario}, ${verdict.injection?.kind ?? 'baseline'}`;
  const counted = counts.get(name) ?? { cases: 0, wrong: 0, longestWait: 0 };
  counted.cases++;
  counted.wrong += verdict.wrong.length > 0 ? 1 : 0;
  counted.longestWait = Math.max(counted.longestWait, verdict.longestWait);
  counts.set(name, counted);
  for (const one of verdict.wrong) {
    console.log(`${nameOfCase(verdict)}: ${one}`);
  }
}

const { cases, intermittent } = await allCases((baseline) => runCases(baseline, clinics, count));
for (const name of intermittent) {
  console.log(`skipped, because the request is intermittent: ${name}`);
}
const chosen = cases
  .filter((one) => nameOfCase(one).includes(values.only))
  .filter((_one, at) => at % parts === part - 1);
await runCases(chosen, clinics, count);

console.table(
  Object.fromEntries(
    [...counts].sort().map(([name, one]) => [name, { ...one, longestWait: Math.round(one.longestWait) }]),
  ),
);
const wrong = [...counts.values()].reduce((sum, one) => sum + one.wrong, 0);
for (const name of missed) {
  console.log(`not injected, because the request did not occur again: ${name}`);
}
console.log(
  `${chosen.length} of ${cases.length} cases, ${missed.length} not injected, ${wrong} wrong, ${Math.round((Date.now() - began) / 1000)} s`,
);
process.exitCode = wrong > 0 ? 1 : 0;
