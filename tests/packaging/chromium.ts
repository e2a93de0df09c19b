// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Pages of a project, opened in Chromium. A page posts what it has to tell, so no driver stands between. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** As Debian, Ubuntu and Google name it; PLUMLINE_CHROMIUM is any other. */
export const chromium = [
  process.env.PLUMLINE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file !== undefined && existsSync(file));

/** Put before a page's own script: an error that nobody caught is told like a result. */
export const TELLING = `<!doctype html><meta charset="utf-8"><script>
  const tell = (text) => fetch('/told', { method: 'POST', body: text });
  addEventListener('error', (event) => tell('uncaught ' + event.message));
  addEventListener('unhandledrejection', (event) => tell('uncaught ' + event.reason));
</script>`;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** What the page at `page` of `folder` tells, under a Content-Security-Policy where there is one. */
export async function open(folder: string, page: string, policy?: string): Promise<string> {
  const teller = new EventEmitter<{ told: [string] }>();
  const told = once(teller, 'told').then(([text]) => String(text));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'POST') {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        response.end();
        teller.emit('told', text);
      });
      return;
    }
    void readFile(path.join(folder, path.normalize(decodeURIComponent(pathname)))).then(
      (bytes) => {
        response.setHeader('content-type', TYPES[path.extname(pathname)] ?? 'application/octet-stream');
        if (policy !== undefined) {
          response.setHeader('content-security-policy', policy);
        }
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await visit(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${page}`, told);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Opens a URL until `told` is settled; an error after half a minute. */
export async function visit(url: string, told: Promise<string>): Promise<string> {
  const profile = mkdtempSync(path.join(tmpdir(), 'plumline-chromium-'));
  const options = [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', `--user-data-dir=${profile}`],
  ];
  const browser = spawn(chromium ?? '', [...options, url], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => browser.once('close', () => resolve()));
  const over = new AbortController();
  const late = setTimeout(30_000, undefined, { signal: over.signal });
  try {
    return await Promise.race([
      told,
      late.then(() => {
        throw new Error(`${url} told nothing`);
      }),
    ]);
  } finally {
    over.abort();
    late.catch(() => undefined);
    browser.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
