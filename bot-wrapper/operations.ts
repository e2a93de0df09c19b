// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import { answer, OPERATIONS } from './knock.ts';
import type { Reply } from './story.ts';

/** The door of the staff and their apps: `$execute`. */
export function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  return answer(OPERATIONS, medplum, event);
}
