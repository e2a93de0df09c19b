// SPDX-License-Identifier: Apache-2.0 OR MIT

/** SMS segments: examples, and random texts compared with Twilio's calculator. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { countSegments } from 'plumline';
import { compareSegments } from '../../scripts/parity/segments.ts';

test('counts segments and returns the characters that require UCS-2', () => {
  assert.deepEqual(countSegments('Your appointment is at 9:00.'), {
    ...{ encoding: 'GSM-7', segments: 1, units: 28, left: 132, characters: 28 },
  });
  const text = `We’ll call you. ${'x'.repeat(60)} 🏥`;
  assert.deepEqual(countSegments(text), {
    ...{ encoding: 'UCS-2', segments: 2, units: 79, left: 55, characters: 78 },
    unicode: { index: 2, character: '’', count: 2, segmentsWithout: 1 },
  });
  assert.equal(countSegments('😀 a').unicode?.character, '😀');
  assert.deepEqual(countSegments(''), { encoding: 'GSM-7', segments: 1, units: 0, left: 160, characters: 0 });
});

test('counts half a surrogate pair as the replacement character', () => {
  const { encoding, units, unicode } = countSegments('a\ud83d');
  assert.deepEqual([encoding, units, unicode?.index], ['UCS-2', 2, 1]);
});

test('throws for a value that is not text', () => {
  for (const wrong of [undefined, null, 7, {}]) {
    assert.throws(() => countSegments(wrong as never), { code: 'ARGUMENT_INVALID', path: 'text' });
  }
});

test('counts a long text quickly', () => {
  assert.equal(countSegments('a'.repeat(1_000_000)).segments, 6536);
});

for (const [name, seed] of [
  ['texts from a fixed seed count as in Twilio’s calculator', 20_261_121],
  ['texts from a new seed count as in Twilio’s calculator', randomInt(2 ** 32)],
] as const) {
  test(name, (t) => {
    const { differences, ...figures } = compareSegments(1500, seed);
    t.diagnostic(`seed ${seed}: ${JSON.stringify(figures)}`);
    assert.equal(differences[0], undefined);
    assert.ok(figures.equal > 800 && figures.unicode > 300 && figures.long > 300 && figures.clusters > 100);
  });
}
