// SPDX-License-Identifier: Apache-2.0 OR MIT
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The lines where the core uses a Cargo feature other than on a `mod` item. A feature must select whole modules. The
 * feature `schema`, which derives the JSON Schema of the config types, is allowed everywhere.
 */
export function misplacedFeatures(root: string): string[] {
  return globSync('src/**/*.rs', { cwd: root })
    .map((file) => file.replaceAll(path.sep, '/'))
    .sort()
    .flatMap((file) => misplaced(file, readFileSync(path.join(root, file), 'utf8').split('\n')));
}

function misplaced(file: string, lines: readonly string[]): string[] {
  return lines.flatMap((line, index) => {
    if (!/\bfeature\s*=\s*"(?!schema")/.test(line) || line.trimStart().startsWith('//')) {
      return [];
    }
    // There may be more attributes between the feature and the module.
    const after = lines.slice(index + 1).find((other) => !other.trimStart().startsWith('#['));
    const isOnModule = line.trimStart().startsWith('#[cfg(') && /^\s*(pub(\([a-z]+\))? )?mod \w+;/.test(after ?? '');
    return isOnModule ? [] : [`${file}:${index + 1}: ${line.trim()}`];
  });
}
