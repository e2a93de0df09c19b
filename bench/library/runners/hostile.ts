// SPDX-License-Identifier: Apache-2.0 OR MIT
// argv: document name, count of repetitions. Loads the core, checks one small document, and then the hostile document.
// In the first check, V8 runs unoptimized code. The repetitions run until V8 has optimized it.
import { checkTwiml } from 'plumline';
import { hostile } from '../hostile.ts';

const document = hostile.find(({ name }) => name === process.argv[2])?.make() ?? '';
checkTwiml('<Response/>');
const before = process.resourceUsage().maxRSS;
const startedAt = performance.now();
const findings = checkTwiml(document);
const milliseconds = performance.now() - startedAt;
const kibibytes = process.resourceUsage().maxRSS - before;
const again = Array.from({ length: Number(process.argv[3]) }, () => {
  const startedAt = performance.now();
  checkTwiml(document);
  return performance.now() - startedAt;
});
const codes = findings.map(({ code }) => code);
process.stdout.write(JSON.stringify({ milliseconds, again, kibibytes, codes }));
