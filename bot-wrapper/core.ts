// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The core, and how to ask it: a text and numbers are written into its memory, an answer is read from there. */
// A VM context has no Buffer of its own.
import { Buffer } from 'node:buffer';
import type { EventFrame } from './frame.ts';
import { WireFrame, type Rooms } from './wire.ts';

/** What the wasm exports: numbers in, numbers out. */
export interface CoreExports extends Rooms {
  start(written: number, wide: number): number;
  resume(flow: number, written: number, wide: number): number;
  /** Of the bots behind Medplum's authentication alone: starts a flow, as `start` does for webhooks. */
  knock?(bot: number, written: number, wide: number): number;
}

/** An instance, and a view of its memory, which is kept. */
export interface Core {
  readonly exports: CoreExports;
  bytes: Buffer;
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
  return { exports, bytes: Buffer.alloc(0), names: [] };
}

/** Starts the flow of a webhook. */
export function start(core: Core, { frame, names }: EventFrame): Answer {
  const wide = WIDE.test(frame.text);
  const written = write(core, frame, wide);
  const answer = read(core, core.exports.start(written, wide ? 1 : 0));
  // A document is answered to a genuine event, and its names are kept.
  core.names = answer.twiml === undefined ? [] : names;
  return answer;
}

/** Starts the flow of an event behind Medplum's own authentication. */
export function startEvent(core: Core, bot: number, event: string): Answer {
  const wide = WIDE.test(event);
  const written = write(core, frameOf(event), wide);
  return read(core, core.exports.knock?.(bot, written, wide ? 1 : 0) ?? 0);
}

/** Goes on with a flow. */
export function resume(core: Core, flow: number, answers: string): Answer {
  const wide = WIDE.test(answers);
  const written = write(core, frameOf(answers), wide);
  // The flow may keep its own names now.
  core.names = [];
  return read(core, core.exports.resume(flow, written, wide ? 1 : 0));
}

function frameOf(field: string): WireFrame {
  const frame = new WireFrame();
  frame.add(field);
  return frame;
}

/** Writes a frame; how many bytes its text took. */
function write(core: Core, frame: WireFrame, wide: boolean): number {
  const { text } = frame;
  const room = wide ? text.length * 2 : text.length;
  const at = frame.put(core.exports, room);
  // Neither encoding makes anything of half a surrogate pair: the core does.
  return look(core).write(text, at, room, wide ? 'utf16le' : 'latin1');
}

function read(core: Core, length: number): Answer {
  const at = core.exports.output() >>> 0;
  const bytes = look(core);
  return bytes[at] === BRACE
    ? { json: bytes.toString('utf8', at, at + length) }
    : { twiml: bytes.toString('base64', at, at + length) };
}

export function inBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Makes the view anew where memory has grown, which leaves it empty. */
function look(core: Core): Buffer {
  if (core.bytes.length === 0) {
    core.bytes = Buffer.from(core.exports.memory.buffer);
  }
  return core.bytes;
}
