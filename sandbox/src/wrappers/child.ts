// SPDX-License-Identifier: Apache-2.0 OR MIT
import { ContentType, Hl7Message, MedplumClient } from '@medplum/core';
import { createRequire } from 'node:module';
import { setClock } from './clock.ts';
import type { ChildMessage, ChildRequest } from './process.ts';
import type { BotPayload } from './wrapper.ts';

/*
 * Shared code of the three wrappers that runs in the bot's process.
 */

export function send(message: ChildMessage): void {
  process.send?.(message);
}

/** Answers the requests of the parent process. Kills the process group when the parent disconnects. */
export function serve(handle: (payload: unknown, log: (line: string) => void) => Promise<unknown>): void {
  process.on('message', ({ id, payload }: ChildRequest) => {
    void handle(JSON.parse(payload), (line) => send({ id, log: line })).then((answer) =>
      send({ id, answer: JSON.stringify(answer) }),
    );
  });
  process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
}

/**
 * Serves one bot as a function. A process handles one event at a time, so its output belongs to the current event.
 * Output between two events belongs to none.
 */
export function serveFunction(handle: (payload: BotPayload, module: string) => Promise<unknown>): void {
  const module = process.argv[2] ?? '';
  let log: ((line: string) => void) | undefined;
  captureOutput((line) => {
    if (log) {
      log(line);
    } else {
      send({ stray: line });
    }
  });
  serve(async (payload, write) => {
    log = write;
    setClock((payload as BotPayload).clockOffset);
    try {
      return await handle(payload as BotPayload, module);
    } finally {
      log = undefined;
    }
  });
}

type Handler = (medplum: MedplumClient, event: Record<string, unknown>) => unknown;

/** Calls the bot's handler. The module is loaded once, and again only if loading failed. */
export async function callBot(
  module: string,
  medplum: MedplumClient,
  event: Record<string, unknown>,
): Promise<unknown> {
  const { handler } = createRequire(import.meta.url)(module) as { handler: Handler };
  return handler(medplum, event);
}

/** Returns the bot's MedplumClient: a real client with the bot's token. */
export function connect(payload: BotPayload): MedplumClient {
  const { baseUrl, accessToken, traceId } = payload;
  const medplum = new MedplumClient({
    baseUrl,
    fetch: (url: string, options: RequestInit = {}) => {
      const headers = new Headers(options.headers);
      if (traceId !== undefined) {
        headers.set('x-trace-id', traceId);
        headers.set('traceparent', traceId);
      }
      return fetch(url, { ...options, headers });
    },
  });
  medplum.setAccessToken(accessToken);
  return medplum;
}

/** Returns the event for the handler. */
export function botEvent(payload: BotPayload): Record<string, unknown> {
  const { bot, requester, contentType, secrets, traceId, headers } = payload;
  const input = isHl7(payload) && payload.input ? Hl7Message.parse(payload.input as string) : payload.input;
  return { bot, requester, input, contentType, secrets, traceId, headers, responseStream: undefined };
}

/** For HL7 input, the server converts the result into text. */
export function botResult(payload: BotPayload, result: unknown): unknown {
  return isHl7(payload) && result ? (result as { toString: () => string }).toString() : result;
}

function isHl7(payload: BotPayload): boolean {
  return payload.contentType === ContentType.HL7_V2;
}

export function describeError(err: unknown): string {
  if (isError(err)) {
    return `Unhandled error: ${err.message}\n${err.stack ?? ''}`;
  }
  return `Unhandled error: ${typeof err === 'string' ? err : JSON.stringify(err, undefined, 2)}`;
}

/** An error of another realm is not an `instanceof Error`. */
export function isError(err: unknown): err is Error {
  return Object.prototype.toString.call(err) === '[object Error]';
}

/** Sends every line of stdout and stderr to `write`. */
function captureOutput(write: (line: string) => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    let rest = '';
    stream.write = (chunk: string | Uint8Array, ...args: unknown[]) => {
      const lines = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(write);
      const callback = args.at(-1);
      if (typeof callback === 'function') {
        process.nextTick(callback);
      }
      return true;
    };
  }
}
