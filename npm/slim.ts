// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The library without its wasm, for hosts that forbid compiling bytes and for pages that load the file separately. */
export * from './index.ts';
export { init, initSync, type WasmHeaders, type WasmModule, type WasmResponse, type WasmSource } from './init.ts';
