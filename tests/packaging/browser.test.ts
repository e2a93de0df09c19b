// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The installed tarball in a page: as it stands, and through Vite. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { chromium, open, TELLING } from './chromium.ts';
import { IMPORTED, PROGRAM, slim } from './program.ts';
import { absent, Project, tools } from './project.ts';

const project = new Project('browser');
const TELL = 'tell(told);';
const here = '/node_modules/plumline/pkg';
const MAP = `<script type="importmap">{ "imports": {
  "plumline": "${here}/npm/index.mjs",
  "plumline/twilio": "${here}/npm/twilio.mjs",
  "plumline/slim": "${here}/npm/slim.mjs",
  "plumline/slim/twilio": "${here}/npm/twilio-api.mjs"
} }</script>`;
const page = (script: string): string => `${TELLING}${MAP}<script type="module">${script}</script>`;
const byFetch = slim(`await init(fetch('${here}/plumline_bg.wasm'));`);
const failing = `let told = 'nothing'; try { WORK } catch (err) { told = err.code; } ${TELL}`;

project.write({
  'full.html': page(IMPORTED + PROGRAM + TELL),
  'slim.html': page(byFetch + PROGRAM + TELL),
  'full-refused.html': page(IMPORTED + failing.replace('WORK', `twiml({ name: 'Response' });`)),
  'slim-refused.html': page(slim('') + failing.replace('WORK', `await init('${here}/plumline_bg.wasm');`)),
});

describe('Chromium', { skip: chromium === undefined && absent('Chromium') }, () => {
  const told = (name: string, policy?: string): Promise<string> => open(project.folder, name, policy);

  test('a plain module script', async () => project.isRight(await told('full.html')));

  test('a plain module script, the wasm as a file', async () => project.isRight(await told('slim.html')));

  test('a policy that allows WebAssembly and nothing else', async () => {
    const policy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";
    project.isRight(await told('full.html', policy));
    project.isRight(await told('slim.html', policy));
  });

  test('a policy that forbids it is named', async () => {
    const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'";
    assert.equal(await told('full-refused.html', policy), 'CORE_FORBIDDEN');
    assert.equal(await told('slim-refused.html', policy), 'CORE_FORBIDDEN');
  });

  describe('through Vite', { skip: !existsSync(path.join(tools, 'vite')) && absent('Vite') }, () => {
    const vite = path.join(tools, 'vite/bin/vite.js');

    /** Builds a project of its own, with the tarball of this one. */
    async function built(name: string, script: string): Promise<string> {
      const html = `${TELLING}<script type="module" src="/main.js"></script>`;
      project.write({ [`${name}/index.html`]: html, [`${name}/main.js`]: script });
      await project.run(process.execPath, vite, 'build', name, '--logLevel', 'warn');
      return project.at(`${name}/dist`);
    }

    test('plumline', async () => {
      const dist = await built('vite', IMPORTED + PROGRAM + TELL);
      assert.deepEqual(
        readdirSync(path.join(dist, 'assets')).filter((file) => file.endsWith('.wasm')),
        [],
      );
      project.isRight(await open(dist, 'index.html'));
    });

    test('plumline/slim, the wasm as an asset', async () => {
      const load = `import wasm from 'plumline/plumline.wasm?url';\nawait init(wasm);`;
      const dist = await built('vite-slim', slim(load) + PROGRAM + TELL);
      assert.equal(readdirSync(path.join(dist, 'assets')).filter((file) => file.endsWith('.wasm')).length, 1);
      project.isRight(await open(dist, 'index.html'));
    });

    test('its development server', async () => {
      const html = `${TELLING}<script type="module" src="/main.js"></script>`;
      project.write({ 'dev/index.html': html, 'dev/main.js': IMPORTED + PROGRAM + TELL });
      const told = await project.run(
        process.execPath,
        path.join(import.meta.dirname, 'vite-dev.mjs'),
        project.at('dev'),
      );
      project.isRight(told);
    });
  });
});
