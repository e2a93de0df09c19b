// SPDX-License-Identifier: Apache-2.0 OR MIT
import { BotFunction, FunctionTimedOut } from './function.ts';
import type { BotCode, BotPayload, BotResult, Wrapper } from './wrapper.ts';

/** The response body of a function. */
export interface FissionAnswer {
  success: boolean;
  returnValue?: unknown;
  logResult: string;
}

/** `fission`: an HTTP function in a long-lived pod, with JSON input and output. */
export class FissionWrapper implements Wrapper {
  readonly #function: BotFunction;

  constructor(code: BotCode) {
    this.#function = new BotFunction(code, {
      program: new URL('./fission-process.ts', import.meta.url),
      module: 'user.js',
      timeoutSeconds: code.timeoutSeconds ?? 10,
    });
  }

  async run(payload: BotPayload, onLog: (line: string) => void): Promise<BotResult> {
    try {
      const answer = JSON.parse(await this.#function.invoke(payload, onLog)) as FissionAnswer;
      const { success, returnValue, logResult } = answer;
      const returned =
        'returnValue' in answer
          ? ({ kind: 'json', text: JSON.stringify(returnValue) } as const)
          : ({ kind: 'undefined' } as const);
      return { success, logResult, returned };
    } catch (err) {
      const logResult =
        err instanceof FunctionTimedOut ? 'The function timed out' : `The function failed: ${String(err)}`;
      onLog(logResult);
      return { success: false, logResult, returned: { kind: 'undefined' } };
    }
  }

  stop(): Promise<void> {
    return this.#function.stop();
  }
}
