// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Checks that everything in the package can be distributed under Apache-2.0 OR MIT.
 *
 *     node scripts/licenses.ts
 *
 * Crates: the normal dependencies of our crate for wasm with all features, direct and indirect. npm packages: those
 * that the bundles of bot-wrapper/, npm/ and cli/ import, and their dependencies.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

/** Licenses that only require to include their text. */
const ACCEPTED = new Set([
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 WITH LLVM-exception',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unicode-3.0',
  'Unlicense',
  'Zlib',
]);

/** Whether an SPDX expression allows a license that we accept. False for an expression that cannot be parsed. */
export function accepts(expression: string): boolean {
  // Old crates write `MIT/Apache-2.0`.
  const tokens = expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;

  const take = (word: string): boolean => {
    const isNext = tokens[at] === word;
    at += isNext ? 1 : 0;
    return isNext;
  };
  // Both sides are always parsed, so that the rest is parsed from the right position.
  const parseOr = (): boolean => {
    let accepted = parseAnd();
    while (take('OR')) {
      accepted = parseAnd() || accepted;
    }
    return accepted;
  };
  const parseAnd = (): boolean => {
    let accepted = parseOperand();
    while (take('AND')) {
      accepted = parseOperand() && accepted;
    }
    return accepted;
  };
  const parseOperand = (): boolean => {
    if (take('(')) {
      const accepted = parseOr();
      return take(')') && accepted;
    }
    const name = tokens[at++] ?? '';
    return ACCEPTED.has(take('WITH') ? `${name} WITH ${tokens[at++] ?? ''}` : name);
  };

  const accepted = parseOr();
  return accepted && at === tokens.length;
}

/** A dependency that is distributed with the package. */
interface Dependency {
  readonly name: string;
  readonly license: string;
}

interface CargoMetadata {
  readonly packages: readonly { id: string; name: string; version: string; license: string | null }[];
  readonly resolve: {
    readonly root: string;
    readonly nodes: readonly {
      id: string;
      deps: readonly { pkg: string; dep_kinds: readonly { kind: string | null }[] }[];
    }[];
  };
}

function crates(root: string): Dependency[] {
  const flags = ['--format-version', '1', '--locked', '--all-features', '--filter-platform', 'wasm32-unknown-unknown'];
  const { packages, resolve } = JSON.parse(
    execFileSync('cargo', ['metadata', ...flags], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  ) as CargoMetadata;
  const reachable = new Set([resolve.root]);
  // The loop also visits elements that are added during the iteration.
  for (const id of reachable) {
    for (const { pkg, dep_kinds } of resolve.nodes.find((node) => node.id === id)?.deps ?? []) {
      if (dep_kinds.some(({ kind }) => kind === null)) {
        reachable.add(pkg);
      }
    }
  }
  return packages
    .filter(({ id }) => reachable.has(id) && id !== resolve.root)
    .map(({ name, version, license }) => ({ name: `crate ${name} ${version}`, license: license ?? 'none named' }));
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Record<string, string>;
}

function manifest(directory: string): Manifest {
  return JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as Manifest;
}

/** The directory of a package that Node loads for an import from a directory. */
function installed(name: string, from: string): string {
  const directory = path.join(from, 'node_modules', name);
  if (existsSync(path.join(directory, 'package.json'))) {
    return directory;
  }
  const up = path.dirname(from);
  if (up === from) {
    throw new Error(`${name} is not installed. Run npm ci.`);
  }
  return installed(name, up);
}

async function npmPackages(root: string): Promise<Dependency[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: globSync('{bot-wrapper,npm,cli}/**/*.{ts,mts,cts,js,mjs,cjs}', { cwd: root }).filter(
      (file) => !/\.d\.[mc]?ts$/.test(file),
    ),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outdir: 'nowhere',
    // External packages are listed in the metafile.
    packages: 'external',
    external: ['#*', '*.wasm'],
    logLevel: 'error',
  });
  const imported = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter((entry) => entry.external === true && /^[@\w]/.test(entry.path) && !isBuiltin(entry.path))
    .map((entry) => entry.path.split('/', entry.path.startsWith('@') ? 2 : 1).join('/'));
  const own = manifest(root);
  // Dependencies that are installed with the package are distributed like those that are bundled.
  const direct = new Set([...imported, ...Object.keys(own.dependencies ?? {})]);
  direct.delete(own.name);
  const directories = new Set([...direct].map((name) => installed(name, root)));
  for (const directory of directories) {
    for (const name of Object.keys(manifest(directory).dependencies ?? {})) {
      directories.add(installed(name, directory));
    }
  }
  return [...directories].map((directory) => {
    const { name, version, license } = manifest(directory);
    return { name: `package ${name} ${version}`, license: license ?? 'none named' };
  });
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '..');
  const [rust, npm] = [crates(root), await npmPackages(root)];
  const refused = [...rust, ...npm].filter(({ license }) => !accepts(license));
  if (refused.length > 0) {
    for (const { name, license } of refused) {
      console.error(`${name}: ${license}`);
    }
    console.error(`${refused.length} licenses are not known to be compatible with Apache-2.0 OR MIT`);
    process.exitCode = 1;
  } else {
    console.log(`${rust.length} crates, ${npm.length} packages: all compatible`);
  }
}
