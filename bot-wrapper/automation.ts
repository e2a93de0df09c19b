// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import { answer, AUTOMATION } from './knock.ts';
import type { Reply } from './story.ts';

/** The door of the record itself: Subscriptions and cron. */
export function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  return answer(AUTOMATION, medplum, event);
}
