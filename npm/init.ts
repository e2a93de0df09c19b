// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Loads the core from outside the package. */
import { compile, install, invalidCoreError, isLoaded, compileError } from './core/core.ts';

/** A compiled `WebAssembly.Module`, such as the default import of `plumline/plumline.wasm` in a Worker. */
export interface WasmModule {
  readonly byteLength?: never;
  readonly href?: never;
}

/** The members of `Headers` that are used. */
export interface WasmHeaders {
  /** The value of a header, or null. */
  get(name: string): string | null;
}

/** The members of `Response` that are used. */
export interface WasmResponse {
  readonly ok: boolean;
  readonly headers: WasmHeaders;
  /** The whole body. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The source of plumline.wasm: a compiled module, its bytes, a `Response` with the bytes, or the URL of the file. */
export type WasmSource = WasmModule | ArrayBuffer | Uint8Array | WasmResponse | { readonly href: string } | string;

/**
 * Loads the core. After that, you can call every function of `plumline/slim` and `plumline/slim/twilio`.
 *
 * A second call does nothing, so each part of a program can call it. A relative URL is resolved as by `fetch`. A
 * `file:` URL works in Node, Deno and Bun.
 *
 * @example
 * ```ts
 * import { init, twiml } from 'plumline/slim';
 *
 * await init(import.meta.resolve('plumline/plumline.wasm'));
 * console.log(twiml({ name: 'Response' })); // <?xml version="1.0" encoding="UTF-8"?><Response/>
 * ```
 * @throws PlumlineError `CORE_INVALID` if the source is not the wasm of the core, `CORE_FORBIDDEN` if the host does not
 * allow compiling WebAssembly
 */
export async function init(source: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  const resolved = await source;
  if (!isLoaded()) {
    const module = await moduleOf(resolved);
    // Another call may have finished first.
    if (!isLoaded()) {
      install(module);
    }
  }
}

/**
 * Loads the core from a compiled module or from bytes, synchronously. A second call does nothing.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { initSync, twiml } from 'plumline/slim';
 *
 * initSync(readFileSync(new URL(import.meta.resolve('plumline/plumline.wasm'))));
 * console.log(twiml({ name: 'Response' })); // <?xml version="1.0" encoding="UTF-8"?><Response/>
 * ```
 * @throws PlumlineError `CORE_INVALID` if the source is not the wasm of the core, `CORE_FORBIDDEN` if the host does not
 * allow compiling WebAssembly
 */
export function initSync(source: WasmModule | ArrayBuffer | Uint8Array): void {
  if (isLoaded()) {
    return;
  }
  const bytes = bytesOf(source);
  const module = bytes === undefined ? compiledModule(source) : compile(bytes);
  if (module === undefined) {
    throw invalidCoreError(source);
  }
  install(module);
}

async function moduleOf(source: unknown): Promise<WebAssembly.Module> {
  const compiled = compiledModule(source);
  if (compiled) {
    return compiled;
  }
  const bytes = bytesOf(source);
  if (bytes) {
    return compileAsync(bytes);
  }
  if (isResponse(source)) {
    return fromResponse(source);
  }
  if (typeof source === 'string' || (typeof source === 'object' && source !== null && 'href' in source)) {
    return fromUrl(typeof source === 'string' ? source : String(source.href));
  }
  throw invalidCoreError(source);
}

async function compileAsync(bytes: BufferSource): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (err) {
    throw compileError(err, bytes);
  }
}

async function fromResponse(response: WasmResponse): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw invalidCoreError(response);
  }
  const isStreamable = response.headers.get('content-type') === 'application/wasm' && canStream(response);
  // A browser caches the compiled code of a streamed module.
  const streamed = isStreamable
    ? await WebAssembly.compileStreaming(response.clone()).catch(() => undefined)
    : undefined;
  return streamed ?? compileAsync(await bodyOf(response));
}

/** Throws if the connection is lost or if the body was already read. */
async function bodyOf(response: WasmResponse): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (err) {
    throw invalidCoreError(err);
  }
}

async function fromUrl(url: string): Promise<WebAssembly.Module> {
  let bytes: BufferSource;
  try {
    const fs = url.startsWith('file:') ? nodeFileSystem() : undefined;
    if (!fs) {
      return await fromResponse(await fetch(url));
    }
    bytes = await fs.readFile(new URL(url));
  } catch (err) {
    throw isFailure(err) ? err : invalidCoreError(err);
  }
  return compileAsync(bytes);
}

/** Node's file API, because its fetch does not read files. Bundlers do not follow this way of loading a module. */
function nodeFileSystem(): { readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> } | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:fs/promises') as ReturnType<typeof nodeFileSystem>;
}

/** The kind of an object. It does not use `instanceof`, which does not recognize objects of another realm. */
function objectKind(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function compiledModule(source: unknown): WebAssembly.Module | undefined {
  return objectKind(source) === 'WebAssembly.Module' ? (source as WebAssembly.Module) : undefined;
}

function bytesOf(source: unknown): BufferSource | undefined {
  return ArrayBuffer.isView(source) || objectKind(source) === 'ArrayBuffer' ? (source as BufferSource) : undefined;
}

function isResponse(source: unknown): source is WasmResponse {
  return typeof source === 'object' && source !== null && 'arrayBuffer' in source && 'ok' in source;
}

/** Whether this realm can stream a response. */
function canStream(response: WasmResponse): response is Response {
  return typeof WebAssembly.compileStreaming === 'function' && response instanceof Response && !response.bodyUsed;
}

function isFailure(err: unknown): boolean {
  return err instanceof Error && 'code' in err && String(err.code).startsWith('CORE_');
}
