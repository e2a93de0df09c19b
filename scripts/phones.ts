// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Makes src/phone/plans.bin, which the core has inside it, and src/phone/plans.txt, the same for people.
 *
 *     node scripts/phones.ts
 *
 * Numbering plans change every month: install newer libphonenumber-js and google-libphonenumber, then run this.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { plans, SLOTS, type Plan } from './phones/metadata.ts';
import { pack } from './phones/pack.ts';

const root = path.resolve(import.meta.dirname, '..');
export const files = { bin: path.join(root, 'src/phone/plans.bin'), txt: path.join(root, 'src/phone/plans.txt') };

/** Both files, as they ought to be. */
export function made(): { bin: Uint8Array; txt: string } {
  const every = plans();
  const sources = ['libphonenumber-js', 'google-libphonenumber'].map((name) => {
    const file = path.join(root, 'node_modules', name, 'package.json');
    return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`;
  });
  const head = `Made by scripts/phones.ts of ${sources.join(' and ')}; the data are libphonenumber's (Apache-2.0).\n`;
  return { bin: pack(every), txt: head + every.map(told).join('') };
}

function told({ region, callingCode, lengths, patterns }: Plan): string {
  const lines = SLOTS.filter((slot) => patterns[slot] !== '').map((slot) => `  ${slot} ${patterns[slot]}\n`);
  return `\n${region} +${callingCode} ${lengths.join(',')}\n${lines.join('')}`;
}

if (import.meta.main) {
  const { bin, txt } = made();
  writeFileSync(files.bin, bin);
  writeFileSync(files.txt, txt);
  console.log(`${bin.length} bytes`);
}
