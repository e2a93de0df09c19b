// SPDX-License-Identifier: Apache-2.0 OR MIT
import { createHash } from 'node:crypto';

/**
 * Returns hexadecimal digits that are derived from the seed and a label. All random values in the sandbox come from
 * here, so that the same seed gives the same sandbox.
 */
export function hex(seed: string, label: string, digits: number): string {
  let text = '';
  for (let block = 0; text.length < digits; block++) {
    text += createHash('sha256').update(`${seed}\n${label}\n${block}`).digest('hex');
  }
  return text.slice(0, digits);
}

/** Returns a version 4 UUID, the id format of FHIR servers. */
export function uuid(seed: string, label: string): string {
  const digits = hex(seed, label, 32);
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    variant + digits.slice(17, 20),
    digits.slice(20, 32),
  ].join('-');
}

/** Returns a number in 0 ≤ n < 1. */
export function fraction(seed: string, label: string): number {
  return Number.parseInt(hex(seed, label, 12), 16) / 2 ** 48;
}
