// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Random } from './random.ts';

/** Random digits that match a pattern: a regular expression over digits as the numbering plans have them. */
export function sample(random: Random, pattern: string): string {
  let at = 0;

  const either = (): string => {
    const choices = [sequence()];
    while (pattern[at] === '|') {
      at++;
      choices.push(sequence());
    }
    return random.pick(choices);
  };
  const sequence = (): string => {
    let digits = '';
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      digits += repeated();
    }
    return digits;
  };
  const repeated = (): string => {
    const start = at;
    const first = once();
    const [text = '', least, most = least] = /^(?:\?|\{(\d+)(?:,(\d+))?\})/.exec(pattern.slice(at)) ?? [];
    at += text.length;
    if (text === '') {
      return first;
    }
    const [low, high] = text === '?' ? [0, 1] : [Number(least), Number(most)];
    const times = low + random.below(high - low + 1);
    const end = at;
    let digits = '';
    for (let time = 0; time < times; time++) {
      at = start;
      digits += once();
    }
    at = end;
    return digits;
  };
  const once = (): string => {
    if (pattern[at] === '(') {
      at += pattern.startsWith('(?:', at) ? 3 : 1;
      const digits = either();
      at++;
      return digits;
    }
    const [text = '', members] = /^(?:\[([\d-]+)\]|\\d|\d)/.exec(pattern.slice(at)) ?? [];
    at += text.length;
    if (text === '\\d') {
      return String(random.below(10));
    }
    const digits = (members ?? text).replace(/(\d)-(\d)/g, (_, from: string, to: string) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index).join(''),
    );
    return random.pick(digits.split(''));
  };

  return either();
}
