// SPDX-License-Identifier: Apache-2.0 OR MIT
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Edge } from './graph.ts';

/**
 * The modules of the core in order. Each module imports only from modules on earlier lines. Modules on the same line
 * can import from each other without a cycle.
 */
export const ORDER: readonly (readonly string[])[] = [
  ['error'],
  ['text'],
  ['sort'],
  ['json'],
  ['time'],
  ['frame'],
  ['phone'],
  ['signature'],
  ['token'],
  ['message'],
  ['twiml'],
  ['fhir'],
  ['policy'],
  ['dialplan'],
  ['runtime'],
  ['rest'],
  ['chart'],
  ['outbound'],
  // The bots do not import from each other.
  ['bots'],
  ['bots/automation', 'bots/operations', 'bots/webhook'],
  ['wasm'],
];

const UNITS: ReadonlySet<string> = new Set(ORDER.flat());

/**
 * The imports between the modules of the core, by file: every path that starts with `crate`, or leaves a module through
 * `super`. A `mod` item is not an import.
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

/** The imports from a later line, and the imports between two bots. */
export function againstOrder(edges: readonly Edge[]): Edge[] {
  const line = (unit: string): number => ORDER.findIndex((units) => units.includes(unit));
  const isBot = (unit: string): boolean => unit.startsWith('bots/');
  // `bots` re-exports the exports of its submodules.
  const isReexport = ({ from, to }: Edge): boolean => from === 'bots' && isBot(to);
  return edges.filter(
    (edge) => !isReexport(edge) && (line(edge.from) < line(edge.to) || (isBot(edge.from) && isBot(edge.to))),
  );
}

/** The module in ORDER that a path belongs to. */
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
    return [{ from: file, to: file, because: `${file} is not in a module of ORDER (scripts/imports/rust.ts)` }];
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
