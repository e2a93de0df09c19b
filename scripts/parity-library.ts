// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Compares tokens, message segments and phone numbers with the usual npm packages for them, with random input.
 *
 *     node scripts/parity-library.ts [--count N] [--seed N]
 *
 * Needs pkg/. If a result differs in a way that the docs do not list, it prints the first cases and exits with 1.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compareEmergencies, comparePhones } from './parity/phones.ts';
import { compareSegments } from './parity/segments.ts';
import { compareTokens } from './parity/tokens.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '50000' }, seed: { type: 'string' } },
});
const count = Number(values.count);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);

report(`${count} tokens, against npm twilio`, compareTokens(count, seed));
report(`${count} texts, against npm sms-segments-calculator`, compareSegments(count, seed));
report(`${count} phone numbers, against npm libphonenumber-js`, comparePhones(count, seed));
report('all numbers of up to four digits, against npm google-libphonenumber', compareEmergencies(4));

function report(what: string, tally: { readonly differences: readonly string[] }): void {
  const { differences, ...figures } = tally;
  const texts = Object.entries(figures).map(([name, value]) => `${String(value)} ${name}`);
  console.log(`${what}, seed ${seed}: ${texts.join(', ')}, ${differences.length} different`);
  for (const difference of differences.slice(0, 5)) {
    console.error(difference);
    process.exitCode = 1;
  }
}
