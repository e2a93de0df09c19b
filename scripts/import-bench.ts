// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * How long an import takes in a fresh Node: plumline's beside npm twilio's.
 *
 *     node scripts/import-bench.ts [--rounds N] [--json]
 *
 * Each round starts one process for each, in turn, so that what slows the machine slows them all; the ratio is taken
 * within a round, and the median of the rounds is told. A process measures itself: from before the import to after it.
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

/** Milliseconds in a process of its own. */
function milliseconds(peer: Peer): number {
  const [type, script] = PEERS[peer];
  const program = `const start = performance.now(); ${script} process.stdout.write(String(performance.now() - start));`;
  return Number(
    execFileSync(process.execPath, [`--input-type=${type}`, '-e', program], { cwd: root, encoding: 'utf8' }),
  );
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

// The first of each reads files that are in no cache yet.
names.forEach(milliseconds);
const rounds = Array.from({ length: Number(values.rounds) }, () =>
  Object.fromEntries(names.map((name) => [name, milliseconds(name)])),
) as Record<Peer, number>[];
const results = names.map((name) => ({
  name,
  milliseconds: median(rounds.map((round) => round[name])),
  faster: median(rounds.map((round) => round[BASE] / round[name])),
}));

if (values.json) {
  console.log(JSON.stringify(results));
} else {
  console.log(`Node ${process.versions.node}, ${rounds.length} rounds of fresh processes, medians`);
  for (const { name, milliseconds, faster } of results) {
    console.log(`${name.padEnd(34)} ${milliseconds.toFixed(2).padStart(8)} ms   ${faster.toFixed(1).padStart(6)} x`);
  }
}
