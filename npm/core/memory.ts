// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The rooms of the core that a frame is written into and an answer read from, at their addresses in `memory`. */
export interface CoreRooms {
  readonly memory: { readonly buffer: ArrayBuffer };
  text(bytes: number): number;
  numbers(count: number): number;
  output(): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes one text and its numbers into the core; the count of bytes written. */
export function write(core: CoreRooms, text: string, numbers: Uint32Array): number {
  // UTF-8 takes at most three bytes for a UTF-16 code unit. Both rooms are made before memory is looked at: making
  // room may move it.
  const room = text.length * 3;
  const textAt = core.text(room) >>> 0;
  const numbersAt = core.numbers(numbers.length) >>> 0;
  const { buffer } = core.memory;
  new Uint32Array(buffer, numbersAt, numbers.length).set(numbers);
  return encoder.encodeInto(text, new Uint8Array(buffer, textAt, room)).written;
}

/** Reads an answer of `length` bytes. */
export function read(core: CoreRooms, length: number): string {
  return decoder.decode(new Uint8Array(core.memory.buffer, core.output() >>> 0, length));
}
