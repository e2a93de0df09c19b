// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Random calls of TwiML builders, ours and npm twilio's side by side.
 *
 *     node scripts/parity-builders.ts [--count N] [--seed N]
 *
 * Needs pkg/. Ends with 1 if a byte differs for a reason that docs/migrating.md does not list, and prints the calls.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compare, summary, told } from './parity/builders.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '50000' }, seed: { type: 'string' } },
});
const count = Number(values.count);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);

const tally = compare(count, seed);
console.log(summary(count, seed, tally));
const [found] = tally.unexplained;
if (found) {
  console.error(told(found));
  process.exitCode = 1;
}
