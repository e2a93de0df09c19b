// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The fake Twilio API on its own port, with Twilio's client. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import twilio from 'twilio';
import { rest } from '../../sandbox/src/twilio.ts';
import type { Network, NetworkOptions } from '../../sandbox/src/twilio.ts';
import { network, ours, token } from './twilio-server.ts';
import type { TestServer } from './twilio-server.ts';

export const key = `SK${'1'.repeat(32)}`;
export const secret = 'a secret of the key';

export interface Api {
  phone: Network;
  /** The base URL of the account. */
  url: string;
  /** Sends its requests to the fake API. */
  client: twilio.Twilio;
}

export async function openApi(server: TestServer, options: Partial<NetworkOptions> = {}): Promise<Api> {
  const phone = network(server, { numbers: [ours, '+15550100002'], ...options });
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use('/fake/twilio', rest(phone, { [phone.accountSid]: token, [key]: secret }));
  const api = createServer(app).listen(0, '127.0.0.1').unref();
  // The server must not keep the test process alive.
  api.on('connection', (socket) => socket.unref());
  await once(api, 'listening');
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/fake/twilio`;
  const httpClient = new twilio.RequestClient();
  const request = httpClient.request.bind(httpClient);
  httpClient.request = (asked) => request({ ...asked, uri: asked.uri.replace('https://api.twilio.com', url) });
  const client = twilio(key, secret, { accountSid: phone.accountSid, httpClient });
  return { phone, url: `${url}/2010-04-01/Accounts/${phone.accountSid}`, client };
}

export async function fails(asked: Promise<unknown>, status: number, code: number): Promise<void> {
  await assert.rejects(asked, (err: { status: number; code: number; moreInfo: string }) => {
    assert.deepEqual([err.status, err.code], [status, code]);
    assert.equal(err.moreInfo, `https://www.twilio.com/docs/errors/${code}`);
    return true;
  });
}

export function basic(user: string, password: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
