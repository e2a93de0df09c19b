// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Request, RequestHandler } from 'express';
import { setTimeout } from 'node:timers/promises';

/**
 * What a Medplum server on two cores spends, in milliseconds, when many callbacks come together. The figures are a model:
 * idle, that server answers a batch of four searches in 9 and a write in 10; with 40 callbacks at once it answered each
 * within a bot's 2 seconds, and with 80 at once it did not.
 */
const costs = {
  /** A run of a bot: its login, its input, a new context, its code. */
  run: 40,
  /** A FHIR request, whatever it asks for. */
  request: 5,
  /** Each entry of a bundle, or a request without one. */
  read: 2,
  write: 8,
};

/** How long a write is in the database, where it can meet another one of the same resource. In milliseconds. */
const writeTime = 15;

/** Lets everything wait for its turn on a server of limited speed. */
export class Load {
  readonly #speed: number;
  #last: Promise<unknown> = Promise.resolve();

  /** 1 is the server that was measured, 2 is twice as fast. */
  constructor(speed: number) {
    if (!(speed > 0 && speed < Infinity)) {
      throw new RangeError(`The server's speed is a number above 0, not ${speed}`);
    }
    this.#speed = speed;
  }

  get writeTime(): number {
    return writeTime / this.#speed;
  }

  /** Waits for the turn of a bot's run, and through it. */
  async run(): Promise<void> {
    await this.#waitForTurn(costs.run);
  }

  /** The same for a FHIR request. */
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
