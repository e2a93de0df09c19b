// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The installed tarball in a web page, directly and through Vite. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { chromium, open, ERROR_REPORT } from './chromium.ts';
import { IMPORTED, PROGRAM, slim } from './program.ts';
import { absent, Project, tools } from './project.ts';

const project = new Project('browser');
const REPORT = 'report(result);';
const here = '/node_modules/plumline/pkg';
const MAP = `<script type="importmap">{ "imports": {
  "plumline": "${here}/npm/index.mjs",
  "plumline/twilio": "${here}/npm/twilio.mjs",
  "plumline/slim": "${here}/npm/slim.mjs",
  "plumline/slim/twilio": "${here}/npm/twilio-api.mjs"
} }</script>`;
const page = (script: string): string => `${ERROR_REPORT}${MAP}<script type="module">${script}</script>`;
const byFetch = slim(`await init(fetch('${here}/plumline_bg.wasm'));`);
const failing = `let result = 'nothing'; try { WORK } catch (err) { result = err.code; } ${REPORT}`;

project.write({
  'full.html': page(IMPORTED + PROGRAM + REPORT),
  'slim.html': page(byFetch + PROGRAM + REPORT),
  'full-refused.html': page(IMPORTED + failing.replace('WORK', `twiml({ name: 'Response' });`)),
  'slim-refused.html': page(slim('') + failing.replace('WORK', `await init('${here}/plumline_bg.wasm');`)),
});

describe('Chromium', { skip: chromium === undefined && absent('Chromium') }, () => {
  const resultOf = (name: string, policy?: string): Promise<string> => open(project.folder, name, policy);

  test('a plain module script', async () => project.isRight(await resultOf('full.html')));

  test('a plain module script with the wasm as a file', async () => project.isRight(await resultOf('slim.html')));

  test('a Content-Security-Policy that allows only WebAssembly', async () => {
    const policy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";
    project.isRight(await resultOf('full.html', policy));
    project.isRight(await resultOf('slim.html', policy));
  });

  test('the error names a Content-Security-Policy that forbids WebAssembly', async () => {
    const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'";
    assert.equal(await resultOf('full-refused.html', policy), 'CORE_FORBIDDEN');
    assert.equal(await resultOf('slim-refused.html', policy), 'CORE_FORBIDDEN');
  });

  describe('through Vite', { skip: !existsSync(path.join(tools, 'vite')) && absent('Vite') }, () => {
    const vite = path.join(tools, 'vite/bin/vite.js');

    /** Builds a separate project with the tarball. */
    async function built(name: string, script: string): Promise<string> {
      const html = `${ERROR_REPORT}<script type="module" src="/main.js"></script>`;
      project.write({ [`${name}/index.html`]: html, [`${name}/main.js`]: script });
      await project.run(process.execPath, vite, 'build', name, '--logLevel', 'warn');
      return project.at(`${name}/dist`);
    }

    test('plumline', async () => {
      const dist = await built('vite', IMPORTED + PROGRAM + REPORT);
      assert.deepEqual(
        readdirSync(path.join(dist, 'assets')).filter((file) => file.endsWith('.wasm')),
        [],
      );
      project.isRight(await open(dist, 'index.html'));
    });

    test('plumline/slim with the wasm as an asset', async () => {
      const load = `import wasm from 'plumline/plumline.wasm?url';\nawait init(wasm);`;
      const dist = await built('vite-slim', slim(load) + PROGRAM + REPORT);
      assert.equal(readdirSync(path.join(dist, 'assets')).filter((file) => file.endsWith('.wasm')).length, 1);
      project.isRight(await open(dist, 'index.html'));
    });

    test('the development server', async () => {
      const html = `${ERROR_REPORT}<script type="module" src="/main.js"></script>`;
      project.write({ 'dev/index.html': html, 'dev/main.js': IMPORTED + PROGRAM + REPORT });
      const result = await project.run(
        process.execPath,
        path.join(import.meta.dirname, 'vite-dev.mjs'),
        project.at('dev'),
      );
      project.isRight(result);
    });
  });
});
