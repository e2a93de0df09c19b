// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Calls the core: writes a text and numbers into its memory, and reads its output from there. */
// A VM context has no global Buffer.
import { Buffer } from 'node:buffer';
import type { EventFrame } from './webhook-event.ts';
import { WireFrame, type CoreMemory } from './frame.ts';

/** The exports of the wasm module. They take and return numbers only. */
export interface CoreExports extends CoreMemory {
  start(written: number, wide: number): number;
  resume(flow: number, written: number, wide: number): number;
  /** Only in the build for the operations and automation bots. Starts a flow, as `start` does for webhooks. */
  startEvent?(bot: number, written: number, wide: number): number;
}

/** An instance, and a cached view of its memory. */
export interface Core {
  readonly exports: CoreExports;
  bytes: Buffer;
  /** The parameter names that the instance has cached. Empty if the host cannot be sure. */
  names: readonly string[];
}

/** The core's output: a TwiML document to respond with, or JSON for anything else. */
export interface Output {
  readonly twimlBase64?: string;
  readonly json?: string;
}

const NOT_LATIN1 = /[^\0-\xff]/;
const OPENING_BRACE = '{'.charCodeAt(0);

/** Compiles the wasm of a bundle. `unpack` restores its bytes if the bundle has them compressed. */
export function compile(
  base64: string,
  unpack: (bytes: Uint8Array) => Uint8Array<ArrayBuffer> = (bytes) => bytes as Uint8Array<ArrayBuffer>,
): WebAssembly.Module {
  return new WebAssembly.Module(unpack(Buffer.from(base64, 'base64')));
}

export function instantiate(module: WebAssembly.Module): Core {
  const exports = new WebAssembly.Instance(module).exports as unknown as CoreExports;
  return { exports, bytes: Buffer.alloc(0), names: [] };
}

/** Starts the flow of a webhook. */
export function start(core: Core, { frame, names }: EventFrame): Output {
  const wide = NOT_LATIN1.test(frame.text);
  const written = write(core, frame, wide);
  const output = read(core, core.exports.start(written, wide ? 1 : 0));
  // The core caches the names of an event only if it verified the signature, and only then does it return a document.
  core.names = output.twimlBase64 === undefined ? [] : names;
  return output;
}

/** Starts the flow of an event that Medplum has authenticated. */
export function startEvent(core: Core, bot: number, event: string): Output {
  const wide = NOT_LATIN1.test(event);
  const written = write(core, singleFieldFrame(event), wide);
  return read(core, core.exports.startEvent?.(bot, written, wide ? 1 : 0) ?? 0);
}

/** Resumes a flow with the responses to its requests, as JSON. */
export function resume(core: Core, flow: number, responses: string): Output {
  const wide = NOT_LATIN1.test(responses);
  const written = write(core, singleFieldFrame(responses), wide);
  // The flow may have cached other names.
  core.names = [];
  return read(core, core.exports.resume(flow, written, wide ? 1 : 0));
}

function singleFieldFrame(field: string): WireFrame {
  const frame = new WireFrame();
  frame.add(field);
  return frame;
}

/** Writes a frame into the core's memory. Returns the length of its text in bytes. */
function write(core: Core, frame: WireFrame, wide: boolean): number {
  const { text } = frame;
  const maxBytes = wide ? text.length * 2 : text.length;
  const address = frame.put(core.exports, maxBytes);
  // Both encodings keep an unpaired surrogate unchanged. The core replaces it.
  return memoryOf(core).write(text, address, maxBytes, wide ? 'utf16le' : 'latin1');
}

function read(core: Core, length: number): Output {
  const address = core.exports.output() >>> 0;
  const bytes = memoryOf(core);
  return bytes[address] === OPENING_BRACE
    ? { json: bytes.toString('utf8', address, address + length) }
    : { twimlBase64: bytes.toString('base64', address, address + length) };
}

export function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Returns the view of the memory. Creates a new one if the memory has grown, which detaches the old one. */
function memoryOf(core: Core): Buffer {
  if (core.bytes.length === 0) {
    core.bytes = Buffer.from(core.exports.memory.buffer);
  }
  return core.bytes;
}
