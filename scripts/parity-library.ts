// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Random tokens and texts, checked against the packages that people use for them.
 *
 *     node scripts/parity-library.ts [--count N] [--seed N]
 *
 * Needs pkg/. Ends with 1 if anything differs that the docs do not list, and prints the first such cases.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compareSegments } from './parity/segments.ts';
import { compareTokens } from './parity/tokens.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '50000' }, seed: { type: 'string' } },
});
const count = Number(values.count);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);

report('tokens, against npm twilio', compareTokens(count, seed));
report('texts, against npm sms-segments-calculator', compareSegments(count, seed));

function report(what: string, tally: { readonly differences: readonly string[] }): void {
  const { differences, ...figures } = tally;
  const told = Object.entries(figures).map(([name, value]) => `${String(value)} ${name}`);
  console.log(`${count} ${what}, seed ${seed}: ${told.join(', ')}, ${differences.length} different`);
  for (const difference of differences.slice(0, 5)) {
    console.error(difference);
    process.exitCode = 1;
  }
}
