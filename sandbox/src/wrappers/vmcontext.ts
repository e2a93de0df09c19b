// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotCode, BotPayload, BotResult, Wrapper } from './wrapper.ts';
import { BotProcess } from './process.ts';
import type { VmRequest } from './vmcontext-process.ts';

const program = new URL('./vmcontext-process.ts', import.meta.url);

/**
 * The server's process. It is separate from the sandbox, so that a bot in an endless loop does not block the page or
 * the exit.
 */
export class VmServer {
  readonly #onStray: (line: string) => void;
  #process: BotProcess | undefined;
  #stopped = false;

  constructor(onStray: (line: string) => void) {
    this.#onStray = onStray;
  }

  /** Starts the process unless it runs. Throws after `stop`, because a webhook may still wait for its turn then. */
  start(): BotProcess {
    if (this.#stopped) {
      throw new Error('The server was stopped');
    }
    if (!this.#process?.alive) {
      this.#process = new BotProcess(program, [], { onStray: this.#onStray });
    }
    return this.#process;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#process?.kill();
  }
}

/** `vmcontext`: the code is read for each request. The timeout only limits synchronous time. */
export class VmContextWrapper implements Wrapper {
  readonly #server: VmServer;
  readonly #code: BotCode;

  constructor(server: VmServer, code: BotCode) {
    this.#server = server;
    this.#code = code;
    server.start();
  }

  async run(event: BotPayload, onLog: (line: string) => void): Promise<BotResult> {
    const request: VmRequest = { file: this.#code.file, timeout: (this.#code.timeoutSeconds ?? 10) * 1000, event };
    try {
      return JSON.parse(await this.#server.start().ask(request, onLog)) as BotResult;
    } catch (err) {
      const logResult = `The bot ended the server's process: ${(err as Error).message}`;
      onLog(logResult);
      return { success: false, logResult, returned: { kind: 'undefined' } };
    }
  }

  async stop(): Promise<void> {
    // All bots share the process. The sandbox stops it.
  }
}
