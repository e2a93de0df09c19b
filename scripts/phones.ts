// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Generates src/phone/plans.bin, which is part of the core, and src/phone/plans.txt, the same in readable form.
 *
 *     node scripts/phones.ts
 *
 * Numbering plans change every month. To update them, install newer libphonenumber-js and google-libphonenumber and run
 * this.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { plans, SLOTS, type Plan } from './phones/metadata.ts';
import { pack } from './phones/pack.ts';

const root = path.resolve(import.meta.dirname, '..');
export const files = { bin: path.join(root, 'src/phone/plans.bin'), txt: path.join(root, 'src/phone/plans.txt') };

/** The contents of both files, generated from the installed packages. */
export function generate(): { bin: Uint8Array; txt: string } {
  const allPlans = plans();
  const sources = ['libphonenumber-js', 'google-libphonenumber'].map((name) => {
    const file = path.join(root, 'node_modules', name, 'package.json');
    return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`;
  });
  const head = `Made by scripts/phones.ts of ${sources.join(' and ')}; the data are libphonenumber's (Apache-2.0).\n`;
  return { bin: pack(allPlans), txt: head + allPlans.map(toText).join('') };
}

function toText({ region, callingCode, lengths, patterns }: Plan): string {
  const lines = SLOTS.filter((slot) => patterns[slot] !== '').map((slot) => `  ${slot} ${patterns[slot]}\n`);
  return `\n${region} +${callingCode} ${lengths.join(',')}\n${lines.join('')}`;
}

if (import.meta.main) {
  const { bin, txt } = generate();
  writeFileSync(files.bin, bin);
  writeFileSync(files.txt, txt);
  console.log(`${bin.length} bytes`);
}
