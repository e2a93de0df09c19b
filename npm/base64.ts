// SPDX-License-Identifier: Apache-2.0 OR MIT

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Globals that only some hosts have. TypeScript's library does not declare them for all hosts. */
interface Host {
  readonly Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: NodeBuffer;
  readonly atob?: (text: string) => string;
  readonly process?: { getBuiltinModule?: (name: string) => { readonly Buffer: NodeBuffer } | undefined };
}

interface NodeBuffer {
  from(text: string, encoding: 'base64'): Uint8Array<ArrayBuffer>;
}

/**
 * Decodes base64 with the functions of the host. Medplum's VM context has only `process`. Other hosts may not have it.
 */
export function decode(base64: string): Uint8Array<ArrayBuffer> {
  const host = globalThis as unknown as Host;
  if (host.Uint8Array.fromBase64) {
    return host.Uint8Array.fromBase64(base64);
  }
  const buffer = host.Buffer ?? host.process?.getBuiltinModule?.('node:buffer')?.Buffer;
  if (buffer) {
    return buffer.from(base64, 'base64');
  }
  return host.atob ? Uint8Array.from(host.atob(base64), (c) => c.charCodeAt(0)) : decodeByHand(base64);
}

export function decodeByHand(base64: string): Uint8Array<ArrayBuffer> {
  const digits = base64.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  const values = new Uint8Array(128);
  for (let value = 0; value < ALPHABET.length; value++) {
    values[ALPHABET.charCodeAt(value)] = value;
  }
  for (let at = 0, from = 0; at < bytes.length; from += 4) {
    let four = 0;
    for (let digit = 0; digit < 4; digit++) {
      four = (four << 6) | (values[digits.charCodeAt(from + digit)] ?? 0);
    }
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) {
      bytes[at++] = (four >> shift) & 0xff;
    }
  }
  return bytes;
}
