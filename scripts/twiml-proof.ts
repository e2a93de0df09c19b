// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Compares the TwiML of random trees with npm twilio's, and checks that each of many errors in a tree is found.
 *
 *     npm run twiml-proof -- [--count N] [--seed N]
 *
 * Needs pkg/. It exits with 1 and prints the first trees in these cases: the output differs, a correct tree has a
 * finding, or an error is not found at its place.
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
