// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Checks the tarball with publint and attw, and every entry with TypeScript. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { absent, binary, Project, root, tools } from './project.ts';

const project = new Project('types');

describe('the checkers report nothing', () => {
  const missing = (name: string): string | false => !existsSync(path.join(tools, name)) && absent(name);

  test('publint', { skip: missing('publint') }, async () => {
    const cli = path.join(tools, 'publint/src/cli.js');
    const output = await project.run(process.execPath, cli, 'run', project.tarball, '--strict', '--pack', 'false');
    assert.match(output, /All good!/);
  });

  test('attw', { skip: missing('@arethetypeswrong/cli') }, async () => {
    const cli = path.join(tools, '@arethetypeswrong/cli/dist/index.js');
    const output = await project.run(process.execPath, cli, project.tarball, '--format', 'json');
    const { analysis } = JSON.parse(output) as { analysis: { entrypoints: object; problems: unknown[] } };
    assert.deepEqual(analysis.problems, []);
    assert.deepEqual(Object.keys(analysis.entrypoints).sort(), [
      '.',
      './bots/*',
      './package.json',
      './plumline.wasm',
      './schema/config.json',
      './slim',
      './slim/twilio',
      './twilio',
    ]);
  });
});

const SOURCE = `
import { routeCall, twiml, verifyTwilio, type Verdict } from 'plumline';
import { init, initSync, twiml as slimTwiml, type WasmSource } from 'plumline/slim';
import * as slim from 'plumline/slim/twilio';
import * as full from 'plumline/twilio';
import wasm from 'plumline/plumline.wasm';

export const verdict: Verdict = verifyTwilio({ url: '', signature: null });
export const same: typeof twiml = slimTwiml;
export const names: typeof full = slim;
export const xml: string = routeCall({ params: {}, numbers: '+15550100001' }).ok ? twiml({ name: 'Response' }) : '';
class Module {}
const sources: WasmSource[] = ['https://example.com/plumline.wasm', new Uint8Array(), new ArrayBuffer(8), new Module()];
sources.map((source) => init(source));
init(Promise.resolve(new Uint8Array())).then(() => 1);
initSync(new Module());
initSync(wasm);
// @ts-expect-error: a number is not wasm
init(7);
// @ts-expect-error: an object without a body is not wasm
init({ wasm: 'plumline.wasm' });
// @ts-expect-error: a URL cannot be loaded synchronously
initSync('https://example.com/plumline.wasm');
`;
/** Uses browser classes. */
const DOM = `
import { init, initSync } from 'plumline/slim';
init(fetch('/plumline.wasm'));
init(new URL('https://example.com/plumline.wasm'));
initSync(new WebAssembly.Module(new Uint8Array()));
WebAssembly.compileStreaming(fetch('/plumline.wasm')).then(init);
`;

describe('every entry has types', () => {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');

  for (const [moduleResolution, module, ...kinds] of [
    ['node16', 'node16', 'mts', 'cts'],
    ['nodenext', 'nodenext', 'mts', 'cts'],
    ['bundler', 'preserve', 'mts'],
  ] as const) {
    // `twiml` and related functions need no DOM types.
    for (const [lib, source] of [
      [['es2022'], SOURCE],
      [['es2022', 'dom', 'dom.iterable'], SOURCE + DOM.replace(/^import.*\n/m, '')],
    ] as const) {
      test(`${moduleResolution}, ${lib.join(' ')}`, async () => {
        const name = `${moduleResolution}-${lib.length}`;
        const files = kinds.map((kind) => `${name}.${kind}`);
        const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
        const compilerOptions = { module, moduleResolution, lib, target: 'es2022', types: [], ...strict };
        project.write({
          ...Object.fromEntries(files.map((file) => [file, source])),
          [`${name}.json`]: JSON.stringify({ compilerOptions, files }),
        });
        await project.run(process.execPath, tsc, '-p', `${name}.json`);
      });
    }
  }

  const deno = binary('@deno/*/deno');
  test('in Deno', { skip: deno === undefined && absent('Deno') }, async () => {
    project.write({ 'deno.mts': SOURCE + DOM.replace(/^import.*\n/m, '') });
    await project.run(deno ?? '', 'check', '--no-lock', '--no-remote', 'deno.mts');
  });

  test('in a Worker with the workerd condition', async () => {
    const compilerOptions = { module: 'preserve', moduleResolution: 'bundler', customConditions: ['workerd'] };
    const options = { ...compilerOptions, lib: ['es2022'], target: 'es2022', types: [], strict: true, noEmit: true };
    project.write({
      'worker.mts': SOURCE,
      'worker.json': JSON.stringify({ compilerOptions: options, files: ['worker.mts'] }),
    });
    await project.run(process.execPath, tsc, '-p', 'worker.json');
  });
});
