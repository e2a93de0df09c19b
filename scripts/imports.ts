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
 * The rule for folders holds where code is layered (LAYERED). tests/ and the scripts that run them use each other's
 * folders: only their files are checked.
 *
 * The core, in Rust: its modules are in an order (scripts/imports/rust.ts), and each imports only from earlier ones. Inside
 * a module files may know each other; the three bots may not. A Cargo feature chooses whole modules.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build/root.ts';
import { betweenFolders, cycles, type Cycle } from './imports/graph.ts';
import { misplacedFeatures } from './imports/features.ts';
import { againstOrder, ORDER, rustImports } from './imports/rust.ts';
import { typescriptImports } from './imports/typescript.ts';

const LAYERED = /^(?:npm|bot-wrapper|cli|sandbox|scripts|bench)\//;

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

/** What is wrong with the imports of a language, and what there is. */
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
    wrong.length === 0 ? [] : [`Against the order of the modules:\n  ${wrong.join('\n  ')}\n\n  ${order}`];
  const features = misplacedFeatures(folder);
  if (features.length > 0) {
    problems.push(`A feature chooses modules, on the line of a mod:\n  ${features.join('\n  ')}`);
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
const problems = checked.length > 0 ? checked.flatMap((one) => one.problems) : [`${folder} has no sources`];
if (problems.length > 0) {
  console.error(problems.join('\n\n'));
  process.exitCode = 1;
} else {
  for (const { language, files, edges } of checked) {
    console.log(`${language}: ${files} files, ${edges} imports, no cycle`);
  }
}
