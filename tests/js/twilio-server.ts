// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A clinic's server with fixed TwiML. It accepts only requests that Twilio's library verifies. */
import express from 'express';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before } from 'node:test';
import twilio from 'twilio';
import { Network } from '../../sandbox/src/twilio.ts';
import type { NetworkOptions, PhoneRequest } from '../../sandbox/src/twilio.ts';

export const token = '0123456789abcdef0123456789abcdef';
export const ours = '+15550100001';
export const caller = '+15550100099';

export interface Seen {
  path: string;
  params: Record<string, string>;
  idempotency: string | undefined;
}

/** The response of a path: TwiML content, a status, or a list of successive responses. */
export type Page = string | number | { type: string; body: string } | (string | number)[];

export interface TestServer {
  url: string;
  pages: Record<string, Page>;
  seen: Seen[];
  /** The URLs of requests without a valid signature. */
  unsigned: string[];
}

/** One server for the tests of a file, reset after each test. Fails a test that sent an unsigned request. */
export function useServer(): TestServer {
  const app = express();
  const http = createServer(app);
  const server: TestServer = { url: '', pages: {}, seen: [], unsigned: [] };
  before(async () => {
    await once(http.listen(0, '127.0.0.1'), 'listening');
    server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  after(() => {
    http.close();
    http.closeAllConnections();
  });
  afterEach(() => {
    assert.deepEqual(server.unsigned.splice(0), []);
    server.pages = {};
    server.seen = [];
  });
  app.use(express.urlencoded({ extended: false }));
  app.use((req, res) => {
    const params = (req.body ?? {}) as Record<string, string>;
    const signature = req.get('X-Twilio-Signature') ?? '';
    if (!twilio.validateRequest(token, signature, server.url + req.originalUrl, params)) {
      server.unsigned.push(req.originalUrl);
      res.sendStatus(403);
      return;
    }
    server.seen.push({ path: req.originalUrl, params, idempotency: req.get('I-Twilio-Idempotency-Token') });
    const page = server.pages[req.path.slice(1)];
    const answer = Array.isArray(page) ? (page.length > 1 ? page.shift() : page[0]) : page;
    if (typeof answer === 'number') {
      res.sendStatus(answer);
    } else if (typeof answer === 'object') {
      res.type(answer.type).send(answer.body);
    } else {
      res.type('text/xml').send(answer === undefined ? '<Response/>' : `<Response>${answer}</Response>`);
    }
  });
  return server;
}

/** A network whose number requests `/voice` of the server, and `/status` at the end of a call. */
export function network(server: TestServer, options: Partial<NetworkOptions> = {}): Network {
  return new Network({
    webhook: `${server.url}/voice`,
    authToken: token,
    seed: 'test',
    numbers: [{ number: ours, statusCallback: `${server.url}/status` }],
    application: { statusCallback: `${server.url}/status` },
    now: () => Date.UTC(2026, 2, 25, 9, 53, 19),
    ...options,
  });
}

/** Requests as `/voice 200`, callbacks in brackets. */
export function requestLog(requests: PhoneRequest[]): string[] {
  return requests.map(({ url, status, callback }) => {
    const { pathname, search } = new URL(url);
    return callback ? `[${pathname}${search} ${status}]` : `${pathname}${search} ${status}`;
  });
}

/** The parameters of the first request to a path. */
export function paramsOf(requests: PhoneRequest[], path: string): Record<string, string> {
  return requests.find(({ url }) => new URL(url).pathname === path)?.params ?? {};
}
