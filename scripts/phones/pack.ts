// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Plans as the bytes that src/phone/plan.rs reads. The layout is told there. */
import { SLOTS, type Plan } from './metadata.ts';

const OPEN = 10;
const CLOSE = 11;
const OR = 12;
const CLASS = 13;
const ANY = 14;
const MORE = 15;

/** Packs plans; those that share a calling code follow each other. */
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
    for (let at = 0; at < nibbles.length; at += 2) {
      bytes.push(((nibbles[at] ?? 0) << 4) | (nibbles[at + 1] ?? 0));
    }
  }
  return Uint8Array.from(bytes);
}

/** A regular expression over digits in half-bytes. */
function encode(pattern: string): number[] {
  const nibbles: number[] = [];
  const rest = /\(\?:|\(|\)|\||\[([\d-]+)\]|\\d|\d|\?|\{(\d+)(?:,(\d+))?\}/gy;
  while (rest.lastIndex < pattern.length) {
    const at = rest.lastIndex;
    const found = rest.exec(pattern);
    if (!found) {
      throw new Error(`${pattern.slice(at, at + 20)} is new: teach it to src/phone/pattern.rs`);
    }
    const [text, members, least, most] = found;
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
    } else if (most !== undefined) {
      nibbles.push(MORE, 0, Number(least), Number(most));
    } else if (least !== undefined) {
      nibbles.push(MORE, Number(least));
    } else {
      nibbles.push(Number(text));
    }
    const exact = most === undefined && least !== undefined;
    if (nibbles.some((nibble) => nibble > 15) || (exact && (Number(least) < 2 || Number(least) > 14))) {
      throw new Error(`${text} has no half-byte`);
    }
  }
  return nibbles;
}

/** The digits of a class such as `02-49`, a bit each. */
function digitsOf(members: string): number {
  let mask = 0;
  for (const [, first = '', last = first] of members.matchAll(/(\d)(?:-(\d))?/g)) {
    for (let digit = Number(first); digit <= Number(last); digit++) {
      mask |= 1 << digit;
    }
  }
  return mask;
}
