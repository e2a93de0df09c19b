// SPDX-License-Identifier: Apache-2.0 OR MIT
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accepts } from '../../scripts/licenses.ts';

describe('scripts/licenses.ts', () => {
  for (const expression of [
    'MIT',
    'MIT OR Apache-2.0',
    'MIT/Apache-2.0',
    'GPL-3.0-only OR MIT',
    '(MIT OR Apache-2.0) AND Unicode-3.0',
    'Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT',
    'MIT AND (GPL-2.0-only OR BSD-3-Clause)',
  ]) {
    test(`accepts ${expression}`, () => {
      assert.equal(accepts(expression), true);
    });
  }
  for (const expression of [
    '',
    'none named',
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    'GPL-3.0-only AND MIT OR LGPL-3.0-only',
    'Apache-2.0 WITH Some-exception',
    '(MIT',
    'MIT)',
    'MIT MIT',
    'MIT OR',
    'SEE LICENSE IN LICENSE.txt',
  ]) {
    test(`refuses '${expression}'`, () => {
      assert.equal(accepts(expression), false);
    });
  }
});
