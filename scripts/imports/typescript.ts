// SPDX-License-Identifier: Apache-2.0 OR MIT
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { Edge } from './graph.ts';

const SOURCES = '{npm,bot-wrapper,cli,sandbox/src,scripts,bench,tests/js,tests/packaging}/**/*.ts';

/**
 * The imports of each TypeScript file, by its path relative to `root`: `import` and `export … from`, type-only imports,
 * `import()` and `require()`. Imports of packages and of `#pkg/…` are left out, because those are not sources.
 */
export function typescriptImports(root: string): Map<string, Edge[]> {
  return new Map(
    globSync(SOURCES, { cwd: root })
      .map((file) => file.replaceAll(path.sep, '/'))
      .sort()
      .map((file) => [file, importsOf(file, readFileSync(path.join(root, file), 'utf8'))]),
  );
}

function importsOf(file: string, text: string): Edge[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => ({ from: file, to: path.posix.join(path.posix.dirname(file), fileName) }));
}
