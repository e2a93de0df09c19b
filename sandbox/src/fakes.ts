// SPDX-License-Identifier: Apache-2.0 OR MIT
import { unsupportedMediaType } from '@medplum/core';
import { Router } from 'express';
import type { RequestHandler } from 'express';
import { isJson } from './parsing.ts';
import { sendOutcome } from './results.ts';
import { hex } from './base/seed.ts';

/** A request that a bot sent to a fake service. */
export interface SentRequest {
  service: string;
  time: string;
  method: string;
  /** Without the name of the service, with the query. */
  path: string;
  body: unknown;
}

/**
 * `/fake/twilio`, `/fake/meta` and `/fake/vapi` record all requests. `twilio` responds like Twilio's API. The others
 * accept everything and return an id.
 */
export function fakes(sent: SentRequest[], seed: string, twilio: RequestHandler): Router {
  const router = Router();
  const others: RequestHandler = (req, res) => {
    res
      .status(req.method === 'POST' ? 201 : 200)
      .json(answer(req.baseUrl.endsWith('/meta'), hex(seed, `sent/${sent.length}`, 32)));
  };
  for (const [service, handle] of [
    ['twilio', twilio],
    ['meta', others],
    ['vapi', others],
  ] as const) {
    // Headers are not recorded, because they contain credentials.
    router.use(`/${service}`, (req, res, next) => {
      if (service !== 'twilio' && req.method === 'POST' && !isJson(req)) {
        sendOutcome(res, unsupportedMediaType);
        return undefined;
      }
      // Twilio's API accepts forms. A page of another origin can send a form, but without credentials. Such a request
      // is rejected and not recorded.
      if (service === 'twilio' && req.get('Authorization') === undefined) {
        return handle(req, res, next);
      }
      sent.push({ service, time: new Date().toISOString(), method: req.method, path: req.url, body: req.body });
      return handle(req, res, next);
    });
  }
  return router;
}

function answer(meta: boolean, id: string): object {
  return meta ? { messaging_product: 'whatsapp', messages: [{ id: `wamid.${id}` }] } : { id };
}
