// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Injects a fault into the FHIR requests of a case: its position, kind and duration. */
import type { Execution } from '../../../sandbox/src/executions.ts';
import type { Fault, FaultyRequest } from '../../../sandbox/src/traffic.ts';

/** The position of a FHIR request in a scenario: the bot, the run and the index. */
export interface RequestPosition {
  bot: string;
  /** The kind of the run, such as `no-answer completed`, and its index among runs of this kind. */
  run: string;
  occurrence: number;
  index: number;
}

export const kinds = ['down', 'lost', 'slow', '409', '412', '429', '500', 'half'] as const;
export type Kind = (typeof kinds)[number];

/**
 * `once`: only this request. `run`: this and all later requests of the same run. `outage`: all later requests of all
 * bots.
 */
export const durations = ['once', 'run', 'outage'] as const;
export type Duration = (typeof durations)[number];

export interface Injection {
  position: RequestPosition;
  kind: Kind;
  duration: Duration;
}

/** The delay of a slow FHIR response in milliseconds. */
const SLOW_RESPONSE_MS = 5_000;

const FAULTS: Record<Kind, Fault> = {
  down: 'down',
  lost: 'lost',
  slow: { delay: SLOW_RESPONSE_MS },
  '409': { status: 409 },
  '412': { status: 412 },
  '429': { status: 429 },
  '500': { status: 500 },
  half: { half: true },
};

/** Lists the FHIR requests of a case and fails the selected ones. */
export class FaultInjector {
  /** The position of every request in order. Each retry of the client is a separate request. */
  readonly positions: RequestPosition[] = [];
  /** The number of failed requests. */
  failedRequests = 0;
  /** The end of the last slow request, epoch milliseconds. */
  slowUntil = 0;
  readonly #injection: Injection | undefined;
  readonly #runs = new Map<Execution, { run: string; occurrence: number; requestCount: number }>();
  readonly #counts = new Map<string, number>();
  #failedExecution: Execution | undefined;
  #hasRecovered = false;

  constructor(injection?: Injection) {
    this.#injection = injection;
  }

  readonly fault = ({ execution, url }: FaultyRequest): Fault => {
    if (!execution || url === 'auth/me') {
      return undefined;
    }
    const run = this.#runs.get(execution) ?? this.#start(execution);
    const position = { bot: execution.bot, run: run.run, occurrence: run.occurrence, index: run.requestCount++ };
    this.positions.push(position);
    if (!this.#injection || this.#hasRecovered || !this.#applies(this.#injection, position, execution)) {
      return undefined;
    }
    this.failedRequests++;
    const fault = FAULTS[this.#injection.kind];
    if (this.#injection.kind === 'slow') {
      this.slowUntil = Date.now() + SLOW_RESPONSE_MS;
    }
    return fault;
  };

  /** Stops all faults. */
  recover(): void {
    this.#hasRecovered = true;
  }

  #start(execution: Execution): { run: string; occurrence: number; requestCount: number } {
    const run = runOf(execution.params);
    const name = `${execution.bot} ${run}`;
    const occurrence = this.#counts.get(name) ?? 0;
    this.#counts.set(name, occurrence + 1);
    const started = { run, occurrence, requestCount: 0 };
    this.#runs.set(execution, started);
    return started;
  }

  #applies({ position, duration }: Injection, current: RequestPosition, execution: Execution): boolean {
    if (this.#failedExecution === undefined && nameOf(position) === nameOf(current)) {
      this.#failedExecution = execution;
      return true;
    }
    return (
      this.#failedExecution !== undefined &&
      (duration === 'outage' || (duration === 'run' && this.#failedExecution === execution))
    );
  }
}

export function nameOf({ bot, run, occurrence, index }: RequestPosition): string {
  return `${bot}, ${run}${occurrence > 0 ? ` (${occurrence + 1})` : ''}, request ${index}`;
}

/** Parameters that distinguish the requests of a call. */
const DISTINGUISHING_PARAMS = [
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

/** The kind of a bot run, from the input values that are equal for all calls. */
export function runOf(input: unknown): string {
  const params = input as Record<string, unknown>;
  const present = DISTINGUISHING_PARAMS.filter((name) => typeof params[name] === 'string' && params[name] !== '');
  const values = present.map((name) => (name.endsWith('Sid') ? name : String(params[name])));
  return [...values, ...('ParentCallSid' in params ? ['of a leg'] : [])].join(' ');
}
