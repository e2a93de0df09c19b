// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Throw-away projects that have installed the tarball npm would publish, and know nothing of this one. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { promisify } from 'node:util';
import { expected } from './program.ts';

export const root = path.resolve(import.meta.dirname, '../..');
/** Where the runtimes and tools are installed that only these tests need. */
export const tools = path.join(import.meta.dirname, 'node_modules');

export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Packs into `folder`; what npm says of the tarball. */
export function pack(folder: string): Packed {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const text = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [packed] = JSON.parse(text) as Packed[];
  assert.ok(packed);
  return packed;
}

export class Project {
  readonly folder: string;
  /** The tarball that is installed here. */
  readonly tarball: string;
  readonly packed: Packed;

  constructor(name: string) {
    this.folder = mkdtempSync(path.join(tmpdir(), `plumline-${name}-`));
    after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.packed = pack(this.folder);
    this.tarball = path.join(this.folder, this.packed.filename);
    this.write({ 'package.json': JSON.stringify({ name: 'clinic', private: true }) });
    const args = ['install', '--offline', '--no-audit', '--no-fund', this.tarball];
    execFileSync('npm', args, { cwd: this.folder, stdio: 'pipe' });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(this.at(name)), { recursive: true });
      writeFileSync(this.at(name), text);
    }
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** What a command prints. It has the environment of a shell, and nothing of the test's. */
  async run(command: string, ...args: string[]): Promise<string> {
    const env = { PATH: process.env.PATH, HOME: this.folder, NO_COLOR: '1' };
    const { stdout } = await promisify(execFile)(command, args, { cwd: this.folder, env, timeout: 120_000 });
    return stdout;
  }

  /** Holds what the program of program.ts has told to what it should. */
  isRight(told: string): void {
    assert.deepEqual(JSON.parse(told), expected(this.version));
  }

  get version(): string {
    return (JSON.parse(readFileSync(this.at('node_modules/plumline/package.json'), 'utf8')) as { version: string })
      .version;
  }
}

/** A binary that a package of npm's brings for this machine, or nothing. */
export function binary(pattern: string): string | undefined {
  return globSync(path.join(tools, pattern)).find((file) => existsSync(file));
}

/** Why a test does not run here. Loud, since nothing is proved then. */
export function absent(what: string): string {
  const reason = `NOT PROVED: ${what} is not here`;
  console.warn(reason);
  return reason;
}
