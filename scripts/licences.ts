// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Checks that whatever ends in the package may be given on under Apache-2.0 OR MIT.
 *
 *     node scripts/licences.ts
 *
 * Crates: those of Cargo.lock that are reached from ours by normal dependencies, for wasm, with all features. npm
 * packages: those that the bundles of bot-wrapper/, npm/ and cli/ import, and what these depend on.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

/** Licences that ask for no more than that their text goes along. */
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

/** Whether an SPDX expression leaves a way to comply that we accept. What cannot be read is not accepted. */
export function accepts(expression: string): boolean {
  // Old crates write `MIT/Apache-2.0`.
  const tokens = expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;

  const take = (word: string): boolean => {
    const there = tokens[at] === word;
    at += there ? 1 : 0;
    return there;
  };
  // Both sides are always read, so that what follows is read from the right place.
  const either = (): boolean => {
    let good = both();
    while (take('OR')) {
      good = both() || good;
    }
    return good;
  };
  const both = (): boolean => {
    let good = one();
    while (take('AND')) {
      good = one() && good;
    }
    return good;
  };
  const one = (): boolean => {
    if (take('(')) {
      const good = either();
      return take(')') && good;
    }
    const name = tokens[at++] ?? '';
    return ACCEPTED.has(take('WITH') ? `${name} WITH ${tokens[at++] ?? ''}` : name);
  };

  const good = either();
  return good && at === tokens.length;
}

/** Something that is shipped. */
interface Part {
  readonly name: string;
  readonly licence: string;
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

function crates(root: string): Part[] {
  const flags = ['--format-version', '1', '--locked', '--all-features', '--filter-platform', 'wasm32-unknown-unknown'];
  const { packages, resolve } = JSON.parse(
    execFileSync('cargo', ['metadata', ...flags], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  ) as CargoMetadata;
  const reached = new Set([resolve.root]);
  // A set that grows is walked to its new end.
  for (const id of reached) {
    for (const { pkg, dep_kinds } of resolve.nodes.find((node) => node.id === id)?.deps ?? []) {
      if (dep_kinds.some(({ kind }) => kind === null)) {
        reached.add(pkg);
      }
    }
  }
  return packages
    .filter(({ id }) => reached.has(id) && id !== resolve.root)
    .map(({ name, version, license }) => ({ name: `crate ${name} ${version}`, licence: license ?? 'none named' }));
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

/** Where Node would find a package, seen from a directory. */
function installed(name: string, from: string): string {
  const there = path.join(from, 'node_modules', name);
  if (existsSync(path.join(there, 'package.json'))) {
    return there;
  }
  const up = path.dirname(from);
  if (up === from) {
    throw new Error(`${name} is not installed: npm ci`);
  }
  return installed(name, up);
}

async function npmPackages(root: string): Promise<Part[]> {
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
    // All packages are left out, and so named.
    packages: 'external',
    external: ['#*', '*.wasm'],
    logLevel: 'error',
  });
  const imported = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter((one) => one.external === true && /^[@\w]/.test(one.path) && !isBuiltin(one.path))
    .map((one) => one.path.split('/', one.path.startsWith('@') ? 2 : 1).join('/'));
  const own = manifest(root);
  // What is installed along with the package is given on just as what is bundled into it.
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
    return { name: `package ${name} ${version}`, licence: license ?? 'none named' };
  });
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '..');
  const [rust, npm] = [crates(root), await npmPackages(root)];
  const refused = [...rust, ...npm].filter(({ licence }) => !accepts(licence));
  if (refused.length > 0) {
    for (const { name, licence } of refused) {
      console.error(`${name}: ${licence}`);
    }
    console.error(`${refused.length} of these licences cannot be told to be compatible with Apache-2.0 OR MIT`);
    process.exitCode = 1;
  } else {
    console.log(`${rust.length} crates, ${npm.length} packages: all compatible`);
  }
}
