// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Buffer } from 'node:buffer';
import type { Build } from './story.ts';

/** A build of the core that Brotli packed, since a bundle is read at every event and most get along without it. */
export function packed(base64: () => string): Build {
  return {
    compile() {
      // Loading it takes longer than a small webhook.
      const { brotliDecompressSync } = require('node:zlib') as typeof import('node:zlib');
      return new WebAssembly.Module(brotliDecompressSync(Buffer.from(base64(), 'base64')));
    },
  };
}
