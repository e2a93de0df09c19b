// SPDX-License-Identifier: Apache-2.0 OR MIT
import { mistake } from './core/error.ts';

/** A raw body as text or bytes. Buffers of another realm are known by what they are, not by `instanceof`. */
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
  throw mistake('body');
}
