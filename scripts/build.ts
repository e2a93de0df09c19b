// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Builds pkg/ from src/, bot-wrapper/, npm/ and cli/.
 *
 *     node scripts/build.ts [--out DIR]
 *
 * Needs the toolchain of scripts/toolchain. With the pinned one the bytes are the same on every machine.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, type BuildOptions } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: path.join(root, 'pkg') } } });
const out = path.resolve(values.out);
const target = path.join(root, 'target');

/** The environment that scripts/toolchain has written: which Rust, and where the wasm tools are. */
function toolchain(): NodeJS.ProcessEnv {
  const file = execFileSync(path.join(root, 'scripts/toolchain'), ['--env'], { encoding: 'utf8' }).trim();
  const env = execFileSync('sh', ['-c', '. "$0" && env -0', file], { encoding: 'utf8' });
  return Object.fromEntries(
    env
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  );
}

const env = toolchain();
const pinned = env.PLUMLINE_TOOLCHAIN_NAME === 'debian';

function run(command: string, args: string[], extra: NodeJS.ProcessEnv = {}): string {
  return execFileSync(command, args, {
    cwd: root,
    env: { ...env, ...extra },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
}

/** No path of a machine goes into the wasm. */
function remaps(): string[] {
  const sysroot = run('rustc', ['--print', 'sysroot']).trim();
  const cargoHome = env.CARGO_HOME ?? path.join(homedir(), '.cargo');
  return [
    `--remap-path-prefix=${root}=plumline`,
    `--remap-path-prefix=${cargoHome}=cargo`,
    `--remap-path-prefix=${sysroot}/lib/rustlib/src/rust=rust`,
  ];
}

/**
 * One wasm of the crate, by wasm-pack, made small by wasm-opt. With the pinned toolchain std is built along: a panic
 * is a bare trap then, and its messages and their formatting are not in the file.
 */
function wasm(name: string, features: string, flags: string[]): { wasm: string; dir: string } {
  const dir = path.join(target, 'wasm-pack', name);
  const separator = '\x1f';
  const small = pinned ? ['-Zunstable-options', '-Cpanic=immediate-abort', '-Zlocation-detail=none'] : [];
  const std = pinned ? ['-Zbuild-std=std,panic_abort', '-Zbuild-std-features='] : [];
  // sha2 rolled: it hashes the rare JSON post, and unrolled it is 8 kB.
  const rolled = ['--cfg=sha2_backend="soft"', '--cfg=sha2_backend_soft="compact"'];
  run(
    'wasm-pack',
    ['build', '--target', 'web', '--release', '--no-pack', '--no-opt', '--no-gitignore', '--mode', 'no-install', '--out-dir', dir, '.']
      .concat(['--', '--locked', '--no-default-features', '--features', features, ...std])
      .concat(['--target-dir', path.join(target, 'bots', name)]),
    {
      CARGO_ENCODED_RUSTFLAGS: [...remaps(), ...small, ...rolled, ...flags].join(separator),
      RUSTC_BOOTSTRAP: pinned ? '1' : '',
    }
  );
  const file = path.join(dir, 'plumline_bg.wasm');
  run(process.execPath, [
    path.join(root, 'node_modules/binaryen/bin/wasm-opt'),
    ...['-Oz', '--strip-debug', '--strip-producers', file, '-o', file],
  ]);
  return { wasm: file, dir };
}

/** One CommonJS file that Medplum runs: top-level `exports.handler`, the wasm inside as base64. */
const bot: BuildOptions = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'es2020',
  minify: true,
  loader: { '.wasm': 'base64' },
  // A VM context calls exports.handler and knows nothing of module.exports.
  footer: { js: 'Object.assign(exports, module.exports);' },
  banner: { js: '// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT' },
  legalComments: 'none',
  logLevel: 'warning',
};

mkdirSync(path.join(out, 'bots'), { recursive: true });
// No reference types: nothing but numbers crosses, and without them the module needs no imports.
const webhook = wasm('webhook', 'webhook', ['-Ctarget-feature=-reference-types,-multivalue']);
copyFileSync(webhook.wasm, path.join(out, 'bots/webhook.wasm'));
await build({
  ...bot,
  entryPoints: [path.join(root, 'bot-wrapper/webhook.ts')],
  outfile: path.join(out, 'bots/webhook.cjs'),
  alias: { '#pkg': out },
});
