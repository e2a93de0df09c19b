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

// npm/twilio.ts
var twilio_exports = {};
__export(twilio_exports, {
  getExpectedBodyHash: () => getExpectedBodyHash,
  getExpectedTwilioSignature: () => getExpectedTwilioSignature,
  validateRequest: () => validateRequest,
  validateRequestWithBody: () => validateRequestWithBody
});
module.exports = __toCommonJS(twilio_exports);

// npm/error.ts
var import_core = require("./core.cjs");
function failure(code, help, path) {
  const at = path === "" ? "" : ` at ${path}`;
  return Object.assign(new Error(`${code}${at}: ${help}`), { code, help, path });
}
function mistake(path, code = "ARGUMENT_INVALID") {
  return failure(code, (0, import_core.helpOf)(code), path);
}
function text(value, path) {
  if (typeof value !== "string") {
    throw mistake(path);
  }
  return value;
}

// npm/body.ts
function rawBody(body) {
  if (typeof body === "string") {
    return body;
  }
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  if (Object.prototype.toString.call(body) === "[object ArrayBuffer]") {
    return new Uint8Array(body);
  }
  throw mistake("body");
}

// npm/twilio.ts
var import_core2 = require("./core.cjs");

// npm/frame.ts
var HEAD = 5;
var REPLACEMENT = "\uFFFD";
var MOST_SPARE = 1 << 16;
var spare = new Uint32Array(512);
var Frame = class {
  text = "";
  /** Whether a character was replaced because half of it stood in another field. */
  mended = false;
  #numbers;
  #count = HEAD;
  /** The last code unit of the text, or 0. */
  #last = 0;
  constructor(first = 0, second = 0, third = 0) {
    this.#numbers = spare ?? new Uint32Array(512);
    spare = void 0;
    this.#numbers[0] = first;
    this.#numbers[1] = second;
    this.#numbers[2] = third;
  }
  add(field) {
    const { length } = field;
    if (this.#count === this.#numbers.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#count++] = length;
    if (length > 0) {
      if ((this.#last & 64512) === 55296 && (field.charCodeAt(0) & 64512) === 56320) {
        this.text = this.text.slice(0, -1) + REPLACEMENT;
        this.mended = true;
      }
      this.text += field;
      this.#last = field.charCodeAt(length - 1);
    }
  }
  /** How many fields there are. */
  get length() {
    return this.#count - HEAD;
  }
  /** The numbers, for the one call that the frame is made for. */
  take() {
    if (this.#numbers.length <= MOST_SPARE) {
      spare = this.#numbers;
    }
    return this.#numbers.subarray(0, this.#count);
  }
};

// npm/legacy-query.ts
var MOST_PAIRS = 1e3;
function rewritten(query) {
  const groups = /* @__PURE__ */ Object.create(null);
  for (const pair2 of query.split("&", MOST_PAIRS)) {
    if (pair2 !== "") {
      const cut2 = pair2.indexOf("=");
      const name = decoded(cut2 === -1 ? pair2 : pair2.slice(0, cut2));
      (groups[name] ??= []).push(cut2 === -1 ? "" : decoded(pair2.slice(cut2 + 1)));
    }
  }
  return Object.entries(groups).flatMap(([name, values]) => values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)).join("&");
}
function decoded(text2) {
  const spaced = text2.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodedLoosely(spaced);
  }
}
function decodedLoosely(text2) {
  const bytes = new Uint8Array(text2.length);
  let length = 0;
  for (let at = 0; at < text2.length; at++) {
    const hex = text2.charAt(at) === "%" ? text2.slice(at + 1, at + 3) : "";
    if (/^[\da-f]{2}$/i.test(hex)) {
      bytes[length++] = Number.parseInt(hex, 16);
      at += 2;
    } else {
      bytes[length++] = text2.charCodeAt(at);
    }
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, length));
}

// npm/spellings.ts
function cut(url) {
  const [whole = "", scheme = "", authority = ""] = /^([a-z][a-z\d+.-]*:\/\/)([^/?#]*)/i.exec(url) ?? [];
  if (whole === "") {
    return void 0;
  }
  const hostAt = authority.lastIndexOf("@") + 1;
  const colon = authority.indexOf(":", Math.max(hostAt, authority.lastIndexOf("]") + 1));
  const portAt = colon === -1 ? authority.length : colon;
  return {
    before: scheme + authority.slice(0, hostAt),
    scheme,
    host: authority.slice(hostAt, portAt),
    port: authority.slice(portAt),
    after: url.slice(whole.length)
  };
}
function isAbsolute(url) {
  return (cut(url)?.host ?? "") !== "";
}
function withAndWithoutPort(url) {
  const parts = cut(url);
  if (!parts) {
    return [url];
  }
  const { before, scheme, host, after } = parts;
  const port = parts.port || (scheme.toLowerCase() === "https://" ? ":443" : ":80");
  return [before + host + after, before + host + port + after];
}
function asReceived(url) {
  return withAndWithoutPort(url);
}
function normalised(url) {
  const parsed = parse(url);
  if (!parsed) {
    return [];
  }
  const forms = withAndWithoutPort(parsed.href);
  return [.../* @__PURE__ */ new Set([...forms, ...forms.map(withRewrittenQuery)])];
}
function parse(url) {
  try {
    return new URL(url);
  } catch {
    return void 0;
  }
}
function withRewrittenQuery(url) {
  const queryAt = url.indexOf("?") + 1;
  return queryAt === 0 || queryAt === url.length ? url : url.slice(0, queryAt) + rewritten(url.slice(queryAt));
}

// npm/twilio.ts
var SIGNATURE_LENGTH = 28;
function getExpectedTwilioSignature(authToken, url, params) {
  const address = addressOf(url);
  const { urls, tail } = joined([address], signedTail(address, params));
  const frame = new Frame(1);
  frame.add(text(authToken, "authToken"));
  frame.add(urls[0] ?? "");
  frame.add(tail);
  frame.add("");
  return answered((0, import_core2.sign)(frame));
}
function getExpectedBodyHash(body) {
  return answered((0, import_core2.bodyHash)(rawBody(body)));
}
function validateRequest(authToken, twilioHeader, url, params) {
  const token = text(authToken, "authToken");
  const address = addressOf(url);
  let tail;
  try {
    tail = signedTail(address, params);
  } catch (err) {
    if (isMistake(err)) {
      throw err;
    }
    return false;
  }
  if (typeof twilioHeader !== "string" || twilioHeader.length !== SIGNATURE_LENGTH) {
    return false;
  }
  if (!isAbsolute(address) || address.includes("bodySHA256") && bodyHashes(address).length > 1) {
    return false;
  }
  const signed = (urls) => {
    const { urls: ended, tail: rest } = joined(urls, tail);
    const frame = new Frame();
    [token, twilioHeader, rest, ...ended].forEach((field) => frame.add(field));
    return (0, import_core2.signsAny)(frame);
  };
  return signed(asReceived(address)) || signed(normalised(address));
}
function validateRequestWithBody(authToken, twilioHeader, url, body) {
  const hashes = bodyHashes(addressOf(url));
  if (!validateRequest(authToken, twilioHeader, url, {})) {
    return false;
  }
  return hashes.length === 1 && getExpectedBodyHash(body) === hashes[0];
}
function bodyHashes(url) {
  return parse(url)?.searchParams.getAll("bodySHA256") ?? [];
}
function addressOf(url) {
  if (url === void 0 || url === null) {
    throw mistake("url");
  }
  return url;
}
function signedTail(url, params) {
  if (params === void 0 || params === null) {
    if (params === null && url.includes("bodySHA256")) {
      return "";
    }
    throw mistake("params");
  }
  const values = params;
  let tail = "";
  for (const name of Object.keys(values).sort()) {
    tail += pair(name, values[name]);
  }
  return tail;
}
function pair(name, value) {
  if (typeof value === "string") {
    return name + value;
  }
  return Array.isArray(value) ? [...new Set(value)].sort().map((one) => pair(name, one)).join("") : name + value;
}
function joined(urls, tail) {
  const first = tail.charAt(0);
  const half = first >= "\uDC00" && first <= "\uDFFF";
  return half ? { urls: urls.map((url) => url + first), tail: tail.slice(1) } : { urls, tail };
}
function answered(answer) {
  if (typeof answer !== "string") {
    throw failure(answer.code, answer.help, "");
  }
  return answer;
}
function isMistake(err) {
  return err instanceof Error && "code" in err && err.code === "ARGUMENT_INVALID";
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody
});
