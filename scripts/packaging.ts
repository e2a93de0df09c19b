// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Packs what npm would publish, and proves that it works wherever it says it does.
 *
 *     node scripts/packaging.ts
 *
 * The runtimes and tools for it (some 450 MB) are installed into tests/packaging at the first run, and not by `npm ci`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'tests/packaging');

function written(file: string): number {
  return statSync(path.join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (written('node_modules/.package-lock.json') < written('package-lock.json')) {
  console.log('installing Deno, Bun, workerd, Vite and the checkers into tests/packaging');
  // Every binary comes in a package of its own: no script has to fetch any.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit' });
}
// What takes the time of imports runs when nothing else does.
const [timed, others] = [true, false].map((alone) =>
  globSync(path.join(folder, '*.test.ts')).filter((file) => (path.basename(file) === 'import.test.ts') === alone),
);
const ended = [others, timed].map((tests = []) =>
  spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...tests], { stdio: 'inherit' }),
);
process.exitCode = ended.every(({ status }) => status === 0) ? 0 : 1;
