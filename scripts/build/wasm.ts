// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What Rust makes of pkg/: the wasm of the library with its glue and types, and those of the bots. */
import { appendFileSync, copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { configTypes } from './config-types.ts';
import { wasm } from './rust.ts';

const WASM_PACK_FILES = ['plumline.js', 'plumline.d.ts', 'plumline_bg.wasm', 'plumline_bg.wasm.d.ts'];

/**
 * No reference types: nothing but numbers crosses, and without them the module needs no imports. Every Node that Medplum
 * runs on has SIMD, which is less code and quicker.
 */
const FLAGS = ['-Ctarget-feature=-reference-types,-multivalue,+simd128'];

/**
 * As small as LLVM makes them: what a cold process or a new VM context spends on a webhook goes by the bytes. SHA-1 is
 * unrolled all the same (Cargo.toml). The two bots behind Medplum's authentication share most of their code, so they are
 * one file. Both are built in one folder, so that std is built once; what stays there is the webhook's (`npm run wasm-size`).
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
