// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import { answer, OPERATIONS } from './event.ts';
import type { Reply } from './flow.ts';

/** The bot of the staff and their apps: `$execute`. */
export function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  return answer(OPERATIONS, medplum, event);
}
