// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The format in which the bots and the npm package pass input to the core: one text with all fields, and a list of
 * numbers. The first numbers are a header. The others are the lengths of the fields in UTF-16 code units. Fields have
 * lengths instead of separators, because callers choose their contents. src/frame.rs reads the format.
 *
 * Only the encoding of the text differs between the hosts. The bots have Node's Buffer but no TextEncoder. They write
 * Latin-1 or UTF-16, which copies the string (core.ts). The npm package also runs without Buffer and writes UTF-8 with
 * TextEncoder (npm/core/memory.ts). So its frames split the surrogate pairs that span two fields (npm/core/frame.ts).
 */

/**
 * The exports for frames that every build of the core has. `text` and `numbers` reserve memory and return its address.
 */
export interface CoreMemory {
  readonly memory: { readonly buffer: ArrayBuffer };
  text(bytes: number): number;
  numbers(count: number): number;
  output(): number;
}

/** The count of numbers before the lengths of the fields. */
const HEADER_LENGTH = 5;

const MAX_SPARE = 65_536;

/** The array of numbers, reused for the next frame, because allocating it costs more than filling it. */
let spare: Uint32Array | undefined;

/**
 * A frame is built by calls of `add` and written once. `put` reserves memory in the core for the numbers and for a text
 * of up to `maxBytes` bytes. It writes the numbers and returns the address of the text.
 *
 * The constructor sets the members. The bots are bundled for ES2020, in which each class field costs a function call.
 */
export class WireFrame {
  declare text: string;
  declare numbers: Uint32Array;
  /** The count of numbers in use. */
  declare count: number;

  // Frames with more numbers in the header set them after construction.
  constructor(first = 0, second = 0, third = 0) {
    this.text = '';
    // Two frames can be under construction at once, if a `toString` of a value calls the library. The second one finds
    // no spare array and creates its own.
    this.numbers = spare ?? new Uint32Array(512);
    this.count = HEADER_LENGTH;
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

  put(core: CoreMemory, maxBytes: number): number {
    const { count, numbers } = this;
    // Reserving memory may move it. So both are reserved before a view of it is created.
    const textAddress = core.text(maxBytes) >>> 0;
    const numbersAddress = core.numbers(count) >>> 0;
    const view = new Uint32Array(core.memory.buffer, numbersAddress, count);
    // Most frames are so short that a loop is faster than `set` and `subarray`.
    for (let i = 0; i < count; i++) {
      view[i] = numbers[i] as number;
    }
    if (numbers.length <= MAX_SPARE) {
      spare = numbers;
    }
    return textAddress;
  }
}
