// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The bots' bundles: one CommonJS file each that Medplum runs, with the core's wasm inside. */
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { built } from './built.ts';
import { root } from './root.ts';

/** Top-level `exports.handler`, the wasm inside as base64. */
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
      // A VM context calls exports.handler and knows nothing of module.exports. Set by hand: what esbuild makes of an
      // `export` takes a twentieth of a bot's time in a new context.
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
