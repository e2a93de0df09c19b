// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Bundles each bot into one CommonJS file for Medplum, with the core's wasm inside. */
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { built } from './built.ts';
import { root } from './root.ts';

/** The bundle has a top-level `exports.handler` and the wasm in base64, that of the staff's bots compressed. */
const options: BuildOptions = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'es2020',
  minify: true,
  banner: { js: '// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT' },
  legalComments: 'none',
  logLevel: 'warning',
};

const BOTS = ['webhook', 'operations', 'automation'];

export async function bots(out: string): Promise<void> {
  for (const bot of BOTS) {
    await build({
      ...options,
      // A VM context calls exports.handler and does not use module.exports. It is set here because esbuild's code for
      // an `export` takes a twentieth of the time of a bot in a new context.
      stdin: {
        contents: `import { handler } from './${bot}.ts';\nexports.handler = handler;`,
        resolveDir: path.join(root, 'bot-wrapper'),
      },
      logOverride: { 'commonjs-variable-in-esm': 'silent' },
      outfile: path.join(out, 'bots', `${bot}.cjs`),
      plugins: [built(out)],
    });
  }
}
