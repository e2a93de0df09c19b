// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT
"use strict";
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __reExport = (target, mod, secondTarget) => (__copyProps(target, mod, "default"), secondTarget && __copyProps(secondTarget, mod, "default"));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// npm/slim.ts
var slim_exports = {};
__export(slim_exports, {
  init: () => init,
  initSync: () => initSync
});
module.exports = __toCommonJS(slim_exports);
__reExport(slim_exports, require("./api.cjs"), module.exports);

// npm/init.ts
var import_core = require("./core.cjs");
async function init(source) {
  const given = await source;
  if (!(0, import_core.isLoaded)()) {
    const module2 = await moduleOf(given);
    if (!(0, import_core.isLoaded)()) {
      (0, import_core.install)(module2);
    }
  }
}
function initSync(source) {
  if ((0, import_core.isLoaded)()) {
    return;
  }
  const bytes = bytesOf(source);
  const module2 = bytes === void 0 ? compiledModule(source) : (0, import_core.compile)(bytes);
  if (module2 === void 0) {
    throw (0, import_core.invalid)(source);
  }
  (0, import_core.install)(module2);
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
  throw (0, import_core.invalid)(source);
}
async function compileLater(bytes) {
  try {
    return await WebAssembly.compile(bytes);
  } catch (err) {
    throw (0, import_core.uncompiled)(err, bytes);
  }
}
async function fromResponse(response) {
  if (!response.ok) {
    throw (0, import_core.invalid)(response);
  }
  const streams = response.headers.get("content-type") === "application/wasm" && isUnread(response);
  const streamed = streams ? await WebAssembly.compileStreaming(response.clone()).catch(() => void 0) : void 0;
  return streamed ?? compileLater(await bodyOf(response));
}
async function bodyOf(response) {
  try {
    return await response.arrayBuffer();
  } catch (err) {
    throw (0, import_core.invalid)(err);
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
    throw isFailure(err) ? err : (0, import_core.invalid)(err);
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
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  init,
  initSync,
  ...require("./api.cjs")
});
