// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT

// npm/slim.ts
export * from "./api.mjs";

// npm/init.ts
import { compile, install, invalid, isLoaded, uncompiled } from "./core.mjs";
async function init(source) {
  const given = await source;
  if (!isLoaded()) {
    const module = await moduleOf(given);
    if (!isLoaded()) {
      install(module);
    }
  }
}
function initSync(source) {
  if (isLoaded()) {
    return;
  }
  const bytes = bytesOf(source);
  const module = bytes === void 0 ? compiledModule(source) : compile(bytes);
  if (module === void 0) {
    throw invalid(source);
  }
  install(module);
}
async function moduleOf(source) {
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
  if (typeof source === "string" || typeof source === "object" && source !== null && "href" in source) {
    return fromUrl(typeof source === "string" ? source : String(source.href));
  }
  throw invalid(source);
}
async function compileLater(bytes) {
  try {
    return await WebAssembly.compile(bytes);
  } catch (err) {
    throw uncompiled(err, bytes);
  }
}
async function fromResponse(response) {
  if (!response.ok) {
    throw invalid(response);
  }
  const streams = response.headers.get("content-type") === "application/wasm" && isUnread(response);
  const streamed = streams ? await WebAssembly.compileStreaming(response.clone()).catch(() => void 0) : void 0;
  return streamed ?? compileLater(await bodyOf(response));
}
async function bodyOf(response) {
  try {
    return await response.arrayBuffer();
  } catch (err) {
    throw invalid(err);
  }
}
async function fromUrl(url) {
  let bytes;
  try {
    const fs = url.startsWith("file:") ? nodeFiles() : void 0;
    if (!fs) {
      return await fromResponse(await fetch(url));
    }
    bytes = await fs.readFile(new URL(url));
  } catch (err) {
    throw isFailure(err) ? err : invalid(err);
  }
  return compileLater(bytes);
}
function nodeFiles() {
  const { process } = globalThis;
  return process?.getBuiltinModule?.("node:fs/promises");
}
function kind(value) {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
function compiledModule(source) {
  return kind(source) === "WebAssembly.Module" ? source : void 0;
}
function bytesOf(source) {
  return ArrayBuffer.isView(source) || kind(source) === "ArrayBuffer" ? source : void 0;
}
function isResponse(source) {
  return typeof source === "object" && source !== null && "arrayBuffer" in source && "ok" in source;
}
function isUnread(response) {
  return typeof WebAssembly.compileStreaming === "function" && response instanceof Response && !response.bodyUsed;
}
function isFailure(err) {
  return err instanceof Error && "code" in err && String(err.code).startsWith("CORE_");
}
export {
  init,
  initSync
};
