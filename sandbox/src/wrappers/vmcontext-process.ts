// SPDX-License-Identifier: Apache-2.0 OR MIT
import { ContentType, Hl7Message, MedplumClient, normalizeErrorString, normalizeOperationOutcome } from '@medplum/core';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { describeError, send, serve } from './child.ts';
import { clockScript } from './clock.ts';
import type { BotPayload, BotResult, Returned } from './wrapper.ts';

/*
 * The server's own process: every bot of this runtime runs here, each request in a new context.
 */

export interface VmRequest {
  file: string;
  timeout: number;
  event: BotPayload;
}

const require = createRequire(import.meta.url);

serve(async (payload, log) => run(payload as VmRequest, log));

// A server logs a promise that nobody waited for and goes on.
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
 * The bundle's text stands in a sloppy script, after `exports` and `module` and right before the call. So `export`
 * statements and a bare `module.exports = …` fail, and there is no semicolon to save a bundle that ends without one.
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

/** What the context has beside the language itself. `event` and its input are objects of this realm, not of that one. */
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

/** A console whose lines are the arguments joined by blanks: objects show as `[object Object]`, as on the server. */
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
