// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Every fault at every ask of every story, each for three lengths: some thousand cases. Prints what is wrong, and counts.
 *
 *     npm run faults -- [--clinics N] [--only text] [--part K/N]
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { allCases, nameOfCase, playCases } from '../tests/js/faults/cases.ts';
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
const unmet: string[] = [];
const counts = new Map<string, { cases: number; wrong: number; longest: number }>();

function count(verdict: Verdict): void {
  if (verdict.strike && verdict.struck === 0) {
    unmet.push(nameOfCase(verdict));
  }
  const name = `${verdict.story}, ${verdict.strike?.kind ?? 'calm'}`;
  const counted = counts.get(name) ?? { cases: 0, wrong: 0, longest: 0 };
  counted.cases++;
  counted.wrong += verdict.wrong.length > 0 ? 1 : 0;
  counted.longest = Math.max(counted.longest, verdict.longest);
  counts.set(name, counted);
  for (const one of verdict.wrong) {
    console.log(`${nameOfCase(verdict)}: ${one}`);
  }
}

const { cases, seldom } = await allCases((calm) => playCases(calm, clinics, count));
for (const name of seldom) {
  console.log(`not struck, since it is asked only now and then: ${name}`);
}
const chosen = cases
  .filter((one) => nameOfCase(one).includes(values.only))
  .filter((_one, at) => at % parts === part - 1);
await playCases(chosen, clinics, count);

console.table(
  Object.fromEntries([...counts].sort().map(([name, one]) => [name, { ...one, longest: Math.round(one.longest) }])),
);
const wrong = [...counts.values()].reduce((sum, one) => sum + one.wrong, 0);
for (const name of unmet) {
  console.log(`not met, since its ask did not come again: ${name}`);
}
console.log(
  `${chosen.length} of ${cases.length} cases, ${unmet.length} not met, ${wrong} wrong, ${Math.round((Date.now() - began) / 1000)} s`,
);
process.exitCode = wrong > 0 ? 1 : 0;
