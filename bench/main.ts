// SPDX-License-Identifier: Apache-2.0 OR MIT
// `npm run bench [-- --json] [--quick|--short] [--rounds N] [--only bots|library|dialplan|forged] [--bundle FILE]`
// compares the webhook bundle with its competitors, the library with npm twilio, and the dialplan with a handwritten
// loop.
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
import { checkImplementations } from './library/check.ts';
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
import { countRoundTrips } from './dialplan/round-trips.ts';
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
import { prepareFiles } from './measure/peers.ts';
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
    throw new Error(`--rounds must be an integer of at least 1, not "${text}"`);
  }
  return rounds;
}

/** The size of a run. */
type Size = 'full' | 'quick' | 'short';

function readSize({ quick, short }: Options): Size {
  if (quick && short) {
    throw new Error('use either --quick or --short, not both');
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
    throw new Error(`--only must be one of ${parts.join(', ')}, not "${only}"`);
  }
  const wants = (part: string): boolean => only === undefined || only === part;
  const rounds = readRounds(options);
  const size = readSize(options);
  // With --json, the last line of stdout is the result, and everything else goes to stderr.
  const log = options.json ? console.error : console.log;
  const folder = await mkdtemp(join(tmpdir(), 'plumline-bench-'));
  try {
    log(`Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`);
    const bots = wants('bots') ? await benchBots(folder, options, botEffort(size, rounds), log) : undefined;
    const library = wants('library') ? await benchLibrary(folder, libraryEffort(size, rounds), log) : undefined;
    const plan = wants('dialplan') ? await benchDialplan(dialplanEffort(size, rounds), log) : undefined;
    const cost = wants('forged') ? await benchForged(folder, options, forgedEffort(size, rounds), log) : undefined;
    if (options.json) {
      const ratios = { ...bots, ...(library && { library }), ...(plan && { dialplan: plan }) };
      console.log(JSON.stringify({ ratios, ...(cost && { forged: cost }) }));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Log = (text: string) => void;

async function benchBots(folder: string, options: Options, size: Effort, log: Log): Promise<BotRatios> {
  if (!existsSync(options.bundle)) {
    throw new Error(`${options.bundle} does not exist. Build the bots first, or set --bundle.`);
  }
  const files = await prepareFiles(folder, options.bundle);
  log(`check: ${checkPeers(files)} responses are correct, in a plain process and in a VM context`);
  const startedAt = Date.now();
  const plan = (label: string, name: PlanName): PlanResults => ({
    cold: step(`cold starts, ${label}`, () => coldStart(files, size, name)),
    contexts: step(`VM contexts, ${label}`, () => vmContexts(files, size, name)),
  });
  const results: Results = {
    byDefault: plan('default dialplan', 'twenty'),
    configured: plan('front desk', 'frontDesk'),
    warm: step('warm handlers', () => warmHandler(files, size)),
    memory: step('memory', () => memory(files, size)),
  };
  log(tables(files.peers, results, size));
  logTime(log, startedAt);
  return ratiosOf(results);
}

async function benchLibrary(folder: string, size: LibraryEffort, log: Log): Promise<LibraryRatios> {
  const requestsFile = await writeRequests(folder);
  log(`\ncheck: ${checkImplementations(requestsFile)} results of the library are the same as npm twilio's`);
  const startedAt = Date.now();
  const results: LibraryResults = {
    loading: step('imports', () => loading(requestsFile, size.loadRounds)),
    warm: step('documents, tokens and validation', () => warmLibrary(requestsFile, size)),
    hostile: step('hostile documents', () => hostileDocuments(size.hostileRounds)),
  };
  log(libraryTables(results, size));
  logTime(log, startedAt);
  return libraryRatios(results);
}

async function benchDialplan(size: DialplanEffort, log: Log): Promise<DialplanRatios> {
  const startedAt = Date.now();
  const results = step('the dialplan', () => dialplan(size));
  log(dialplanTables(results, await countRoundTrips(), size));
  logTime(log, startedAt);
  return dialplanRatios(results);
}

async function benchForged(folder: string, options: Options, size: ForgedEffort, log: Log): Promise<ForgedResults> {
  const startedAt = Date.now();
  const results = await forgedRequests(folder, options.bundle, size);
  log(`\n${forgedTable(results, size)}`);
  logTime(log, startedAt);
  return results;
}

function logTime(log: Log, startedAt: number): void {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  log(`\nMeasured in ${seconds} s. Compare the ratios. The times depend on this machine.`);
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
