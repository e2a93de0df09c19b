// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The server for bots under test: FHIR, `auth/me` and Twilio's REST API. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BotPayload } from '../../../sandbox/src/wrappers/wrapper.ts';

/** A request of a bot. */
export interface Request {
  method: string;
  /** Relative to the base URL, with the query. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Response {
  status: number;
  contentType: string;
  text: string;
}

export type Answer = (request: Request) => Response | Promise<Response>;

export interface BotServer {
  /** Calls `run` with a payload whose requests go only to `answer`. */
  serve: <T>(payload: BotPayload, answer: Answer, run: (payload: BotPayload) => Promise<T>) => Promise<T>;
  stop: () => void;
}

export async function startServer(): Promise<BotServer> {
  const answers = new Map<string, Answer>();
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const [, run = '', path = ''] = /^\/(\d+)\/(.*)$/s.exec(req.url ?? '') ?? [];
      const headers = Object.fromEntries(
        Object.entries(req.headers).filter((one): one is [string, string] => typeof one[1] === 'string'),
      );
      const request = { method: req.method ?? '', path, headers, body: Buffer.concat(chunks).toString() };
      const answer = answers.get(run) ?? (() => ({ status: 410, contentType: 'text/plain', text: '' }));
      void Promise.resolve(answer(request)).then(({ status, contentType, text }) => {
        res.writeHead(status, { 'Content-Type': contentType }).end(text);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let runs = 0;
  return {
    async serve(payload, answer, run) {
      const id = String(++runs);
      answers.set(id, answer);
      const baseUrl = `http://127.0.0.1:${port}/${id}/`;
      const secrets = { ...payload.secrets };
      if (secrets['TWILIO_API_URL']) {
        secrets['TWILIO_API_URL'] = { name: 'TWILIO_API_URL', valueString: `${baseUrl}fake/twilio` };
      }
      try {
        return await run({ ...payload, baseUrl, secrets });
      } finally {
        answers.delete(id);
      }
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
