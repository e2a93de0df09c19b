// SPDX-License-Identifier: Apache-2.0 OR MIT
// Statistics of the measured times: medians, differences to the baseline in the same round, and ratios to Plumline.
import type { Peer, PeerName } from './peers.ts';
import type { Rounds } from './rounds.ts';

export interface Figure {
  median: number;
  /** The median of the differences to the baseline of the same round, and their middle half. */
  aboveBaseline: number;
  middleHalf: [number, number];
  /** The time of this peer ÷ the time of Plumline. `null` if noise put Plumline's time below the baseline. */
  ratio: number | null;
}

export type Figures<Name = PeerName> = Map<Name, Figure>;

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export function pick<Name, Measured>(
  rounds: Rounds<Name, Measured>,
  value: (measured: Measured) => number,
): Rounds<Name, number> {
  return new Map([...rounds].map(([name, list]) => [name, list.map(value)]));
}

/**
 * For times that include a baseline, such as a process or a context. The ratio is the ratio of the medians. Ratios of
 * single rounds would divide by differences near zero for a small bundle.
 */
export function figuresAboveBaseline(rounds: Rounds<PeerName, number>): Figures {
  const baseline = rounds.get('empty') ?? [];
  const rises = new Map(
    [...rounds].map(([name, list]) => [name, list.map((time, round) => time - (baseline[round] ?? NaN))]),
  );
  const ours = median(rises.get('plumline') ?? []);
  return new Map(
    [...rounds].map(([name, list]) => {
      const rise = rises.get(name) ?? [];
      const aboveBaseline = median(rise);
      const middleHalf: [number, number] = [quantile(rise, 0.25), quantile(rise, 0.75)];
      return [name, { median: median(list), aboveBaseline, middleHalf, ratio: ours > 0 ? aboveBaseline / ours : null }];
    }),
  );
}

/** For times without a baseline, such as a warm handler. The ratio is the median of the ratios of the rounds. */
export function plainFigures(rounds: Rounds<PeerName, number>): Figures {
  return withRatiosTo(rounds, 'plumline');
}

/**
 * The same for several APIs of Plumline and one competitor: the time of the competitor divided by the time of the API.
 */
export function ratiosToCompetitor<Name>(rounds: Rounds<Name, number>, competitor: Name): Figures<Name> {
  const competitorTimes = rounds.get(competitor) ?? [];
  return withRatios(rounds, (time, round) => (competitorTimes[round] ?? NaN) / time);
}

/** The time of each implementation divided by the time of one of them. */
export function withRatiosTo<Name>(rounds: Rounds<Name, number>, one: Name): Figures<Name> {
  const reference = rounds.get(one) ?? [];
  return withRatios(rounds, (time, round) => time / (reference[round] ?? NaN));
}

function withRatios<Name>(
  rounds: Rounds<Name, number>,
  ratioOf: (time: number, round: number) => number,
): Figures<Name> {
  return new Map(
    [...rounds].map(([name, list]) => {
      const middle = median(list);
      const middleHalf: [number, number] = [quantile(list, 0.25), quantile(list, 0.75)];
      return [name, { median: middle, aboveBaseline: middle, middleHalf, ratio: median(list.map(ratioOf)) }];
    }),
  );
}

/** A table with a title. The first column is left-aligned, and the others are right-aligned. */
export function table(title: string, head: string[], rows: string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return ['', title, line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

export function number(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function signed(value: number): string {
  return value < 0 ? number(value, 2) : `+${number(value, 2)}`;
}

export function times(ratio: number | null): string {
  return ratio === null ? 'n/a' : `${number(ratio, 2)}×`;
}

/** A table with one row for each peer: median, time above the baseline, its middle half, and the ratio to Plumline. */
export function baselineTable(title: string, peers: readonly Peer[], figures: Figures): string {
  const rows = peers.map((peer) => {
    const figure = figures.get(peer.name);
    if (!figure) {
      return [peer.label];
    }
    if (peer.name === 'empty') {
      return [peer.label, number(figure.median, 2), '', '', ''];
    }
    const [low, high] = figure.middleHalf;
    return [
      peer.label,
      number(figure.median, 2),
      signed(figure.aboveBaseline),
      `${number(low, 2)} … ${number(high, 2)}`,
      times(figure.ratio),
    ];
  });
  return table(title, ['', 'median', 'above baseline', 'middle half', 'to ours'], rows);
}
