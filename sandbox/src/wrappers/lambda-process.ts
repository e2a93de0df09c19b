// SPDX-License-Identifier: Apache-2.0 OR MIT
import { isOperationOutcome } from '@medplum/core';
import { botEvent, botResult, callBot, connect, describeError, isError, serveFunction } from './child.ts';
import type { LambdaAnswer } from './lambda.ts';
import type { BotPayload } from './wrapper.ts';

/*
 * One process of a Lambda function. The module is loaded for the first event and stays in memory.
 */

serveFunction(async (payload: BotPayload, module: string): Promise<LambdaAnswer> => {
  try {
    const result = await callBot(module, connect(payload), botEvent(payload));
    return { failed: false, text: json(botResult(payload, result)) };
  } catch (err) {
    console.log(describeError(err));
    const outcome = (err as { outcome?: unknown } | undefined)?.outcome;
    if (isOperationOutcome(outcome)) {
      return { failed: false, text: JSON.stringify(outcome) };
    }
    return { failed: true, text: JSON.stringify(errorBody(err)) };
  }
});

/** Lambda returns `null` for a value without a JSON form. */
function json(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text ?? 'null';
}

/** Returns the error body of Lambda's runtime. */
function errorBody(err: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (isError(err)) {
    return { errorType: err.name, errorMessage: err.message, trace: (err.stack ?? '').split('\n') };
  }
  return { errorType: typeof err, errorMessage: String(err), trace: [] };
}
