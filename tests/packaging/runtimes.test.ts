// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The installed tarball on every server runtime: Node, Deno, Bun and Cloudflare's workerd. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { build, type BuildOptions } from 'esbuild';
import { IMPORTED, PROGRAM, REQUIRED, slim, SLIM_REQUIRED } from './program.ts';
import { absent, binary, Project, root, tools } from './project.ts';

const project = new Project('runtimes');
const print = 'console.log(result);';
const byUrl = slim(`await init(import.meta.resolve('plumline/plumline.wasm'));`);
project.write({
  'esm.mjs': IMPORTED + PROGRAM + print,
  'cjs.cjs': REQUIRED + PROGRAM + print,
  'slim.mjs': byUrl + PROGRAM + print,
  'slim.cjs': SLIM_REQUIRED + PROGRAM + print,
  'mixed.mjs': `import 'plumline';\n${slim('')}${PROGRAM}${print}`,
});
const FILES = ['esm.mjs', 'cjs.cjs', 'slim.mjs', 'slim.cjs', 'mixed.mjs'];

const node22 = path.join(root, 'sandbox/node_modules/node/bin/node');
const runtimes: readonly [name: string, command: string | undefined, ...args: string[]][] = [
  [`Node ${process.versions.node}`, process.execPath],
  ['Node 22', existsSync(node22) ? node22 : undefined],
  ['Deno', binary('@deno/*/deno'), 'run', '--no-lock', '--cached-only', '--allow-read'],
  ['Bun', binary('@oven/*/bin/bun'), 'run', '--no-install'],
];

for (const [name, command, ...args] of runtimes) {
  describe(name, { skip: command === undefined && absent(name) }, () => {
    for (const file of FILES) {
      test(file, async () => project.isRight(await project.run(command ?? '', ...args, file)));
    }
  });
}

describe('workerd', { skip: !existsSync(path.join(tools, 'miniflare')) && absent('miniflare') }, () => {
  /** Bundles as wrangler does: with these conditions, and each .wasm file as a separate module. */
  const wrangler: BuildOptions = {
    absWorkingDir: project.folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    loader: { '.wasm': 'copy' },
    logLevel: 'error',
  };
  /** A Worker can compile bytes at startup, but not during a request. */
  const answering = (work: string): string => `export default { fetch() { ${work} return new Response(result); } };`;

  /** The worker's response and the names of its files. */
  async function serve(name: string, text: string, options: BuildOptions): Promise<[string, string[]]> {
    project.write({ [`${name}/worker.mjs`]: text });
    const out = path.join(project.folder, name, 'out');
    await build({ ...options, entryPoints: [`${name}/worker.mjs`], outdir: out, outExtension: { '.js': '.mjs' } });
    const result = await project.run(process.execPath, path.join(import.meta.dirname, 'miniflare.mjs'), out);
    return [result, readdirSync(out)];
  }

  test('plumline and plumline/twilio import the wasm file as a module', async () => {
    const [result, files] = await serve('full', IMPORTED + answering(PROGRAM), wrangler);
    project.isRight(result);
    assert.equal(files.filter((file) => file.endsWith('.wasm')).length, 1);
    const wasm = readFileSync(project.at('node_modules/plumline/pkg/plumline_bg.wasm'), 'base64');
    const bundle = readFileSync(project.at('full/out/worker.mjs'), 'utf8');
    assert.ok(!bundle.includes(wasm.slice(0, 1000)), 'the bundle has no wasm bytes');
  });

  test('plumline/slim', async () => {
    const text = slim(`import wasm from 'plumline/plumline.wasm';\ninitSync(wasm);`);
    project.isRight((await serve('slim', text + answering(PROGRAM), wrangler))[0]);
  });

  test('the error for inlined bytes names the solution', async () => {
    const work = `let result = ''; try { twiml({ name: 'Response' }); } catch (err) { result = err.code; }`;
    const text = `import { twiml } from 'plumline';\n${answering(work)}`;
    const [result] = await serve('bytes', text, { ...wrangler, conditions: ['worker', 'browser'] });
    assert.equal(result, 'CORE_FORBIDDEN');
  });
});
