// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A sample of `npm run parity`: fixed requests and new random requests. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { compare, smallest, summary, describeDifference } from '../../scripts/parity/compare.ts';

const COUNT = 5000;

for (const [name, seed] of [
  ['requests from a fixed seed', 20_261_121],
  ['requests from a new seed', randomInt(2 ** 32)],
] as const) {
  test(name, (t) => {
    const tally = compare(COUNT, seed);
    t.diagnostic(summary(COUNT, seed, tally));
    const [found] = tally.unexplained;
    assert.equal(found && describeDifference(smallest(found)), undefined);
    assert.ok(tally.accepted > COUNT * 0.3, `only ${tally.accepted} accepted`);
    assert.ok(tally.refused > COUNT * 0.3, `only ${tally.refused} refused`);
  });
}
