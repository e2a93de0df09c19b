// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The core, and how to ask it: a text and numbers are written into its memory, an answer is read from there. */
// A VM context has no Buffer of its own.
import { Buffer } from 'node:buffer';
import type { Frame } from './frame.ts';

/** What the wasm exports: numbers in, numbers out. */
export interface CoreExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  text(bytes: number): number;
  numbers(count: number): number;
  start(written: number, wide: number): number;
  resume(flow: number, written: number, wide: number): number;
  /** Of the bots behind Medplum's authentication alone: starts a flow, as `start` does for webhooks. */
  knock?(bot: number, written: number, wide: number): number;
  output(): number;
}

/** An instance, and its memory in the two ways it is written and read. */
export interface Core {
  readonly exports: CoreExports;
  bytes: Buffer;
  numbers: Uint32Array;
  /** The names of parameters that it keeps, as far as the host can be sure of it. */
  names: readonly string[];
}

/** What the core wants next: the base64 of a TwiML document to answer with, or JSON of anything else. */
export interface Answer {
  readonly twiml?: string;
  readonly json?: string;
}

const WIDE = /[^\0-\xff]/;
const BRACE = '{'.charCodeAt(0);

export function compile(base64: string): WebAssembly.Module {
  return new WebAssembly.Module(Buffer.from(base64, 'base64'));
}

export function instantiate(module: WebAssembly.Module): Core {
  const exports = new WebAssembly.Instance(module).exports as unknown as CoreExports;
  return { exports, bytes: Buffer.alloc(0), numbers: new Uint32Array(0), names: [] };
}

/** Starts the flow of a webhook. */
export function start(core: Core, { text, numbers, count, names }: Frame): Answer {
  const wide = WIDE.test(text);
  const written = write(core, text, wide, numbers, count);
  const answer = read(core, core.exports.start(written, wide ? 1 : 0));
  // A document is answered to a genuine event, and its names are kept.
  core.names = answer.twiml === undefined ? [] : names;
  return answer;
}

/** Starts the flow of an event behind Medplum's own authentication. */
export function startEvent(core: Core, bot: number, event: string): Answer {
  const wide = WIDE.test(event);
  const written = write(core, event, wide, [0, 0, 0, 0, 0, event.length], 6);
  return read(core, core.exports.knock?.(bot, written, wide ? 1 : 0) ?? 0);
}

/** Goes on with a flow. */
export function resume(core: Core, flow: number, answers: string): Answer {
  const wide = WIDE.test(answers);
  const written = write(core, answers, wide, [0, 0, 0, 0, 0, answers.length], 6);
  // The flow may keep its own names now.
  core.names = [];
  return read(core, core.exports.resume(flow, written, wide ? 1 : 0));
}

/** Writes a text and the first `count` numbers; how many bytes the text took. */
function write(core: Core, text: string, wide: boolean, numbers: readonly number[], count: number): number {
  const room = wide ? text.length * 2 : text.length;
  const textAt = core.exports.text(room) >>> 0;
  const numbersAt = core.exports.numbers(count) >>> 2;
  look(core);
  const places = core.numbers;
  for (let i = 0; i < count; i++) {
    places[numbersAt + i] = numbers[i] as number;
  }
  // Neither encoding makes anything of half a surrogate pair: the core does.
  return core.bytes.write(text, textAt, room, wide ? 'utf16le' : 'latin1');
}

function read(core: Core, length: number): Answer {
  const at = core.exports.output() >>> 0;
  look(core);
  return core.bytes[at] === BRACE
    ? { json: core.bytes.toString('utf8', at, at + length) }
    : { twiml: core.bytes.toString('base64', at, at + length) };
}

export function inBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Memory that has grown leaves what looked at it empty. */
function look(core: Core): void {
  if (core.bytes.length === 0) {
    const { buffer } = core.exports.memory;
    core.bytes = Buffer.from(buffer);
    core.numbers = new Uint32Array(buffer);
  }
}
