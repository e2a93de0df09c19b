// SPDX-License-Identifier: Apache-2.0 OR MIT

/** How many numbers stand before the fields' lengths. */
const HEAD = 5;

const REPLACEMENT = '\uFFFD';

const MOST_SPARE = 1 << 16;

/** Numbers for the next frame, kept from frame to frame: making room for them costs more than filling it. */
let spare: Uint32Array | undefined = new Uint32Array(512);

/** What crosses into the core: fields in one text, told apart by their lengths, and a few numbers before those. */
export class Frame {
  text = '';
  /** Whether a character was replaced because half of it stood in another field. */
  mended = false;
  #numbers: Uint32Array;
  #count = HEAD;
  /** The last code unit of the text, or 0. */
  #last = 0;

  constructor(first = 0, second = 0, third = 0) {
    // A frame that is laid out while another is, by a `toString` that calls us, finds none and makes its own.
    this.#numbers = spare ?? new Uint32Array(512);
    spare = undefined;
    this.#numbers[0] = first;
    this.#numbers[1] = second;
    this.#numbers[2] = third;
  }

  add(field: string): void {
    const { length } = field;
    if (this.#count === this.#numbers.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#count++] = length;
    if (length > 0) {
      // Half a surrogate pair is encoded as U+FFFD, unless the other half happens to begin the next field.
      if ((this.#last & 0xfc00) === 0xd800 && (field.charCodeAt(0) & 0xfc00) === 0xdc00) {
        this.text = this.text.slice(0, -1) + REPLACEMENT;
        this.mended = true;
      }
      this.text += field;
      this.#last = field.charCodeAt(length - 1);
    }
  }

  /** How many fields there are. */
  get length(): number {
    return this.#count - HEAD;
  }

  /** The numbers, for the one call that the frame is made for. */
  take(): Uint32Array {
    if (this.#numbers.length <= MOST_SPARE) {
      spare = this.#numbers;
    }
    return this.#numbers.subarray(0, this.#count);
  }
}
