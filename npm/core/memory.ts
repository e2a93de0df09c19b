// SPDX-License-Identifier: Apache-2.0 OR MIT

/** How the core is written to and read from where the host has TextEncoder and TextDecoder. */
import type { Rooms, WireFrame } from '../../bot-wrapper/wire.ts';

/** The library's build has room for a raw body, too. */
export interface LibraryRooms extends Rooms {
  body(bytes: number): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes a text, of a frame where there is one; the count of bytes. */
export function write(core: Rooms, text: string, frame?: WireFrame): number {
  // UTF-8 takes at most three bytes for a UTF-16 code unit.
  const room = text.length * 3;
  return encode(core, text, frame ? frame.put(core, room) : core.text(room), room);
}

/** Writes a raw body into its room; the count of bytes. */
export function writeBody(core: LibraryRooms, body: string | Uint8Array): number {
  if (typeof body === 'string') {
    const room = body.length * 3;
    return encode(core, body, core.body(room), room);
  }
  const at = core.body(body.length) >>> 0;
  new Uint8Array(core.memory.buffer, at).set(body);
  return body.length;
}

function encode({ memory }: Rooms, text: string, at: number, room: number): number {
  return encoder.encodeInto(text, new Uint8Array(memory.buffer, at >>> 0, room)).written;
}

/** Reads an answer of `length` bytes. */
export function read(core: Rooms, length: number): string {
  return decoder.decode(new Uint8Array(core.memory.buffer, core.output() >>> 0, length));
}
