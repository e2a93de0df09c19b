// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Phone numbers in common formats, checked against libphonenumber-js and Google's emergency numbers. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { parsePhone } from 'plumline';
import { compareEmergencies, comparePhones } from '../../scripts/parity/phones.ts';
import { files, generate } from '../../scripts/phones.ts';

describe('parsePhone', () => {
  test('returns E.164, the country and the kind', () => {
    for (const [text, country, e164, of, kind] of [
      ['(212) 555-0123', 'US', '+12125550123', 'US', 'ordinary'],
      ['1-800-555-TAXI', 'US', '+18005558294', 'US', 'toll-free'],
      ['020 7946 0001', 'GB', '+442079460001', 'GB', 'ordinary'],
      ['+44 (0)20 7946 0001', undefined, '+442079460001', 'GB', 'ordinary'],
      ['0909 879 0001', 'GB', '+449098790001', 'GB', 'premium'],
      ['1 900 555 0123', 'US', '+19005550123', 'US', 'premium'],
      ['011 33 1 99 00 12 34', 'US', '+33199001234', 'FR', 'ordinary'],
      ['＋４４ ２０ ７９４６ ０００１', 'FR', '+442079460001', 'GB', 'ordinary'],
    ] as const) {
      assert.deepEqual(parsePhone(text, country), { ok: true, kind, e164, country: of }, text);
    }
    assert.deepEqual(parsePhone('212-555-0123 ext. 45', 'US'), {
      ...{ ok: true, kind: 'ordinary', e164: '+12125550123', country: 'US', extension: '45' },
    });
  });

  test('never returns an emergency number or short code as dialable', () => {
    for (const [text, country, number, of] of [
      ['911', 'US', '911', 'US'],
      ['1-911', 'US', '911', 'US'],
      ['+1 911', undefined, '911', 'US'],
      ['+911', 'US', '911', 'US'],
      ['112', undefined, '112', '001'],
      ['999', 'GB', '999', 'GB'],
      ['+44 999', 'US', '999', 'GB'],
      ['0044 999', 'FR', '999', 'GB'],
      ['9 1 1', 'FR', '911', 'FR'],
      ['15', 'FR', '15', 'FR'],
    ] as const) {
      assert.deepEqual(parsePhone(text, country), { ok: true, kind: 'emergency', number, country: of }, text);
    }
    assert.deepEqual(parsePhone('24555', 'US'), { ok: true, kind: 'short-code', number: '24555', country: 'US' });
  });

  test('returns the reason for an invalid number', () => {
    for (const [text, country, code] of [
      ['', 'US', 'PHONE_NOT_A_NUMBER'],
      ['call 212 555 0123', 'US', 'PHONE_NOT_A_NUMBER'],
      ['FLOWERS', 'US', 'PHONE_NOT_A_NUMBER'],
      ['555-0123', 'US', 'PHONE_TOO_SHORT'],
      ['212 555 01234', 'US', 'PHONE_TOO_LONG'],
      ['1'.repeat(10_000), 'US', 'PHONE_TOO_LONG'],
      ['555 010 0001', 'US', 'PHONE_NOT_ASSIGNED'],
      ['212 555 0123', undefined, 'PHONE_COUNTRY_MISSING'],
      ['212 555 0123', 'Utopia', 'PHONE_COUNTRY_UNKNOWN'],
      ['+999 555 0123', 'US', 'PHONE_COUNTRY_UNKNOWN'],
    ] as const) {
      const reading = parsePhone(text, country);
      assert.equal(!reading.ok && reading.code, code, text);
      assert.ok(!reading.ok && reading.help.length > 0);
    }
    assert.throws(() => parsePhone(7 as never), { code: 'ARGUMENT_INVALID', path: 'text' });
    assert.throws(() => parsePhone('1', null as never), { code: 'ARGUMENT_INVALID', path: 'country' });
  });

  test('parses an example of every country in national and international format', () => {
    let read = 0;
    const not = new Set<string>();
    for (const country of getCountries()) {
      const example = getExampleNumber(country, examples);
      if (example) {
        for (const text of [example.formatNational(), example.formatInternational(), example.getURI()]) {
          const reading = parsePhone(text, country);
          if (reading.ok) {
            assert.equal(reading.e164, example.number, `${text} in ${country}`);
            read++;
          } else {
            not.add(country);
          }
        }
      }
    }
    assert.ok(read > 700, `${read}`);
    // docs/phones.md lists the numbers with a different national format.
    assert.deepEqual([...not], ['AR']);
  });
});

test('plans.bin and plans.txt match the packages', () => {
  const { bin, txt } = generate();
  assert.deepEqual(new Uint8Array(readFileSync(files.bin)), bin, 'run node scripts/phones.ts');
  assert.equal(readFileSync(files.txt, 'utf8'), txt);
});

test('emergency numbers match Google’s', (t) => {
  const { equal, more, differences } = compareEmergencies(3);
  t.diagnostic(`${equal} in both, ${more} more here`);
  assert.equal(differences[0], undefined);
  assert.ok(equal > 500);
});

for (const [name, seed] of [
  ['numbers from a fixed seed parse as in libphonenumber-js', 20_261_121],
  ['numbers from a new seed parse as in libphonenumber-js', randomInt(2 ** 32)],
] as const) {
  test(name, (t) => {
    const { differences, ...figures } = comparePhones(5000, seed);
    t.diagnostic(`seed ${seed}: ${JSON.stringify(figures)}`);
    assert.equal(differences[0], undefined);
    assert.ok(figures.equal > 3500 && figures.refused > 500);
  });
}
