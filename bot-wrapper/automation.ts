// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import { answer, AUTOMATION } from './event.ts';
import type { Reply } from './flow.ts';

/** The bot of the record's own events: Subscriptions and cron. */
export function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  return answer(AUTOMATION, medplum, event);
}
