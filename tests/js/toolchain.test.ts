// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * scripts/toolchain on simulated machines. PATH contains only basic system tools and fake commands, which log their
 * calls. The tests need no network and no root, and write only to a temporary directory.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';

const project = path.resolve(import.meta.dirname, '../..');
const folders: string[] = [];
after(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

const PINNED = 'rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)';
const SYSTEM = [
  ...['bash', 'cat', 'chmod', 'cmp', 'cp', 'cut', 'dirname', 'env', 'flock', 'grep', 'ln', 'ls', 'mkdir', 'mv'],
  ...['printf', 'rm', 'sed', 'sh', 'sleep', 'tail', 'touch', 'true'],
];
const PACKAGES = 'rustc-web cargo-web rust-web-src lld rust-web-clippy rustfmt-web';
const STD = 'libstd-0123456789abcdef.rlib';

/** The fake commands by name. Each reads its state from $MACHINE and appends its call to $MACHINE/calls. */
const FAKES = {
  id: 'cat "$MACHINE/uid"',

  // Runs its command if sudo on this machine needs no password.
  sudo: `echo "sudo $*" >>"$MACHINE/calls"
    [ -e "$MACHINE/sudo-works" ] || exit 1
    shift; exec "$@"`,

  'apt-cache': 'cat "$MACHINE/candidate" 2>/dev/null || true',

  'apt-get': `echo "apt-get $*" >>"$MACHINE/calls"
    if [ -e "$MACHINE/apt-fails" ]; then
      for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do echo "apt line $n"; done; exit 100
    fi
    case "$*" in
      update) echo '  Candidate: 1.96.0+dfsg1-1~deb12u2' >"$MACHINE/candidate" ;;
      *install*) cp "$MACHINE"/debian/* "$MACHINE/usr/bin/"; mkdir -p "$MACHINE/usr/lib/rustlib/src/rust/library/std" ;;
    esac`,

  rustup: `case "$1" in show | which) ;; *) echo "rustup $*" >>"$MACHINE/calls" ;; esac
    [ ! -e "$MACHINE/rustup-fails" ] || { echo 'error: could not download'; exit 1; }
    case "$*" in
      'show active-toolchain') cat "$MACHINE/active" ;;
      'which rustc --toolchain '*) [ -e "$MACHINE/toolchains/$4/bin/rustc" ] || exit 1
        echo "$MACHINE/toolchains/$4/bin/rustc" ;;
      'target add wasm32-unknown-unknown --toolchain '*)
        mkdir -p "$MACHINE/toolchains/$5/lib/rustlib/wasm32-unknown-unknown/lib"
        touch "$MACHINE/toolchains/$5/lib/rustlib/wasm32-unknown-unknown/lib/${STD}" ;;
      'component add clippy rustfmt --toolchain '*)
        cp "$MACHINE/debian/cargo-clippy" "$MACHINE/debian/rustfmt" "$MACHINE/toolchains/$6/bin/" ;;
      'toolchain install 1.96.0 '*) cp -R "$MACHINE/spare" "$MACHINE/toolchains/1.96.0" ;;
    esac`,
} as const;

/** The commands in the bin folder of a Rust. rustc prints `version` and `sysroot`. */
function rustFakes(version: string, sysroot: string): Record<string, string> {
  return {
    rustc: `case "$*" in
      --version) echo '${version}' ;;
      '--print sysroot') echo '${sysroot}' ;;
      '--test '*) [ -e '${sysroot}/lib/rustlib/wasm32-unknown-unknown/lib/${STD}' ] ;;
      esac`,
    cargo: `echo "cargo $*" >>"$MACHINE/calls"
      if [ -e "$MACHINE/cargo-fails" ]; then echo 'error: no network'; exit 101; fi
      case "$1" in
        build)
          echo "RUSTFLAGS=$RUSTFLAGS RUSTC_BOOTSTRAP=$RUSTC_BOOTSTRAP" >>"$MACHINE/calls"
          while [ "$1" != --target-dir ]; do shift; done
          mkdir -p "$2/wasm32-unknown-unknown/release/deps"; cd "$2/wasm32-unknown-unknown/release/deps"
          touch ${STD} libcore-0123.rlib libnothing-4567.rlib libcore-0123.rmeta ;;
        install)
          crate=$2 version=$4
          while [ "$1" != --root ]; do shift; done
          mkdir -p "$2/bin"
          command=\${crate%-cli}
          printf '#!/bin/sh\\necho %s %s\\n' "$command" "$version" >"$2/bin/$command"
          chmod +x "$2/bin/$command"
          [ $command = wasm-pack ] || cp "$2/bin/$command" "$2/bin/$command-test-runner" ;;
      esac`,
    rustdoc: '',
    rustfmt: '',
    'cargo-fmt': '',
    'cargo-clippy': '',
    'clippy-driver': '',
  };
}

interface Machine {
  readonly folder: string;
  /** The machine's checkout of the project. */
  readonly repo: string;
  /** A file of the machine's state. */
  readonly at: (name: string) => string;
  readonly set: (name: string, text?: string) => void;
  readonly run: (args?: string[], env?: NodeJS.ProcessEnv) => { code: number | null; out: string; err: string };
  readonly environment: (extra?: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** The calls since the last use of this method. */
  readonly calls: () => string[];
}

function commands(directory: string, fakes: Record<string, string>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(fakes)) {
    writeFileSync(path.join(directory, name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(directory, name), 0o755);
  }
}

/** A machine with root and apt-get on bookworm by default. `has`: its installed commands. */
function machine(...has: ('debian' | 'debian std' | 'rustup' | 'tools' | 'no apt')[]): Machine {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "plumline's toolchain ")));
  folders.push(folder);
  const at = (name: string): string => path.join(folder, name);
  const set = (name: string, text = ''): void => {
    writeFileSync(at(name), text);
  };
  const repo = at('repo');
  mkdirSync(path.join(repo, 'scripts'), { recursive: true });
  cpSync(path.join(project, 'scripts/toolchain'), path.join(repo, 'scripts/toolchain'));

  const system = at('system');
  mkdirSync(system);
  for (const name of SYSTEM) {
    const found = (process.env.PATH ?? '').split(path.delimiter).find((one) => existsSync(path.join(one, name)));
    // macOS has no flock.
    if (found !== undefined) {
      symlinkSync(path.join(found, name), path.join(system, name));
    }
  }

  set('calls');
  set('uid', '0\n');
  set('os-release', 'VERSION_CODENAME=bookworm\n');
  set('active', 'stable-x86_64-unknown-linux-gnu (default)\n');
  const { rustup, ...others } = FAKES;
  commands(at('usr/bin'), others);
  // A path with quotes must not conflict with the quotes of the fakes.
  const escaped = (name: string): string => at(name).replaceAll("'", `'\\''`);
  commands(at('debian'), {
    ...rustFakes(PINNED, escaped('usr')),
    'wasm-ld': 'echo "Debian LLD 14.0.6"',
  });
  mkdirSync(at('usr/lib/rustlib'), { recursive: true });
  const stable = 'toolchains/stable-x86_64-unknown-linux-gnu';
  commands(at(`${stable}/bin`), rustFakes('rustc 1.97.0 (0123abcd 2026-07-01)', escaped(stable)));
  commands(at('spare/bin'), rustFakes('rustc 1.96.0 (ac68faa20 2026-05-25)', escaped('toolchains/1.96.0')));
  mkdirSync(at('spare/lib/rustlib/wasm32-unknown-unknown/lib'), { recursive: true });
  set(`spare/lib/rustlib/wasm32-unknown-unknown/lib/${STD}`);

  if (has.includes('no apt')) {
    rmSync(at('usr/bin/apt-get'));
  }
  if (has.includes('debian') || has.includes('debian std')) {
    cpSync(at('debian'), at('usr/bin'), { recursive: true });
    mkdirSync(at('usr/lib/rustlib/src/rust/library/std'), { recursive: true });
  }
  if (has.includes('debian std')) {
    mkdirSync(at('usr/lib/rustlib/wasm32-unknown-unknown/lib'), { recursive: true });
    set(`usr/lib/rustlib/wasm32-unknown-unknown/lib/${STD}`);
  }
  if (has.includes('rustup')) {
    commands(at('usr/bin'), { rustup });
  }
  if (has.includes('tools')) {
    commands(at('usr/bin'), {
      'wasm-pack': 'echo wasm-pack 0.15.1',
      'wasm-bindgen': 'echo wasm-bindgen 0.2.130',
      'wasm-bindgen-test-runner': '',
    });
  }

  const environment = (extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    PATH: `${at('usr/bin')}:${system}`,
    MACHINE: folder,
    PLUMLINE_OS_RELEASE: at('os-release'),
    TMPDIR: folder,
    ...extra,
  });
  return {
    folder,
    repo,
    at,
    set,
    environment,
    run: (args = [], env = {}) => {
      const { status, stdout, stderr } = spawnSync(path.join(repo, 'scripts/toolchain'), args, {
        env: environment(env),
        encoding: 'utf8',
        // Not the repository: the script derives it from its own path.
        cwd: folder,
      });
      return { code: status, out: stdout, err: stderr };
    },
    calls: () => {
      const lines = readFileSync(at('calls'), 'utf8').split('\n').filter(Boolean);
      set('calls');
      return lines.map((line) => line.replaceAll(folder, ''));
    },
  };
}

/** The environment of a shell after it sources the env file. */
function sourced(one: Machine, extra: NodeJS.ProcessEnv = {}): Record<string, string> {
  const text = execFileSync('sh', ['-c', '. "$0" && env', path.join(one.repo, '.toolchain/env')], {
    env: one.environment(extra),
    encoding: 'utf8',
  });
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const wasmPack =
  'cargo install wasm-pack --version 0.15.1 --locked --force --root /repo/.toolchain --target-dir /repo/.toolchain/target';
const wasmBindgen =
  'cargo install wasm-bindgen-cli --version 0.2.130 --force --root /repo/.toolchain --target-dir /repo/.toolchain/target';
const aptInstall = `apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends --no-remove ${PACKAGES}`;
const buildStd = [
  'cargo build --release --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort,proc_macro,test' +
    ' --manifest-path /repo/.toolchain/std/Cargo.toml --target-dir /repo/.toolchain/std/target',
  'RUSTFLAGS=-Cembed-bitcode=yes RUSTC_BOOTSTRAP=1',
];

describe('scripts/toolchain', () => {
  test('pins the wasm-bindgen version and the minimum Rust version of Cargo.toml', () => {
    const script = readFileSync(path.join(project, 'scripts/toolchain'), 'utf8');
    const manifest = readFileSync(path.join(project, 'Cargo.toml'), 'utf8');
    const crate = /^wasm-bindgen = .*"=([\d.]+)"/m.exec(manifest)?.[1];
    const rust = /^rust-version = "1\.(\d+)"/m.exec(manifest)?.[1];
    assert.ok(crate !== undefined && rust !== undefined);
    assert.match(script, new RegExp(`^wasm_bindgen=${crate.replaceAll('.', '\\.')} `, 'm'));
    assert.match(script, new RegExp(`^min_minor=${rust} `, 'm'));
  });

  describe('on Debian bookworm', () => {
    test('finds all tools, prints each once, and then only one line', () => {
      const one = machine('debian std', 'tools', 'rustup');
      const first = one.run();
      assert.equal(first.code, 0, first.err);
      assert.deepEqual(first.out.replaceAll(one.folder, '').split('\n'), [
        "found Debian's Rust 1.96.0 in /usr/bin",
        'found std for wasm32-unknown-unknown in /usr',
        'found wasm-pack 0.15.1 in /usr/bin',
        'found wasm-bindgen 0.2.130 in /usr/bin',
        `ready: ${PINNED} (Debian's, the pinned one), wasm-pack 0.15.1, wasm-bindgen 0.2.130`,
        '',
      ]);
      const second = one.run();
      assert.equal(second.code, 0, second.err);
      assert.equal(second.out.split('\n').length, 2);
      assert.deepEqual(one.calls(), []);
    });

    test('writes an env file that adds this Rust to PATH without other commands of its directory', () => {
      const one = machine('debian std', 'tools');
      assert.equal(one.run().code, 0);
      const env = sourced(one, { RUSTUP_TOOLCHAIN: 'nightly' });
      assert.equal(env.PLUMLINE_TOOLCHAIN_NAME, 'debian');
      assert.equal(env.PLUMLINE_RUSTC_VERSION, PINNED);
      assert.equal(env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER, 'wasm-ld');
      assert.equal(env.RUSTUP_TOOLCHAIN, undefined);
      const [rust, tools, ...rest] = (env.PATH ?? '').split(':');
      assert.equal(rust, path.join(one.repo, '.toolchain/debian'));
      assert.equal(tools, path.join(one.repo, '.toolchain/bin'));
      assert.equal(rest.join(':'), one.environment().PATH);
      assert.deepEqual(
        readdirSync(rust).sort(),
        ['cargo', 'cargo-clippy', 'cargo-fmt', 'clippy-driver', 'rustc', 'rustdoc', 'rustfmt', 'wasm-ld'].sort(),
      );
      // A shell with this env file finds the same Rust.
      const again = one.run([], { PATH: env.PATH });
      assert.equal(again.code, 0, again.err);
      assert.equal(again.out.split('\n').length, 2);
    });

    test('--env prints only the path and creates the file if it is missing', () => {
      const one = machine('debian std');
      const { code, out, err } = one.run(['--env']);
      assert.equal(code, 0, err);
      assert.equal(out, `${path.join(one.repo, '.toolchain/env')}\n`);
      assert.match(err, /installing wasm-pack 0\.15\.1 \(about 1 min\)/);
      assert.deepEqual(one.calls(), [wasmPack, wasmBindgen]);
      const second = one.run(['--env']);
      assert.deepEqual({ ...second }, { code: 0, out, err: '' });
    });

    test('installs with apt-get, builds std and installs the tools, each once', () => {
      const one = machine('rustup');
      const first = one.run();
      assert.equal(first.code, 0, first.err);
      assert.deepEqual(one.calls(), ['apt-get update', aptInstall, ...buildStd, wasmPack, wasmBindgen]);
      assert.deepEqual(readdirSync(one.at('usr/lib/rustlib/wasm32-unknown-unknown/lib')).sort(), [
        'libcore-0123.rlib',
        STD,
      ]);
      assert.deepEqual(readdirSync(one.at('usr/lib/rustlib')).sort(), ['src', 'wasm32-unknown-unknown']);
      assert.deepEqual(existsSync(path.join(one.repo, '.toolchain/std')), false);
      assert.equal(one.run().code, 0);
      assert.deepEqual(one.calls(), []);
    });

    test('does not update package lists that have the package', () => {
      const one = machine('tools');
      one.set('candidate', '  Candidate: 1.96.0+dfsg1-1~deb12u2\n');
      assert.equal(one.run().code, 0);
      assert.deepEqual(one.calls(), [aptInstall, ...buildStd]);
    });

    test('uses sudo if it needs no password', () => {
      const one = machine('tools');
      one.set('uid', '1000\n');
      one.set('sudo-works');
      assert.equal(one.run().code, 0);
      const calls = one.calls();
      assert.ok(calls.includes('sudo -n apt-get update'), calls.join('\n'));
      assert.ok(calls.includes(`sudo -n env DEBIAN_FRONTEND=noninteractive ${aptInstall}`), calls.join('\n'));
    });

    test('replaces tools of another version', () => {
      const one = machine('debian std', 'tools');
      commands(path.join(one.repo, '.toolchain/bin'), { 'wasm-pack': 'echo wasm-pack 0.13.0' });
      assert.equal(one.run().code, 0);
      assert.deepEqual(one.calls(), [wasmPack]);
    });

    test('restarts after an interruption without a partial std', () => {
      const one = machine('debian', 'tools');
      mkdirSync(one.at('usr/lib/rustlib/.wasm32-unknown-unknown.new/lib'), { recursive: true });
      mkdirSync(one.at('usr/lib/rustlib/wasm32-unknown-unknown/lib'), { recursive: true });
      one.set('usr/lib/rustlib/wasm32-unknown-unknown/lib/libhalf.rlib');
      mkdirSync(path.join(one.repo, '.toolchain/std/target'), { recursive: true });
      assert.equal(one.run().code, 0);
      assert.deepEqual(one.calls(), buildStd);
      assert.deepEqual(readdirSync(one.at('usr/lib/rustlib')).sort(), ['src', 'wasm32-unknown-unknown']);
      assert.deepEqual(readdirSync(one.at('usr/lib/rustlib/wasm32-unknown-unknown/lib')).sort(), [
        'libcore-0123.rlib',
        STD,
      ]);
    });

    test('two concurrent runs install everything once', async () => {
      const one = machine();
      if (!existsSync(one.at('system/flock'))) {
        return;
      }
      const codes = await Promise.all(
        [1, 2].map(
          () =>
            new Promise<number | null>((resolve) => {
              spawn(path.join(one.repo, 'scripts/toolchain'), { env: one.environment(), stdio: 'ignore' }).on(
                'exit',
                resolve,
              );
            }),
        ),
      );
      assert.deepEqual(codes, [0, 0]);
      assert.deepEqual(one.calls(), ['apt-get update', aptInstall, ...buildStd, wasmPack, wasmBindgen]);
    });
  });

  describe("with rustup's Rust", () => {
    test('is used without apt-get, and gets missing components', () => {
      const one = machine('no apt', 'rustup');
      rmSync(one.at('toolchains/stable-x86_64-unknown-linux-gnu/bin/cargo-clippy'));
      const first = one.run();
      assert.equal(first.code, 0, first.err);
      assert.deepEqual(one.calls(), [
        'rustup component add clippy rustfmt --toolchain stable-x86_64-unknown-linux-gnu',
        'rustup target add wasm32-unknown-unknown --toolchain stable-x86_64-unknown-linux-gnu',
        wasmPack,
        wasmBindgen,
      ]);
      assert.match(first.out, /^not Debian's: there is no apt-get here$/m);
      const second = one.run();
      assert.match(second.out, /^ready: rustc 1\.97\.0 .*pkg\/ comes out with other bytes.*\n$/);
      assert.deepEqual(one.calls(), []);
    });

    test('is named in the env file, without a linker', () => {
      const one = machine('no apt', 'rustup', 'tools');
      assert.equal(one.run().code, 0);
      const env = sourced(one, { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: 'wasm-ld' });
      assert.equal(env.PLUMLINE_TOOLCHAIN_NAME, 'rustup');
      assert.equal(env.PLUMLINE_RUSTC_VERSION, 'rustc 1.97.0 (0123abcd 2026-07-01)');
      assert.equal(env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER, undefined);
      assert.equal(env.RUSTUP_TOOLCHAIN, 'stable-x86_64-unknown-linux-gnu');
      assert.equal((env.PATH ?? '').split(':')[0], one.at('toolchains/stable-x86_64-unknown-linux-gnu/bin'));
    });

    test('is used instead of apt-get on another Debian or without root', () => {
      const elsewhere = machine('rustup', 'tools');
      elsewhere.set('os-release', 'VERSION_CODENAME=trixie\n');
      assert.match(elsewhere.run().out, /^not Debian's: this is not bookworm$/m);
      assert.deepEqual(
        elsewhere.calls().filter((call) => !call.startsWith('rustup target')),
        [],
      );

      const user = machine('rustup', 'tools');
      user.set('uid', '1000\n');
      assert.match(user.run().out, /^not Debian's: apt-get needs root, or sudo without a password$/m);
      assert.deepEqual(
        user.calls().filter((call) => call.startsWith('apt-get')),
        [],
      );
    });

    test('PLUMLINE_TOOLCHAIN selects rustup on Debian, and =debian allows only Debian’s Rust', () => {
      const one = machine('debian std', 'rustup', 'tools');
      assert.match(one.run([], { PLUMLINE_TOOLCHAIN: 'rustup' }).out, /^ready: rustc 1\.97\.0/m);
      assert.equal(sourced(one).PLUMLINE_TOOLCHAIN_NAME, 'rustup');
      assert.match(one.run().out, /^ready: rustc 1\.96\.0/m);
      assert.equal(sourced(one).PLUMLINE_TOOLCHAIN_NAME, 'debian');

      const other = machine('no apt', 'rustup', 'tools');
      const { code, err } = other.run([], { PLUMLINE_TOOLCHAIN: 'debian' });
      assert.equal(code, 1);
      assert.match(err, /^toolchain: no Rust that builds the wasm\. Tried Debian's: there is no apt-get here\. .*\n$/);
      assert.deepEqual(other.calls(), []);

      const { code: wrong, err: help } = other.run([], { PLUMLINE_TOOLCHAIN: 'nightly' });
      assert.equal(wrong, 1);
      assert.equal(help, "toolchain: PLUMLINE_TOOLCHAIN is 'nightly'; it may be debian, rustup or not set\n");
    });

    test('an outdated active toolchain is kept, and a new one is added', () => {
      const one = machine('no apt', 'rustup', 'tools');
      commands(one.at('toolchains/stable-x86_64-unknown-linux-gnu/bin'), {
        rustc: 'echo "rustc 1.94.1 (a 2026-03-01)"',
      });
      assert.equal(one.run().code, 0);
      assert.deepEqual(one.calls(), [
        'rustup toolchain install 1.96.0 --profile minimal --component clippy --component rustfmt --target wasm32-unknown-unknown',
      ]);
      assert.equal(sourced(one).RUSTUP_TOOLCHAIN, '1.96.0');
      assert.equal(one.run().code, 0);
      assert.deepEqual(one.calls(), []);
    });

    test('a failed apt-get is not retried on every run, but PLUMLINE_TOOLCHAIN=debian retries it', () => {
      const one = machine('rustup', 'tools');
      one.set('apt-fails');
      const first = one.run();
      assert.equal(first.code, 0, first.err);
      assert.match(first.out, /^not Debian's: apt-get update failed$/m);
      // Only the end of the log is shown.
      assert.match(first.err, /apt-update\.log:\napt line 3\n(.*\n)*apt line 22\n$/);
      one.calls();
      assert.equal(one.run().code, 0);
      assert.deepEqual(one.calls(), []);

      rmSync(one.at('apt-fails'));
      assert.equal(one.run([], { PLUMLINE_TOOLCHAIN: 'debian' }).code, 0);
      assert.deepEqual(one.calls(), ['apt-get update', aptInstall, ...buildStd]);
      assert.match(one.run().out, /the pinned one/);
    });
  });

  describe('without any available Rust', () => {
    const closing = (err: string): string => err.trimEnd().split('\n').at(-1) ?? '';

    test('prints one line with the attempts and what to install', () => {
      const one = machine('no apt');
      const { code, out, err } = one.run();
      assert.equal(code, 1);
      assert.equal(out, '');
      assert.equal(
        err,
        "toolchain: no Rust that builds the wasm. Tried Debian's: there is no apt-get here; rustup's: there is no " +
          'rustup here. Install rustup (https://rustup.rs), or as root on Debian bookworm: apt-get install ' +
          `${PACKAGES}. Then run scripts/toolchain again.\n`,
      );
      assert.equal(existsSync(path.join(one.repo, '.toolchain/env')), false);
    });

    test('shows the end of each log first', () => {
      const one = machine('rustup');
      one.set('apt-fails');
      one.set('rustup-fails');
      const { code, err } = one.run();
      assert.equal(code, 1);
      assert.match(err, /rustup\.log:\nerror: could not download\n/);
      assert.match(
        closing(err),
        /^toolchain: .*Debian's: apt-get update failed; rustup's: rustup toolchain install 1\.96\.0 failed\. Install /,
      );
    });

    test('a failed build of std is such a reason', () => {
      const one = machine('debian');
      one.set('cargo-fails');
      const { code, err } = one.run();
      assert.equal(code, 1);
      assert.match(err, /std\.log:\nerror: no network\n/);
      assert.match(
        closing(err),
        /Tried Debian's: std for wasm could not be built; rustup's: there is no rustup here\./,
      );
      assert.equal(existsSync(one.at('usr/lib/rustlib/wasm32-unknown-unknown')), false);
    });

    test('a failed tool installation has its own line', () => {
      const one = machine('debian std');
      one.set('cargo-fails');
      const { code, err } = one.run();
      assert.equal(code, 1);
      assert.match(
        closing(err),
        /^toolchain: cargo could not install wasm-pack 0\.15\.1; its log is .*wasm-pack\.log$/,
      );
    });

    test('an unknown argument is rejected', () => {
      const { code, err } = machine().run(['--help me']);
      assert.equal(code, 1);
      assert.equal(err, 'toolchain: usage: scripts/toolchain [--env]\n');
    });
  });
});
