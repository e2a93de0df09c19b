// SPDX-License-Identifier: Apache-2.0 OR MIT
import { WireFrame } from '../../bot-wrapper/frame.ts';

const REPLACEMENT = '\uFFFD';

/** A frame whose text is encoded as UTF-8, which cannot represent an unpaired surrogate. */
export class Frame extends WireFrame {
  /** Whether a surrogate was replaced because its other half was in the next field. */
  replaced = false;
  /** The last code unit of the text, or 0. */
  #last = 0;

  override add(field: string): void {
    if (field !== '') {
      // Encoding replaces an unpaired surrogate by U+FFFD, but not if the next field starts with the other half.
      if ((this.#last & 0xfc00) === 0xd800 && (field.charCodeAt(0) & 0xfc00) === 0xdc00) {
        this.text = this.text.slice(0, -1) + REPLACEMENT;
        this.replaced = true;
      }
      this.#last = field.charCodeAt(field.length - 1);
    }
    super.add(field);
  }
}
