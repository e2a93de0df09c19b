// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import base64 from '#pkg/bots/webhook.wasm';
import { compile, start } from './core.ts';
import { frame } from './webhook-event.ts';
import { run, type Build, type Reply } from './flow.ts';

const build: Build = { compile: () => compile(base64) };

/** The webhook bot: handles Twilio's webhooks. It is public. */
export function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  const receivedAt = Date.now();
  return run(
    build,
    (core, earlierStarts) => start(core, frame(event, earlierStarts, core.names)),
    medplum,
    event,
    receivedAt,
  );
}
