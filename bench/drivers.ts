// SPDX-License-Identifier: Apache-2.0 OR MIT
// The four measurements of the bundles. Each runs all peers in several rounds, each time in a new process.
import { figuresAboveBaseline, plainFigures, type Figures, median, pick } from './measure/figures.ts';
import type { Peer, PeerName, BenchFiles } from './measure/peers.ts';
import { requests, type RequestName } from './measure/requests.ts';
import { measureInRounds, runChild, type Rounds } from './measure/rounds.ts';

/**
 * The size of a run. A full run takes about three minutes on two cores, and a quick run about forty seconds. A short
 * run takes about ten seconds, and only shows that every part works.
 */
export interface Effort {
  coldRounds: number;
  firstRounds: number;
  contextRounds: number;
  hotCalls: number;
  idleCalls: number;
  warmRounds: number;
  warmUpMs: number;
  batches: number;
  batchMs: number;
  memoryRounds: number;
  memoryRequests: number;
}

export const fullEffort: Effort = {
  coldRounds: 80,
  firstRounds: 40,
  contextRounds: 7,
  hotCalls: 100,
  idleCalls: 8,
  warmRounds: 5,
  warmUpMs: 300,
  batches: 5,
  batchMs: 50,
  memoryRounds: 3,
  memoryRequests: 100_000,
};

export const quickEffort: Effort = {
  coldRounds: 30,
  firstRounds: 20,
  contextRounds: 4,
  hotCalls: 40,
  idleCalls: 5,
  warmRounds: 2,
  warmUpMs: 150,
  batches: 3,
  batchMs: 20,
  memoryRounds: 1,
  memoryRequests: 20_000,
};

export const shortEffort: Effort = {
  coldRounds: 1,
  firstRounds: 1,
  contextRounds: 1,
  hotCalls: 3,
  idleCalls: 1,
  warmRounds: 1,
  warmUpMs: 1,
  batches: 1,
  batchMs: 1,
  memoryRounds: 1,
  memoryRequests: 200,
};

interface ColdTimes {
  startedNs: string;
  endedNs: string;
  answer?: string;
}

/** The timed calls, with 20 parameters each: with the default dialplan, and with a configured one. */
export type PlanName = Extract<RequestName, 'twenty' | 'frontDesk'>;

/**
 * A new process that responds to one call. `whole` is the time from the spawn to the exit. `own` is the time from the
 * first line of the process to the exit. It excludes the start of Node, which no peer can change and which varies by
 * more than the time of a small bundle. `inside` ends at the exit handler, so it excludes freeing memory.
 */
export function coldStart(
  files: BenchFiles,
  effort: Effort,
  name: PlanName,
): { whole: Figures; own: Figures; inside: Figures } {
  const twiml = Buffer.from(requests[name].twiml ?? '').toString('base64');
  const rounds = measureInRounds(files.peers, effort.coldRounds, (peer) => {
    const { report, spawnedNs, exitedNs } = runChild<ColdTimes>(files, peer, 'cold.cjs', [name]);
    if (peer.name !== 'empty' && report.answer !== twiml) {
      throw new Error(`${peer.label}: the response in cold.cjs differs from the check`);
    }
    const startedAt = BigInt(report.startedNs);
    const milliseconds = (from: bigint, to: bigint): number => Number(to - from) / 1e6;
    return {
      whole: milliseconds(spawnedNs, exitedNs),
      own: milliseconds(startedAt, exitedNs),
      inside: milliseconds(startedAt, BigInt(report.endedNs)),
    };
  });
  return {
    whole: figuresAboveBaseline(pick(rounds, ({ whole }) => whole)),
    own: figuresAboveBaseline(pick(rounds, ({ own }) => own)),
    inside: figuresAboveBaseline(pick(rounds, ({ inside }) => inside)),
  };
}

interface ContextTimes {
  firstMs: number;
  hotMs: number[];
  idleMs: number[];
}

/** Calls in Medplum's VM contexts: the first call of a process, calls without a pause, and calls after a pause. */
export function vmContexts(
  files: BenchFiles,
  effort: Effort,
  name: PlanName,
): { first: Figures; hot: Figures; idle: Figures } {
  const first = measureInRounds(
    files.peers,
    effort.firstRounds,
    (peer) => runChild<ContextTimes>(files, peer, 'contexts.cjs', [name, 0, 0]).report.firstMs,
  );
  const later = measureInRounds(files.peers, effort.contextRounds, (peer) => {
    const args = [name, effort.hotCalls, effort.idleCalls];
    const { report } = runChild<ContextTimes>(files, peer, 'contexts.cjs', args, ['--expose-gc']);
    return { hot: median(report.hotMs), idle: median(report.idleMs) };
  });
  return {
    first: figuresAboveBaseline(first),
    hot: figuresAboveBaseline(pick(later, ({ hot }) => hot)),
    idle: figuresAboveBaseline(pick(later, ({ idle }) => idle)),
  };
}

export type WarmName = Extract<
  RequestName,
  'one' | 'twenty' | 'forty' | 'frontDesk' | 'otherToken' | 'thousand' | 'thirtyKb'
>;

/** Microseconds of a request in a loaded handler. The two large requests are only measured for Plumline. */
export function warmHandler(files: BenchFiles, effort: Effort): Map<WarmName, Figures> {
  const shared: WarmName[] = ['twenty', 'one', 'forty', 'frontDesk', 'otherToken'];
  const large: WarmName[] = ['thousand', 'thirtyKb'];
  const peers = files.peers.filter(({ name }) => name !== 'empty');
  const rounds = measureInRounds(peers, effort.warmRounds, (peer) => {
    const names = peer.name === 'plumline' ? [...shared, ...large] : shared;
    const args = [names.join(), effort.warmUpMs, effort.batches, effort.batchMs];
    return runChild<Record<WarmName, number[]>>(files, peer, 'warm.cjs', args).report;
  });
  const ours: Rounds<PeerName, Record<WarmName, number[]>> = new Map([['plumline', rounds.get('plumline') ?? []]]);
  return new Map([
    ...shared.map((name): [WarmName, Figures] => [name, plainFigures(pick(rounds, (report) => median(report[name])))]),
    ...large.map((name): [WarmName, Figures] => [name, plainFigures(pick(ours, (report) => median(report[name])))]),
  ]);
}

/** Resident memory in MiB: after the first response, and the growth over many requests. */
export function memory(files: BenchFiles, effort: Effort): { loaded: Figures; grown: Figures } {
  const MiB = 1024 * 1024;
  const measure = (peer: Peer): { loaded: number; grown: number } =>
    runChild<{ loaded: number; grown: number }>(files, peer, 'memory.cjs', ['twenty', effort.memoryRequests]).report;
  const rounds = measureInRounds(files.peers, effort.memoryRounds, measure);
  return {
    loaded: figuresAboveBaseline(pick(rounds, ({ loaded }) => loaded / MiB)),
    grown: figuresAboveBaseline(pick(rounds, ({ grown }) => grown / MiB)),
  };
}
