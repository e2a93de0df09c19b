// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Compares Plumline's TwiML builders with npm twilio's, with random calls.
 *
 *     node scripts/parity-builders.ts [--count N] [--seed N]
 *
 * Needs pkg/. If the output differs for a reason that docs/migrating.md does not list, it prints the calls and exits
 * with 1.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compare, summary, describeDifference } from './parity/builders.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '50000' }, seed: { type: 'string' } },
});
const count = Number(values.count);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);

const tally = compare(count, seed);
console.log(summary(count, seed, tally));
const [found] = tally.unexplained;
if (found) {
  console.error(describeDifference(found));
  process.exitCode = 1;
}
