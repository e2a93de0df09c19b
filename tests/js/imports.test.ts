// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The check for import cycles finds planted cycles. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { betweenFolders, cycles, type Edge } from '../../scripts/imports/graph.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** `a>b` for each edge. */
function graph(text: string): Edge[] {
  return text
    .split(' ')
    .map((edge) => edge.split('>'))
    .map(([from = '', to = '']) => ({ from, to }));
}

/** The nodes of each cycle and its shortest path. */
function found(text: string): { nodes: string; steps: string }[] {
  return cycles(graph(text)).map(({ nodes, steps }) => ({
    nodes: nodes.join(' '),
    steps: steps.map(({ from, to }) => `${from}>${to}`).join(' '),
  }));
}

describe('the cycles of a graph', () => {
  for (const [name, text] of [
    ['no edge', ''],
    ['a chain', 'a>b b>c'],
    ['two paths to one node', 'a>b a>c b>d c>d'],
    ['a duplicate edge', 'a>b a>b'],
  ] as const) {
    test(`do not occur in ${name}`, () => {
      assert.deepEqual(text === '' ? cycles([]) : found(text), []);
    });
  }

  test('include two nodes that depend on each other', () => {
    assert.deepEqual(found('b>a a>b'), [{ nodes: 'a b', steps: 'a>b b>a' }]);
  });

  test('include a node that depends on itself', () => {
    assert.deepEqual(found('a>b b>b'), [{ nodes: 'b', steps: 'b>b' }]);
  });

  test('exclude nodes that only lead to or from a cycle', () => {
    assert.deepEqual(found('start>a a>b b>c c>a c>end'), [{ nodes: 'a b c', steps: 'a>b b>c c>a' }]);
  });

  test('merge if they share a node, and report the shortest path', () => {
    assert.deepEqual(found('a>b b>c c>d d>a c>e e>c'), [{ nodes: 'a b c d e', steps: 'c>e e>c' }]);
  });

  test('stay separate if they share no node', () => {
    assert.deepEqual(
      found('d>c c>d b>a a>b b>c').map(({ nodes }) => nodes),
      ['a b', 'c d'],
    );
  });
});

test('folder edges exclude edges within a folder and name the files', () => {
  assert.deepEqual(betweenFolders(graph('npm/a.ts>npm/b.ts npm/a.ts>npm/jwt/c.ts npm/b.ts>npm/jwt/d.ts')), [
    { from: 'npm', to: 'npm/jwt', because: 'npm/a.ts imports npm/jwt/c.ts' },
  ]);
});

describe('scripts/imports.ts', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumline-imports-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let projects = 0;

  /** Runs the check on a project with these files. */
  function checked(files: Readonly<Record<string, string>>): { status: number | null; stdout: string; stderr: string } {
    const project = path.join(folder, String(projects++));
    mkdirSync(project);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
      writeFileSync(path.join(project, name), text);
    }
    return spawnSync(process.execPath, [path.join(root, 'scripts/imports.ts'), project], { encoding: 'utf8' });
  }

  test('finds no cycle in this repository', () => {
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts/imports.ts')], {
      encoding: 'utf8',
    });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });

  test('accepts files that import in one direction', () => {
    const { status, stdout } = checked({
      'npm/a.ts': `import { b } from './b.ts';\nimport { c } from './parts/c.ts';\nimport ts from 'typescript';\n`,
      'npm/b.ts': `export const b = "import './a.ts'"; // import './a.ts'\n`,
      'npm/parts/c.ts': 'export const c = 1;\n',
    });
    assert.equal(status, 0);
    assert.equal(stdout, 'TypeScript: 3 files, 2 imports, no cycle\n');
  });

  for (const [kind, line] of Object.entries({
    values: `import { a } from './a.ts';`,
    types: `import type { A } from './a.ts';`,
    'with a type among values': `import { type A } from './a.ts';`,
    'with a re-export': `export * from './a.ts';`,
    'with an import type': `export type A = import('./a.ts').A;`,
    'with a dynamic import': `export const later = () => import('./a.ts');`,
    'with require': `export const later = () => require('./a.ts');`,
  })) {
    test(`rejects two files that import each other, ${kind}`, () => {
      const { status, stderr } = checked({
        'cli/a.ts': `import { b } from './b.ts';\nexport const a = b;\nexport type A = 1;\n`,
        'cli/b.ts': `${line}\nexport const b = 1;\n`,
      });
      assert.equal(status, 1);
      assert.equal(stderr, 'A cycle of files:\n  cli/a.ts\n  → cli/b.ts\n  → cli/a.ts\n');
    });
  }

  test('rejects a folder and its parent that import each other', () => {
    const { status, stderr } = checked({
      'npm/jwt.ts': `export * from './jwt/token.ts';\n`,
      'npm/jwt/token.ts': `import { core } from '../core.ts';\nexport const token = core;\n`,
      'npm/core.ts': 'export const core = 1;\n',
    });
    assert.equal(status, 1);
    const lines = [
      'npm → npm/jwt: npm/jwt.ts imports npm/jwt/token.ts',
      'npm/jwt → npm: npm/jwt/token.ts imports npm/core.ts',
    ];
    assert.equal(stderr, ['A cycle of folders:', ...lines, ''].join('\n  ').trimEnd() + '\n');
  });

  test('accepts a folder that imports from its parent in one direction', () => {
    const { status } = checked({
      'npm/core.ts': 'export const core = 1;\n',
      'npm/jwt/token.ts': `import { core } from '../core.ts';\nexport const token = core;\n`,
    });
    assert.equal(status, 0);
  });

  test('rejects a folder without sources', () => {
    const { status, stderr } = checked({ 'README.md': '' });
    assert.equal(status, 1);
    assert.match(stderr, /has no source files/);
  });

  describe('the core', () => {
    test('accepts an import from an earlier module', () => {
      const { status, stdout } = checked({
        'src/policy/mod.rs': 'use crate::json::Json;\n// use crate::bots::webhook;\n',
        'src/json/mod.rs': 'use crate::text::{cut, find};\n',
        'src/text.rs': 'pub fn cut() {}\n',
      });
      assert.equal(status, 0);
      assert.equal(stdout, 'Rust: 3 files, 2 imports, no cycle\n');
    });

    for (const [name, file, line, expected] of [
      ['a later module', 'src/policy/hours.rs', 'use crate::dialplan::Config;', 'policy → dialplan'],
      [
        'a later module, in a group',
        'src/json/mod.rs',
        'use crate::{text::cut, bots::webhook};',
        'json → bots/webhook',
      ],
      ['a later module, inside a function', 'src/text.rs', 'fn a() { crate::wasm::text(1); }', 'text → wasm'],
      ['a later module, by super', 'src/chart/store.rs', 'use super::super::outbound::ticket;', 'chart → outbound'],
      [
        'another bot',
        'src/bots/webhook/mod.rs',
        'use crate::bots::operations::operations;',
        'bots/webhook → bots/operations',
      ],
    ] as const) {
      test(`rejects an import from ${name}`, () => {
        const { status, stderr } = checked({ [file]: `${line}\n` });
        assert.equal(status, 1);
        assert.match(stderr, new RegExp(`^Imports against the order of the modules:\\n  ${expected}: ${file} imports`));
      });
    }

    test('rejects two modules that import each other', () => {
      const { status, stderr } = checked({
        'src/json/mod.rs': 'use crate::text::cut;\n',
        'src/text.rs': 'use crate::json::Json;\n',
      });
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^Imports against the order of the modules:\n {2}text → json: src\/text.rs imports crate::json::Json/,
      );
    });

    for (const [name, lines] of [
      ['a function', '#[cfg(feature = "library")]\nfn a() {}'],
      ['an import', '#[cfg(feature = "webhook")]\nuse std::fmt;'],
      ['an expression', 'fn a() -> bool { cfg!(feature = "library") }'],
    ] as const) {
      test(`rejects a cfg feature on ${name}`, () => {
        const { status, stderr } = checked({ 'src/text.rs': `${lines}\n` });
        assert.equal(status, 1);
        assert.match(stderr, /^A feature must be on the line of a mod:\n {2}src\/text\.rs:1: /);
      });
    }

    test('accepts a feature on a module and the schema feature', () => {
      const { status } = checked({
        'src/text.rs':
          '#[cfg(feature = "library")]\n#[path = "x.rs"]\nmod x;\n#[cfg_attr(feature = "schema", derive(A))]\nstruct B;\n',
      });
      assert.equal(status, 0);
    });

    test('rejects a module without an order', () => {
      const { status, stderr } = checked({ 'src/helpers.rs': '' });
      assert.equal(status, 1);
      assert.match(stderr, /src\/helpers.rs is not in a module of ORDER/);
    });
  });
});
