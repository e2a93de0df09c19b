// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The whole core: all doors, all stories. Packed, since most webhooks get along without it. */
import { Buffer } from 'node:buffer';
import packed from '#pkg/bots/whole.wasm.br';
import type { Build } from './story.ts';

export const whole: Build = {
  compile() {
    // Loading it takes longer than a small webhook.
    const { brotliDecompressSync } = require('node:zlib') as typeof import('node:zlib');
    return new WebAssembly.Module(brotliDecompressSync(Buffer.from(packed, 'base64')));
  },
};
