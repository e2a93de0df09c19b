// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import type { Binary, OperationOutcome } from '@medplum/fhirtypes';
// A VM context has no Buffer of its own.
import { Buffer } from 'node:buffer';
import base64 from '#pkg/bots/webhook.wasm';
import { resume, start, type CoreExports } from './core.ts';
import { frame } from './frame.ts';
import { perform, type Ask } from './perform.ts';

/** What the core wants next: the reply, or answers. */
interface Step {
  readonly reply?: Binary | OperationOutcome;
  readonly log?: readonly string[];
  readonly remember?: string;
  readonly flow?: number;
  readonly asks?: readonly Ask[];
}

/** A trap leaves an instance's memory in an unknown state, so it is never used again. */
const MOST_TRAPS = 4;

let compiled: WebAssembly.Module | undefined;
let core: CoreExports | undefined;
/** Kept from event to event where the module lives that long. */
let remembered = '';

function instance(): CoreExports {
  compiled ??= new WebAssembly.Module(Buffer.from(base64, 'base64'));
  core ??= new WebAssembly.Instance(compiled).exports as unknown as CoreExports;
  return core;
}

/** The public door: Twilio's webhooks. */
export async function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Binary | OperationOutcome> {
  for (let traps = 0; traps < MOST_TRAPS;) {
    const mine = instance();
    try {
      const { text, numbers } = frame(event, traps, remembered);
      let next = start(mine, text, numbers);
      // Text that is not JSON is a TwiML document, in base64.
      while (next.startsWith('{')) {
        const step = JSON.parse(next) as Step;
        if (step.reply) {
          step.log?.forEach((line) => console.log(line));
          remembered = step.remember ?? remembered;
          return step.reply;
        }
        const answers = await perform(step.asks ?? [], medplum, event);
        if (core !== mine) {
          // Another event trapped meanwhile and spoiled the instance: this story begins again in a new one.
          break;
        }
        next = resume(mine, step.flow ?? 0, answers);
      }
      if (core === mine) {
        return { resourceType: 'Binary', contentType: 'text/xml', data: next };
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
