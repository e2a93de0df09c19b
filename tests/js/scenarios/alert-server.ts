// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The server that receives alerts. It has a self-signed certificate because the config accepts only https URLs. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface AlertServer {
  url: string;
  /** The bodies of the received posts. */
  posts: string[];
  /** The statuses of the next responses. 200 when the list is empty. */
  statuses: number[];
  stop: () => void;
}

/** Start it before the clinic: a bot process reads its trusted certificates at startup. */
export async function startAlertServer(): Promise<AlertServer> {
  const folder = mkdtempSync(join(tmpdir(), 'plumline-alerts-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...request, ...named, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  process.env['NODE_EXTRA_CA_CERTS'] = certFile;
  const alerts: AlertServer = { url: '', posts: [], statuses: [], stop: () => undefined };
  const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      alerts.posts.push(body);
      res.statusCode = alerts.statuses.shift() ?? 200;
      res.end('ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A test that fails before it stops the server still ends.
  server.unref();
  alerts.url = `https://localhost:${(server.address() as AddressInfo).port}/phone`;
  alerts.stop = () => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  };
  return alerts;
}
