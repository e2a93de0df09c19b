// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Packs the npm package and tests it in all supported runtimes and tools.
 *
 *     node scripts/packaging.ts
 *
 * The first run installs the runtimes and tools (about 450 MB) into tests/packaging. `npm ci` does not install them.
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
  console.log('Installing Deno, Bun, workerd, Vite and the package checkers into tests/packaging');
  // Every binary is in its own package, so no install script is needed.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit' });
}
// The test that measures the time of imports runs alone.
const [timed, others] = [true, false].map((alone) =>
  globSync(path.join(folder, '*.test.ts')).filter((file) => (path.basename(file) === 'import.test.ts') === alone),
);
const ended = [others, timed].map((tests = []) =>
  spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...tests], { stdio: 'inherit' }),
);
process.exitCode = ended.every(({ status }) => status === 0) ? 0 : 1;
