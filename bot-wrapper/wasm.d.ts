// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The bytes of a wasm file in base64, from esbuild's `base64` loader. */
declare module '*.wasm' {
  const base64: string;
  export default base64;
}
