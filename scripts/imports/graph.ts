// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Dependencies as a graph, and the cycles in it. Knows no language and reads no file. */
import path from 'node:path';

/** `from` depends on `to`. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** What makes it so, where the two names do not say it. */
  readonly because?: string;
}

/** Nodes that all depend on each other. */
export interface Cycle {
  readonly nodes: readonly string[];
  /** The shortest way round: the edges from a node of them back to it. */
  readonly way: readonly Edge[];
}

/** Every cycle, ordered by its first node. None shares a node with another. */
export function cycles(edges: readonly Edge[]): Cycle[] {
  const outgoing = new Map<string, Edge[]>();
  for (const edge of edges) {
    outgoing.set(edge.from, [...(outgoing.get(edge.from) ?? []), edge]);
  }
  const reached = new Map([...outgoing.keys()].map((node) => [node, reachable(outgoing, node)]));
  const found: Cycle[] = [];
  const known = new Set<string>();
  for (const node of [...outgoing.keys()].sort()) {
    const from = reached.get(node);
    if (known.has(node) || !from?.has(node)) {
      continue;
    }
    const nodes = [...from].filter((other) => reached.get(other)?.has(node)).sort();
    nodes.forEach((one) => known.add(one));
    const [way = []] = nodes.map((one) => shortestWay(outgoing, one)).sort((one, other) => one.length - other.length);
    found.push({ nodes, way });
  }
  return found;
}

type Outgoing = ReadonlyMap<string, readonly Edge[]>;

/** All that a node depends on, by way of others too. The node itself is among them where it is in a cycle. */
function reachable(outgoing: Outgoing, start: string): ReadonlySet<string> {
  const found = new Set((outgoing.get(start) ?? []).map(({ to }) => to));
  // A set that grows is walked to its new end.
  for (const node of found) {
    (outgoing.get(node) ?? []).forEach(({ to }) => found.add(to));
  }
  return found;
}

/** The shortest way from a node back to it. */
function shortestWay(outgoing: Outgoing, start: string): Edge[] {
  const ways = new Map<string, Edge[]>([[start, []]]);
  for (const [node, way] of ways) {
    for (const edge of outgoing.get(node) ?? []) {
      if (edge.to === start) {
        return [...way, edge];
      }
      if (!ways.has(edge.to)) {
        ways.set(edge.to, [...way, edge]);
      }
    }
  }
  return [];
}

/** What edges between files are between the folders that the files are directly in; one for each pair of folders. */
export function betweenFolders(edges: readonly Edge[]): Edge[] {
  const found = new Map<string, Edge>();
  for (const { from, to } of edges) {
    const [one, other] = [path.posix.dirname(from), path.posix.dirname(to)];
    const pair = `${one}\n${other}`;
    if (one !== other && !found.has(pair)) {
      found.set(pair, { from: one, to: other, because: `${from} imports ${to}` });
    }
  }
  return [...found.values()];
}
