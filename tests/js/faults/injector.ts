// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Where a fault strikes, what it is, and how long it lasts. */
import type { Execution } from '../../../sandbox/src/executions.ts';
import type { Fault, FaultyRequest } from '../../../sandbox/src/traffic.ts';

/** One ask of a story: which bot's, in which run of it, the how many-th. */
export interface Spot {
  bot: string;
  /** What the run is about, such as `dial no-answer`, and the how many-th of its kind it is. */
  run: string;
  occurrence: number;
  index: number;
}

export const kinds = ['down', 'lost', 'slow', '409', '412', '429', '500', 'half'] as const;
export type Kind = (typeof kinds)[number];

/** `once`: that one request. `run`: and all that follow in the same run of the bot. `outage`: all, of all bots. */
export const lengths = ['once', 'run', 'outage'] as const;
export type Length = (typeof lengths)[number];

export interface Strike {
  spot: Spot;
  kind: Kind;
  length: Length;
}

/** How late a slow chart answers, in milliseconds. */
const SLOW = 5_000;

const FAULTS: Record<Kind, Fault> = {
  down: 'down',
  lost: 'lost',
  slow: { delay: SLOW },
  '409': { status: 409 },
  '412': { status: 412 },
  '429': { status: 429 },
  '500': { status: 500 },
  half: { half: true },
};

/** Watches the FHIR requests of a case, and lets those fail that the strike is for. */
export class Watch {
  /** Every ask, in order. Of a client's own retries, each is one. */
  readonly spots: Spot[] = [];
  /** How many requests failed. */
  struck = 0;
  /** When the last slow request is done with, epoch milliseconds. */
  landing = 0;
  readonly #strike: Strike | undefined;
  readonly #runs = new Map<Execution, { run: string; occurrence: number; asked: number }>();
  readonly #counts = new Map<string, number>();
  #hit: Execution | undefined;
  #over = false;

  constructor(strike?: Strike) {
    this.#strike = strike;
  }

  readonly fault = ({ execution, url }: FaultyRequest): Fault => {
    if (!execution || url === 'auth/me') {
      return undefined;
    }
    const run = this.#runs.get(execution) ?? this.#begin(execution);
    const spot = { bot: execution.bot, run: run.run, occurrence: run.occurrence, index: run.asked++ };
    this.spots.push(spot);
    if (!this.#strike || this.#over || !this.#strikes(this.#strike, spot, execution)) {
      return undefined;
    }
    this.struck++;
    const fault = FAULTS[this.#strike.kind];
    if (this.#strike.kind === 'slow') {
      this.landing = Date.now() + SLOW;
    }
    return fault;
  };

  /** From now on nothing fails. */
  recover(): void {
    this.#over = true;
  }

  #begin(execution: Execution): { run: string; occurrence: number; asked: number } {
    const run = runOf(execution.params);
    const name = `${execution.bot} ${run}`;
    const occurrence = this.#counts.get(name) ?? 0;
    this.#counts.set(name, occurrence + 1);
    const begun = { run, occurrence, asked: 0 };
    this.#runs.set(execution, begun);
    return begun;
  }

  #strikes({ spot, length }: Strike, here: Spot, execution: Execution): boolean {
    if (this.#hit === undefined && nameOf(spot) === nameOf(here)) {
      this.#hit = execution;
      return true;
    }
    return this.#hit !== undefined && (length === 'outage' || (length === 'run' && this.#hit === execution));
  }
}

export function nameOf({ bot, run, occurrence, index }: Spot): string {
  return `${bot}, ${run}${occurrence > 0 ? ` (${occurrence + 1})` : ''}, ask ${index}`;
}

/** The parameters that tell one request of a call from another. */
const TELLING = [
  'DialCallStatus',
  'QueueResult',
  'Digits',
  'RecordingStatus',
  'RecordingSid',
  'TranscriptionStatus',
  'CallbackSource',
  'SequenceNumber',
  'CallStatus',
  'operation',
  'resourceType',
];

/** What a run of a bot is about, told from its input without anything that differs from call to call. */
export function runOf(input: unknown): string {
  const params = input as Record<string, unknown>;
  const told = TELLING.filter((name) => typeof params[name] === 'string' && params[name] !== '');
  const values = told.map((name) => (name.endsWith('Sid') ? name : String(params[name])));
  return [...values, ...('ParentCallSid' in params ? ['of a leg'] : [])].join(' ');
}
