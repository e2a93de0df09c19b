// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Bundles the command into one file, so that `npx plumline` installs nothing else. */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { built } from './built.ts';
import { root } from './root.ts';

/** Bundled packages whose license requires to include its text. */
const NOTICES = ['commander', 'xml-formatter', 'xml-parser-xo'];

export async function cli(out: string): Promise<void> {
  rmSync(path.join(out, 'cli'), { recursive: true, force: true });
  const outfile = path.join(out, 'cli/plumline.mjs');
  const notices = NOTICES.map((name) => {
    const licence = readFileSync(path.join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim();
    return `${name}\n\n${licence}`;
  });
  await build({
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    entryPoints: [path.join(root, 'cli/main.ts')],
    outfile,
    plugins: [built(out)],
    banner: {
      js: [
        '#!/usr/bin/env node',
        '// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT',
        // commander is CommonJS and loads Node's modules with require.
        'import { createRequire as plumlineRequire } from "node:module";',
        'const require = plumlineRequire(import.meta.url);',
      ].join('\n'),
    },
    footer: { js: `/*! Also in this file:\n\n${notices.join('\n\n---\n\n').replaceAll('*/', '* /')}\n*/` },
    legalComments: 'none',
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
}
