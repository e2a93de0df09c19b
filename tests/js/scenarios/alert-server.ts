// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Where alerts go: a server of https, since the config takes no other, with a certificate of its own. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Hooks {
  url: string;
  /** The bodies of what was posted. */
  posts: string[];
  /** With what the next ones are answered; 200 once there is no more. */
  answers: number[];
  close: () => void;
}

/** Open it before the clinic: a bot's process reads the certificates that it trusts when it starts. */
export async function openHooks(): Promise<Hooks> {
  const folder = mkdtempSync(join(tmpdir(), 'plumline-hooks-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...request, ...named, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  process.env['NODE_EXTRA_CA_CERTS'] = certFile;
  const hooks: Hooks = { url: '', posts: [], answers: [], close: () => undefined };
  const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      hooks.posts.push(body);
      res.statusCode = hooks.answers.shift() ?? 200;
      res.end('ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  hooks.url = `https://localhost:${(server.address() as AddressInfo).port}/phone`;
  hooks.close = () => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  };
  return hooks;
}
