// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import { handle, AUTOMATION } from './event.ts';
import type { Reply } from './flow.ts';

/** The automation bot: handles Subscription notifications and the cron sweep. */
export function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  return handle(AUTOMATION, medplum, event);
}
