// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * An import in a fresh Node, beside npm twilio's. Ratios within a round, of the processor's time: the clock would tell
 * what else the machine had to do, and of a short import's time that is more than of a long one's.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';
import { root } from './project.ts';

/** How many times faster at least. Some 16 times is what stands for `plumline/twilio`, and 20 for `plumline`. */
const LEAST = 10;

describe('an import is ten times faster than npm twilio’s', () => {
  const bench = path.join(root, 'scripts/import-bench.ts');
  const told = execFileSync(process.execPath, [bench, '--rounds', '9', '--json'], { encoding: 'utf8' });
  const results = JSON.parse(told) as { name: string; cpu: { milliseconds: number; faster: number } }[];
  const imports = results.filter(({ name }) => /'plumline(\/twilio)?'\)?$/.test(name));
  assert.equal(imports.length, 3);
  for (const { name, cpu } of imports) {
    const told = `${cpu.milliseconds.toFixed(1)} ms, ${cpu.faster.toFixed(1)} times`;
    test(`${name}: ${told}`, () => assert.ok(cpu.faster >= LEAST));
  }
});
