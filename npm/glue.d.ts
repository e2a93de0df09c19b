// SPDX-License-Identifier: Apache-2.0 OR MIT

/** wasm-bindgen's glue code as a function. scripts/build/library.ts generates it from pkg/plumline.js. */
declare module '#glue' {
  /** Each call returns new glue code, without an instance. */
  export function freshGlue(): Pick<typeof import('#pkg/plumline.js'), 'initSync'>;
}

/** The table for the builder classes. scripts/build/builders.ts generates it from schema/twiml.json. */
declare module '#verbs' {
  export const voice: string;
  export const messaging: string;
  export const fax: string;
}

/** The version in package.json. */
declare const PLUMLINE_VERSION: string;
