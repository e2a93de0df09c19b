// SPDX-License-Identifier: Apache-2.0 OR MIT
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BotProcess } from './process.ts';
import type { BotCode } from './wrapper.ts';

/** The maximum number of processes of a bot. Additional events wait. */
const maxProcesses = 8;

export interface FunctionOptions {
  /** The program that loads and serves the bot's module. */
  program: URL;
  /** The file name of the deployed bundle. */
  module: 'user.cjs' | 'user.js';
  timeoutSeconds: number;
  execPath?: string;
}

export class FunctionTimedOut extends Error {}

/**
 * A bot that is deployed as a function, with its own processes. A process handles one event at a time, so concurrent
 * events use separate processes.
 */
export class BotFunction {
  readonly #code: BotCode;
  readonly #options: FunctionOptions;
  #deployed: number | undefined;
  #processes: BotProcess[] = [];
  #idle: BotProcess[] = [];
  #waiting: (() => void)[] = [];
  /**
   * Output that belongs to no event, for example from work after a response. It is added to the log of the next event.
   */
  #stray: string[] = [];

  constructor(code: BotCode, options: FunctionOptions) {
    this.#code = code;
    this.#options = options;
  }

  /** Returns the text of the answer. Throws FunctionTimedOut, or ProcessEnded if the process exits. */
  async invoke(payload: unknown, onLog: (line: string) => void): Promise<string> {
    await this.#deploy();
    const process = await this.#acquire();
    this.#stray.splice(0).forEach(onLog);
    const timer = new AbortController();
    try {
      return await Promise.race([
        process.ask(payload, onLog),
        wait(this.#options.timeoutSeconds * 1000, undefined, { signal: timer.signal, ref: false }).then(() => {
          throw new FunctionTimedOut();
        }),
      ]);
    } catch (err) {
      await process.kill();
      this.#stray.splice(0).forEach(onLog);
      throw err;
    } finally {
      timer.abort();
      this.#release(process);
    }
  }

  /** Ends all processes. The next event starts a new one. */
  async stop(): Promise<void> {
    const processes = this.#processes;
    this.#processes = [];
    this.#idle = [];
    await Promise.all(processes.map((process) => process.kill()));
  }

  /** Deploys the bundle at the start and after each change of the file, and ends the old processes. */
  async #deploy(): Promise<void> {
    const { mtimeMs } = await stat(this.#code.file);
    if (mtimeMs === this.#deployed) {
      return;
    }
    this.#deployed = mtimeMs;
    await this.stop();
    await mkdir(this.#code.directory, { recursive: true });
    await writeFile(join(this.#code.directory, 'package.json'), '{"type":"commonjs"}\n');
    await copyFile(this.#code.file, join(this.#code.directory, this.#options.module));
  }

  async #acquire(): Promise<BotProcess> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle?.alive) {
        return idle;
      }
      this.#processes = this.#processes.filter((process) => process.alive);
      if (this.#processes.length < maxProcesses) {
        const { program, module, execPath } = this.#options;
        const process = new BotProcess(program, [join(this.#code.directory, module)], {
          ...(execPath && { execPath }),
          onStray: (line) => this.#stray.push(line),
        });
        this.#processes.push(process);
        return process;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #release(process: BotProcess): void {
    if (process.alive && this.#processes.includes(process)) {
      this.#idle.push(process);
    }
    this.#waiting.shift()?.();
  }
}
