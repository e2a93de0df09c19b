// SPDX-License-Identifier: Apache-2.0 OR MIT
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Takes `#pkg/…` from the folder that is being built, under names that do not tell where it is: names go into comments
 * and decide the order of things, and so the bytes.
 */
export function built(out: string): Plugin {
  const namespace = 'pkg';
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^#pkg\// }, (args) => ({
        path: args.path.slice('#pkg/'.length),
        namespace,
        // An entry of the library brings its wasm along by what it does.
        sideEffects: args.path.startsWith('#pkg/npm/'),
      }));
      build.onResolve({ filter: /^\./, namespace }, (args) => ({
        path: path.posix.join(path.posix.dirname(args.importer), args.path),
        namespace,
        sideEffects: args.path === './bytes.mjs',
      }));
      build.onLoad({ filter: /./, namespace }, (args) => ({
        contents: readFileSync(path.join(out, args.path)),
        loader: args.path.endsWith('.wasm') ? 'base64' : 'js',
      }));
    },
  };
}
