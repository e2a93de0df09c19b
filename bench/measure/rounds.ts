// SPDX-License-Identifier: Apache-2.0 OR MIT
// Runs the peers in turn, each in a new child process. Two processes never run at once.
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import type { Peer, BenchFiles } from './peers.ts';

export interface Child<Report> {
  report: Report;
  /** The times before the spawn and after the exit. The child uses the same clock, because process.hrtime is global. */
  spawnedNs: bigint;
  exitedNs: bigint;
}

/** The results of each peer. The index is the round. */
export type Rounds<Name, Measured> = Map<Name, Measured[]>;

// The child gets no other variables, because NODE_OPTIONS or a compile cache would change the results.
const environment = { PATH: process.env['PATH'] ?? '' };

/** Runs a runner script for a peer in a new process and parses the JSON that it prints. */
export function runChild<Report>(
  files: BenchFiles,
  peer: Peer,
  script: string,
  args: (string | number)[] = [],
  nodeFlags: string[] = [],
): Child<Report> {
  const path = join(import.meta.dirname, '..', 'runners', script);
  return runScript(peer.label, path, [peer.bundle, files.requestsFile, ...args], nodeFlags);
}

/** Runs a script in a new process and parses the JSON that it prints. */
export function runScript<Report>(
  label: string,
  path: string,
  args: (string | number)[],
  nodeFlags: string[] = [],
): Child<Report> {
  const spawnedNs = process.hrtime.bigint();
  const child = spawnSync(process.execPath, [...nodeFlags, path, ...args.map(String)], {
    env: environment,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const exitedNs = process.hrtime.bigint();
  if (child.error ?? (child.status !== 0 || child.stdout === '')) {
    const why = child.error?.message ?? child.stderr.trim();
    throw new Error(`${label} failed in ${basename(path)} (exit ${child.status ?? child.signal}): ${why}`);
  }
  return { report: JSON.parse(child.stdout) as Report, spawnedNs, exitedNs };
}

/** Measures every peer once per round. The order rotates and reverses, so that no peer always follows the same one. */
export function measureInRounds<Named extends { name: string }, Measured>(
  peers: readonly Named[],
  count: number,
  measure: (peer: Named) => Measured,
): Rounds<Named['name'], Measured> {
  const measured: Rounds<Named['name'], Measured> = new Map(peers.map((peer) => [peer.name, []]));
  for (let round = 0; round < count; round++) {
    const start = round % peers.length;
    const order = [...peers.slice(start), ...peers.slice(0, start)];
    for (const peer of round % 2 === 0 ? order : order.reverse()) {
      measured.get(peer.name)?.push(measure(peer));
    }
  }
  return measured;
}
