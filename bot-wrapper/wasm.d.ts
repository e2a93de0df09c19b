// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The bytes in base64: esbuild's loader for them. */
declare module '*.wasm' {
  const base64: string;
  export default base64;
}
