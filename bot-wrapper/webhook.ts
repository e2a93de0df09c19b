// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import calls from '#pkg/bots/calls.wasm.br';
import base64 from '#pkg/bots/webhook.wasm';
import { compile, start, type Answer, type Core } from './core.ts';
import { frame } from './frame.ts';
import { packed } from './packed.ts';
import { tell, type Build, type Reply } from './story.ts';

/** The default plan alone: small, so that it answers at once. */
const small: Build = { compile: () => compile(base64) };
/** The door whole: dialplan, tickets, the chart. */
const whole = packed(calls);

/** The public door: Twilio's webhooks. */
export async function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply | undefined> {
  const came = Date.now();
  const begin = (core: Core, traps: number): Answer => start(core, frame(event, traps, core.names));
  const { PLUMLINE_CONFIG: config, PLUMLINE_SECRET: secret } = event.secrets;
  const reply = config || secret ? undefined : await tell(small, begin, medplum, event, came);
  return reply ?? tell(whole, begin, medplum, event, came);
}
