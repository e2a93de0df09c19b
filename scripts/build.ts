// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Builds pkg/: first the committed wasm files and glue code from src/, then the files that scripts/prepare.ts
 * generates.
 *
 *     node scripts/build.ts [--out DIR] [--only bots|library]
 *
 * Needs the toolchain of scripts/toolchain. With the pinned toolchain, the output is the same on every machine.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from './build/generate.ts';
import { manifest } from './build/manifest.ts';
import { root } from './build/root.ts';
import { bots, library } from './build/wasm.ts';

const { values } = parseArgs({
  options: { out: { type: 'string', default: path.join(root, 'pkg') }, only: { type: 'string' } },
});
const out = path.resolve(values.out);

if (values.only !== 'bots') {
  await library(out);
}
if (values.only !== 'library') {
  bots(out);
}
manifest(out);
await generate(out);
