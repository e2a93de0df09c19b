// SPDX-License-Identifier: Apache-2.0 OR MIT
// The four measurements. Each takes the whole table of peers and goes round and round over fresh processes.
import { aboveTheFloor, asTheyAre, type Figures, median, pick } from './measure/figures.ts';
import type { Peer, PeerName, Stage } from './measure/peers.ts';
import { requests, type RequestName } from './measure/requests.ts';
import { inRounds, runChild, type Rounds } from './measure/rounds.ts';

/**
 * How long a run takes: full, about three minutes on two cores; quick, about forty seconds; short, which only shows that
 * every part works, about ten.
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
  beganNs: string;
  endedNs: string;
  answer?: string;
}

/** The calls that are timed, of 20 parameters each: by the default plan, and by a clinic's own. */
export type PlanName = Extract<RequestName, 'twenty' | 'frontDesk'>;

/**
 * One fresh process that answers one call. `whole` runs from the spawn to the exit; `own` from the
 * process's first line to the exit, which leaves out the start of Node itself: no peer can change that part, and it
 * varies by more than a small bundle costs. `inside` ends at the exit handler, so it lacks the freeing of memory.
 */
export function coldStart(
  stage: Stage,
  effort: Effort,
  name: PlanName,
): { whole: Figures; own: Figures; inside: Figures } {
  const twiml = Buffer.from(requests[name].twiml ?? '').toString('base64');
  const rounds = inRounds(stage.peers, effort.coldRounds, (peer) => {
    const { report, spawnedNs, goneNs } = runChild<ColdTimes>(stage, peer, 'cold.cjs', [name]);
    if (peer.name !== 'empty' && report.answer !== twiml) {
      throw new Error(`${peer.label} gave another answer than in the check, in cold.cjs`);
    }
    const began = BigInt(report.beganNs);
    const milliseconds = (from: bigint, to: bigint): number => Number(to - from) / 1e6;
    return {
      whole: milliseconds(spawnedNs, goneNs),
      own: milliseconds(began, goneNs),
      inside: milliseconds(began, BigInt(report.endedNs)),
    };
  });
  return {
    whole: aboveTheFloor(pick(rounds, ({ whole }) => whole)),
    own: aboveTheFloor(pick(rounds, ({ own }) => own)),
    inside: aboveTheFloor(pick(rounds, ({ inside }) => inside)),
  };
}

interface ContextTimes {
  firstMs: number;
  hotMs: number[];
  idleMs: number[];
}

/** Medplum's VM contexts: the first call of a process, calls in quick succession, and calls after a pause. */
export function vmContexts(
  stage: Stage,
  effort: Effort,
  name: PlanName,
): { first: Figures; hot: Figures; idle: Figures } {
  const first = inRounds(
    stage.peers,
    effort.firstRounds,
    (peer) => runChild<ContextTimes>(stage, peer, 'contexts.cjs', [name, 0, 0]).report.firstMs,
  );
  const later = inRounds(stage.peers, effort.contextRounds, (peer) => {
    const args = [name, effort.hotCalls, effort.idleCalls];
    const { report } = runChild<ContextTimes>(stage, peer, 'contexts.cjs', args, ['--expose-gc']);
    return { hot: median(report.hotMs), idle: median(report.idleMs) };
  });
  return {
    first: aboveTheFloor(first),
    hot: aboveTheFloor(pick(later, ({ hot }) => hot)),
    idle: aboveTheFloor(pick(later, ({ idle }) => idle)),
  };
}

export type WarmName = Extract<
  RequestName,
  'one' | 'twenty' | 'forty' | 'frontDesk' | 'otherToken' | 'thousand' | 'thirtyKb'
>;

/** A loaded handler, request after request: microseconds. The two large ones are ours alone. */
export function warmHandler(stage: Stage, effort: Effort): Map<WarmName, Figures> {
  const shared: WarmName[] = ['twenty', 'one', 'forty', 'frontDesk', 'otherToken'];
  const large: WarmName[] = ['thousand', 'thirtyKb'];
  const peers = stage.peers.filter(({ name }) => name !== 'empty');
  const rounds = inRounds(peers, effort.warmRounds, (peer) => {
    const names = peer.name === 'plumline' ? [...shared, ...large] : shared;
    const args = [names.join(), effort.warmUpMs, effort.batches, effort.batchMs];
    return runChild<Record<WarmName, number[]>>(stage, peer, 'warm.cjs', args).report;
  });
  const ours: Rounds<PeerName, Record<WarmName, number[]>> = new Map([['plumline', rounds.get('plumline') ?? []]]);
  return new Map([
    ...shared.map((name): [WarmName, Figures] => [name, asTheyAre(pick(rounds, (report) => median(report[name])))]),
    ...large.map((name): [WarmName, Figures] => [name, asTheyAre(pick(ours, (report) => median(report[name])))]),
  ]);
}

/** Resident memory in MiB: loaded, with one request answered; and what a run of requests adds. */
export function memory(stage: Stage, effort: Effort): { loaded: Figures; grown: Figures } {
  const MiB = 1024 * 1024;
  const measure = (peer: Peer): { loaded: number; grown: number } =>
    runChild<{ loaded: number; grown: number }>(stage, peer, 'memory.cjs', ['twenty', effort.memoryRequests]).report;
  const rounds = inRounds(stage.peers, effort.memoryRounds, measure);
  return {
    loaded: aboveTheFloor(pick(rounds, ({ loaded }) => loaded / MiB)),
    grown: aboveTheFloor(pick(rounds, ({ grown }) => grown / MiB)),
  };
}
