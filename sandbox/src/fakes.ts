// SPDX-License-Identifier: Apache-2.0 OR MIT
import { unsupportedMediaType } from '@medplum/core';
import { Router } from 'express';
import type { RequestHandler } from 'express';
import { isJson } from './parsing.ts';
import { sendOutcome } from './results.ts';
import { hex } from './base/seed.ts';

/** A request that a bot sent to one of the services that the sandbox plays. */
export interface SentRequest {
  service: string;
  time: string;
  method: string;
  /** Without the service's name, with the query. */
  path: string;
  body: unknown;
}

/**
 * `/fake/twilio`, `/fake/meta` and `/fake/vapi` write down whatever is sent. `twilio` answers as Twilio's API does; the
 * others take everything, and answer with an id.
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
    // Credentials stand in headers, which are not kept.
    router.use(`/${service}`, (req, res, next) => {
      if (service !== 'twilio' && req.method === 'POST' && !isJson(req)) {
        sendOutcome(res, unsupportedMediaType);
        return undefined;
      }
      // Twilio's API takes forms: a page of another origin can send one, but without credentials, and it is refused.
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
