// SPDX-License-Identifier: Apache-2.0 OR MIT
import { argumentError } from './core/error.ts';

/** A raw body as text or bytes. It does not use `instanceof`, which does not recognize buffers of another realm. */
export function rawBody(body: unknown): string | Uint8Array {
  if (typeof body === 'string') {
    return body;
  }
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  if (Object.prototype.toString.call(body) === '[object ArrayBuffer]') {
    return new Uint8Array(body as ArrayBuffer);
  }
  throw argumentError('body');
}
