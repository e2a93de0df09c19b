// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Router } from 'express';
import { hex } from './seed.ts';

/** A request that a bot sent to one of the services that the sandbox plays. */
export interface SentRequest {
  service: string;
  time: string;
  method: string;
  /** Without the service's name, with the query. */
  path: string;
  body: unknown;
}

/** `/fake/twilio`, `/fake/meta` and `/fake/vapi`: takes whatever is sent, writes it down, and answers with an id. */
export function fakes(sent: SentRequest[], seed: string): Router {
  const router = Router();
  for (const service of ['twilio', 'meta', 'vapi']) {
    // Credentials stand in headers, which are not kept.
    router.use(`/${service}`, (req, res) => {
      sent.push({ service, time: new Date().toISOString(), method: req.method, path: req.url, body: req.body });
      res
        .status(req.method === 'POST' ? 201 : 200)
        .json(answer(service, req.path, hex(seed, `sent/${sent.length}`, 32)));
    });
  }
  return router;
}

function answer(service: string, path: string, id: string): object {
  switch (service) {
    case 'twilio':
      return { sid: `${path.includes('/Calls') ? 'CA' : 'SM'}${id}`, status: 'queued' };
    case 'meta':
      return { messaging_product: 'whatsapp', messages: [{ id: `wamid.${id}` }] };
    default:
      return { id };
  }
}
