// SPDX-License-Identifier: Apache-2.0 OR MIT
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Plugin } from 'esbuild';

/**
 * Resolves `#pkg/…` to the output folder, with names that do not depend on its path. The names appear in comments and
 * determine the order of the modules, so the output would depend on the path.
 */
export function built(out: string): Plugin {
  const namespace = 'pkg';
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^#pkg\// }, (args) => ({
        path: args.path.slice('#pkg/'.length),
        namespace,
        // The module that includes the wasm has side effects.
        sideEffects: args.path.startsWith('#pkg/npm/'),
      }));
      build.onResolve({ filter: /^\./, namespace }, (args) => ({
        path: path.posix.join(path.posix.dirname(args.importer), args.path),
        namespace,
        sideEffects: args.path === './bytes.mjs',
      }));
      build.onLoad({ filter: /./, namespace }, (args) => {
        const contents = readFileSync(path.join(out, args.path));
        return {
          // bot-wrapper/event.ts unpacks it.
          contents: args.path === 'bots/staff.wasm' ? deflateRawSync(contents, { level: 9 }) : contents,
          loader: args.path.endsWith('.wasm') ? 'base64' : 'js',
        };
      });
    },
  };
}
