// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Generates what pkg/ holds besides the committed files, unless it is newer than all that it is made of. Needs no Rust.
 *
 *     node scripts/prepare.ts
 */
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './build/root.ts';

const MADE_OF = [
  'pkg/*.{js,ts,wasm}',
  'pkg/bots/*.wasm',
  '{bot-wrapper,npm,cli,scripts/build}/**/*.ts',
  'schema/twiml.json',
  'package.json',
  'package-lock.json',
];
const GENERATED = ['pkg/bots/*.cjs', 'pkg/cli/*', 'pkg/npm/*'];

const times = (patterns: string[]): number[] => {
  const files = patterns.map((pattern) => globSync(pattern, { cwd: root }));
  // Without one of a kind all are made anew.
  return files.flatMap((some) => (some.length > 0 ? some.map((file) => statSync(path.join(root, file)).mtimeMs) : [0]));
};

if (Math.min(...times(GENERATED)) <= Math.max(...times(MADE_OF))) {
  const { generate } = await import('./build/generate.ts');
  await generate(path.join(root, 'pkg'));
}
