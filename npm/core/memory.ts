// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Writes to and reads from the core's memory, in hosts with TextEncoder and TextDecoder. */
import type { CoreMemory, WireFrame } from '../../bot-wrapper/frame.ts';

/** The memory functions of the library build, which also takes a raw body. */
export interface LibraryMemory extends CoreMemory {
  body(bytes: number): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes a text, or a frame with its text. Returns the count of bytes. */
export function write(core: CoreMemory, text: string, frame?: WireFrame): number {
  // UTF-8 takes at most three bytes for a UTF-16 code unit.
  const maxBytes = text.length * 3;
  return encode(core, text, frame ? frame.put(core, maxBytes) : core.text(maxBytes), maxBytes);
}

/** Writes a raw body. Returns the count of bytes. */
export function writeBody(core: LibraryMemory, body: string | Uint8Array): number {
  if (typeof body === 'string') {
    const maxBytes = body.length * 3;
    return encode(core, body, core.body(maxBytes), maxBytes);
  }
  const address = core.body(body.length) >>> 0;
  new Uint8Array(core.memory.buffer, address).set(body);
  return body.length;
}

function encode({ memory }: CoreMemory, text: string, address: number, maxBytes: number): number {
  return encoder.encodeInto(text, new Uint8Array(memory.buffer, address >>> 0, maxBytes)).written;
}

/** Reads an output of `length` bytes. */
export function read(core: CoreMemory, length: number): string {
  return decoder.decode(new Uint8Array(core.memory.buffer, core.output() >>> 0, length));
}
