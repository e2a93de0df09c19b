// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT
"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
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
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// npm/index.ts
var npm_exports = {};
__export(npm_exports, {
  accessToken: () => accessToken2,
  checkConfig: () => checkConfig2,
  checkTwiml: () => checkTwiml2,
  countSegments: () => countSegments2,
  parsePhone: () => parsePhone2,
  routeCall: () => routeCall2,
  signTwilio: () => signTwilio,
  twiml: () => twiml2,
  verifyTwilio: () => verifyTwilio,
  versions: () => versions
});
module.exports = __toCommonJS(npm_exports);
var import_core3 = require("./core.cjs");

// bot-wrapper/zone.ts
var DAY = 864e5;
function zone({ zone: timeZone, instants, walls }) {
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit"
  });
  const wallOf = (instant) => {
    const part = {};
    for (const { type, value } of clock.formatToParts(instant)) {
      part[type] = value;
    }
    return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
  };
  const instantsOf = (wall) => {
    const asUtc = Date.parse(`${wall}Z`);
    const found = /* @__PURE__ */ new Set();
    for (const near of [asUtc - DAY, asUtc + DAY]) {
      const instant = asUtc - (Date.parse(`${wallOf(near)}Z`) - near);
      if (wallOf(instant) === wall) {
        found.add(instant);
      }
    }
    return [...found].sort((a, b) => a - b);
  };
  return { walls: instants.map(wallOf), instants: walls.map(instantsOf) };
}

// npm/call.ts
var core = __toESM(require("./core.cjs"), 1);

// npm/error.ts
var import_core = require("./core.cjs");

// npm/failure.ts
function failure(code, help, path) {
  const at = path === "" ? "" : ` at ${path}`;
  return Object.assign(new Error(`${code}${at}: ${help}`), { code, help, path });
}

// npm/error.ts
function mistake(path, code = "ARGUMENT_INVALID") {
  return failure(code, (0, import_core.helpOf)(code), path);
}
function refusal({ code, help }) {
  return { ok: false, code, help };
}
function text(value, path) {
  if (typeof value !== "string") {
    throw mistake(path);
  }
  return value;
}
function object(value, path) {
  if (typeof value !== "object" || value === null) {
    throw mistake(path);
  }
  return value;
}

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

// npm/params.ts
function addParams(frame, params) {
  if (params === void 0) {
    return;
  }
  const named = object(params, "params");
  if (Symbol.iterator in named) {
    for (const pair of named) {
      if (Array.isArray(pair) && pair.length === 2) {
        addPair(frame, written(pair[0]), pair[1]);
      } else {
        addPair(frame, written(pair), "");
      }
    }
  } else {
    for (const name of Object.keys(named)) {
      addPair(frame, name, named[name]);
    }
  }
}
function addPair(frame, name, value) {
  if (typeof value === "string") {
    frame.add(name);
    frame.add(value);
    return;
  }
  const rest = [value];
  while (rest.length > 0) {
    const one = rest.pop();
    if (Array.isArray(one)) {
      for (let index = one.length - 1; index >= 0; index--) {
        rest.push(one[index]);
      }
    } else {
      frame.add(name);
      frame.add(written(one));
    }
  }
}
function written(value) {
  try {
    return String(value);
  } catch {
    return "";
  }
}

// npm/call.ts
function routeCall2(input) {
  const { params, numbers, config, applicationSid, now, facts, url } = object(input, "the argument");
  if (now !== void 0 && !Number.isFinite(now)) {
    throw mistake("now");
  }
  const ours = numberList(numbers);
  const app = applicationSid === void 0 ? "" : text(applicationSid, "applicationSid");
  const frame = new Frame(ours.length, config === void 0 ? 0 : 1, app === "" ? 0 : 1);
  frame.add(config === void 0 ? "" : json(config));
  frame.add(app);
  frame.add(known(facts, config, now));
  frame.add(url === void 0 ? "" : text(url, "url"));
  for (const number of ours) {
    frame.add(number);
  }
  addParams(frame, object(params, "params"));
  const routing = core.routeCall(frame);
  if (!routing.ok && routing.code === "ARGUMENT_INVALID") {
    throw failure(routing.code, routing.help, routing.path ?? "");
  }
  return routing;
}
function known(facts, config, now) {
  const { patient, open } = facts === void 0 ? {} : object(facts, "facts");
  const walls = {};
  for (const timeZone of now === void 0 ? [] : zonesOf(config)) {
    try {
      walls[timeZone] = zone({ zone: timeZone, instants: [now], walls: [] }).walls[0];
    } catch {
    }
  }
  return json({ patient, open, walls }, "facts");
}
function zonesOf(config) {
  const zones = /* @__PURE__ */ new Set();
  const add = (place) => {
    const { timeZone } = place ?? {};
    if (typeof timeZone === "string") {
      zones.add(timeZone);
    }
  };
  const { numbers, hours } = config ?? {};
  add(config);
  Object.values(numbers ?? {}).forEach(add);
  Object.values(hours ?? {}).forEach(add);
  return zones;
}
function numberList(numbers) {
  const list = typeof numbers === "string" ? numbers.split(",").filter((number) => number.trim()) : numbers;
  if (!Array.isArray(list) || list.length === 0) {
    throw mistake("numbers");
  }
  return list.map(
    (number, index) => text(number, `numbers[${index}]`).trim().replace(/[ .()-]/g, "")
  );
}
function json(config, name = "config") {
  let written2;
  try {
    written2 = JSON.stringify(config);
  } catch {
  }
  return text(written2, name);
}

// npm/config.ts
var core2 = __toESM(require("./core.cjs"), 1);
function checkConfig2(config, options = {}) {
  const { numbers } = object(options, "options");
  const ours = numbers === void 0 ? [] : numberList(numbers);
  const document = typeof config === "string" ? config : json(object(config, "config"));
  const frame = new Frame(numbers === void 0 ? 0 : 1);
  frame.add(document);
  for (const number of ours) {
    frame.add(number);
  }
  const found = core2.checkConfig(frame);
  if (!Array.isArray(found)) {
    throw found.code === "ARGUMENT_INVALID" ? mistake(found.at) : failure(found.code, found.help, found.at);
  }
  const refused = found.some(({ severity }) => severity === "error");
  const findings = refused ? found : [...unknownZones(JSON.parse(document)), ...found];
  return findings.some(({ severity }) => severity === "error") ? { ok: false, findings } : { ok: true, warnings: findings };
}
function unknownZones({ timeZone, numbers = {}, hours = {}, outbound }) {
  const zones = outbound?.hours?.zones ?? {};
  const all = [
    ["timeZone", timeZone],
    ...Object.entries(numbers).map(([name, plan], at) => [`numbers${step(name, at)}.timeZone`, plan.timeZone]),
    ...Object.entries(hours).map(([name, one], at) => [`hours${step(name, at)}.timeZone`, one.timeZone]),
    ...Object.values(zones).map((zone2, at) => [`outbound.hours.zones[${at}]`, zone2])
  ];
  const code = "CONFIG_TIME_ZONE_UNKNOWN";
  const unknown = all.filter(([, zone2]) => zone2 !== void 0 && !isZone(zone2));
  return unknown.map(([path]) => ({ code, path, help: mistake("", code).help, severity: "error" }));
}
function step(name, index) {
  return /^[a-z0-9-]+$/.test(name) && name.replace(/\D/g, "").length < 7 ? `.${name}` : `[${index}]`;
}
function isZone(name) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

// npm/phone.ts
var core3 = __toESM(require("./core.cjs"), 1);
function parsePhone2(text2, country) {
  const frame = new Frame(country === void 0 ? 0 : 1);
  frame.add(text(text2, "text"));
  frame.add(country === void 0 ? "" : text(country, "country"));
  const answer = core3.parsePhone(frame);
  if (typeof answer !== "string") {
    return refusal(answer);
  }
  const [kind = "", number = "", of = "", extension = ""] = answer.split("\n");
  if (kind === "emergency" || kind === "short-code") {
    return { ok: true, kind, number, country: of };
  }
  const reading = { ok: true, kind, e164: number, country: of };
  return extension === "" ? reading : { ...reading, extension };
}

// npm/segments.ts
var core4 = __toESM(require("./core.cjs"), 1);
function countSegments2(text2) {
  const answer = core4.countSegments(text(text2, "text"));
  if (typeof answer !== "string") {
    throw failure(answer.code, answer.help, "");
  }
  const numbers = answer.split(" ").map(Number);
  const [ucs2 = 0, segments = 0, units = 0, left = 0, characters = 0, index = 0, count = 0, segmentsWithout = 0] = numbers;
  const counted = { segments, units, left, characters };
  if (ucs2 === 0) {
    return { encoding: "GSM-7", ...counted };
  }
  const character = String.fromCodePoint(text2.codePointAt(index) ?? 0);
  return { encoding: "UCS-2", ...counted, unicode: { index, character, count, segmentsWithout } };
}

// npm/token.ts
var core5 = __toESM(require("./core.cjs"), 1);
var HOUR = 3600;
var LARGEST = 2 ** 32 - 1;
var EARLIEST = 1e12;
function accessToken2(input) {
  const { accountSid, keySid, secret, identity, now, ttl, grants, region, nbf } = object(
    input,
    "the argument"
  );
  if (typeof now !== "number" || !Number.isSafeInteger(Math.floor(now)) || now < EARLIEST) {
    throw mistake("now");
  }
  const seconds = whole(ttl === void 0 ? HOUR : ttl, "ttl", LARGEST);
  const start = whole(nbf === void 0 ? 0 : nbf, "nbf", Number.MAX_SAFE_INTEGER);
  const frame = new Frame(seconds, nbf === void 0 ? 0 : 1, region === void 0 ? 0 : 1);
  frame.add(text(accountSid, "accountSid"));
  frame.add(text(keySid, "keySid"));
  frame.add(text(secret, "secret"));
  frame.add(text(identity, "identity"));
  frame.add(String(Math.floor(now / 1e3)));
  frame.add(String(start));
  frame.add(region === void 0 ? "" : text(region, "region"));
  frame.add(json2(object(grants, "grants")));
  const token = core5.accessToken(frame);
  if (typeof token !== "string") {
    throw failure(token.code, token.help, token.at);
  }
  return token;
}
function whole(value, path, most) {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw mistake(path, "TTL_INVALID");
  }
  return value;
}
function json2(grants) {
  let written2;
  try {
    written2 = JSON.stringify(grants);
  } catch {
  }
  if (typeof written2 !== "string") {
    throw mistake("grants", "GRANT_INVALID");
  }
  return written2;
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

// npm/signature.ts
var import_core2 = require("./core.cjs");
function signTwilio(input) {
  const { url, params, token } = object(input, "the argument");
  const frame = new Frame();
  frame.add(text(token, "token"));
  frame.add(text(url, "url"));
  addParams(frame, params);
  const signature = (0, import_core2.sign)(frame);
  if (typeof signature !== "string") {
    throw failure(signature.code, signature.help, signature.at);
  }
  return signature;
}
function verifyTwilio(input) {
  const { url, params, body, signature, tokens, settings, headers } = object(input, "the argument");
  if (body !== void 0 && params !== void 0) {
    throw mistake("body");
  }
  const raw = body === void 0 ? void 0 : rawBody(body);
  const accepted = tokenList(tokens);
  const { header, keys } = settings === void 0 ? {} : object(settings, "settings");
  const shared = Object.entries(keys === void 0 ? {} : object(keys, "settings.keys"));
  const frame = new Frame(accepted.length, shared.length, raw === void 0 ? 0 : 1);
  frame.add(text(url, "url"));
  frame.add(typeof signature === "string" ? signature : "");
  frame.add(typeof header === "string" ? header : "");
  for (const name of ["host", "x-forwarded-host", "x-forwarded-port"]) {
    frame.add(headerOf(headers, name));
  }
  accepted.forEach((token, index2) => frame.add(text(token, `tokens[${index2}]`)));
  for (const [id, key] of shared) {
    addSharedKey(frame, id, key);
  }
  addParams(frame, params);
  const answer = (0, import_core2.verify)(frame, raw);
  if (typeof answer !== "string") {
    return refusal(answer);
  }
  const cut = answer.indexOf(" ");
  const index = cut === -1 ? 0 : Number(answer.slice(0, cut));
  const signed = cut === -1 ? url : answer.slice(cut + 1);
  return index < accepted.length ? { ok: true, url: signed, token: index } : { ok: true, url: signed, key: shared[index - accepted.length]?.[0] ?? "" };
}
function tokenList(tokens) {
  if (tokens === void 0) {
    return [];
  }
  if (typeof tokens === "string") {
    return [tokens];
  }
  if (!Array.isArray(tokens)) {
    throw mistake("tokens");
  }
  return tokens;
}
function headerOf(headers, name) {
  if (typeof headers !== "object") {
    return "";
  }
  const all = headers;
  const value = typeof all.get === "function" ? all.get(name) : all[name];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : "";
}
function addSharedKey(frame, id, key) {
  const path = `settings.keys.${id}`;
  const { secret, algorithm } = object(key, path);
  if (algorithm !== "HMAC_SHA1" && algorithm !== "HMAC_SHA256") {
    throw mistake(`${path}.algorithm`);
  }
  frame.add(id);
  frame.add(text(secret, `${path}.secret`));
  frame.add(algorithm);
}

// npm/twiml.ts
var core6 = __toESM(require("./core.cjs"), 1);

// npm/twiml-layout.ts
var DEEPEST = 80;
var FORM = 1;
var HALF_A_PAIR = /\p{Surrogate}/u;
var HALVES = /\p{Surrogate}/gu;
var LONG = 1 << 16;
var LONGEST = 1 << 26;
var NO_CHARACTER = "\uFFFF";
var Misshapen = class extends Error {
  code;
  #trail;
  #ending;
  constructor(code, trail, ending) {
    super(code);
    this.code = code;
    this.#trail = [...trail];
    this.#ending = ending;
  }
  /** Where, as the core writes it; a node that is none of the three is `node()`, a member of an object `.member`. */
  path() {
    return this.#trail.map(step2).join("/") + this.#ending;
  }
};
var Layout = class _Layout {
  #frame;
  #trail = [];
  /** Whether half a surrogate pair becomes what the core refuses. */
  #marksHalves;
  /** How many characters the document may have at the least. A tree that shares its branches is longer than it looks. */
  #left;
  /** What each thing takes beside its characters: room in memory, where that is what ends. */
  #each;
  constructor(first, second, marksHalves) {
    this.#frame = new Frame(first, second);
    this.#marksHalves = marksHalves;
    this.#left = first === FORM ? LONGEST : LONG;
    this.#each = first === FORM ? 32 : 1;
  }
  /** @throws Misshapen */
  static tree(tree, first, second) {
    const frame = _Layout.#laidOut(tree, first, second, false);
    return frame.mended || HALF_A_PAIR.test(frame.text) ? _Layout.#laidOut(tree, first, second, true) : frame;
  }
  static xml(text2, document) {
    const frame = new Frame(1, document);
    frame.add(text2.replace(HALVES, NO_CHARACTER));
    return frame;
  }
  static #laidOut(tree, first, second, marksHalves) {
    const layout = new _Layout(first, second, marksHalves);
    layout.#trail.push([[tree], 0]);
    layout.#element(tree);
    return layout.#frame;
  }
  #element(node) {
    if (this.#trail.length > DEEPEST) {
      this.#trail.length = 1;
      throw this.#wrong("", "TWIML_DEPTH");
    }
    const { name, attributes, text: text2, children } = this.#known(node, ELEMENT);
    if (typeof name !== "string") {
      throw this.#wrong(".name");
    }
    if (text2 !== void 0 && children !== void 0) {
      throw this.#wrong(".text");
    }
    this.#put("<", name);
    if (attributes !== void 0) {
      this.#attributes(attributes);
    }
    if (text2 !== void 0) {
      this.#text(text2, ".text");
    }
    if (children !== void 0) {
      this.#children(children);
    }
    this.#frame.add(">");
  }
  #attributes(attributes) {
    if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) {
      throw this.#wrong(".attributes");
    }
    for (const name of Object.keys(attributes)) {
      const value = attributes[name];
      if (typeof value === "string") {
        this.#put("@", name, value);
      } else if (value !== void 0 && value !== null) {
        this.#put("@", name, this.#value(value, name));
      }
    }
  }
  #value(value, name) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (typeof one !== "string" && typeof one !== "number" && typeof one !== "boolean") {
        throw this.#wrong(`/@${tidy(name)}`);
      }
    }
    return values.join(" ");
  }
  #children(children) {
    if (!Array.isArray(children)) {
      throw this.#wrong(".children");
    }
    const nodes = children;
    for (let index = 0; index < nodes.length; index++) {
      this.#trail.push([nodes, index]);
      const child = nodes[index];
      const kind = kindOf(child);
      if (kind === "element") {
        this.#element(child);
      } else if (kind === "comment") {
        const { comment } = this.#known(child, ["comment"]);
        if (typeof comment !== "string") {
          throw this.#wrong("");
        }
        this.#put("#", comment);
      } else {
        this.#text(this.#known(child, ["text"]).text, "");
      }
      this.#trail.pop();
    }
  }
  #text(text2, ending) {
    if (typeof text2 !== "string" && typeof text2 !== "number") {
      throw this.#wrong(ending);
    }
    this.#put("t", String(text2));
  }
  /** An object that has no other members than these. */
  #known(node, members) {
    if (typeof node !== "object" || node === null || Array.isArray(node)) {
      throw this.#wrong("");
    }
    for (const member in node) {
      if (!members.includes(member) && Object.hasOwn(node, member)) {
        throw this.#wrong(`.${tidy(member)}`);
      }
    }
    return node;
  }
  #put(mark, field, more = "") {
    this.#left -= this.#each + field.length + more.length;
    if (this.#left < 0) {
      this.#trail.length = 1;
      throw this.#wrong("", "TWIML_SIZE");
    }
    this.#frame.add(mark);
    this.#add(field);
    if (mark === "@") {
      this.#add(more);
    }
  }
  #add(field) {
    this.#frame.add(this.#marksHalves ? field.replace(HALVES, NO_CHARACTER) : field);
  }
  #wrong(ending, code = "TWIML_TREE") {
    return new Misshapen(code, this.#trail, ending);
  }
};
var ELEMENT = ["name", "attributes", "text", "children"];
function kindOf(node) {
  if (typeof node !== "object" || node === null) {
    return "node";
  }
  if ("name" in node) {
    return "element";
  }
  return "comment" in node ? "comment" : "text" in node ? "text" : "node";
}
function step2([siblings, index], depth) {
  const label = labelOf(siblings[index]);
  if (depth === 0) {
    return label;
  }
  const like = siblings.slice(0, index).filter((one) => labelOf(one) === label);
  return `${label}[${like.length + 1}]`;
}
function labelOf(node) {
  const kind = kindOf(node);
  if (kind !== "element") {
    return `${kind}()`;
  }
  const { name } = node;
  return typeof name === "string" ? tidy(name) : "*";
}
function tidy(name) {
  const shortened = Array.from(name.slice(0, 128)).slice(0, 64).join("");
  return shortened === "" ? "*" : shortened.replace(/[^\w.:\u00b7-\uffef-]/g, "?");
}

// npm/twiml.ts
var DOCUMENTS = [void 0, "voice", "messaging"];
var CHECKS = ["schema", "form"];
function twiml2(tree, options = {}) {
  const { check = "schema", document } = object(options, "options");
  const strictness = CHECKS.indexOf(check);
  if (strictness === -1) {
    throw mistake("options.check");
  }
  const written2 = core6.twiml(laidOut(tree, strictness, documentNumber(document)));
  if (typeof written2 === "string") {
    return written2;
  }
  throw failure(written2.code, written2.help, written2.path);
}
function checkTwiml2(treeOrXml, options = {}) {
  const { document } = object(options, "options");
  const kind = documentNumber(document);
  try {
    return core6.checkTwiml(
      typeof treeOrXml === "string" ? (
        // The core says of whatever is longer that it is too long, so no more of it has to cross.
        Layout.xml(treeOrXml.length > LONG ? " ".repeat(LONG + 1) : treeOrXml, kind)
      ) : laidOut(treeOrXml, 0, kind)
    );
  } catch (err) {
    const { code, help, path } = err instanceof Error && "help" in err ? err : mistake("", "TWIML_TREE");
    return [{ code, path, help, severity: "error" }];
  }
}
function documentNumber(document) {
  const number = DOCUMENTS.indexOf(document);
  if (number === -1) {
    throw mistake("options.document");
  }
  return number;
}
function laidOut(tree, first, second) {
  try {
    return Layout.tree(tree, first, second);
  } catch (err) {
    throw err instanceof Misshapen ? mistake(err.path(), err.code) : err;
  }
}

// npm/index.ts
var versions = {
  plumline: "0.1.0",
  get core() {
    return (0, import_core3.coreVersion)();
  }
};
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  accessToken,
  checkConfig,
  checkTwiml,
  countSegments,
  parsePhone,
  routeCall,
  signTwilio,
  twiml,
  verifyTwilio,
  versions
});
