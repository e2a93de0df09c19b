// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Builds the parts of pkg/ that need Rust: the wasm of the library with its glue code and types, and of the bots. */
import { appendFileSync, copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { configTypes } from './config-types.ts';
import { wasm } from './rust.ts';

const WASM_PACK_FILES = ['plumline.js', 'plumline.d.ts', 'plumline_bg.wasm', 'plumline_bg.wasm.d.ts'];

/**
 * No reference types: only numbers are passed, and without them the module needs no imports. Every Node version that
 * Medplum supports has SIMD, which makes the code smaller and faster.
 */
const FLAGS = ['-Ctarget-feature=-reference-types,-multivalue,+simd128'];

/**
 * Optimized for size, because the time of a cold process or a new VM context depends on the size. SHA-1 is unrolled
 * nevertheless (Cargo.toml). The two bots that require Medplum's authentication share most of their code, so they are
 * one file. Both files are built in one folder, so that std is built once. The webhook is built last, so its files
 * remain there (`npm run wasm-size`).
 */
const BOTS = { staff: 'staff', webhook: 'webhook' };

export async function library(out: string): Promise<void> {
  const dir = wasm('library', 'library', { config: ['profile.release.opt-level="s"'] });
  mkdirSync(out, { recursive: true });
  for (const file of WASM_PACK_FILES) {
    copyFileSync(path.join(dir, file), path.join(out, file));
  }
  appendFileSync(path.join(out, 'plumline.d.ts'), `\n${await configTypes()}`);
}

export function bots(out: string): void {
  mkdirSync(path.join(out, 'bots'), { recursive: true });
  for (const [name, features] of Object.entries(BOTS)) {
    const dir = wasm(name, features, { flags: FLAGS, config: ['profile.release.opt-level="z"'] }, 'bots');
    copyFileSync(path.join(dir, 'plumline_bg.wasm'), path.join(out, 'bots', `${name}.wasm`));
  }
}
