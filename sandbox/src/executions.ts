// SPDX-License-Identifier: Apache-2.0 OR MIT
import { maxOutput } from './audit.ts';
import type { Member } from './requesters.ts';
import { accessToken } from './token.ts';

export type Trigger = 'webhook' | 'execute' | 'subscription' | 'cron';

/** A FHIR request of a bot. Each retry is listed separately. */
export interface RoundTrip {
  method: string;
  /** Relative to the FHIR base, with the query. Empty for a bundle. */
  url: string;
  /** For a bundle, one text for each entry, such as `GET Patient?phone=…`. */
  entries?: string[];
}

/** One run of a bot. */
export interface Execution {
  time: string;
  bot: string;
  trigger: Trigger;
  /** The response to the caller. `bot` is empty if the request did not reach a bot. */
  status: number;
  contentType: string;
  body: string;
  /** In milliseconds. */
  duration: number;
  log: string[];
  params: unknown;
  fhir: RoundTrip[];
}

/** An execution with the member whose access rights it uses, and its access token. */
export interface Running {
  execution: Execution;
  accessToken: string;
  member: Member;
}

/** The maximum number of stored executions. */
const maxExecutions = 1000;

/** The maximum number of valid tokens. It is far more than the number of concurrent runs. */
const maxTokens = 10_000;

/** Finished and running executions. */
export class Executions {
  readonly list: Execution[] = [];
  readonly #seed: string;
  readonly #now: () => number;
  /**
   * By Authorization header. The tokens stay valid after the execution, since a bot can continue to work after its
   * response.
   */
  readonly #running = new Map<string, Running>();
  #count = 0;

  constructor(seed: string, now: () => number) {
    this.#seed = seed;
    this.#now = now;
  }

  start(bot: string, trigger: Trigger, params: unknown, member: Member): Running {
    const running = {
      execution: this.blank(bot, trigger, params),
      accessToken: accessToken(this.#seed, `execution/${++this.#count}`, Math.max(this.#now(), Date.now())),
      member,
    };
    this.#running.set(`Bearer ${running.accessToken}`, running);
    const [oldest] = this.#running.keys();
    if (this.#running.size > maxTokens && oldest !== undefined) {
      this.#running.delete(oldest);
    }
    return running;
  }

  blank(bot: string, trigger: Trigger, params: unknown): Execution {
    const time = new Date(this.#now()).toISOString();
    return { time, bot, trigger, status: 0, contentType: '', body: '', duration: 0, log: [], params, fhir: [] };
  }

  end(execution: Execution, result: Pick<Execution, 'status' | 'contentType' | 'body' | 'duration' | 'log'>): void {
    this.list.push(Object.assign(execution, result, { log: truncated(result.log) }));
    this.list.splice(0, this.list.length - maxExecutions);
  }

  byAuthorization(authorization: string | undefined): Running | undefined {
    return authorization === undefined ? undefined : this.#running.get(authorization);
  }
}

/** Returns the end of a log, as much as an AuditEvent contains. The first line can be cut. */
function truncated(log: string[]): string[] {
  const text = log.join('\n');
  return text.length <= maxOutput ? log : text.slice(-maxOutput).split('\n');
}
