// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Request, RequestHandler } from 'express';
import { setTimeout } from 'node:timers/promises';

/**
 * The time in milliseconds that a Medplum server on two cores spends under load. The numbers are a model. An idle
 * server answers a batch of four searches in 9 and a write in 10. With 40 concurrent callbacks, it answered each within
 * a bot's 2 seconds. With 80, it did not.
 */
const costs = {
  /** One run of a bot: login, input, new context and code. */
  run: 40,
  /** One FHIR request. */
  request: 5,
  /** One bundle entry, or one request that is not a bundle. */
  read: 2,
  write: 8,
};

/** The duration of a database write in milliseconds. Two writes of the same resource can conflict during this time. */
const writeTime = 15;

/** Delays requests as on a server of limited speed. */
export class Load {
  readonly #speed: number;
  #last: Promise<unknown> = Promise.resolve();

  /** 1 is the speed of the measured server, 2 is twice as fast. */
  constructor(speed: number) {
    if (!(speed > 0 && speed < Infinity)) {
      throw new RangeError(`The server speed must be a number above 0, not ${speed}`);
    }
    this.#speed = speed;
  }

  get writeTime(): number {
    return writeTime / this.#speed;
  }

  /** Waits as long as a run of a bot takes. */
  async run(): Promise<void> {
    await this.#waitForTurn(costs.run);
  }

  /** Waits as long as a FHIR request takes. */
  readonly fhir: RequestHandler = async (req, _res, next) => {
    await this.#waitForTurn(costOf(req));
    next();
  };

  async #waitForTurn(milliseconds: number): Promise<void> {
    const turn = this.#last.then(() => setTimeout(milliseconds / this.#speed));
    this.#last = turn;
    await turn;
  }
}

function costOf(req: Request): number {
  const { entry } = req.body as { entry?: unknown };
  const methods =
    req.method === 'POST' && Array.isArray(entry)
      ? (entry as ({ request?: { method?: string } } | null)[]).map((one) => one?.request?.method)
      : [/\/_search\/?$/.test(req.path) ? 'GET' : req.method];
  return methods.reduce((sum, method) => sum + (method === 'GET' ? costs.read : costs.write), costs.request);
}
