// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The wire frame, in which the bots and the npm package ask the core: fields in one text, and numbers. The first numbers
 * are the frame's own, the others are the fields' lengths in UTF-16 code units. Fields are known by lengths and not by
 * separators, since a caller chooses what stands in them. src/frame.rs reads it.
 *
 * Only the text's encoding differs, because the hosts do. The bots have Node's Buffer and no TextEncoder, and write
 * Latin-1 or UTF-16, which is a copy (core.ts). The npm package also runs where there is no Buffer, and writes UTF-8 with
 * TextEncoder (npm/core/memory.ts); so its frames part the surrogate pairs that two fields share (npm/core/frame.ts).
 */

/** What every build of the core exports for frames. Each of `text` and `numbers` makes room, and gives its address. */
export interface Rooms {
  readonly memory: { readonly buffer: ArrayBuffer };
  text(bytes: number): number;
  numbers(count: number): number;
  output(): number;
}

/** How many numbers stand before the fields' lengths. */
const HEAD = 5;

const MOST_SPARE = 65_536;

/** Numbers for the next frame, kept from frame to frame: making room for them costs more than filling it. */
let spare: Uint32Array | undefined;

/**
 * A frame is laid out by `add` and written once. `put` makes room in the core for the numbers and for a text of up to
 * `room` bytes, writes the numbers, and gives the text's address.
 *
 * The members are set by the constructor. The bots are bundled for ES2020, where a class with fields costs a call for each.
 */
export class WireFrame {
  declare text: string;
  declare numbers: Uint32Array;
  /** How many of the numbers are used. */
  declare count: number;

  // A kind of frame that has more in its head sets it itself.
  constructor(first = 0, second = 0, third = 0) {
    this.text = '';
    // A frame that is laid out while another is, by a `toString` that calls us, finds none and makes its own.
    this.numbers = spare ?? new Uint32Array(512);
    this.count = HEAD;
    spare = undefined;
    this.numbers[0] = first;
    this.numbers[1] = second;
    this.numbers[2] = third;
  }

  add(field: string): void {
    if (this.count === this.numbers.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count++] = field.length;
    this.text += field;
  }

  put(core: Rooms, room: number): number {
    const { count, numbers } = this;
    // Making room may move memory: so both rooms are made before it is looked at.
    const textAt = core.text(room) >>> 0;
    const numbersAt = core.numbers(count) >>> 0;
    const places = new Uint32Array(core.memory.buffer, numbersAt, count);
    // Most frames are so short that a loop is quicker than the calls that would copy them.
    for (let i = 0; i < count; i++) {
      places[i] = numbers[i] as number;
    }
    if (numbers.length <= MOST_SPARE) {
      spare = numbers;
    }
    return textAt;
  }
}
