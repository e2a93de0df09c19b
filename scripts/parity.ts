// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Random requests, checked by plumline/twilio and by npm twilio side by side.
 *
 *     node scripts/parity.ts [--count N] [--seed N]
 *
 * Needs pkg/. Ends with 1 if a verdict or a byte differs that docs/migrating.md does not list, and prints the smallest
 * such request.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compare, smallest, summary, told } from './parity/compare.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const count = Number(values.count);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);

const tally = compare(count, seed);
console.log(summary(count, seed, tally));
const [found] = tally.unexplained;
if (found) {
  console.error(told(smallest(found)));
  process.exitCode = 1;
}
