// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The library without its wasm, for hosts that forbid to compile bytes, and pages that rather load a file.
 *
 * @module plumline/slim
 */

/** A compiled `WebAssembly.Module`, such as `import wasm from 'plumline/plumline.wasm'` gives in a Worker. */
export interface WasmModule {
    readonly byteLength?: never;
    readonly href?: never;
}
/** A response's `Headers`, as far as they are read. */
export interface WasmHeaders {
    /** The value of one, or null. */
    get(name: string): string | null;
}
/** A `Response`, as far as it is read. */
export interface WasmResponse {
    readonly ok: boolean;
    readonly headers: WasmHeaders;
    /** The whole body. */
    arrayBuffer(): Promise<ArrayBuffer>;
}
/** What holds plumline.wasm: a compiled module, its bytes, a `Response` with them, or the URL of the file. */
export type WasmSource = WasmModule | ArrayBuffer | Uint8Array | WasmResponse | {
    readonly href: string;
} | string;
/**
 * Loads the core; from then on every function of `plumline/slim` and `plumline/slim/twilio` works at once.
 *
 * A second call does nothing, so that each part of a program may make sure of it. A relative URL is taken as `fetch`
 * takes it; `file:` works in Node, Deno and Bun.
 *
 * @example
 * ```ts
 * import { init, twiml } from 'plumline/slim';
 *
 * await init(import.meta.resolve('plumline/plumline.wasm'));
 * console.log(twiml({ name: 'Response' })); // <?xml version="1.0" encoding="UTF-8"?><Response/>
 * ```
 * @throws PlumlineError `CORE_INVALID` where that is not the core's wasm, `CORE_FORBIDDEN` where the host compiles none
 */
export declare function init(source: WasmSource | PromiseLike<WasmSource>): Promise<void>;
/**
 * Loads the core from a compiled module or from bytes that are at hand. A second call does nothing.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { initSync, twiml } from 'plumline/slim';
 *
 * initSync(readFileSync(new URL(import.meta.resolve('plumline/plumline.wasm'))));
 * console.log(twiml({ name: 'Response' })); // <?xml version="1.0" encoding="UTF-8"?><Response/>
 * ```
 * @throws PlumlineError `CORE_INVALID` where that is not the core's wasm, `CORE_FORBIDDEN` where the host compiles none
 */
export declare function initSync(source: WasmModule | ArrayBuffer | Uint8Array): void;
export * from './index.cjs';
