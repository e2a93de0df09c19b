// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Prints the response in miniflare of the worker in a folder (worker.mjs and its .wasm modules). */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Miniflare } from 'miniflare';

const folder = process.argv[2];
const files = readdirSync(folder).filter((file) => file !== 'worker.mjs');
const worker = new Miniflare({
  modules: ['worker.mjs', ...files].map((file) => ({
    type: file.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: path.join(folder, file),
  })),
  modulesRoot: folder,
  compatibilityDate: '2026-07-01',
  // Prevents requests to Cloudflare.
  cf: false,
});
try {
  const response = await worker.dispatchFetch('http://worker.example/');
  process.stdout.write(await response.text());
} finally {
  await worker.dispose();
}
