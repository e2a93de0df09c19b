// SPDX-License-Identifier: Apache-2.0 OR MIT
// argv: document name, how often again. The core is loaded, and has checked one small document; then comes the hostile
// one, which V8 has to run on what it compiled in haste, and again and again, until it has compiled it well.
import { checkTwiml } from 'plumline';
import { hostile } from '../hostile.ts';

const document = hostile.find(({ name }) => name === process.argv[2])?.make() ?? '';
checkTwiml('<Response/>');
const before = process.resourceUsage().maxRSS;
const began = performance.now();
const findings = checkTwiml(document);
const milliseconds = performance.now() - began;
const kibibytes = process.resourceUsage().maxRSS - before;
const again = Array.from({ length: Number(process.argv[3]) }, () => {
  const began = performance.now();
  checkTwiml(document);
  return performance.now() - began;
});
const codes = findings.map(({ code }) => code);
process.stdout.write(JSON.stringify({ milliseconds, again, kibibytes, codes }));
