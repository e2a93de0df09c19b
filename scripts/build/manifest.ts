// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Writes pkg/build.json: the tools that built the committed files of pkg/, and the hash of each file. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.ts';
import { run, toolchainName } from './rust.ts';

const NAME = 'build.json';
const GENERATED = /^(?:npm|cli)\/|\.cjs$/;

export function manifest(out: string): void {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((file) => file !== NAME && !GENERATED.test(file))
    .sort();
  const built = {
    toolchain: {
      name: toolchainName,
      rustc: run('rustc', ['--version']).trim(),
      'wasm-pack': lastWord(run('wasm-pack', ['--version'])),
      'wasm-bindgen': lastWord(run('wasm-bindgen', ['--version'])),
      binaryen: installed('binaryen'),
    },
    files: Object.fromEntries(
      files.map((file) => {
        const bytes = readFileSync(path.join(out, file));
        return [file, { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length }];
      }),
    ),
  };
  writeFileSync(path.join(out, NAME), JSON.stringify(built, null, 2) + '\n');
}

/** The version in a text such as `tool 1.2.3`. */
function lastWord(text: string): string {
  return text.trim().split(' ').pop() ?? '';
}

function installed(name: string): string {
  const file = path.join(root, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
