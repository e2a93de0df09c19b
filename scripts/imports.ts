// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Checks that the source files have no import cycles.
 *
 *     npm run imports [-- DIR]
 *
 * Files: no file imports itself, directly or indirectly. This includes type-only imports.
 *
 * Folders: the same rule applies to folders. A folder consists of the files directly in it. It depends on another
 * folder if one of its files imports a file directly in the other. So the files of a folder can import from a
 * subfolder, or the subfolder can import from them, but not both. `x.ts` next to `x/` belongs to the parent folder.
 *
 * The rule for folders applies to layered code (LAYERED). tests/ and the scripts that run them use each other's
 * folders, so only their files are checked.
 *
 * The core in Rust: its modules have an order (scripts/imports/rust.ts), and each imports only from earlier modules.
 * Files of one module can import each other, but the three bots cannot. A Cargo feature selects whole modules.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build/root.ts';
import { betweenFolders, cycles, type Cycle } from './imports/graph.ts';
import { misplacedFeatures } from './imports/features.ts';
import { againstOrder, ORDER, rustImports } from './imports/rust.ts';
import { typescriptImports } from './imports/typescript.ts';

const LAYERED = /^(?:npm|bot-wrapper|cli|sandbox|scripts|bench)\//;

function described(kind: string, { nodes, steps }: Cycle): string {
  const [first = { from: '', to: '' }] = steps;
  const lines =
    first.because === undefined
      ? [[...steps.map(({ from }) => from), first.from].join('\n  → ')]
      : steps.map(({ from, to, because = '' }) => `${from} → ${to}: ${because}`);
  const others = nodes.filter((node) => !steps.some(({ from }) => from === node));
  const more = others.length === 0 ? [] : [`in cycles with these: ${others.join(', ')}`];
  return [`A cycle of ${kind}:`, ...lines, ...more].join('\n  ');
}

/** The problems with the imports in one language, and the counts. */
interface Checked {
  problems: string[];
  files: number;
  edges: number;
}

function checkTypescript(folder: string): Checked {
  const imports = typescriptImports(folder);
  const edges = [...imports.values()].flat();
  const layered = edges.filter(({ from, to }) => LAYERED.test(from) && LAYERED.test(to));
  const problems = [
    ...cycles(edges).map((cycle) => described('files', cycle)),
    ...cycles(betweenFolders(layered)).map((cycle) => described('folders', cycle)),
  ];
  return { problems, files: imports.size, edges: edges.length };
}

function checkRust(folder: string): Checked {
  const imports = rustImports(folder);
  const edges = [...imports.values()].flat();
  const wrong = againstOrder(edges).map(({ from, to, because = '' }) => `${from} → ${to}: ${because}`);
  const order = ORDER.map((units) => units.join(' ')).join('\n  ');
  const problems =
    wrong.length === 0 ? [] : [`Imports against the order of the modules:\n  ${wrong.join('\n  ')}\n\n  ${order}`];
  const features = misplacedFeatures(folder);
  if (features.length > 0) {
    problems.push(`A feature must be on the line of a mod:\n  ${features.join('\n  ')}`);
  }
  problems.push(...cycles(edges).map((cycle) => described('modules', cycle)));
  return { problems, files: imports.size, edges: edges.length };
}

const { positionals } = parseArgs({ allowPositionals: true });
const folder = path.resolve(positionals[0] ?? root);
const checked = [
  { language: 'TypeScript', ...checkTypescript(folder) },
  { language: 'Rust', ...checkRust(folder) },
].filter(({ files }) => files > 0);
const problems = checked.length > 0 ? checked.flatMap((one) => one.problems) : [`${folder} has no source files`];
if (problems.length > 0) {
  console.error(problems.join('\n\n'));
  process.exitCode = 1;
} else {
  for (const { language, files, edges } of checked) {
    console.log(`${language}: ${files} files, ${edges} imports, no cycle`);
  }
}
