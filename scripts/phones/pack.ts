// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Encodes plans in the binary format that src/phone/plan.rs reads and documents. */
import { SLOTS, type Plan } from './metadata.ts';

const OPEN = 10;
const CLOSE = 11;
const OR = 12;
const CLASS = 13;
const ANY = 14;
const MORE = 15;

/** Packs plans. Plans with the same calling code must be adjacent. */
export function pack(plans: readonly Plan[]): Uint8Array {
  const bytes: number[] = [];
  let main: Plan | undefined;
  for (const plan of plans) {
    if (main?.callingCode !== plan.callingCode) {
      main = plan;
    }
    const nibbles: number[] = [];
    let present = 0;
    let inherited = 0;
    SLOTS.forEach((slot, index) => {
      const pattern = plan.patterns[slot];
      if (pattern !== '' && plan !== main && pattern === main?.patterns[slot]) {
        inherited |= 1 << index;
      } else if (pattern !== '') {
        present |= 1 << index;
        nibbles.push(...encode(pattern), MORE, MORE);
      }
    });
    if (nibbles.length % 2 === 1) {
      nibbles.push(MORE);
    }
    const code = Number(plan.callingCode);
    const lengths = plan.lengths.reduce((mask, length) => mask | (1 << (length - 2)), 0);
    const region = plan.region === '001' ? [0, 0] : Array.from(plan.region, (letter) => letter.charCodeAt(0));
    const size = nibbles.length / 2;
    bytes.push(...region);
    for (const number of [code, lengths, present, inherited, size]) {
      if (number > 0xffff) {
        throw new Error(`${plan.region}: ${number} is too large`);
      }
      bytes.push(number >> 8, number & 0xff);
    }
    for (let position = 0; position < nibbles.length; position += 2) {
      bytes.push(((nibbles[position] ?? 0) << 4) | (nibbles[position + 1] ?? 0));
    }
  }
  return Uint8Array.from(bytes);
}

/** Encodes a regular expression over digits in half-bytes. */
function encode(pattern: string): number[] {
  const nibbles: number[] = [];
  const tokens = /\(\?:|\(|\)|\||\[([\d-]+)\]|\\d|\d|\?|\{(\d+)(?:,(\d+))?\}/gy;
  while (tokens.lastIndex < pattern.length) {
    const position = tokens.lastIndex;
    const match = tokens.exec(pattern);
    if (!match) {
      throw new Error(`${pattern.slice(position, position + 20)} is not supported. Add it to src/phone/pattern.rs.`);
    }
    const [text, members, min, max] = match;
    if (text.startsWith('(')) {
      nibbles.push(OPEN);
    } else if (text === ')') {
      nibbles.push(CLOSE);
    } else if (text === '|') {
      nibbles.push(OR);
    } else if (text === '\\d') {
      nibbles.push(ANY);
    } else if (members !== undefined) {
      const mask = digitsOf(members);
      nibbles.push(CLASS, mask >> 8, (mask >> 4) & 15, mask & 15);
    } else if (text === '?') {
      nibbles.push(MORE, 1);
    } else if (max !== undefined) {
      nibbles.push(MORE, 0, Number(min), Number(max));
    } else if (min !== undefined) {
      nibbles.push(MORE, Number(min));
    } else {
      nibbles.push(Number(text));
    }
    const exact = max === undefined && min !== undefined;
    if (nibbles.some((nibble) => nibble > 15) || (exact && (Number(min) < 2 || Number(min) > 14))) {
      throw new Error(`${text} cannot be encoded in half-bytes`);
    }
  }
  return nibbles;
}

/** A bit mask of the digits in a class such as `02-49`. */
function digitsOf(members: string): number {
  let mask = 0;
  for (const [, first = '', last = first] of members.matchAll(/(\d)(?:-(\d))?/g)) {
    for (let digit = Number(first); digit <= Number(last); digit++) {
      mask |= 1 << digit;
    }
  }
  return mask;
}
