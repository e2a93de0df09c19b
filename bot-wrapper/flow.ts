// SPDX-License-Identifier: Apache-2.0 OR MIT

/** One flow from its event to its end: the core decides, this performs. */
import type { BotEvent, MedplumClient } from '@medplum/core';
import type { Binary, OperationOutcome } from '@medplum/fhirtypes';
import { inBase64, instantiate, resume, type Answer, type Core } from './core.ts';
import { perform, type Ask } from './perform.ts';

/** What a bot's handler returns: TwiML, an outcome, or whatever was asked for by `$execute`. */
export type Reply = Binary | OperationOutcome | object;

/** A build of the core, compiled once and instantiated again after each trap. */
export interface Build {
  readonly compile: () => WebAssembly.Module;
  module?: WebAssembly.Module;
  core?: Core | undefined;
}

/** What the core wants next: a reply, with something to log, or answers. */
interface Step {
  readonly twiml?: string;
  readonly reply?: object;
  readonly log?: readonly string[];
  readonly flow?: number;
  readonly asks?: readonly Ask[];
}

/**
 * How often an event is started at most. A trap leaves an instance's memory in an unknown state, so each start after one
 * has a new instance. After two traps the core answers with an apology; the rest is for traps in that.
 */
const MOST_TRAPS = 4;

/**
 * Runs a flow that `begin` starts. `came` is when the event came, epoch milliseconds.
 */
export async function run(
  build: Build,
  begin: (core: Core, traps: number) => Answer,
  medplum: MedplumClient,
  event: BotEvent<unknown>,
  came: number,
): Promise<Reply> {
  for (let traps = 0; traps < MOST_TRAPS;) {
    const mine = instance(build);
    try {
      let next = begin(mine, traps);
      while (next.json !== undefined) {
        const step = JSON.parse(next.json) as Step;
        step.log?.forEach((line) => console.log(line));
        if (step.reply !== undefined) {
          return step.reply;
        }
        if (step.twiml !== undefined) {
          return binary(inBase64(step.twiml));
        }
        const asks = step.asks ?? [];
        if (asks.length === 0) {
          // Without a request there is nothing to wait for, and this loop would never end.
          throw new Error('The core waits for nothing');
        }
        const answers = await perform(asks, medplum, event, came);
        if (build.core !== mine) {
          // Another event trapped meanwhile and spoiled the instance: this flow begins again in a new one, but not
          // without end.
          traps++;
          break;
        }
        next = resume(mine, step.flow ?? 0, answers);
      }
      if (build.core === mine) {
        return binary(next.twiml ?? '');
      }
    } catch (err) {
      console.log('plumline: CORE_TRAPPED: ' + String((err as Partial<Error>).name));
      traps++;
      if (build.core === mine) {
        build.core = undefined;
      }
    }
  }
  const text = 'The core failed; the bot log has more.';
  const issue = { severity: 'error', code: 'exception', details: { text } } as const;
  return { resourceType: 'OperationOutcome', id: 'exception', issue: [issue] };
}

function instance(build: Build): Core {
  build.module ??= build.compile();
  build.core ??= instantiate(build.module);
  return build.core;
}

/** Medplum answers with the bytes of a Binary, and with its content type. */
function binary(data: string): Binary {
  return { resourceType: 'Binary', contentType: 'text/xml', data };
}
