// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Writes schema/twiml.json, the TwiML schema of the installed npm twilio, and the names of the voices in
 * schema/voices.json.
 *
 *     node scripts/schema.ts [--check]
 *
 * With --check, it writes nothing, and exits with 1 if a committed file differs. schema/overlay.json corrects errors
 * in that package, and adds rules that its types cannot express.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readPackage } from './schema/package.ts';
import { withVoices } from './schema/voices.ts';

const folder = path.resolve(import.meta.dirname, '../schema');
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const twiml = await readPackage();
const files = { 'twiml.json': twiml, 'voices.json': await withVoices(read('voices.json'), twiml) };
for (const [name, text] of Object.entries(files)) {
  if (!values.check) {
    writeFileSync(path.join(folder, name), text);
  } else if (read(name) !== text) {
    console.error(`schema/${name} does not match the installed npm twilio. Run node scripts/schema.ts.`);
    process.exitCode = 1;
  }
}
