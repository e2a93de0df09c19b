// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Runs one flow from its event to its reply. The core decides, and this file performs its requests. */
import type { BotEvent, MedplumClient } from '@medplum/core';
import type { Binary, OperationOutcome } from '@medplum/fhirtypes';
import { toBase64, instantiate, resume, type Output, type Core } from './core.ts';
import { perform, type HostRequest } from './perform.ts';

/** What a bot's handler returns: TwiML, an OperationOutcome, or the result of an `$execute`. */
export type Reply = Binary | OperationOutcome | object;

/** A build of the core. It is compiled once and instantiated again after each trap. */
export interface Build {
  readonly compile: () => WebAssembly.Module;
  module?: WebAssembly.Module;
  core?: Core | undefined;
}

/** The core's output as JSON: a reply with log lines, or requests to perform. */
interface CoreOutput {
  readonly twiml?: string;
  readonly reply?: object;
  readonly log?: readonly string[];
  readonly flow?: number;
  readonly requests?: readonly HostRequest[];
}

/**
 * The maximum number of starts of one event's flow. A trap leaves the memory of an instance in an unknown state, so
 * each start gets a new instance. After two traps of a webhook, the core apologizes to the caller or answers 500. That
 * can trap as well, so there are two more starts.
 */
const MAX_STARTS = 4;

/**
 * Runs the flow that `startFlow` starts. `receivedAt` is when the event was received, in epoch milliseconds.
 */
export async function run(
  build: Build,
  startFlow: (core: Core, earlierStarts: number) => Output,
  medplum: MedplumClient,
  event: BotEvent<unknown>,
  receivedAt: number,
): Promise<Reply> {
  for (let starts = 0; starts < MAX_STARTS;) {
    const core = instanceOf(build);
    try {
      let output = startFlow(core, starts);
      while (output.json !== undefined) {
        const step = JSON.parse(output.json) as CoreOutput;
        step.log?.forEach((line) => console.log(line));
        if (step.reply !== undefined) {
          return step.reply;
        }
        if (step.twiml !== undefined) {
          return binary(toBase64(step.twiml));
        }
        const requests = step.requests ?? [];
        if (requests.length === 0) {
          // Without a request, the flow waits for nothing, and this loop would not end.
          throw new Error('The core returned neither a reply nor a request');
        }
        const responses = await perform(requests, medplum, event, receivedAt);
        if (build.core !== core) {
          // Another event trapped in the meantime, so the instance cannot be used. This flow starts again in a new one.
          starts++;
          break;
        }
        output = resume(core, step.flow ?? 0, responses);
      }
      if (build.core === core) {
        return binary(output.twimlBase64 ?? '');
      }
    } catch (err) {
      console.log('plumline: CORE_TRAPPED: ' + String((err as Partial<Error>).name));
      starts++;
      if (build.core === core) {
        build.core = undefined;
      }
    }
  }
  const text = 'The core failed; the bot log has more.';
  const issue = { severity: 'error', code: 'exception', details: { text } } as const;
  return { resourceType: 'OperationOutcome', id: 'exception', issue: [issue] };
}

function instanceOf(build: Build): Core {
  build.module ??= build.compile();
  build.core ??= instantiate(build.module);
  return build.core;
}

/** Medplum responds with the bytes of a Binary and with its content type. */
function binary(base64: string): Binary {
  return { resourceType: 'Binary', contentType: 'text/xml', data: base64 };
}
