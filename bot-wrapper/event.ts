// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Events of the bots that require Medplum's authentication. No caller waits for them, so they are passed as JSON. */
import type { BotEvent, MedplumClient } from '@medplum/core';
import { inflateRawSync } from 'node:zlib';
import base64 from '#pkg/bots/staff.wasm';
import { compile, startEvent } from './core.ts';
import { run, type Build, type Reply } from './flow.ts';

/** The code that selects the bot in `startEvent`. */
export const OPERATIONS = 0;
export const AUTOMATION = 1;

// The wasm is compressed, so that the bundle stays below Medplum's default limit of 1 MB for a `$deploy`. Unpacking it
// takes some milliseconds, for which no caller waits.
const build: Build = { compile: () => compile(base64, inflateRawSync) };

/** Only these secrets are passed to the core. The project may have secrets for other bots. */
const OUR_SECRETS = /^(?:PLUMLINE|TWILIO)_/;

export async function handle(bot: number, medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  let text = '';
  try {
    text = toJson(event);
  } catch {
    // The event is nested too deeply for JSON.stringify. For the empty text, the core responds that the event is
    // unreadable.
  }
  return run(build, (core) => startEvent(core, bot, text), medplum, event, Date.now());
}

function toJson({ input, requester, headers, secrets }: BotEvent<unknown>): string {
  const now = Date.now();
  const ourSecrets: Record<string, string> = {};
  for (const [name, secret] of Object.entries(secrets)) {
    if (OUR_SECRETS.test(name) && typeof secret.valueString === 'string') {
      ourSecrets[name] = secret.valueString;
    }
  }
  // The headers of a Subscription notification have mixed case.
  const interaction = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'x-medplum-interaction');
  return JSON.stringify({
    // Two parts, because the core reads 32-bit numbers.
    now: [Math.floor(now / 2 ** 30), now % 2 ** 30],
    input: input ?? null,
    requester: requester?.reference,
    interaction: interaction?.[1],
    secrets: ourSecrets,
  });
}
