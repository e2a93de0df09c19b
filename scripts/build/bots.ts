// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The bots' bundles: one CommonJS file each that Medplum runs, with a wasm of its own inside. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { built } from './built.ts';
import { root, wasm } from './rust.ts';

/** Top-level `exports.handler`, the wasm inside as base64. */
const bot: BuildOptions = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'es2020',
  minify: true,
  banner: { js: '// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT' },
  legalComments: 'none',
  logLevel: 'warning',
};

export async function bots(out: string): Promise<void> {
  mkdirSync(path.join(out, 'bots'), { recursive: true });
  const dir = wasm('webhook', 'webhook', {
    // No reference types: nothing but numbers crosses, and without them the module needs no imports. Every Node that
    // Medplum runs on has SIMD, which is less code and quicker.
    flags: ['-Ctarget-feature=-reference-types,-multivalue,+simd128'],
    // A tenth of what LLVM inlines of itself: as quick, and 9 kB less.
    ours: ['-Cllvm-args=-inline-threshold=25'],
  });
  copyFileSync(path.join(dir, 'plumline_bg.wasm'), path.join(out, 'bots/webhook.wasm'));
  await build({
    ...bot,
    // A VM context calls exports.handler and knows nothing of module.exports. Set by hand: what esbuild makes of an
    // `export` takes a twentieth of a bot's time in a new context.
    stdin: {
      contents: "import { handler } from './webhook.ts';\nexports.handler = handler;",
      resolveDir: path.join(root, 'bot-wrapper'),
    },
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    outfile: path.join(out, 'bots/webhook.cjs'),
    plugins: [built(out)],
  });
}
