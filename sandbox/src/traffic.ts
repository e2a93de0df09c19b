// SPDX-License-Identifier: Apache-2.0 OR MIT
import { conflict, preconditionFailed, tooManyRequests } from '@medplum/core';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { Request, RequestHandler, Response } from 'express';
import { setTimeout } from 'node:timers/promises';
import type { Execution, Executions, RoundTrip } from './executions.ts';
import { serverError } from './faults.ts';
import { sendOutcome } from './results.ts';

/** A request before it is processed. */
export interface FaultyRequest {
  /** The name of the bot that sent it. Undefined for other clients. */
  bot?: string;
  /** The execution of the bot that sent it. */
  execution?: Execution;
  /** The index of the FHIR request in its execution, from 0. Retries count. */
  index: number;
  method: string;
  /** As in RoundTrip. `auth/me` is not counted: it has the index of the next request. */
  url: string;
  body: unknown;
}

/**
 * `down`: the connection is closed before processing. `lost`: the request is processed, then the connection is closed
 * without a response. `delay`: the request is processed after this many milliseconds. `status`: the request is rejected
 * with this status. `half`: in a batch, every second entry fails with 500, and the others are processed.
 */
export type Fault =
  'down' | 'lost' | { delay: number } | { status: 409 | 412 | 429 | 500 | 503 } | { half: true } | undefined;

export type Faults = (request: FaultyRequest) => Fault;

/** Records the FHIR requests of bots and injects faults. */
export class Traffic {
  readonly #executions: Executions;
  readonly #faults: () => Faults | undefined;
  /** The number of requests from other clients. */
  #otherRequests = 0;

  constructor(executions: Executions, faults: () => Faults | undefined) {
    this.#executions = executions;
    this.#faults = faults;
  }

  /** Runs before the FHIR routes. */
  readonly fhir: RequestHandler = async (req, res, next) => {
    const url = req.url.replace(/^\/+/, '').replace(/^\?$/, '');
    const execution = this.#executions.byAuthorization(req.get('Authorization'))?.execution;
    const index = execution ? execution.fhir.length : this.#otherRequests++;
    execution?.fhir.push(roundTrip(req, url));
    await this.#injectFault({ ...(execution && { bot: execution.bot, execution }), index, url }, req, res, next);
  };

  /** Runs before `auth/me`. A bot can request it before its first FHIR request. */
  readonly me: RequestHandler = async (req, res, next) => {
    const execution = this.#executions.byAuthorization(req.get('Authorization'))?.execution;
    const index = execution ? execution.fhir.length : this.#otherRequests;
    await this.#injectFault(
      { ...(execution && { bot: execution.bot, execution }), index, url: 'auth/me' },
      req,
      res,
      next,
    );
  };

  async #injectFault(
    request: Pick<FaultyRequest, 'bot' | 'execution' | 'index' | 'url'>,
    req: Request,
    res: Response,
    next: () => void,
  ): Promise<void> {
    const fault = this.#faults()?.({ ...request, method: req.method, body: req.body as unknown });
    if (fault === undefined) {
      next();
    } else if (fault === 'down') {
      req.socket.destroy();
    } else if (fault === 'lost') {
      res.locals['lost'] = true;
      next();
    } else if ('status' in fault) {
      reject(res, fault.status);
    } else {
      if ('delay' in fault) {
        await setTimeout(fault.delay);
      } else {
        res.locals['half'] = true;
      }
      next();
    }
  }
}

/** Removes every second entry of a batch. `restore` adds the failed entries to the response. */
export function halve(bundle: Bundle): { sent: Bundle; restore: (answer: Bundle) => Bundle } {
  const entry = bundle.entry ?? [];
  return {
    sent: { ...bundle, entry: entry.filter((_one, index) => index % 2 === 0) },
    restore: (answer) => ({
      ...answer,
      entry: entry.map((_one, index) =>
        index % 2 === 0 ? (answer.entry?.[index / 2] ?? {}) : { response: { status: '500', outcome: serverError } },
      ),
    }),
  };
}

function roundTrip(req: Request, url: string): RoundTrip {
  const bundle = req.body as Partial<Bundle> | undefined;
  const entries =
    bundle?.resourceType === 'Bundle' && Array.isArray(bundle.entry)
      ? bundle.entry.map(({ request }) => `${request?.method ?? ''} ${request?.url ?? ''}`)
      : undefined;
  return { method: req.method, url, ...(entries && { entries }) };
}

function reject(res: Response, status: 409 | 412 | 429 | 500 | 503): void {
  if (status === 503) {
    // This is the response of a load balancer without a server, not of Medplum.
    res.status(503).type('html').send('<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>');
    return;
  }
  if (status === 429) {
    // Medplum's client waits for this time before it retries, if it is short.
    res.set('RateLimit', '"fhirInteractions";r=0;t=1');
  }
  const outcomes: Record<typeof status, OperationOutcome> = {
    409: conflict('A fault of the sandbox'),
    412: preconditionFailed,
    429: tooManyRequests,
    500: serverError,
  };
  sendOutcome(res, outcomes[status]);
}
