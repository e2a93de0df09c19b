// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Loading the core from outside the package. */
import { compile, install, invalid, isLoaded, uncompiled } from './core/core.ts';

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
export type WasmSource = WasmModule | ArrayBuffer | Uint8Array | WasmResponse | { readonly href: string } | string;

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
export async function init(source: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  const given = await source;
  if (!isLoaded()) {
    const module = await moduleOf(given);
    // Another call may have been faster.
    if (!isLoaded()) {
      install(module);
    }
  }
}

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
export function initSync(source: WasmModule | ArrayBuffer | Uint8Array): void {
  if (isLoaded()) {
    return;
  }
  const bytes = bytesOf(source);
  const module = bytes === undefined ? compiledModule(source) : compile(bytes);
  if (module === undefined) {
    throw invalid(source);
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
    return compileLater(bytes);
  }
  if (isResponse(source)) {
    return fromResponse(source);
  }
  if (typeof source === 'string' || (typeof source === 'object' && source !== null && 'href' in source)) {
    return fromUrl(typeof source === 'string' ? source : String(source.href));
  }
  throw invalid(source);
}

async function compileLater(bytes: BufferSource): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (err) {
    throw uncompiled(err, bytes);
  }
}

async function fromResponse(response: WasmResponse): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw invalid(response);
  }
  const streams = response.headers.get('content-type') === 'application/wasm' && isUnread(response);
  // What the browser has compiled while it came in, it keeps beside the file in its cache.
  const streamed = streams ? await WebAssembly.compileStreaming(response.clone()).catch(() => undefined) : undefined;
  return streamed ?? compileLater(await bodyOf(response));
}

/** Fails where the connection is lost, and where the body was read already. */
async function bodyOf(response: WasmResponse): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (err) {
    throw invalid(err);
  }
}

async function fromUrl(url: string): Promise<WebAssembly.Module> {
  let bytes: BufferSource;
  try {
    const fs = url.startsWith('file:') ? nodeFiles() : undefined;
    if (!fs) {
      return await fromResponse(await fetch(url));
    }
    bytes = await fs.readFile(new URL(url));
  } catch (err) {
    throw isFailure(err) ? err : invalid(err);
  }
  return compileLater(bytes);
}

/** Node's fetch reads no files. Asked for in a way that no bundler follows. */
function nodeFiles(): { readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> } | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:fs/promises') as ReturnType<typeof nodeFiles>;
}

/** Known by what they are: another realm's are none of our classes. */
function kind(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function compiledModule(source: unknown): WebAssembly.Module | undefined {
  return kind(source) === 'WebAssembly.Module' ? (source as WebAssembly.Module) : undefined;
}

function bytesOf(source: unknown): BufferSource | undefined {
  return ArrayBuffer.isView(source) || kind(source) === 'ArrayBuffer' ? (source as BufferSource) : undefined;
}

function isResponse(source: unknown): source is WasmResponse {
  return typeof source === 'object' && source !== null && 'arrayBuffer' in source && 'ok' in source;
}

/** Whether a response is one that this realm can stream. */
function isUnread(response: WasmResponse): response is Response {
  return typeof WebAssembly.compileStreaming === 'function' && response instanceof Response && !response.bodyUsed;
}

function isFailure(err: unknown): boolean {
  return err instanceof Error && 'code' in err && String(err.code).startsWith('CORE_');
}
