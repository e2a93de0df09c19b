// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The bots' bundles: one CommonJS file each that Medplum runs, with the core's wasm inside. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
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

/**
 * No reference types: nothing but numbers crosses, and without them the module needs no imports. Every Node that Medplum
 * runs on has SIMD, which is less code and quicker.
 */
const flags = ['-Ctarget-feature=-reference-types,-multivalue,+simd128'];

/**
 * The builds that are packed: all of the public door, where a caller waits, and the two doors behind Medplum's
 * authentication. A level more of LLVM's is a third less time for a config, and 7 % more bytes.
 */
const PACKED = {
  calls: { features: 'webhook,doors', level: 's' },
  office: { features: 'operations,automation', level: 'z' },
};
const DOORS = ['webhook', 'operations', 'automation'];

export async function bots(out: string): Promise<void> {
  const folder = path.join(out, 'bots');
  mkdirSync(folder, { recursive: true });
  // A tenth of what LLVM inlines of itself: as quick, and 9 kB less.
  const small = wasm('webhook', 'webhook', { flags, ours: ['-Cllvm-args=-inline-threshold=25'] });
  copyFileSync(path.join(small, 'plumline_bg.wasm'), path.join(folder, 'webhook.wasm'));
  for (const [name, { features, level }] of Object.entries(PACKED)) {
    const dir = wasm(name, features, { flags, config: [`profile.release.opt-level="${level}"`] });
    const bytes = readFileSync(path.join(dir, 'plumline_bg.wasm'));
    writeFileSync(path.join(folder, `${name}.wasm.br`), brotliCompressSync(bytes));
  }
  for (const door of DOORS) {
    await build({
      ...bot,
      // A VM context calls exports.handler and knows nothing of module.exports. Set by hand: what esbuild makes of an
      // `export` takes a twentieth of a bot's time in a new context.
      stdin: {
        contents: `import { handler } from './${door}.ts';\nexports.handler = handler;`,
        resolveDir: path.join(root, 'bot-wrapper'),
      },
      logOverride: { 'commonjs-variable-in-esm': 'silent' },
      outfile: path.join(folder, `${door}.cjs`),
      plugins: [built(out)],
    });
  }
}
