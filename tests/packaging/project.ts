// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Temporary projects with the published tarball, isolated from this repository. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { promisify } from 'node:util';
import { expected } from './program.ts';

export const root = path.resolve(import.meta.dirname, '../..');
/** The folder of the runtimes and tools that only these tests need. */
export const tools = path.join(import.meta.dirname, 'node_modules');

export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Packs the tarball into `folder` and returns npm's report. */
export function pack(folder: string): Packed {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const text = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [packed] = JSON.parse(text) as Packed[];
  assert.ok(packed);
  return packed;
}

export class Project {
  readonly folder: string;
  /** The installed tarball. */
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

  /** The output of a command. It has a minimal environment, without the variables of the test. */
  async run(command: string, ...args: string[]): Promise<string> {
    const env = { PATH: process.env.PATH, HOME: this.folder, NO_COLOR: '1' };
    const { stdout } = await promisify(execFile)(command, args, { cwd: this.folder, env, timeout: 120_000 });
    return stdout;
  }

  /** Asserts the result of the program of program.ts. */
  isRight(result: string): void {
    assert.deepEqual(JSON.parse(result), expected(this.version));
  }

  get version(): string {
    return (JSON.parse(readFileSync(this.at('node_modules/plumline/package.json'), 'utf8')) as { version: string })
      .version;
  }
}

/** The binary of an npm package for this machine, or undefined. */
export function binary(pattern: string): string | undefined {
  return globSync(path.join(tools, pattern)).find((file) => existsSync(file));
}

/** The reason why a test is skipped. Prints it, because the test then proves nothing. */
export function absent(what: string): string {
  const reason = `NOT PROVED: ${what} is not here`;
  console.warn(reason);
  return reason;
}
