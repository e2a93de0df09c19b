// SPDX-License-Identifier: Apache-2.0 OR MIT
// The output of a run: tables for people, and an object of ratios for programs.
import type { coldStart, Effort, memory, vmContexts, warmHandler, WarmName } from './drivers.ts';
import { type Figures, baselineTable, number, signed, table, times } from './measure/figures.ts';
import type { Peer, PeerName } from './measure/peers.ts';
import { formBytes, requests } from './measure/requests.ts';

/** The times of a webhook request with one dialplan, in a new process or context. */
export interface PlanResults {
  cold: ReturnType<typeof coldStart>;
  contexts: ReturnType<typeof vmContexts>;
}

export interface Results {
  byDefault: PlanResults;
  configured: PlanResults;
  warm: ReturnType<typeof warmHandler>;
  memory: ReturnType<typeof memory>;
}

const RATIO_NAMES = [
  ...(['coldProcess', 'hotContext', 'idleContext', 'firstContext', 'warm1', 'warm20', 'warm40'] as const),
  ...(['configuredCold', 'configuredHot', 'configuredIdle', 'configuredFirst', 'configuredWarm'] as const),
];
type Ratios = Record<(typeof RATIO_NAMES)[number], number | null>;

export interface BotRatios {
  twilio: Ratios;
  handwritten: Ratios;
}

/** Time of a competitor ÷ time of Plumline, for the last line of --json. More than 1 means that Plumline is faster. */
export function ratiosOf(results: Results): BotRatios {
  return { twilio: ratiosTo(results, 'twilio'), handwritten: ratiosTo(results, 'handwritten') };
}

function ratiosTo({ byDefault, configured, warm }: Results, competitor: PeerName): Ratios {
  const ratio = (figures: Figures | undefined): number | null => {
    const value = figures?.get(competitor)?.ratio ?? null;
    return value === null ? null : Math.round(value * 1000) / 1000;
  };
  return {
    coldProcess: ratio(byDefault.cold.own),
    hotContext: ratio(byDefault.contexts.hot),
    idleContext: ratio(byDefault.contexts.idle),
    firstContext: ratio(byDefault.contexts.first),
    warm1: ratio(warm.get('one')),
    warm20: ratio(warm.get('twenty')),
    warm40: ratio(warm.get('forty')),
    configuredCold: ratio(configured.cold.own),
    configuredHot: ratio(configured.contexts.hot),
    configuredIdle: ratio(configured.contexts.idle),
    configuredFirst: ratio(configured.contexts.first),
    configuredWarm: ratio(warm.get('frontDesk')),
  };
}

export function tables(peers: readonly Peer[], results: Results, effort: Effort): string {
  return [
    intro(),
    sizeTable(peers),
    ...planTables('default dialplan', peers, results.byDefault, effort),
    ...planTables('front desk', peers, results.configured, effort),
    warmTable(peers, results.warm, effort),
    largeLines(results.warm),
    memoryTable(peers, results.memory, effort),
    summary(peers, results),
  ].join('\n');
}

function planTables(plan: string, peers: readonly Peer[], { cold, contexts }: PlanResults, effort: Effort): string[] {
  const later = rounds(effort.contextRounds);
  const context = (what: string): string => `VM context, ${plan}, ${what}`;
  return [
    coldTable(plan, peers, cold, effort),
    baselineTable(context(`first call of a process (ms; ${rounds(effort.firstRounds)})`), peers, contexts.first),
    baselineTable(context(`hot: calls without a pause (ms; ${later} of ${effort.hotCalls})`), peers, contexts.hot),
    baselineTable(
      context(`idle: after three major collections and 90 ms (ms; ${later} of ${effort.idleCalls})`),
      peers,
      contexts.idle,
    ),
  ];
}

function intro(): string {
  const bytes = (name: 'one' | 'twenty' | 'forty'): string => number(formBytes(requests[name]), 0);
  return [
    '',
    "The task: check Twilio's signature and respond to a call with TwiML, with the default dialplan and with",
    'docs/dialplan/front-desk.json (hours, a greeting and a dial). The competitors have handwritten code for it.',
    `Forms with 1, 20 and 40 parameters have ${bytes('one')}, ${bytes('twenty')} and ${bytes('forty')} bytes. All peers know the webhook URL.`,
    '@medplum/core is external and not preloaded. A real server has loaded it before the first call of a VM context, so',
    'compare with the row without it there.',
    '"To ours" is the time of a peer above the baseline ÷ that of Plumline. More than 1 means that Plumline is faster.',
  ].join('\n');
}

function rounds(count: number): string {
  return count === 1 ? '1 round' : `${count} rounds`;
}

function sizeTable(peers: readonly Peer[]): string {
  const rows = peers.map((peer) => [peer.label, number(peer.bytes, 0), number(peer.gzipBytes, 0)]);
  return table('The bundle (bytes, without external modules)', ['', 'raw', 'gzip -9'], rows);
}

function coldTable(
  plan: string,
  peers: readonly Peer[],
  { whole, own, inside }: PlanResults['cold'],
  effort: Effort,
): string {
  const rise = (figures: Figures, { name }: Peer): string =>
    name === 'empty' ? '' : signed(figures.get(name)?.aboveBaseline ?? NaN);
  const rows = peers.map((peer) => {
    const figure = own.get(peer.name);
    const [low, high] = figure?.middleHalf ?? [NaN, NaN];
    return [
      peer.label,
      number(whole.get(peer.name)?.median ?? NaN, 2),
      rise(whole, peer),
      rise(inside, peer),
      rise(own, peer),
      peer.name === 'empty' ? '' : `${number(low, 2)} … ${number(high, 2)}`,
      peer.name === 'empty' ? '' : times(figure?.ratio ?? null),
    ];
  });
  const head = ['', 'spawn to exit', 'above baseline', 'inside', "without Node's start", 'middle half', 'to ours'];
  return [
    table(`Cold start, ${plan}, a new process and 20 parameters (ms; ${rounds(effort.coldRounds)})`, head, rows),
    'The three columns after the first are the time above the baseline: of the whole process; from its first line to its',
    'exit handler; and from its first line to its exit. The last excludes the start of Node, which no peer can change and',
    'which varies by more than the time of a small bundle. The ratio uses it.',
  ].join('\n');
}

function warmTable(peers: readonly Peer[], warm: Results['warm'], effort: Effort): string {
  const columns: WarmName[] = ['one', 'twenty', 'forty', 'frontDesk', 'otherToken'];
  const cells = (peer: Peer, name: WarmName): string[] => {
    const figure = warm.get(name)?.get(peer.name);
    return figure ? [number(figure.median, 2), times(figure.ratio)] : ['', ''];
  };
  return table(
    `Warm, one webhook (µs; ${rounds(effort.warmRounds)})`,
    ['', '1 param', 'to ours', '20', 'to ours', '40', 'to ours', 'front desk', 'to ours', 'refused', 'to ours'],
    peers
      .filter(({ name }) => name !== 'empty')
      .map((peer) => [peer.label, ...columns.flatMap((name) => cells(peer, name))]),
  );
}

function largeLines(warm: Results['warm']): string {
  const ours = (name: WarmName): string => number(warm.get(name)?.get('plumline')?.median ?? NaN, 0);
  return (
    `Plumline at its limits: 1,000 parameters ${ours('thousand')} µs; a form of ` +
    `${number(formBytes(requests.thirtyKb), 0)} bytes ${ours('thirtyKb')} µs. The target is under 5,000 µs.`
  );
}

function memoryTable(peers: readonly Peer[], memory: Results['memory'], effort: Effort): string {
  const rows = peers.map((peer) => {
    const loaded = memory.loaded.get(peer.name);
    const grown = memory.grown.get(peer.name);
    return [peer.label, number(loaded?.median ?? NaN, 1), number(grown?.median ?? NaN, 1)];
  });
  const requestCount = number(effort.memoryRequests, 0);
  return table(
    `Resident memory (MiB; ${rounds(effort.memoryRounds)})`,
    ['', 'after one response', `growth over ${requestCount}`],
    rows,
  );
}

function summary(peers: readonly Peer[], results: Results): string {
  const competitors = peers.filter(({ name }) => name !== 'empty' && name !== 'plumline');
  const ratios = competitors.map(({ name }) => ratiosTo(results, name));
  const rows = RATIO_NAMES.map((name) => [name, ...ratios.map((competitor) => times(competitor[name]))]);
  return table('Ratios: competitor ÷ Plumline', ['', ...competitors.map(({ label }) => label)], rows);
}
