// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Generates the parts of pkg/ that need only Node: the bundles of the bots, the npm entry points and the command. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { bots } from './bots.ts';
import { cli } from './cli.ts';
import { library } from './library.ts';

export async function generate(out: string): Promise<void> {
  rmSync(path.join(out, 'npm'), { recursive: true, force: true });
  await library(out);
  // The command imports the entry points of the library.
  await Promise.all([cli(out), bots(out)]);
}
