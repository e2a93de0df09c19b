// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Builds the entry points of the npm library in pkg/npm/, with the wasm and its glue code inside. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { builderTypes, verbs } from './builders.ts';
import { built } from './built.ts';
import { declarations } from './declarations.ts';
import { root } from './root.ts';

/** The sources of the bundles, by the name of the output file. */
const BUNDLES = { core: 'core/core', bytes: 'bytes', api: 'index', slim: 'slim', 'twilio-api': 'twilio' };
/** The entry points that need no `init`: their functions, and a file that includes the wasm. */
const ENTRIES = { index: 'api', twilio: 'twilio-api' };
/** The only instance of the core. All bundles share it. */
const CORE = path.join(root, 'npm/core/core.ts');
const HEAD = '// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT';

const options: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2022',
  banner: { js: HEAD },
  legalComments: 'none',
  logLevel: 'warning',
};

export async function library(out: string): Promise<void> {
  mkdirSync(path.join(out, 'npm'), { recursive: true });
  const glue = await glueAsFunction(out);
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  for (const [format, suffix, platform] of [
    ['esm', 'mjs', 'neutral'],
    // With platform `node`, esbuild lists the exports of a CommonJS file for named imports.
    ['cjs', 'cjs', 'node'],
  ] as const) {
    const plugin: Plugin = {
      name: 'plumline',
      setup(build) {
        // All entry points share one core, and each file of functions exists once.
        build.onResolve({ filter: /^\..*\/core\.ts$/ }, ({ resolveDir, path: wanted }) =>
          path.resolve(resolveDir, wanted) === CORE ? { path: `./core.${suffix}`, external: true } : undefined,
        );
        build.onResolve({ filter: /^\.\/index\.ts$/ }, () => ({ path: `./api.${suffix}`, external: true }));
        build.onResolve({ filter: /^#glue$/ }, () => ({ path: 'glue', namespace: 'plumline' }));
        build.onLoad({ filter: /^glue$/, namespace: 'plumline' }, () => ({ contents: glue, loader: 'js' }));
      },
    };
    await build({
      ...options,
      format,
      platform,
      entryPoints: Object.entries(BUNDLES).map(([name, source]) => ({
        in: path.join(root, 'npm', `${source}.ts`),
        out: name,
      })),
      outdir: path.join(out, 'npm'),
      outExtension: { '.js': `.${suffix}` },
      define: { PLUMLINE_VERSION: JSON.stringify(version) },
      plugins: [plugin, verbs, built(out)],
    });
  }
  entries(out);
  types(out);
}

/** The entry points that include the wasm. Workers cannot compile bytes. They import the wasm file as a module. */
function entries(out: string): void {
  const write = (file: string, ...lines: string[]): void =>
    writeFileSync(path.join(out, 'npm', file), [HEAD, ...lines, ''].join('\n'));
  for (const [entry, api] of Object.entries(ENTRIES)) {
    // `*` does not include the default export.
    const also = entry === 'twilio' ? [`export { default } from './${api}.mjs';`] : [];
    write(`${entry}.mjs`, `import './bytes.mjs';`, `export * from './${api}.mjs';`, ...also);
    // For tools that only read this file and cannot see the default export. It never runs.
    const byDefault = entry === 'twilio' ? [`0 && (exports.default = undefined);`] : [];
    const all = `module.exports = require('./${api}.cjs');`;
    write(`${entry}.cjs`, `'use strict';`, `require('./bytes.cjs');`, ...byDefault, all);
    write(`${entry}.workerd.mjs`, `import './module.workerd.mjs';`, `export * from './${api}.mjs';`, ...also);
  }
  write(
    'module.workerd.mjs',
    `import module from '../plumline_bg.wasm';`,
    `import { setSource } from './core.mjs';`,
    'setSource(() => module);',
  );
}

function types(out: string): void {
  for (const suffix of ['mts', 'cts']) {
    for (const entry of Object.keys(ENTRIES)) {
      const text = declarations(path.join(out, 'plumline.d.ts'), path.join(root, 'npm', `${entry}.ts`));
      const more = entry === 'twilio' ? builderTypes() : '';
      writeFileSync(path.join(out, 'npm', `${entry}.d.${suffix}`), named(entry, text + more));
    }
    // slim has the same functions and types as index.
    const slim = declarations(path.join(out, 'plumline.d.ts'), path.join(root, 'npm/init.ts'));
    const all = `export * from './index.${suffix.replace('t', 'j')}';\n`;
    writeFileSync(path.join(out, 'npm', `slim.d.${suffix}`), named('slim', slim + all));
    const wasm = [
      '// SPDX-License-Identifier: Apache-2.0 OR MIT',
      `import type { WasmModule } from './slim.${suffix.replace('t', 'j')}';`,
      '/** The core as a Worker imports it, for `init` and `initSync` of `plumline/slim`. */',
      'declare const module: WasmModule;',
      'export default module;',
    ];
    writeFileSync(path.join(out, 'npm', `wasm.d.${suffix}`), [...wasm, ''].join('\n'));
  }
}

/** The declarations with the comment at the top of the entry's source, and the name of the module. */
function named(entry: string, text: string): string {
  const source = readFileSync(path.join(root, 'npm', `${entry}.ts`), 'utf8');
  const about =
    /^\/\*\*(.*?)\*\//ms
      .exec(source)?.[1]
      ?.replace(/^\s*\* ?/gm, '')
      .trim() ?? '';
  const lines = [...about.split('\n'), '', `@module plumline${entry === 'index' ? '' : `/${entry}`}`];
  const comment = `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
  return text.replace('\n', () => `\n${comment}\n`);
}

/**
 * wasm-bindgen's glue code stores its instance in a variable and never creates another. A trap requires a new instance.
 * So the glue code becomes the body of a function.
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
