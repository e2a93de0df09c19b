// SPDX-License-Identifier: Apache-2.0 OR MIT
// `npm run bench [-- --json] [--quick|--short] [--rounds N] [--only bots|library|dialplan|forged] [--bundle FILE]`: this
// package's webhook bundle beside its rivals, its library beside npm twilio, and its dialplan beside a loop written by
// hand.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkPeers } from './check.ts';
import {
  coldStart,
  type Effort,
  fullEffort,
  memory,
  type PlanName,
  quickEffort,
  shortEffort,
  vmContexts,
  warmHandler,
} from './drivers.ts';
import { checkWays } from './library/check.ts';
import {
  dialplan,
  type DialplanEffort,
  type DialplanRatios,
  dialplanRatios,
  dialplanTables,
  fullDialplanEffort,
  quickDialplanEffort,
  shortDialplanEffort,
} from './dialplan/report.ts';
import { countTrips } from './dialplan/trips.ts';
import {
  type ForgedEffort,
  forgedRequests,
  type ForgedResults,
  forgedTable,
  fullForgedEffort,
  quickForgedEffort,
  shortForgedEffort,
} from './forged/report.ts';
import {
  fullLibraryEffort,
  hostileDocuments,
  type LibraryEffort,
  loading,
  quickLibraryEffort,
  shortLibraryEffort,
  warmLibrary,
  writeRequests,
} from './library/drivers.ts';
import { type LibraryRatios, libraryRatios, type LibraryResults, libraryTables } from './library/report.ts';
import { setStage } from './measure/peers.ts';
import { type BotRatios, type PlanResults, ratiosOf, tables, type Results } from './report.ts';

interface Options {
  json: boolean;
  quick: boolean;
  short: boolean;
  rounds?: string;
  only?: string;
  bundle: string;
}

function readOptions(): Options {
  return parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      bundle: { type: 'string', default: join(import.meta.dirname, '../pkg/bots/webhook.cjs') },
    },
  }).values;
}

function readRounds({ rounds: text }: Options): number | undefined {
  const rounds = text === undefined ? undefined : Number(text);
  if (rounds !== undefined && (!Number.isInteger(rounds) || rounds < 1)) {
    throw new Error(`--rounds takes a whole number of at least 1, not "${text}"`);
  }
  return rounds;
}

/** How much of each measurement is done. */
type Size = 'full' | 'quick' | 'short';

function readSize({ quick, short }: Options): Size {
  if (quick && short) {
    throw new Error('--quick and --short exclude each other');
  }
  return short ? 'short' : quick ? 'quick' : 'full';
}

function botEffort(size: Size, rounds: number | undefined): Effort {
  const chosen = { full: fullEffort, quick: quickEffort, short: shortEffort }[size];
  if (rounds === undefined) {
    return chosen;
  }
  const every = { coldRounds: rounds, firstRounds: rounds, contextRounds: rounds };
  return { ...chosen, ...every, warmRounds: rounds, memoryRounds: rounds };
}

function libraryEffort(size: Size, rounds: number | undefined): LibraryEffort {
  const chosen = { full: fullLibraryEffort, quick: quickLibraryEffort, short: shortLibraryEffort }[size];
  return rounds === undefined ? chosen : { ...chosen, loadRounds: rounds, warmRounds: rounds, hostileRounds: rounds };
}

function dialplanEffort(size: Size, rounds: number | undefined): DialplanEffort {
  const chosen = { full: fullDialplanEffort, quick: quickDialplanEffort, short: shortDialplanEffort }[size];
  return rounds === undefined ? chosen : { ...chosen, rounds };
}

function forgedEffort(size: Size, rounds: number | undefined): ForgedEffort {
  const chosen = { full: fullForgedEffort, quick: quickForgedEffort, short: shortForgedEffort }[size];
  return rounds === undefined ? chosen : { ...chosen, rounds };
}

const parts = ['bots', 'library', 'dialplan', 'forged'];

async function main(): Promise<void> {
  const options = readOptions();
  const { only } = options;
  if (only !== undefined && !parts.includes(only)) {
    throw new Error(`--only takes ${parts.join(', ')}, not "${only}"`);
  }
  const wants = (part: string): boolean => only === undefined || only === part;
  const rounds = readRounds(options);
  const size = readSize(options);
  // With --json the last line of stdout is the result, and the words for people go to stderr.
  const say = options.json ? console.error : console.log;
  const folder = await mkdtemp(join(tmpdir(), 'plumline-bench-'));
  try {
    say(`Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`);
    const bots = wants('bots') ? await benchBots(folder, options, botEffort(size, rounds), say) : undefined;
    const library = wants('library') ? await benchLibrary(folder, libraryEffort(size, rounds), say) : undefined;
    const plan = wants('dialplan') ? await benchDialplan(dialplanEffort(size, rounds), say) : undefined;
    const cost = wants('forged') ? await benchForged(folder, options, forgedEffort(size, rounds), say) : undefined;
    if (options.json) {
      const ratios = { ...bots, ...(library && { library }), ...(plan && { dialplan: plan }) };
      console.log(JSON.stringify({ ratios, ...(cost && { forged: cost }) }));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Say = (text: string) => void;

async function benchBots(folder: string, options: Options, size: Effort, say: Say): Promise<BotRatios> {
  if (!existsSync(options.bundle)) {
    throw new Error(`${options.bundle} is not there: build the bots first, or name a bundle with --bundle`);
  }
  const stage = await setStage(folder, options.bundle);
  say(`check: ${checkPeers(stage)} answers are as they must be, in a plain process and in a VM context`);
  const began = Date.now();
  const plan = (label: string, name: PlanName): PlanResults => ({
    cold: step(`cold starts, ${label}`, () => coldStart(stage, size, name)),
    contexts: step(`VM contexts, ${label}`, () => vmContexts(stage, size, name)),
  });
  const results: Results = {
    byDefault: plan('default plan', 'twenty'),
    configured: plan('front desk', 'frontDesk'),
    warm: step('warm handlers', () => warmHandler(stage, size)),
    memory: step('memory', () => memory(stage, size)),
  };
  say(tables(stage.peers, results, size));
  sayTime(say, began);
  return ratiosOf(results);
}

async function benchLibrary(folder: string, size: LibraryEffort, say: Say): Promise<LibraryRatios> {
  const requestsFile = await writeRequests(folder);
  say(`\ncheck: ${checkWays(requestsFile)} answers of the library are npm twilio's`);
  const began = Date.now();
  const results: LibraryResults = {
    loading: step('imports', () => loading(requestsFile, size.loadRounds)),
    warm: step('documents, tokens and verdicts', () => warmLibrary(requestsFile, size)),
    hostile: step('hostile documents', () => hostileDocuments(size.hostileRounds)),
  };
  say(libraryTables(results, size));
  sayTime(say, began);
  return libraryRatios(results);
}

async function benchDialplan(size: DialplanEffort, say: Say): Promise<DialplanRatios> {
  const began = Date.now();
  const results = step('the dialplan', () => dialplan(size));
  say(dialplanTables(results, await countTrips(), size));
  sayTime(say, began);
  return dialplanRatios(results);
}

async function benchForged(folder: string, options: Options, size: ForgedEffort, say: Say): Promise<ForgedResults> {
  const began = Date.now();
  const results = await forgedRequests(folder, options.bundle, size);
  say(`\n${forgedTable(results, size)}`);
  sayTime(say, began);
  return results;
}

function sayTime(say: Say, began: number): void {
  const seconds = Math.round((Date.now() - began) / 1000);
  say(`\n${seconds} s of measuring. Quote the ratios: absolute times are this machine's.`);
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
