// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Finds cycles in a graph of dependencies. It does not depend on a language and reads no files. */
import path from 'node:path';

/** `from` depends on `to`. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** The reason, if the two names do not show it. */
  readonly because?: string;
}

/** Nodes that depend on each other. */
export interface Cycle {
  readonly nodes: readonly string[];
  /** The shortest cycle among them. */
  readonly steps: readonly Edge[];
}

/** All groups of nodes that depend on each other, ordered by the first node. Groups have no nodes in common. */
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
    const [steps = []] = nodes
      .map((one) => shortestPath(outgoing, one))
      .sort((one, other) => one.length - other.length);
    found.push({ nodes, steps });
  }
  return found;
}

type Outgoing = ReadonlyMap<string, readonly Edge[]>;

/** All direct and indirect dependencies of a node. Includes the node itself if it is in a cycle. */
function reachable(outgoing: Outgoing, start: string): ReadonlySet<string> {
  const found = new Set((outgoing.get(start) ?? []).map(({ to }) => to));
  // The loop also visits elements that are added during the iteration.
  for (const node of found) {
    (outgoing.get(node) ?? []).forEach(({ to }) => found.add(to));
  }
  return found;
}

/** The shortest path from a node back to itself. */
function shortestPath(outgoing: Outgoing, start: string): Edge[] {
  const paths = new Map<string, Edge[]>([[start, []]]);
  for (const [node, steps] of paths) {
    for (const edge of outgoing.get(node) ?? []) {
      if (edge.to === start) {
        return [...steps, edge];
      }
      if (!paths.has(edge.to)) {
        paths.set(edge.to, [...steps, edge]);
      }
    }
  }
  return [];
}

/** Converts edges between files to edges between their folders, one for each pair of folders. */
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
