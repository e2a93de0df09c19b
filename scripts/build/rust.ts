// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Builds the crate as wasm: wasm-pack (cargo and wasm-bindgen), then wasm-opt, in the environment of scripts/toolchain.
 */
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { root } from './root.ts';

const target = path.join(root, 'target');

/** The environment from scripts/toolchain: the Rust toolchain and the wasm tools. */
function toolchain(): NodeJS.ProcessEnv {
  const file = execFileSync(path.join(root, 'scripts/toolchain'), ['--env'], { encoding: 'utf8' }).trim();
  const env = execFileSync('sh', ['-c', '. "$0" && env -0', file], { encoding: 'utf8' });
  return Object.fromEntries(
    env
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const env = toolchain();
/** The name of the Rust toolchain. Only Debian's produces the committed files. */
export const toolchainName = env.PLUMLINE_TOOLCHAIN_NAME ?? 'unknown';
const pinned = toolchainName === 'debian';

/** Runs a command of the toolchain. Returns its output. */
export function run(command: string, args: string[], extra: NodeJS.ProcessEnv = {}): string {
  return execFileSync(command, args, {
    cwd: root,
    env: { ...env, ...extra },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
}

/** Flags that remove local paths from the wasm. */
function remaps(): string[] {
  const sysroot = run('rustc', ['--print', 'sysroot']).trim();
  const cargoHome = env.CARGO_HOME ?? path.join(homedir(), '.cargo');
  return [
    `--remap-path-prefix=${root}=plumline`,
    `--remap-path-prefix=${cargoHome}=cargo`,
    `--remap-path-prefix=${sysroot}/lib/rustlib/src/rust=rust`,
  ];
}

export interface Tuning {
  /** rustc flags for all crates. */
  readonly flags?: readonly string[];
  /** rustc flags for Plumline's crate only, with the pinned toolchain. */
  readonly ours?: readonly string[];
  /** Cargo settings for this build. */
  readonly config?: readonly string[];
}

/**
 * Builds one wasm of the crate and optimizes it with wasm-opt. Returns the directory with the wasm and its glue code.
 * The pinned toolchain also builds std, once per `folder`, so that a panic is a trap without a message.
 */
export function wasm(
  name: string,
  features: string,
  { flags = [], ours = [], config = [] }: Tuning,
  folder = name,
): string {
  const dir = path.join(target, 'wasm-pack', name);
  const separator = '\x1f';
  const small = pinned ? ['-Zunstable-options', '-Cpanic=immediate-abort', '-Zlocation-detail=none'] : [];
  const std = pinned ? ['-Zbuild-std=std,panic_abort', '-Zbuild-std-features='] : [];
  const settings = [...config];
  if (pinned && ours.length > 0) {
    std.push('-Zprofile-rustflags');
    settings.push(`profile.release.package.plumline.rustflags=${JSON.stringify(ours)}`);
  }
  // The compact sha2, because it only hashes JSON posts, which are rare. The unrolled one has 8 kB.
  const rolled = ['--cfg=sha2_backend="soft"', '--cfg=sha2_backend_soft="compact"'];
  const web = ['build', '--target', 'web', '--release', '--no-pack', '--no-opt', '--no-gitignore'];
  run(
    'wasm-pack',
    [...web, '--mode', 'no-install', '--out-dir', dir, '.']
      .concat(['--', '--locked', '--no-default-features', '--features', features, ...std])
      .concat(settings.flatMap((setting) => ['--config', setting]))
      .concat(['--target-dir', path.join(target, 'bots', folder)]),
    {
      CARGO_ENCODED_RUSTFLAGS: [...remaps(), ...small, ...rolled, ...flags].join(separator),
      RUSTC_BOOTSTRAP: pinned ? '1' : '',
    },
  );
  const file = path.join(dir, 'plumline_bg.wasm');
  // V8 compiles a whole function at its first call. So rarely used code must not be inlined into frequently used code.
  run(process.execPath, [
    path.join(root, 'node_modules/binaryen/bin/wasm-opt'),
    ...[
      '-Oz',
      '--one-caller-inline-max-function-size=100',
      '--strip-debug',
      '--strip-producers',
      '--strip-target-features',
      file,
      '-o',
      file,
    ],
  ]);
  return dir;
}
