// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Random arguments for TwiML builders, correct and incorrect. */
import type { Random } from './random.ts';

const TEXTS = [
  'Hello.',
  '',
  ' ',
  'a & b < c > d "e" \'f\'',
  'tab\tline\nreturn\r',
  '予約 é 😀',
  ']]> &amp; &#65;',
  '--',
  '+15550100001',
  'https://example.com/a?b=1&c=2',
] as const;

/** Characters that XML cannot represent. */
const ILLEGAL = ['\0', 'a\u0008b', '\u000b', '\u001f', '\ufffe', 'x\uffff', '\ud83d', 'a\udc00b'] as const;

const NAMES = ['voice', 'loop', 'action', 'xml:lang', 'interpret-as', 'é', 'a.b', '_', 'statusCallbackEvent'] as const;
const ILLEGAL_NAMES = ['', '1a', 'a b', 'a>', '-a', 'a=', 'ü"'] as const;

const TAGS = ['Say', 'Dial', 'x', 'say-as', 'a:b', 'Élément'] as const;

export function text(random: Random): string {
  return random.chance(0.01) ? random.pick(ILLEGAL) : random.pick(TEXTS);
}

export function tag(random: Random): string {
  return random.chance(0.02) ? random.pick(ILLEGAL_NAMES) : random.pick(TAGS);
}

export function attributes(random: Random): Record<string, unknown> {
  const name = (): string => (random.chance(0.004) ? random.pick(ILLEGAL_NAMES) : random.pick(NAMES));
  return Object.fromEntries(random.some([0, 1, 2, 3], 4).map(() => [name(), attribute(random)]));
}

function attribute(random: Random): unknown {
  const kinds: (() => unknown)[] = [
    () => text(random),
    () => text(random),
    () => random.pick([0, 1, -0, 2.5, 1e21, Number.NaN, 12n]),
    () => random.chance(0.5),
    () => random.some(TEXTS, 3),
    () => random.pick([null, undefined]),
    () => random.pick([[1, [2, 3], null], [], [true, undefined], { toString: () => 'text' }, {}, new Date(0)]),
    () => random.pick([new URL('https://example.com/ä'), () => 'made', () => null, { valueOf: () => 7 }]),
  ];
  return random.pick(kinds)();
}

/** A value that the types do not allow, but a program may pass. */
export function odd(random: Random): unknown {
  return random.pick<unknown>([
    null,
    undefined,
    undefined,
    0,
    7,
    true,
    false,
    12n,
    ['Say'],
    [],
    { Dial: '+15550100002' },
    new Date(0),
    Object('boxed'),
    Object(5),
    () => 'made',
    { valueOf: () => 'unboxed' },
    Object.create(null),
  ]);
}
