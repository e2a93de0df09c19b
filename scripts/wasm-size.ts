// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Shows the parts of a wasm file by size: the code by module and by dependency, the code of each verb of the dialplan,
 * the largest functions, and the other sections. It needs the function names that rustc writes, so use the file before wasm-opt.
 *
 *     npm run wasm-size -- [target/bots/bots/wasm32-unknown-unknown/release/plumline.wasm] [--depth 3] [--top 20]
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { depth: { type: 'string', default: '2' }, top: { type: 'string', default: '15' } },
});
const file = positionals[0] ?? 'target/bots/bots/wasm32-unknown-unknown/release/plumline.wasm';
if (!existsSync(file)) {
  console.error(`wasm-size: ${file} does not exist. Run "npm run build" first.`);
  process.exit(1);
}
const bytes = readFileSync(file);
let at = 8;

/** Reads a LEB128 number. */
function number(): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      return value;
    }
  }
}

function text(): string {
  const length = number();
  at += length;
  return bytes.toString('utf8', at - length, at);
}

const IMPORT = 2;
const CODE = 10;
const SECTIONS = 'custom type import function table memory global export start element code data count'.split(' ');
const FUNCTION_NAMES = 1;
const sections = new Map<string, number>();
const sizes: number[] = [];
const names = new Map<number, string>();
let imported = 0;
while (at < bytes.length) {
  const id = bytes[at++] ?? 0;
  const length = number();
  const end = at + length;
  const name = id === 0 ? text() : (SECTIONS[id] ?? String(id));
  sections.set(name, (sections.get(name) ?? 0) + length);
  if (id === IMPORT) {
    imported = importedFunctions();
  } else if (id === CODE) {
    for (let left = number(); left > 0; left--) {
      const size = number();
      sizes.push(size);
      at += size;
    }
  } else if (name === 'name') {
    while (at < end) {
      const kind = bytes[at++];
      const next = number() + at;
      if (kind === FUNCTION_NAMES) {
        for (let left = number(); left > 0; left--) {
          const index = number();
          names.set(index, text());
        }
      }
      at = next;
    }
  }
  at = end;
}

/** Reads the imports. The builds of the bots have none, and the build of the library imports only functions. */
function importedFunctions(): number {
  let functions = 0;
  for (let left = number(); left > 0; left--) {
    text();
    text();
    const kind = bytes[at++];
    number();
    functions += kind === 0 ? 1 : 0;
  }
  return functions;
}

/** The path in a mangled symbol, starting with the crate: `_RNvNtCs1_8plumline4text3cut` → plumline, text, cut. */
function owner(symbol: string): string[] {
  const start = symbol.search(/\d+plumline\d/);
  const path: string[] = [];
  // https://doc.rust-lang.org/rustc/symbol-mangling/v0.html: a length, an optional underscore, and as many characters.
  for (let rest = symbol.slice(start < 0 ? symbol.search(/(?<=Cs[0-9A-Za-z]*_)\d/) : start); ;) {
    const [all, length] = /^[A-Z]?(\d+)_?/.exec(rest) ?? [];
    if (all === undefined) {
      return path.length > 0 ? path : [symbol];
    }
    const end = all.length + Number(length);
    path.push(rest.slice(all.length, end));
    rest = rest.slice(end);
  }
}

/** The verb whose file has the function: `…8dialplan5verbs4dial…` → dial. */
function verbOf(symbol: string): string | undefined {
  const [, length, rest = ''] = /8dialplan5verbs(\d+)_?(.*)/.exec(symbol) ?? [];
  return length === undefined || /^[A-Z]/.test(rest) ? undefined : rest.slice(0, Number(length));
}

const modules = new Map<string, number>();
const verbs = new Map<string, number>();
const functions = sizes.map((size, index) => ({ size, name: names.get(index + imported) ?? `function ${index}` }));
for (const { size, name } of functions) {
  const path = owner(name);
  const depth = path[0] === 'plumline' ? Number(values.depth) + 1 : 1;
  const module = path.slice(0, Math.min(depth, Math.max(1, path.length - 1))).join('::');
  modules.set(module, (modules.get(module) ?? 0) + size);
  const verb = verbOf(name);
  if (verb !== undefined) {
    verbs.set(verb, (verbs.get(verb) ?? 0) + size);
  }
}
const print = (rows: Iterable<[string, number]>): void => {
  for (const [name, size] of [...rows].sort((one, other) => other[1] - one[1]).slice(0, 60)) {
    console.log(`${String(size).padStart(8)}  ${name}`);
  }
};
console.log(`${file}: ${bytes.length} bytes\n\nsections`);
print(sections);
console.log('\ncode by module');
print(modules);
console.log('\ncode by verb');
print(verbs);
console.log('\nlargest functions');
print(
  functions
    .sort((one, other) => other.size - one.size)
    .slice(0, Number(values.top))
    .map(({ size, name }): [string, number] => [owner(name).join('::'), size]),
);
