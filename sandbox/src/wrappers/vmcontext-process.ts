// SPDX-License-Identifier: Apache-2.0 OR MIT
import { ContentType, Hl7Message, MedplumClient, normalizeErrorString, normalizeOperationOutcome } from '@medplum/core';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { describeError, send, serve } from './child.ts';
import { clockScript } from './clock.ts';
import type { BotPayload, BotResult, Returned } from './wrapper.ts';

/*
 * The server's own process. All bots of this runtime run in it, each request in a new context.
 */

export interface VmRequest {
  file: string;
  timeout: number;
  event: BotPayload;
}

const require = createRequire(import.meta.url);

serve(async (payload, log) => run(payload as VmRequest, log));

// The server logs an unhandled rejection and continues.
process.on('unhandledRejection', (reason) => send({ stray: describeError(reason) }));

async function run({ file, timeout, event }: VmRequest, log: (line: string) => void): Promise<BotResult> {
  const lines: string[] = [];
  const write = (line: string): void => {
    lines.push(line);
    log(line);
  };
  try {
    const code = await readFile(file, 'utf8');
    const context = vm.createContext(globalsOf(event, write));
    if (event.clockOffset) {
      vm.runInContext(clockScript(event.clockOffset), context);
    }
    const value: unknown = await vm.runInContext(scriptOf(code), context, { timeout });
    return { success: true, logResult: lines.join('\n'), returned: encode(value) };
  } catch (err) {
    write(describeError(err));
    write(`Error ${normalizeErrorString(err)}`);
    const text = JSON.stringify(normalizeOperationOutcome(err));
    return { success: false, logResult: lines.join('\n'), returned: { kind: 'json', text } };
  }
}

/**
 * The bundle is placed in a non-strict script, between the declarations of `exports` and `module` and the call.
 * Therefore `export` statements and a bare `module.exports = …` fail. There is no semicolon after the bundle, so a
 * bundle that ends without one can fail.
 */
function scriptOf(code: string): string {
  return `const exports = {};
const module = { exports };
${code}
(async () => {
  const { baseUrl, accessToken, ...botEvent } = event;
  const medplum = new MedplumClient({
    baseUrl,
    fetch: (url, options = {}) => {
      if (botEvent.traceId) {
        options.headers = { ...options.headers, 'x-trace-id': botEvent.traceId, traceparent: botEvent.traceId };
      }
      return fetch(url, options);
    },
  });
  medplum.setAccessToken(accessToken);
  const isHl7 = botEvent.contentType === ContentType.HL7_V2;
  if (isHl7 && botEvent.input) {
    botEvent.input = Hl7Message.parse(botEvent.input);
  }
  const result = await exports.handler(medplum, botEvent);
  return isHl7 && result ? result.toString() : result;
})();
`;
}

/** Returns the globals of the context. `event` and its input are objects of this realm, not of the context. */
function globalsOf(payload: BotPayload, write: (line: string) => void): Record<string, unknown> {
  const { bot, baseUrl, accessToken, requester, input, contentType, secrets, traceId, headers } = payload;
  return {
    console: new BotConsole(write),
    fetch,
    process,
    require,
    ContentType,
    Hl7Message,
    MedplumClient,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    event: {
      bot,
      baseUrl,
      accessToken,
      requester,
      input,
      contentType,
      secrets,
      traceId,
      headers,
      responseStream: undefined,
    },
  };
}

/** A console that joins its arguments with spaces. As on the server, an object is shown as `[object Object]`. */
class BotConsole {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  log = (...values: unknown[]): void => this.#write(values.join(' '));
  info = this.log;
  warn = this.log;
  error = this.log;
  debug = this.log;
  trace = this.log;
  dir = this.log;
  table = this.log;
}

function encode(value: unknown): Returned {
  if (value === undefined) {
    return { kind: 'undefined' };
  }
  if (ArrayBuffer.isView(value)) {
    return { kind: 'bytes', base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? { kind: 'unsendable' } : { kind: 'json', text };
  } catch {
    return { kind: 'unsendable' };
  }
}
