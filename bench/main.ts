// SPDX-License-Identifier: Apache-2.0 OR MIT
// `npm run bench [-- --json] [--quick] [--rounds N] [--bundle FILE]`: this package's webhook bundle beside its rivals.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkPeers } from './check.ts';
import { coldStart, type Effort, fullEffort, memory, quickEffort, vmContexts, warmHandler } from './drivers.ts';
import { setStage } from './peers.ts';
import { ratiosOf, tables, type Results } from './report.ts';

interface Options {
  json: boolean;
  quick: boolean;
  rounds?: string;
  bundle: string;
}

function readOptions(): Options {
  return parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      bundle: { type: 'string', default: join(import.meta.dirname, '../pkg/bots/webhook.cjs') },
    },
  }).values;
}

function effort(options: Options): Effort {
  const chosen = options.quick ? quickEffort : fullEffort;
  if (options.rounds === undefined) {
    return chosen;
  }
  const rounds = Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds takes a whole number of at least 1, not "${options.rounds}"`);
  }
  const every = { coldRounds: rounds, firstRounds: rounds, contextRounds: rounds };
  return { ...chosen, ...every, warmRounds: rounds, memoryRounds: rounds };
}

async function main(): Promise<void> {
  const options = readOptions();
  const size = effort(options);
  // With --json the last line of stdout is the result, and the words for people go to stderr.
  const say = options.json ? console.error : console.log;
  if (!existsSync(options.bundle)) {
    throw new Error(`${options.bundle} is not there: build the bots first, or name a bundle with --bundle`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'plumline-bench-'));
  try {
    const stage = await setStage(folder, options.bundle);
    say(`Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`);
    say(`check: ${checkPeers(stage)} answers are as they must be, in a plain process and in a VM context`);
    const began = Date.now();
    const results: Results = {
      cold: step('cold starts', () => coldStart(stage, size)),
      contexts: step('VM contexts', () => vmContexts(stage, size)),
      warm: step('warm handlers', () => warmHandler(stage, size)),
      memory: step('memory', () => memory(stage, size)),
    };
    say(tables(stage.peers, results, size));
    say(
      `\n${Math.round((Date.now() - began) / 1000)} s of measuring. Quote the ratios: absolute times are this machine's.`,
    );
    if (options.json) {
      console.log(JSON.stringify({ ratios: ratiosOf(results) }));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function step<Result>(name: string, measure: () => Result): Result {
  if (process.stderr.isTTY) {
    console.error(`measuring ${name} …`);
  }
  return measure();
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
