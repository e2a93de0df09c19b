// SPDX-License-Identifier: Apache-2.0 OR MIT
import { WireFrame } from '../../bot-wrapper/wire.ts';

const REPLACEMENT = '\uFFFD';

/** A frame whose text is encoded as UTF-8, which has no half of a surrogate pair. */
export class Frame extends WireFrame {
  /** Whether a character was replaced because half of it stood in another field. */
  replaced = false;
  /** The last code unit of the text, or 0. */
  #last = 0;

  override add(field: string): void {
    if (field !== '') {
      // Half a surrogate pair is encoded as U+FFFD, unless the other half happens to begin the next field.
      if ((this.#last & 0xfc00) === 0xd800 && (field.charCodeAt(0) & 0xfc00) === 0xdc00) {
        this.text = this.text.slice(0, -1) + REPLACEMENT;
        this.replaced = true;
      }
      this.#last = field.charCodeAt(field.length - 1);
    }
    super.add(field);
  }
}
