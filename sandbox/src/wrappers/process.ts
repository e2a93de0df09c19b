// SPDX-License-Identifier: Apache-2.0 OR MIT
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { delimiter } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A message from a child process. Log lines are sent immediately, so that they are not lost if the bot is killed. */
export type ChildMessage = { id: string; log: string } | { id: string; answer: string } | { stray: string };

export interface ChildRequest {
  id: string;
  payload: string;
}

export class ProcessEnded extends Error {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;

  constructor(exitCode: number | null, signal: NodeJS.Signals | null) {
    super(signal ? `The process was killed by ${signal}` : `The process exited with status ${exitCode}`);
    this.exitCode = exitCode;
    this.signal = signal;
  }
}

interface PendingRequest {
  answer: (text: string) => void;
  fail: (error: Error) => void;
  log: (line: string) => void;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) {
    killGroup(child);
  }
});

/** A child process that runs bots. It leads a process group, so that processes started by a bot end with it. */
export class BotProcess {
  readonly #child: ChildProcess;
  readonly #pending = new Map<string, PendingRequest>();
  readonly #ended: Promise<unknown>;
  #count = 0;
  #alive = true;

  constructor(program: URL, args: string[], options: { execPath?: string; onStray: (line: string) => void }) {
    this.#child = fork(program, args, {
      detached: true,
      env: environment(),
      execArgv: ['--disable-warning=ExperimentalWarning'],
      execPath: options.execPath ?? process.execPath,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    running.add(this.#child);
    this.#ended = once(this.#child, 'exit');
    this.#child.on('message', (message: ChildMessage) => this.#receive(message, options.onStray));
    this.#child.on('exit', (code, signal) => this.#end(new ProcessEnded(code, signal)));
    this.#child.on('error', (error) => this.#end(error));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream as Readable }).on('line', options.onStray);
    }
  }

  get alive(): boolean {
    return this.#alive;
  }

  ask(payload: unknown, onLog: (line: string) => void): Promise<string> {
    const id = String(++this.#count);
    return new Promise((answer, fail) => {
      if (!this.#alive) {
        fail(new ProcessEnded(this.#child.exitCode, this.#child.signalCode));
        return;
      }
      this.#pending.set(id, { answer, fail, log: onLog });
      const request: ChildRequest = { id, payload: JSON.stringify(payload) };
      this.#child.send(request, (error) => error && this.#remove(id)?.fail(error));
    });
  }

  async kill(): Promise<void> {
    if (this.#child.pid === undefined) {
      return;
    }
    killGroup(this.#child);
    if (this.#alive) {
      await this.#ended;
    }
  }

  #receive(message: ChildMessage, onStray: (line: string) => void): void {
    if ('stray' in message) {
      onStray(message.stray);
    } else if ('log' in message) {
      (this.#pending.get(message.id)?.log ?? onStray)(message.log);
    } else {
      this.#remove(message.id)?.answer(message.answer);
    }
  }

  #remove(id: string): PendingRequest | undefined {
    const request = this.#pending.get(id);
    this.#pending.delete(id);
    return request;
  }

  #end(error: Error): void {
    this.#alive = false;
    running.delete(this.#child);
    // A bot can have started processes that are still running in the group.
    killGroup(this.#child);
    for (const id of [...this.#pending.keys()]) {
      this.#remove(id)?.fail(error);
    }
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Servers run in UTC. A bundle in any folder can require the packages of the server's layer. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _test, ...env } = process.env;
  const layer = createRequire(import.meta.url).resolve.paths('@medplum/core') ?? [];
  return { ...env, NODE_PATH: layer.join(delimiter), TZ: 'UTC' };
}
