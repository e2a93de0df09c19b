// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Writes schema/twiml.json, the TwiML schema of the installed npm twilio.
 *
 *     node scripts/schema.ts [--check]
 *
 * With --check, it writes nothing, and exits with 1 if the committed file differs. schema/overlay.json corrects errors
 * in that package, and adds rules that its types cannot express.
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
    console.error('schema/twiml.json does not match the installed npm twilio. Run node scripts/schema.ts.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}
