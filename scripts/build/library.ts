// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The npm library: wasm-pack's files in pkg/, and in pkg/npm/ the entry points that work without them. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { builderTypes, verbs } from './builders.ts';
import { built } from './built.ts';
import { declarations } from './declarations.ts';
import { root, wasm } from './rust.ts';

const WASM_PACK_FILES = ['plumline.js', 'plumline.d.ts', 'plumline_bg.wasm', 'plumline_bg.wasm.d.ts'];
const ENTRIES = ['index', 'twilio'];

const options: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2022',
  banner: { js: '// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT' },
  legalComments: 'none',
  logLevel: 'warning',
};

export async function library(out: string): Promise<void> {
  const dir = wasm('library', 'library', { config: ['profile.release.opt-level="s"'] });
  mkdirSync(path.join(out, 'npm'), { recursive: true });
  for (const file of WASM_PACK_FILES) {
    copyFileSync(path.join(dir, file), path.join(out, file));
  }
  const glue = await glueAsFunction(out);
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  for (const [format, suffix, platform] of [
    ['esm', 'mjs', 'neutral'],
    // For Node esbuild notes what a CommonJS file exports, where an import by name looks for it.
    ['cjs', 'cjs', 'node'],
  ] as const) {
    const plugin: Plugin = {
      name: 'plumline',
      setup(build) {
        // The wasm's bytes stand in core.*, once for both entries.
        build.onResolve({ filter: /^\.\.?\/core\.ts$/ }, () => ({ path: `./core.${suffix}`, external: true }));
        build.onResolve({ filter: /^#glue$/ }, () => ({ path: 'glue', namespace: 'plumline' }));
        build.onLoad({ filter: /^glue$/, namespace: 'plumline' }, () => ({ contents: glue, loader: 'js' }));
      },
    };
    await build({
      ...options,
      format,
      platform,
      entryPoints: [...ENTRIES, 'core'].map((entry) => path.join(root, 'npm', `${entry}.ts`)),
      outdir: path.join(out, 'npm'),
      outExtension: { '.js': `.${suffix}` },
      define: { PLUMLINE_VERSION: JSON.stringify(version) },
      plugins: [plugin, verbs, built(out)],
    });
  }
  const types = path.join(out, 'plumline.d.ts');
  for (const entry of ENTRIES) {
    const text = declarations(types, path.join(root, 'npm', `${entry}.ts`));
    const more = entry === 'twilio' ? builderTypes() : '';
    writeFileSync(path.join(out, 'npm', `${entry}.d.mts`), text + more);
    writeFileSync(path.join(out, 'npm', `${entry}.d.cts`), text + more);
  }
}

/**
 * wasm-bindgen's glue keeps its instance in a variable and never makes another. After a trap another is needed: so the
 * glue, as a script of its own, becomes the body of a function.
 */
async function glueAsFunction(out: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export { initSync } from '#pkg/plumline.js';`, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    format: 'iife',
    globalName: 'glue',
    platform: 'neutral',
    target: 'es2022',
    minify: true,
    write: false,
    plugins: [built(out)],
    logLevel: 'error',
  });
  return `export function freshGlue() {\n${outputFiles[0]?.text ?? ''}return glue;\n}\n`;
}
