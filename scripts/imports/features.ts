// SPDX-License-Identifier: Apache-2.0 OR MIT
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Where the core asks for a Cargo feature other than on the line of a `mod`: a feature chooses whole modules. The feature
 * `schema` is left out, which derives the JSON Schema of the config's types.
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
    // Further attributes may be between it and the module.
    const after = lines.slice(index + 1).find((other) => !other.trimStart().startsWith('#['));
    const isOnModule = line.trimStart().startsWith('#[cfg(') && /^\s*(pub(\([a-z]+\))? )?mod \w+;/.test(after ?? '');
    return isOnModule ? [] : [`${file}:${index + 1}: ${line.trim()}`];
  });
}
