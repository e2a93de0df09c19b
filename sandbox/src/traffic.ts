// SPDX-License-Identifier: Apache-2.0 OR MIT
import { conflict, preconditionFailed, tooManyRequests } from '@medplum/core';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { Request, RequestHandler, Response } from 'express';
import { setTimeout } from 'node:timers/promises';
import type { Execution, Executions, RoundTrip } from './executions.ts';
import { serverError } from './faults.ts';
import { sendOutcome } from './results.ts';

/** A request that is about to be answered. */
export interface FaultyRequest {
  /** The name of the bot that asks; nobody's requests have none. */
  bot?: string;
  /** The run of the bot that asks. */
  execution?: Execution;
  /** Which of the FHIR requests of one execution it is, from 0; of a bot's retries, each counts. */
  index: number;
  method: string;
  /** As in RoundTrip; `auth/me`, which is not counted, has the index of the request after it. */
  url: string;
  body: unknown;
}

/**
 * `down`: the connection is cut, and nothing done. `lost`: it is done, and then the connection cut. `delay`: it is done, and answered, so many milliseconds late.
 * `status`: it is refused. `half`: of a batch, every second entry fails with 500, and the others are done.
 */
export type Fault =
  'down' | 'lost' | { delay: number } | { status: 409 | 412 | 429 | 500 | 503 } | { half: true } | undefined;

export type Faults = (request: FaultyRequest) => Fault;

/** Writes down what bots ask of FHIR, and lets fail what is to fail. */
export class Traffic {
  readonly #executions: Executions;
  readonly #faults: () => Faults | undefined;
  /** The requests that belong to no bot. */
  #otherRequests = 0;

  constructor(executions: Executions, faults: () => Faults | undefined) {
    this.#executions = executions;
    this.#faults = faults;
  }

  /** Stands before the FHIR routes. */
  readonly fhir: RequestHandler = async (req, res, next) => {
    const url = req.url.replace(/^\/+/, '').replace(/^\?$/, '');
    const execution = this.#executions.byAuthorization(req.get('Authorization'))?.execution;
    const index = execution ? execution.fhir.length : this.#otherRequests++;
    execution?.fhir.push(roundTrip(req, url));
    await this.#injectFault({ ...(execution && { bot: execution.bot, execution }), index, url }, req, res, next);
  };

  /** Stands before `auth/me`, which a bot asks before its first FHIR request, if ever. */
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
      refuse(res, fault.status);
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

/** A batch without every second entry, and the answer with what failed put in its place again. */
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

function refuse(res: Response, status: 409 | 412 | 429 | 500 | 503): void {
  if (status === 503) {
    // It is not Medplum that answers so, but what stands before a server that is not there.
    res.status(503).type('html').send('<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>');
    return;
  }
  if (status === 429) {
    // Medplum's client waits until then, if that is soon, and tries again.
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
