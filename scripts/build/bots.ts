// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Bundles each bot into one CommonJS file for Medplum, with the core's wasm inside. */
import path from 'node:path';
import { writeFileSync } from 'node:fs';
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
    const outfile = path.join(out, 'bots', `${bot}.cjs`);
    const { outputFiles } = await build({
      ...options,
      write: false,
      // A VM context calls exports.handler and does not use module.exports. It is set here because esbuild's code for
      // an `export` takes a twentieth of the time of a bot in a new context.
      stdin: {
        contents: `import { handler } from './${bot}.ts';\nexports.handler = handler;`,
        resolveDir: path.join(root, 'bot-wrapper'),
      },
      logOverride: { 'commonjs-variable-in-esm': 'silent' },
      outfile,
      plugins: [built(out)],
    });
    writeFileSync(outfile, inComment(outputFiles[0]?.text ?? ''));
  }
}

/**
 * Moves the base64 text from a string literal into a comment of a function, which reads it from its own source. Medplum's
 * `vmcontext` runtime evaluates the bundle for each webhook, and the engine scans a comment in half the time of a literal.
 */
function inComment(bundle: string): string {
  const literals = bundle.match(/"[A-Za-z0-9+/]{100000,}={0,2}"/g) ?? [];
  const [literal] = literals;
  if (literal === undefined || literals.length > 1) {
    throw new Error(`the bundle has ${literals.length} literals with a wasm, not 1`);
  }
  const [before, after] = ['function(){/*', '*/}'];
  const source = `(${before}${literal.slice(1, -1)}${after}).toString().slice(${before.length},-${after.length})`;
  return bundle.replace(literal, () => source);
}
