// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Builds pkg/ from src/, bot-wrapper/, npm/ and cli/.
 *
 *     node scripts/build.ts [--out DIR] [--only bots|library]
 *
 * Needs the toolchain of scripts/toolchain. With the pinned one the bytes are the same on every machine.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bots } from './build/bots.ts';
import { cli } from './build/cli.ts';
import { library } from './build/library.ts';
import { manifest } from './build/manifest.ts';
import { root } from './build/rust.ts';

const { values } = parseArgs({
  options: { out: { type: 'string', default: path.join(root, 'pkg') }, only: { type: 'string' } },
});
const out = path.resolve(values.out);

if (values.only !== 'bots') {
  rmSync(path.join(out, 'npm'), { recursive: true, force: true });
  await library(out);
  await cli(out);
}
if (values.only !== 'library') {
  rmSync(path.join(out, 'bots'), { recursive: true, force: true });
  await bots(out);
}
manifest(out);
