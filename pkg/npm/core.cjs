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
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// npm/core.ts
var core_exports = {};
__export(core_exports, {
  accessToken: () => accessToken,
  bodyHash: () => bodyHash,
  checkConfig: () => checkConfig,
  checkTwiml: () => checkTwiml,
  compile: () => compile,
  coreVersion: () => coreVersion,
  countSegments: () => countSegments,
  helpOf: () => helpOf,
  install: () => install,
  invalid: () => invalid,
  isLoaded: () => isLoaded,
  parsePhone: () => parsePhone,
  provide: () => provide,
  routeCall: () => routeCall,
  sign: () => sign,
  signToken: () => signToken,
  signsAny: () => signsAny,
  twiml: () => twiml,
  uncompiled: () => uncompiled,
  verify: () => verify
});
module.exports = __toCommonJS(core_exports);

// plumline:glue
function freshGlue() {
  var glue = (() => {
    var a = Object.defineProperty;
    var p = Object.getOwnPropertyDescriptor;
    var w = Object.getOwnPropertyNames;
    var g = Object.prototype.hasOwnProperty;
    var l = (e, t) => {
      for (var n in t) a(e, n, { get: t[n], enumerable: true });
    }, y = (e, t, n, i) => {
      if (t && typeof t == "object" || typeof t == "function") for (let s of w(t)) !g.call(e, s) && s !== n && a(e, s, { get: () => t[s], enumerable: !(i = p(t, s)) || i.enumerable });
      return e;
    };
    var _ = (e) => y(a({}, "__esModule", { value: true }), e);
    var O = {};
    l(O, { initSync: () => b });
    function d() {
      return { __proto__: null, "./plumline_bg.js": { __proto__: null, __wbg___wbindgen_throw_4c88d8bf264fd984: function(t, n) {
        throw new Error(u(t, n));
      }, __wbg_new_cd4348290afae586: function() {
        return new Object();
      }, __wbg_set_e4b9a833d288759a: function(t, n, i) {
        t[n] = i;
      }, __wbindgen_generic_0000000000000001: function(t, n) {
        return u(t, n);
      }, __wbindgen_init_externref_table: function() {
        let t = r.__wbindgen_externrefs;
        t.set(0, void 0), t.set(1024, void 0), t.set(1025, null), t.set(1026, true), t.set(1027, false);
      } } };
    }
    function u(e, t) {
      return e = e >>> 0, A(x().subarray(e, e + t));
    }
    var o = null;
    function x() {
      return (o === null || o.byteLength === 0) && (o = new Uint8Array(r.memory.buffer)), o;
    }
    var c = new TextDecoder("utf-8", { ignoreBOM: true });
    c.decode();
    var m = 2146435072, f = 0;
    function A(e) {
      return f += e.length, f >= m && (c = new TextDecoder("utf-8", { ignoreBOM: true }), c.decode(), f = e.length), c.decode(e);
    }
    var h, T, r;
    function W(e, t) {
      return T = e, r = e.exports, h = t, o = null, r.__wbindgen_start(), r;
    }
    function b(e) {
      if (r !== void 0) return r;
      e !== void 0 && (Object.getPrototypeOf(e) === Object.prototype ? { module: e } = e : console.warn("using deprecated parameters for `initSync()`; pass a single object instead"));
      let t = d();
      e instanceof WebAssembly.Module || (e = new WebAssembly.Module(e));
      let n = new WebAssembly.Instance(e, t);
      return W(n, e);
    }
    return _(O);
  })();
  return glue;
}

// npm/failure.ts
function failure(code, help, path) {
  const at = path === "" ? "" : ` at ${path}`;
  return Object.assign(new Error(`${code}${at}: ${help}`), { code, help, path });
}

// npm/memory.ts
var encoder = new TextEncoder();
var decoder = new TextDecoder();
function write(core2, text, numbers) {
  const room = text.length * 3;
  const textAt = core2.text(room) >>> 0;
  const numbersAt = core2.numbers(numbers.length) >>> 0;
  const { buffer } = core2.memory;
  new Uint32Array(buffer, numbersAt, numbers.length).set(numbers);
  return encoder.encodeInto(text, new Uint8Array(buffer, textAt, room)).written;
}
function read(core2, length) {
  return decoder.decode(new Uint8Array(core2.memory.buffer, core2.output() >>> 0, length));
}

// npm/core.ts
var LARGE = 1 << 26;
var TRAPPED = "CORE_TRAPPED";
var NOT_LOADED = "Call init of plumline/slim with plumline.wasm, and await it, before any other function.";
var FORBIDDEN = "This host compiles no WebAssembly: give init of plumline/slim a compiled module, or allow 'wasm-unsafe-eval'.";
var INVALID = "Give init the plumline.wasm of this very version: a module, its bytes, a Response or a URL.";
var encoder2 = new TextEncoder();
var source;
var compiled;
var core;
function provide(code) {
  source ??= code;
}
function isLoaded() {
  return compiled !== void 0;
}
function install(module2) {
  let version;
  let candidate;
  try {
    candidate = freshGlue().initSync({ module: module2 });
    version = read(candidate, candidate.version());
  } catch (cause) {
    throw invalid(cause);
  }
  if (version !== "0.1.0") {
    throw invalid(version);
  }
  compiled = module2;
  core = candidate;
}
function invalid(cause) {
  return Object.assign(failure("CORE_INVALID", INVALID, "source"), { cause });
}
function uncompiled(cause, bytes) {
  if (cause instanceof RangeError) {
    return cause;
  }
  const valid = typeof WebAssembly === "undefined" || WebAssembly.validate(bytes);
  return valid ? Object.assign(failure("CORE_FORBIDDEN", FORBIDDEN, ""), { cause }) : invalid(cause);
}
function compile(bytes) {
  try {
    return new WebAssembly.Module(bytes);
  } catch (err) {
    throw uncompiled(err, bytes);
  }
}
function instance() {
  if (compiled === void 0) {
    if (source === void 0) {
      throw failure("CORE_NOT_LOADED", NOT_LOADED, "");
    }
    const code = source();
    compiled = "byteLength" in code ? compile(code) : code;
  }
  core ??= freshGlue().initSync({ module: compiled });
  return core;
}
function ask(question) {
  const mine = instance();
  try {
    const answer = question(mine);
    if (mine.memory.buffer.byteLength > LARGE) {
      core = void 0;
    }
    return answer;
  } catch {
    core = void 0;
    return void 0;
  }
}
function trapped() {
  return { code: TRAPPED, help: helpOf(TRAPPED), at: "" };
}
function flat(call) {
  return ask((core2) => {
    const length = call(core2);
    if (length >= 0) {
      return length === 0 ? "" : read(core2, length);
    }
    const [code = "", help = "", ...at] = read(core2, ~length).split("\n");
    return { code, help, at: at.join("\n") };
  }) ?? trapped();
}
function put(core2, frame) {
  return write(core2, frame.text, frame.take());
}
function putBody(core2, body) {
  const room = typeof body === "string" ? body.length * 3 : body.length;
  const at = core2.body(room) >>> 0;
  const bytes = new Uint8Array(core2.memory.buffer, at, room);
  if (typeof body === "string") {
    return encoder2.encodeInto(body, bytes).written;
  }
  bytes.set(body);
  return room;
}
function sign(frame) {
  return flat((core2) => core2.sign(put(core2, frame)));
}
function signsAny(frame) {
  return ask((core2) => core2.signsAny(put(core2, frame)) !== 0) ?? false;
}
function verify(frame, body) {
  return flat((core2) => {
    const bytes = body === void 0 ? 0 : putBody(core2, body);
    return core2.verify(put(core2, frame), bytes);
  });
}
function bodyHash(body) {
  return flat((core2) => core2.bodyHash(putBody(core2, body)));
}
function twiml(frame) {
  const written = ask((core2) => {
    const length = core2.twiml(put(core2, frame));
    return length >= 0 ? read(core2, length) : findings(read(core2, ~length))[0];
  });
  return written ?? trappedFinding();
}
function checkTwiml(frame) {
  return ask((core2) => findings(read(core2, core2.checkTwiml(put(core2, frame))))) ?? [trappedFinding()];
}
function checkConfig(frame) {
  const checked = flat((core2) => core2.checkConfig(put(core2, frame)));
  return typeof checked === "string" ? findings(checked) : checked;
}
function findings(text) {
  const lines = text.split("\n");
  const found = [];
  for (let at = 0; at + 4 < lines.length; at += 4) {
    const [code = "", path = "", help = "", severity] = lines.slice(at, at + 4);
    found.push({ code, path, help, severity: severity === "warning" ? "warning" : "error" });
  }
  return found;
}
function trappedFinding() {
  const { code, help } = trapped();
  return { code, path: "/", help, severity: "error" };
}
function accessToken(frame) {
  return flat((core2) => core2.accessToken(put(core2, frame)));
}
function signToken(frame) {
  return flat((core2) => core2.signToken(put(core2, frame)));
}
function countSegments(text) {
  return flat((core2) => core2.countSegments(write(core2, text, new Uint32Array())));
}
function parsePhone(frame) {
  return flat((core2) => core2.parsePhone(put(core2, frame)));
}
function routeCall(frame) {
  return ask((core2) => core2.routeCall(put(core2, frame))) ?? { ok: false, ...trapped() };
}
function helpOf(code) {
  const text = (core2) => read(core2, core2.codeHelp(write(core2, code, new Uint32Array())));
  return ask(text) ?? "";
}
function coreVersion() {
  return ask((core2) => read(core2, core2.version())) ?? "";
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  accessToken,
  bodyHash,
  checkConfig,
  checkTwiml,
  compile,
  coreVersion,
  countSegments,
  helpOf,
  install,
  invalid,
  isLoaded,
  parsePhone,
  provide,
  routeCall,
  sign,
  signToken,
  signsAny,
  twiml,
  uncompiled,
  verify
});
