// SPDX-License-Identifier: Apache-2.0 OR MIT

/** An import in a fresh Node, beside npm twilio's. Ratios within a round, so that a busy machine slows both. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';
import { root } from './project.ts';

/** How many times faster at least. Some 15 times is what stands. */
const LEAST = 10;

describe('an import is ten times faster than npm twilio’s', () => {
  const bench = path.join(root, 'scripts/import-bench.ts');
  const told = execFileSync(process.execPath, [bench, '--rounds', '9', '--json'], { encoding: 'utf8' });
  const results = JSON.parse(told) as { name: string; milliseconds: number; faster: number }[];
  const imports = results.filter(({ name }) => /'plumline(\/twilio)?'\)?$/.test(name));
  assert.equal(imports.length, 3);
  for (const { name, milliseconds, faster } of imports) {
    test(`${name}: ${milliseconds.toFixed(1)} ms, ${faster.toFixed(1)} times`, () => assert.ok(faster >= LEAST));
  }
});
