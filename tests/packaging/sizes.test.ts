// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The content of the tarball and the size of each entry. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { Project } from './project.ts';
import { BOUNDS } from './sizes.ts';

const project = new Project('sizes');

/** Everything that an import of `entry` loads, bundled into one file. */
async function bundled(entry: string, minify: boolean): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '${entry}';`, resolveDir: project.folder },
    bundle: true,
    format: 'esm',
    minify,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

describe('sizes', async () => {
  const wasm = readFileSync(project.at('node_modules/plumline/pkg/plumline_bg.wasm'));
  const sizes: Record<string, number> = {
    'the wasm': wasm.length,
    'the wasm, gzip': gzipSync(wasm, { level: 9 }).length,
    'the tarball': project.packed.size,
    'the tarball, unpacked': project.packed.unpackedSize,
  };
  for (const entry of ['plumline', 'plumline/twilio', 'plumline/slim', 'plumline/slim/twilio']) {
    sizes[entry] = (await bundled(entry, false)).length;
    sizes[`${entry}, minified, gzip`] = gzipSync(await bundled(entry, true), { level: 9 }).length;
  }
  for (const [name, bound] of Object.entries(BOUNDS)) {
    const size = sizes[name] ?? Infinity;
    test(`${name}: ${size} of ${bound} bytes`, () => {
      assert.ok(size <= bound, `${size} bytes exceed the limit in tests/packaging/sizes.ts`);
    });
  }
});

describe('the tarball', () => {
  const entry = (name: string, ...endings: string[]): string[] => endings.map((ending) => `pkg/npm/${name}.${ending}`);

  test('contains exactly these files', () => {
    assert.deepEqual(
      project.packed.files.map(({ path }) => path).sort(),
      [
        ...['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'SECURITY.md', 'package.json'],
        ...['pkg/build.json', 'pkg/cli/plumline.mjs', 'schema/config.json'],
        ...['webhook', 'operations', 'automation'].flatMap((name) => [
          `pkg/bots/${name}.cjs`,
          `deploy/bots/${name}.json`,
        ]),
        ...['automation-appointments', 'automation', 'staff', 'webhook'].map((name) => `deploy/policies/${name}.json`),
        'deploy/deploy.mjs',
        'deploy/subscriptions/changed-roles.json',
        'deploy/subscriptions/ended-calls.json',
        'deploy/subscriptions/new-pages.json',
        ...['pkg/plumline.js', 'pkg/plumline.d.ts', 'pkg/plumline_bg.wasm', 'pkg/plumline_bg.wasm.d.ts'],
        ...['api', 'bytes', 'core', 'twilio-api'].flatMap((name) => entry(name, 'mjs', 'cjs')),
        ...['index', 'slim', 'twilio'].flatMap((name) => entry(name, 'mjs', 'cjs', 'd.mts', 'd.cts')),
        ...['index', 'module', 'twilio'].flatMap((name) => entry(name, 'workerd.mjs')),
        ...entry('wasm', 'd.mts', 'd.cts'),
      ].sort(),
    );
  });

  test('contains the library’s wasm once as a file and once inlined in each of two files', () => {
    const wasm = readFileSync(project.at('node_modules/plumline/pkg/plumline_bg.wasm'));
    const inlined = project.packed.files
      .map(({ path }) => path)
      .filter((path) => path.startsWith('pkg/npm/'))
      .filter((path) => readFileSync(project.at(`node_modules/plumline/${path}`)).includes(wasm.toString('base64')));
    assert.deepEqual(inlined.sort(), ['pkg/npm/bytes.cjs', 'pkg/npm/bytes.mjs']);
  });

  test('has no dependencies and no install scripts', () => {
    const { dependencies, peerDependencies, optionalDependencies, scripts } = JSON.parse(
      readFileSync(project.at('node_modules/plumline/package.json'), 'utf8'),
    ) as Record<string, Record<string, string> | undefined>;
    assert.deepEqual([dependencies, peerDependencies, optionalDependencies], [undefined, undefined, undefined]);
    // npm runs `prepare` only in this repository and for installs from git.
    const hooks = ['preinstall', 'install', 'postinstall', 'prepublish', 'dependencies'];
    assert.deepEqual(
      Object.keys(scripts ?? {}).filter((name) => hooks.includes(name)),
      [],
    );
  });
});

describe('a bundler', () => {
  const size = async (contents: string): Promise<number> => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: project.folder },
      bundle: true,
      format: 'esm',
      minify: true,
      write: false,
      logLevel: 'error',
    });
    return outputFiles[0]?.contents.length ?? 0;
  };

  test('keeps the wasm of an entry and drops unused functions', async () => {
    const [all, one] = [
      await size(`export * from 'plumline';`),
      await size(`import { signTwilio } from 'plumline'; console.log(signTwilio);`),
    ];
    const wasm = readFileSync(project.at('node_modules/plumline/pkg/plumline_bg.wasm')).length;
    assert.ok(one > (wasm * 4) / 3 && one < all - 2_000, `${one} of ${all}`);
  });

  test('drops an unused plumline/slim', async () => {
    assert.equal(await size(`import { twiml } from 'plumline/slim'; import 'plumline/slim/twilio';`), 0);
  });
});

test('an import compiles no wasm and loads no expensive Node modules', async () => {
  const count = 'process.moduleLoadList.filter((name) => /crypto|zlib|wasm|fs.promises/.test(name)).length';
  project.write({
    'bare.mjs': `console.log(${count});`,
    'lazy.mjs': `
      const { Module, Instance } = WebAssembly;
      const made = [];
      for (const name of ['Module', 'Instance']) {
        WebAssembly[name] = function () { made.push(name); };
      }
      const { twiml } = await import('plumline');
      await import('plumline/twilio');
      Object.assign(WebAssembly, { Module, Instance });
      console.log(${count} + made.length);
      twiml({ name: 'Response' });
    `,
  });
  const [bare, lazy] = await Promise.all(['bare.mjs', 'lazy.mjs'].map((file) => project.run(process.execPath, file)));
  assert.equal(lazy, bare);
});
