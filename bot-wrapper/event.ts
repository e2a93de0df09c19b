// SPDX-License-Identifier: Apache-2.0 OR MIT

/** An event of the bots behind Medplum's own authentication. No caller waits for it, so it crosses as JSON. */
import type { BotEvent, MedplumClient } from '@medplum/core';
import base64 from '#pkg/bots/staff.wasm';
import { compile, startEvent } from './core.ts';
import { run, type Build, type Reply } from './flow.ts';

/** The core's numbers of these bots. */
export const OPERATIONS = 0;
export const AUTOMATION = 1;

const build: Build = { compile: () => compile(base64) };

/** Secrets of other bots stay where they are. */
const OURS = /^(?:PLUMLINE|TWILIO|VAPI|WHATSAPP)_/;

export async function answer(bot: number, medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  let text = '';
  try {
    text = written(event);
  } catch {
    // Nested too deeply to be written: the core answers that it cannot read the event.
  }
  return run(build, (core) => startEvent(core, bot, text), medplum, event, Date.now());
}

function written({ input, requester, headers, secrets }: BotEvent<unknown>): string {
  const now = Date.now();
  const ours: Record<string, string> = {};
  for (const [name, secret] of Object.entries(secrets)) {
    if (OURS.test(name) && typeof secret.valueString === 'string') {
      ours[name] = secret.valueString;
    }
  }
  // The headers of a Subscription come in mixed case.
  const interaction = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'x-medplum-interaction');
  return JSON.stringify({
    // Halves that the core reads as 32-bit numbers.
    now: [Math.floor(now / 2 ** 30), now % 2 ** 30],
    input: input ?? null,
    requester: requester?.reference,
    interaction: interaction?.[1],
    secrets: ours,
  });
}
