// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Runs every flow with random hostile responses to its requests, in each of Medplum's runtimes. Each run must end with
 * a response. Prints the problems and the counts.
 *
 *     npm run hostile -- [--answers 10000] [--seed N] [--runtime vmcontext] [--patience 60000]
 */
import { parseArgs } from 'node:util';
import { runtimeVersions } from '../sandbox/src/wrappers/wrapper.ts';
import { attackAll } from '../tests/js/hostile/attack-all.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // A bot that hangs does not notice that its parent has ended. `process.exit` ends it.
  process.once(signal, () => process.exit(1));
}

const { values } = parseArgs({
  options: {
    answers: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    runtime: { type: 'string' },
    patience: { type: 'string', default: '60000' },
  },
});
const runtimes = runtimeVersions.filter((version) => values.runtime === undefined || version === values.runtime);
const { events, requests, verdicts } = await attackAll({
  runtimes,
  answers: Number(values.answers),
  seed: Number(values.seed),
  timeoutMs: Number(values.patience),
});
for (const { wrong } of verdicts) {
  wrong.forEach((one) => console.log(one));
}
console.log(`${events} events with ${requests} requests`);
console.table(
  Object.fromEntries(verdicts.map(({ runtime, answers, wrong }) => [runtime, { answers, wrong: wrong.length }])),
);
process.exitCode = verdicts.some(({ wrong }) => wrong.length > 0) ? 1 : 0;
