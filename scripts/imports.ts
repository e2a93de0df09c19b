// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Checks that the sources depend on each other in one direction.
 *
 *     npm run imports [-- DIR]
 *
 * Files: none imports itself, by way of others either. An import of types alone counts as well.
 *
 * Folders: the same holds between folders. A folder stands for the files that are directly in it, and depends on another
 * where one of these imports a file that is directly in the other. So the files of a folder may import from a folder
 * inside it, or be imported from there, but not both. `x.ts` beside `x/` belongs to the folder around the two.
 *
 * The rule for folders holds where code is layered (LAYERED). In bench/ the reports share the tables and requests of the
 * program that runs them, and tests/ and the scripts that run them use each other's folders: only their files are checked.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build/root.ts';
import { betweenFolders, cycles, type Cycle, type Edge } from './imports/graph.ts';
import { typescriptImports } from './imports/typescript.ts';

const LAYERED = /^(?:npm|bot-wrapper|cli|sandbox|scripts)\//;

/** The imports of a language's files, by file; another language is one more of these. */
const LANGUAGES: Readonly<Record<string, (root: string) => ReadonlyMap<string, readonly Edge[]>>> = {
  TypeScript: typescriptImports,
};

function described(kind: string, { nodes, way }: Cycle): string {
  const [first = { from: '', to: '' }] = way;
  const lines =
    first.because === undefined
      ? [[...way.map(({ from }) => from), first.from].join('\n  → ')]
      : way.map(({ from, to, because = '' }) => `${from} → ${to}: ${because}`);
  const others = nodes.filter((node) => !way.some(({ from }) => from === node));
  const more = others.length === 0 ? [] : [`in cycles with these: ${others.join(', ')}`];
  return [`A cycle of ${kind}:`, ...lines, ...more].join('\n  ');
}

const { positionals } = parseArgs({ allowPositionals: true });
const folder = path.resolve(positionals[0] ?? root);
for (const [language, read] of Object.entries(LANGUAGES)) {
  const imports = read(folder);
  const edges = [...imports.values()].flat();
  const layered = edges.filter(({ from, to }) => LAYERED.test(from) && LAYERED.test(to));
  const found = [
    ...cycles(edges).map((cycle) => described('files', cycle)),
    ...cycles(betweenFolders(layered)).map((cycle) => described('folders', cycle)),
  ];
  if (imports.size === 0) {
    found.push(`${folder} has no sources in ${language}`);
  }
  if (found.length > 0) {
    console.error(found.join('\n\n'));
    process.exitCode = 1;
  } else {
    console.log(`${language}: ${imports.size} files, ${edges.length} imports, no cycle`);
  }
}
