// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import type { Binary, OperationOutcome } from '@medplum/fhirtypes';
import base64 from '#pkg/bots/webhook.wasm';
import { compile, inBase64, instantiate, resume, start, type Core } from './core.ts';
import { frame } from './frame.ts';
import { perform, type Ask } from './perform.ts';

/** What the core wants next: a reply, with something to log, or answers. */
interface Step {
  readonly twiml?: string;
  readonly reply?: OperationOutcome;
  readonly log?: readonly string[];
  readonly flow?: number;
  readonly asks?: readonly Ask[];
}

/** A trap leaves an instance's memory in an unknown state, so it is never used again. */
const MOST_TRAPS = 4;

let compiled: WebAssembly.Module | undefined;
let core: Core | undefined;

function instance(): Core {
  compiled ??= compile(base64);
  core ??= instantiate(compiled);
  return core;
}

/** The public door: Twilio's webhooks. */
export async function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Binary | OperationOutcome> {
  for (let traps = 0; traps < MOST_TRAPS;) {
    const mine = instance();
    try {
      let next = start(mine, frame(event, traps, mine.names));
      while (next.json !== undefined) {
        const step = JSON.parse(next.json) as Step;
        step.log?.forEach((line) => console.log(line));
        if (step.reply) {
          return step.reply;
        }
        if (step.twiml !== undefined) {
          return binary(inBase64(step.twiml));
        }
        const answers = await perform(step.asks ?? [], medplum, event);
        if (core !== mine) {
          // Another event trapped meanwhile and spoiled the instance: this story begins again in a new one, but not
          // without end.
          traps++;
          break;
        }
        next = resume(mine, step.flow ?? 0, answers);
      }
      if (core === mine) {
        return binary(next.twiml ?? '');
      }
    } catch (err) {
      console.log('plumline: CORE_TRAPPED: ' + String((err as Partial<Error>).name));
      traps++;
      if (core === mine) {
        core = undefined;
      }
    }
  }
  const text = 'The core failed; the bot log has more.';
  const issue = { severity: 'error', code: 'exception', details: { text } } as const;
  return { resourceType: 'OperationOutcome', id: 'exception', issue: [issue] };
}

/** Medplum answers with the bytes of a Binary, and with its content type. */
function binary(data: string): Binary {
  return { resourceType: 'Binary', contentType: 'text/xml', data };
}
