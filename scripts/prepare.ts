// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Generates the files in pkg/ that are not committed, if a source is newer. Does not need Rust.
 *
 *     node scripts/prepare.ts
 */
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './build/root.ts';

const SOURCES = [
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
  // If a pattern has no file, its time is 0, so everything is generated.
  return files.flatMap((some) => (some.length > 0 ? some.map((file) => statSync(path.join(root, file)).mtimeMs) : [0]));
};

if (Math.min(...times(GENERATED)) <= Math.max(...times(SOURCES))) {
  const { generate } = await import('./build/generate.ts');
  await generate(path.join(root, 'pkg'));
}
