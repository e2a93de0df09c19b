// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import { handle, OPERATIONS } from './event.ts';
import type { Reply } from './flow.ts';

/** The operations bot: handles `$execute` requests from staff and their apps. */
export function handler(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Reply> {
  return handle(OPERATIONS, medplum, event);
}
