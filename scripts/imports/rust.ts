// SPDX-License-Identifier: Apache-2.0 OR MIT
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Edge } from './graph.ts';

/**
 * The modules of the core in their order: each imports only from those on earlier lines. Those of one line import from
 * each other without a cycle.
 */
export const ORDER: readonly (readonly string[])[] = [
  ['error', 'fhir', 'frame', 'json', 'message', 'phone', 'signature', 'sort', 'text', 'time', 'token', 'twiml'],
  ['policy'],
  ['dialplan'],
  ['runtime'],
  ['rest'],
  ['chart'],
  ['outbound'],
  // The flows of one bot are no part of another's.
  ['bots'],
  ['bots/automation', 'bots/operations', 'bots/webhook'],
  ['wasm'],
];

const UNITS: ReadonlySet<string> = new Set(ORDER.flat());

/**
 * What the modules of the core import from each other, by file: every path that begins with `crate` or leads out of a
 * module by `super`. `lib.rs` and a `mod.rs` that only lists its modules name what is below them: `mod` is no import.
 */
export function rustImports(root: string): Map<string, Edge[]> {
  return new Map(
    globSync('src/**/*.rs', { cwd: root })
      .map((file) => file.replaceAll(path.sep, '/'))
      .filter((file) => file !== 'src/lib.rs')
      .sort()
      .map((file) => [file, importsOf(file, readFileSync(path.join(root, file), 'utf8'))]),
  );
}

/** Imports from a later line, or between two modules of a line that may not know each other. */
export function againstOrder(edges: readonly Edge[]): Edge[] {
  const line = (unit: string): number => ORDER.findIndex((units) => units.includes(unit));
  const isBot = (unit: string): boolean => unit.startsWith('bots/');
  // `bots` hands on what its folders export.
  const handsOn = ({ from, to }: Edge): boolean => from === 'bots' && isBot(to);
  return edges.filter(
    (edge) => !handsOn(edge) && (line(edge.from) < line(edge.to) || (isBot(edge.from) && isBot(edge.to))),
  );
}

/** The module that a path of module names is in. */
function unitOf(names: readonly string[]): string | undefined {
  return [names.slice(0, 2).join('/'), names[0] ?? ''].find((unit) => UNITS.has(unit));
}

function importsOf(file: string, text: string): Edge[] {
  const modules = file
    .replace(/^src\//, '')
    .replace(/(\/mod)?\.rs$/, '')
    .split('/');
  const from = unitOf(modules);
  if (from === undefined) {
    return [{ from: file, to: file, because: `${file} is in no module of ORDER (scripts/imports/rust.ts)` }];
  }
  const code = text.replaceAll(/\/\/.*$/gm, '');
  const found = new Map<string, Edge>();
  for (const [, start = '', rest = ''] of code.matchAll(/\b(crate|super(?:::super)*)::(\{[^}]*\}|\w+(?:::\w+)*)/g)) {
    const parents = start === 'crate' ? [] : modules.slice(0, modules.length - start.split('::').length);
    for (const one of rest.replaceAll(/[{}]/g, '').split(',')) {
      const to = unitOf([...parents, ...one.trim().split('::')]);
      if (to !== undefined && to !== from && !found.has(to)) {
        found.set(to, { from, to, because: `${file} imports ${start}::${one.trim()}` });
      }
    }
  }
  return [...found.values()];
}
