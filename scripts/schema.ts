// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Writes schema/twiml.json: what the installed npm twilio knows of TwiML.
 *
 *     node scripts/schema.ts [--check]
 *
 * With --check nothing is written; ends with 1 if the committed file is another. What that package gets wrong, and what
 * its types cannot say, is in schema/overlay.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readPackage } from './schema/package.ts';

const file = path.resolve(import.meta.dirname, '../schema/twiml.json');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const text = await readPackage();
if (values.check) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('schema/twiml.json is not what the installed npm twilio gives: run node scripts/schema.ts');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}
