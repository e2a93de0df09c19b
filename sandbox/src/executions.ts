// SPDX-License-Identifier: Apache-2.0 OR MIT
import { maxOutput } from './audit.ts';
import type { Member } from './requesters.ts';
import { accessToken } from './token.ts';

export type Trigger = 'webhook' | 'execute' | 'subscription' | 'cron';

/** A request that a bot made of FHIR, as it came; one that was tried again is there again. */
export interface RoundTrip {
  method: string;
  /** From the FHIR base, with the query; empty for a bundle. */
  url: string;
  /** `GET Patient?phone=…` for each entry of a bundle. */
  entries?: string[];
}

/** One run of a bot, as the page and the tests see it. */
export interface Execution {
  time: string;
  bot: string;
  trigger: Trigger;
  /** What the caller was answered. `bot` is empty where no bot was asked. */
  status: number;
  contentType: string;
  body: string;
  /** In milliseconds. */
  duration: number;
  log: string[];
  params: unknown;
  fhir: RoundTrip[];
}

/** An execution, and what ends with it: on whose behalf its bot asks, and the token that says so. */
export interface Running {
  execution: Execution;
  accessToken: string;
  member: Member;
}

/** How many executions are kept. */
const maxExecutions = 1000;

/** How many tokens are known: far more than bots can be at work at the same time. */
const maxTokens = 10_000;

/** What the bots have done, and what they are doing. */
export class Executions {
  readonly list: Execution[] = [];
  readonly #seed: string;
  readonly #now: () => number;
  /** By Authorization header. They outlive the execution: work can go on after an answer. */
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

  end(execution: Execution, done: Pick<Execution, 'status' | 'contentType' | 'body' | 'duration' | 'log'>): void {
    this.list.push(Object.assign(execution, done, { log: truncated(done.log) }));
    this.list.splice(0, this.list.length - maxExecutions);
  }

  byAuthorization(authorization: string | undefined): Running | undefined {
    return authorization === undefined ? undefined : this.#running.get(authorization);
  }
}

/** As much as an AuditEvent keeps: the last lines, the first of them cut where it has to be. */
function truncated(log: string[]): string[] {
  const text = log.join('\n');
  return text.length <= maxOutput ? log : text.slice(-maxOutput).split('\n');
}
