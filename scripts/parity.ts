// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Compares the validation of requests by plumline/twilio with npm twilio, with random requests.
 *
 *     node scripts/parity.ts [--count N] [--seed N]
 *
 * Needs pkg/. If a result differs in a way that docs/migrating.md does not list, it prints the smallest such request
 * and exits with 1.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compare, smallest, summary, describeDifference } from './parity/compare.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const count = Number(values.count);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);

const tally = compare(count, seed);
console.log(summary(count, seed, tally));
const [found] = tally.unexplained;
if (found) {
  console.error(describeDifference(smallest(found)));
  process.exitCode = 1;
}
