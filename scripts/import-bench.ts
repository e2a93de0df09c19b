// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * How long an import takes in a fresh Node: plumline's beside npm twilio's.
 *
 *     node scripts/import-bench.ts [--rounds N] [--json]
 *
 * Each round starts one process for each, in turn, so that what slows the machine slows them all; the ratio is taken
 * within a round, and the median of the rounds is told. A process measures itself, from before the import to after it:
 * by the clock, and by the processor's time that it took. On a machine with nothing else to do the two tell the same; on
 * another one the clock also tells how long the process had to wait for its turn.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '21' }, json: { type: 'boolean', default: false } },
});

const WORK = `const { twiml, verifyTwilio } = plumline; verifyTwilio({ url: 'https://example.com', signature: '', tokens: 't' });`;
const PEERS = {
  "require('twilio')": ['commonjs', "require('twilio');"],
  "require('plumline')": ['commonjs', "require('plumline');"],
  "import 'plumline'": ['module', "await import('plumline');"],
  "import 'plumline/twilio'": ['module', "await import('plumline/twilio');"],
  "import 'plumline', first verdict": ['module', `const plumline = await import('plumline'); ${WORK}`],
} as const;
type Peer = keyof typeof PEERS;
const names = Object.keys(PEERS) as Peer[];
const BASE: Peer = "require('twilio')";

/** Milliseconds, by the clock and of the processor. */
interface Cost {
  readonly clock: number;
  readonly cpu: number;
}

/** What it costs in a process of its own. */
function cost(peer: Peer): Cost {
  const [type, script] = PEERS[peer];
  const program = `
    const before = process.cpuUsage();
    const start = performance.now();
    ${script}
    const clock = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(JSON.stringify({ clock, cpu: (user + system) / 1000 }));`;
  const args = [`--input-type=${type}`, '-e', program];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })) as Cost;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

// The first of each reads files that are in no cache yet.
names.forEach(cost);
const rounds = Array.from({ length: Number(values.rounds) }, () =>
  Object.fromEntries(names.map((name) => [name, cost(name)])),
) as Record<Peer, Cost>[];
const results = names.map((name) => {
  const told = (by: keyof Cost): { milliseconds: number; faster: number } => ({
    milliseconds: median(rounds.map((round) => round[name][by])),
    faster: median(rounds.map((round) => round[BASE][by] / round[name][by])),
  });
  return { name, clock: told('clock'), cpu: told('cpu') };
});

if (values.json) {
  console.log(JSON.stringify(results));
} else {
  console.log(`Node ${process.versions.node}, ${rounds.length} rounds of fresh processes, medians`);
  for (const { name, clock, cpu } of results) {
    const columns = [clock, cpu].map(
      ({ milliseconds, faster }) => `${milliseconds.toFixed(2).padStart(8)} ms ${faster.toFixed(1).padStart(6)} x`,
    );
    console.log(`${name.padEnd(34)} ${columns.join('   of the processor')}`);
  }
}
