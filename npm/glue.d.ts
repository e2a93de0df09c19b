// SPDX-License-Identifier: Apache-2.0 OR MIT

/** wasm-bindgen's glue in a function: scripts/build/library.ts makes it of pkg/plumline.js. */
declare module '#glue' {
  /** Each call gives glue that has no instance yet. */
  export function freshGlue(): Pick<typeof import('#pkg/plumline.js'), 'initSync'>;
}

/** What builders are made of: scripts/build/builders.ts writes it from schema/twiml.json. */
declare module '#verbs' {
  export const voice: string;
  export const messaging: string;
  export const fax: string;
}

/** The version in package.json. */
declare const PLUMLINE_VERSION: string;
