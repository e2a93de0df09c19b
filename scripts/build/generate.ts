// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What Node makes of pkg/: the bots' bundles, the entries of the npm package and the command. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { bots } from './bots.ts';
import { cli } from './cli.ts';
import { library } from './library.ts';

export async function generate(out: string): Promise<void> {
  rmSync(path.join(out, 'npm'), { recursive: true, force: true });
  await library(out);
  // The command imports the library's entries.
  await Promise.all([cli(out), bots(out)]);
}
