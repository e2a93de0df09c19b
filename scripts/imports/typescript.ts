// SPDX-License-Identifier: Apache-2.0 OR MIT
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { Edge } from './graph.ts';

const SOURCES = '{npm,bot-wrapper,cli,sandbox/src,scripts,bench,tests/js,tests/packaging}/**/*.ts';

/**
 * The imports of each TypeScript source, by its path from `root`: `import` and `export … from`, also of types alone,
 * `import()` and `require()`. Packages, `#pkg/…` among them, are left out: what is built is no source.
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
