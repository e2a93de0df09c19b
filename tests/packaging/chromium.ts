// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Opens pages of a project in Chromium. A page posts its result, so no browser driver is needed. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** The names on Debian, Ubuntu and from Google. PLUMLINE_CHROMIUM sets another path. */
export const chromium = [
  process.env.PLUMLINE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file !== undefined && existsSync(file));

/** Added before a page's script: reports an uncaught error as the result. */
export const ERROR_REPORT = `<!doctype html><meta charset="utf-8"><script>
  const report = (text) => fetch('/result', { method: 'POST', body: text });
  addEventListener('error', (event) => report('uncaught ' + event.message));
  addEventListener('unhandledrejection', (event) => report('uncaught ' + event.reason));
</script>`;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** The result that `page` of `folder` reports, under an optional Content-Security-Policy. */
export async function open(folder: string, page: string, policy?: string): Promise<string> {
  const results = new EventEmitter<{ result: [string] }>();
  const result = once(results, 'result').then(([text]) => String(text));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'POST') {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        response.end();
        results.emit('result', text);
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
    return await openForResult(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${page}`, result);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Opens a URL until `result` settles. Rejects after 30 seconds. */
export async function openForResult(url: string, result: Promise<string>): Promise<string> {
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
      result,
      late.then(() => {
        throw new Error(`${url} reported nothing`);
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
