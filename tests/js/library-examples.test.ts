// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Every export has an example in its doc comment, and every example prints its documented output. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../..');
/** Inside the package, so that its name resolves to it. */
const folder = path.join(root, 'target/examples');
const run = promisify(execFile);

interface Documented {
  readonly entry: string;
  readonly name: string;
  readonly examples: readonly string[];
}

/**
 * The exported values of the entries, each once, with the examples of its doc comment. A namespace's examples are in
 * its own doc comment or in those of its members.
 */
function documented(): Documented[] {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { import?: { types?: string; default: string } }>;
  };
  const entries = Object.entries(exports).flatMap(([subpath, { import: esm }]) =>
    esm?.types !== undefined && esm.default.endsWith('.mjs')
      ? [{ entry: `plumline${subpath.slice(1)}`, file: path.join(root, esm.types) }]
      : [],
  );
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: [] },
  );
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  return entries.flatMap(({ entry, file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    assert.ok(module, file);
    const valuesOf = (parent: ts.Symbol, within: string): Documented[] =>
      checker.getExportsOfModule(parent).flatMap((exported) => {
        const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
        if (!(symbol.flags & ts.SymbolFlags.Value) || isOnlyType(exported) || seen.has(symbol)) {
          return [];
        }
        seen.add(symbol);
        const name = within + exported.name;
        const examples = examplesOf(symbol, checker);
        return examples.length === 0 && isNamespace(symbol)
          ? valuesOf(symbol, `${name}.`)
          : [{ entry, name, examples }];
      });
    return valuesOf(module, '');
  });
}

/** Whether a class is exported only as a type with `export type { … }`, so that no value exists. */
function isOnlyType({ declarations }: ts.Symbol): boolean {
  return declarations?.every(ts.isTypeOnlyImportOrExportDeclaration) ?? false;
}

/** Whether the symbol is only a namespace. A class can be merged with one. */
function isNamespace({ flags }: ts.Symbol): boolean {
  const { Value, ValueModule } = ts.SymbolFlags;
  return (flags & Value & ~ValueModule) === 0;
}

function examplesOf(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  return symbol
    .getJsDocTags(checker)
    .filter(({ name }) => name === 'example')
    .flatMap(({ text }) => blocks(ts.displayPartsToString(text)));
}

/** The programs in a Markdown text. */
function blocks(markdown: string): string[] {
  return [...markdown.matchAll(/```(?:ts|js)\n([\s\S]*?)\n\s*```/g)].map(([, program]) => program ?? '');
}

/** The documented output of an example: the comment after each `console.log(…);`. */
function printed(program: string): string {
  return [...program.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, line]) => `${line}\n`).join('');
}

const exported = documented();
const examples = exported.flatMap(({ entry, name, examples }) =>
  examples.map((program, index) => ({
    title: `${name} of ${entry}${index > 0 ? `, example ${index + 1}` : ''}`,
    file: path.join(folder, `${entry.replaceAll('/', '-')}-${name}-${index}.mts`),
    program,
  })),
);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { file, program } of examples) {
  writeFileSync(file, `${program}\n`);
}

describe('every export has an example', () => {
  test('exports are found', () => assert.ok(exported.length >= 10));

  for (const { entry, name, examples } of exported) {
    test(`${name} of ${entry}`, () => assert.ok(examples.length > 0, 'add an example to its doc comment'));
  }
});

describe('every example prints its documented output', () => {
  for (const { title, file, program } of examples) {
    test(title, async () => {
      const output = printed(program);
      assert.notEqual(output, '', 'an example must document its output: console.log(…); // output');
      assert.equal(program.match(/console\.log\(/g)?.length, output.split('\n').length - 1);
      assert.equal((await run(process.execPath, [file])).stdout, output);
    });
  }

  test('every example is valid TypeScript', async () => {
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom', 'dom.iterable'],
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules/@types')],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
    };
    const files = examples.map(({ file }) => file);
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    await run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]).catch(
      (err: unknown) => assert.fail((err as { stdout: string }).stdout),
    );
  });
});

test('the documentation site builds without warnings', async () => {
  const typedoc = path.join(root, 'node_modules/typedoc/bin/typedoc');
  await run(process.execPath, [typedoc, '--options', path.join(root, 'docs/typedoc.json'), '--emit', 'none']);
});

test('the programs of the README run', async () => {
  const programs = blocks(readFileSync(path.join(root, 'README.md'), 'utf8'));
  assert.ok(programs.length >= 2);
  for (const [index, program] of programs.entries()) {
    const file = path.join(folder, `readme-${index}.mts`);
    writeFileSync(file, `${program}\n`);
    await run(process.execPath, [file]);
  }
});
