// SPDX-License-Identifier: Apache-2.0 OR MIT
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BotFunction, FunctionTimedOut } from './function.ts';
import { ProcessEnded } from './process.ts';
import type { BotCode, BotPayload, BotResult, Wrapper } from './wrapper.ts';

/** Node 22, from an optional dependency. Medplum's Lambdas run on this version. */
const node22 = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
export const lambdaRuntime = existsSync(node22) ? node22 : process.execPath;

/** The answer of the function's process: the JSON of the result or of the error. */
export interface LambdaAnswer {
  failed: boolean;
  text: string;
}

/** `awslambda`: JSON input and output. The module stays in memory between events. */
export class LambdaWrapper implements Wrapper {
  readonly #function: BotFunction;
  readonly #timeoutSeconds: number;

  constructor(code: BotCode) {
    this.#timeoutSeconds = code.timeoutSeconds ?? 10;
    this.#function = new BotFunction(code, {
      program: new URL('./lambda-process.ts', import.meta.url),
      module: 'user.cjs',
      timeoutSeconds: this.#timeoutSeconds,
      execPath: lambdaRuntime,
    });
  }

  async run(payload: BotPayload, onLog: (line: string) => void): Promise<BotResult> {
    const lines: string[] = [];
    const answer = await this.#invoke(payload, (line) => {
      lines.push(line);
      onLog(line);
    });
    const returned = { kind: 'json', text: answer.text } as const;
    return { success: !answer.failed, logResult: lines.join('\n'), returned };
  }

  stop(): Promise<void> {
    return this.#function.stop();
  }

  async #invoke(payload: BotPayload, onLog: (line: string) => void): Promise<LambdaAnswer> {
    try {
      return JSON.parse(await this.#function.invoke(payload, onLog)) as LambdaAnswer;
    } catch (err) {
      const error = this.#runtimeError(err);
      onLog(error.errorMessage);
      return { failed: true, text: JSON.stringify(error) };
    }
  }

  #runtimeError(err: unknown): { errorType: string; errorMessage: string } {
    const request = `RequestId: ${randomUUID()}`;
    if (err instanceof FunctionTimedOut) {
      const seconds = this.#timeoutSeconds.toFixed(2);
      return {
        errorType: 'Sandbox.Timedout',
        errorMessage: `${request} Error: Task timed out after ${seconds} seconds`,
      };
    }
    const reason = err instanceof ProcessEnded ? (err.signal ?? `exit status ${err.exitCode ?? 0}`) : String(err);
    return {
      errorType: 'Runtime.ExitError',
      errorMessage: `${request} Error: Runtime exited with error: ${reason}`,
    };
  }
}
