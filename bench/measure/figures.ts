// SPDX-License-Identifier: Apache-2.0 OR MIT
// From raw timings to what is printed: medians, paired differences to the floor, ratios to ours.
import type { Peer, PeerName } from './peers.ts';
import type { Rounds } from './rounds.ts';

export interface Figure {
  median: number;
  /** The median of the differences to the floor of the same round; the middle half of them beside it. */
  aboveFloor: number;
  middleHalf: [number, number];
  /** This peer ÷ ours; null where ours, lost in the noise, does not rise above the floor. */
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
 * For times that contain a floor: a process, a context. The ratio is that of the medians: round by round it would
 * divide by differences that lie, for a small bundle, near zero.
 */
export function aboveTheFloor(rounds: Rounds<PeerName, number>): Figures {
  const floor = rounds.get('empty') ?? [];
  const rises = new Map(
    [...rounds].map(([name, list]) => [name, list.map((time, round) => time - (floor[round] ?? NaN))]),
  );
  const ours = median(rises.get('plumline') ?? []);
  return new Map(
    [...rounds].map(([name, list]) => {
      const rise = rises.get(name) ?? [];
      const aboveFloor = median(rise);
      const middleHalf: [number, number] = [quantile(rise, 0.25), quantile(rise, 0.75)];
      return [name, { median: median(list), aboveFloor, middleHalf, ratio: ours > 0 ? aboveFloor / ours : null }];
    }),
  );
}

/** For times that are all the peer's own: a warm handler. The ratio is the median of the ratios round by round. */
export function asTheyAre(rounds: Rounds<PeerName, number>): Figures {
  return withRatiosTo(rounds, 'plumline');
}

/** The same for several ways of ours beside one rival: its time divided by theirs. */
export function besideRival<Name>(rounds: Rounds<Name, number>, rival: Name): Figures<Name> {
  const theirs = rounds.get(rival) ?? [];
  return withRatios(rounds, (time, round) => (theirs[round] ?? NaN) / time);
}

/** Each one's time divided by that of one of them. */
export function withRatiosTo<Name>(rounds: Rounds<Name, number>, one: Name): Figures<Name> {
  const its = rounds.get(one) ?? [];
  return withRatios(rounds, (time, round) => time / (its[round] ?? NaN));
}

function withRatios<Name>(
  rounds: Rounds<Name, number>,
  ratioOf: (time: number, round: number) => number,
): Figures<Name> {
  return new Map(
    [...rounds].map(([name, list]) => {
      const middle = median(list);
      const middleHalf: [number, number] = [quantile(list, 0.25), quantile(list, 0.75)];
      return [name, { median: middle, aboveFloor: middle, middleHalf, ratio: median(list.map(ratioOf)) }];
    }),
  );
}

/** A table with its title; the first column leans left, the others right. */
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

/** One row a peer: its median, what it adds to the floor, the middle half of that, and the ratio to ours. */
export function floorTable(title: string, peers: readonly Peer[], figures: Figures): string {
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
      signed(figure.aboveFloor),
      `${number(low, 2)} … ${number(high, 2)}`,
      times(figure.ratio),
    ];
  });
  return table(title, ['', 'median', 'above floor', 'middle half', 'to ours'], rows);
}
