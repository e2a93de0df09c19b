// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import base64 from '#pkg/bots/webhook.wasm';
import { compile, start } from './core.ts';
import { frame } from './frame.ts';
import { tell, type Build, type Reply } from './story.ts';

const build: Build = { compile: () => compile(base64) };

/** The public door: Twilio's webhooks. */
export function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  const came = Date.now();
  return tell(build, (core, traps) => start(core, frame(event, traps, core.names)), medplum, event, came);
}
