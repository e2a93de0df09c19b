// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Random trees, written by plumline and by npm twilio side by side, and then spoiled in one place.
 *
 *     npm run twiml-proof -- [--count N] [--seed N]
 *
 * Needs pkg/. Ends with 1 if a byte differs, a finding is told of a tree that has no mistake, or a mistake is not found
 * at its place; and prints the first such trees.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compare, summary } from './twiml-proof/compare.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '50000' }, seed: { type: 'string' } },
});
const count = Number(values.count);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);

const tally = compare(count, seed);
console.log(summary(count, seed, tally));
if (tally.failures.length > 0) {
  console.error(tally.failures.join('\n'));
  process.exitCode = 1;
}
