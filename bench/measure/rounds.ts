// SPDX-License-Identifier: Apache-2.0 OR MIT
// Round-robin over fresh child processes: never two peers in one process, never two processes at once.
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import type { Peer, Stage } from './peers.ts';

export interface Child<Report> {
  report: Report;
  /** Before the spawn and after the exit, on the clock that the child reads too (process.hrtime is the machine's). */
  spawnedNs: bigint;
  goneNs: bigint;
}

/** What each peer measured, in the order of the rounds: the same index is the same round. */
export type Rounds<Name, Measured> = Map<Name, Measured[]>;

// Nothing of the caller's environment may reach a child: NODE_OPTIONS or a compile cache would change what is measured.
const environment = { PATH: process.env['PATH'] ?? '' };

/** Runs one rig for one peer and reads the JSON it prints. */
export function runChild<Report>(
  stage: Stage,
  peer: Peer,
  rig: string,
  args: (string | number)[] = [],
  nodeFlags: string[] = [],
): Child<Report> {
  const path = join(import.meta.dirname, '..', 'rigs', rig);
  return runRig(peer.label, path, [peer.bundle, stage.requestsFile, ...args], nodeFlags);
}

/** Runs a rig in a fresh process and reads the JSON it prints. */
export function runRig<Report>(
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
  const goneNs = process.hrtime.bigint();
  if (child.error ?? (child.status !== 0 || child.stdout === '')) {
    const why = child.error?.message ?? child.stderr.trim();
    throw new Error(`${label} failed in ${basename(path)} (exit ${child.status ?? child.signal}): ${why}`);
  }
  return { report: JSON.parse(child.stdout) as Report, spawnedNs, goneNs };
}

/** Measures every peer once a round. The order turns and reverses, so that none always follows the same neighbour. */
export function inRounds<Named extends { name: string }, Measured>(
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
