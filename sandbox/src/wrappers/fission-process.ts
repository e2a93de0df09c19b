// SPDX-License-Identifier: Apache-2.0 OR MIT
import { normalizeErrorString, normalizeOperationOutcome } from '@medplum/core';
import { botEvent, botResult, callBot, connect, describeError, serveFunction } from './child.ts';
import type { FissionAnswer } from './fission.ts';
import type { BotPayload } from './wrapper.ts';

/*
 * One process of a fission function. The module is loaded for the first event and stays in memory.
 */

serveFunction(async (payload: BotPayload, module: string): Promise<FissionAnswer> => {
  try {
    const result = await callBot(module, connect(payload), botEvent(payload));
    // A result without a JSON form must fail here, so that the log shows the reason.
    const returnValue = JSON.stringify(botResult(payload, result)) as string | undefined;
    return {
      success: true,
      ...(returnValue !== undefined && { returnValue: JSON.parse(returnValue) as unknown }),
      logResult: '',
    };
  } catch (err) {
    console.log(describeError(err));
    return { success: false, returnValue: normalizeOperationOutcome(err), logResult: normalizeErrorString(err) };
  }
});
