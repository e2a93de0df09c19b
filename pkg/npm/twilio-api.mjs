// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT
var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// npm/error.ts
import { helpOf } from "./core.mjs";

// npm/failure.ts
function failure(code, help, path) {
  const at2 = path === "" ? "" : ` at ${path}`;
  return Object.assign(new Error(`${code}${at2}: ${help}`), { code, help, path });
}

// npm/error.ts
function mistake(path, code = "ARGUMENT_INVALID") {
  return failure(code, helpOf(code), path);
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

// verbs:verbs
var voice = "VoiceResponse:Response Connect !Dial Echo !Enqueue Gather Hangup Leave Pause Pay !Play Prompt !Queue Record !Redirect Refer Reject !Say !Sms Start Stop\nAiSession\nApplication !ApplicationSid Parameter\nApplicationSid\nAutopilot\nClient !Identity Parameter\nConference\nConfig\nConnect AiSession !Autopilot Conversation ConversationRelay ConversationRelaySession !Room Stream VirtualAgent\nConversation\nConversationRelay Language Parameter\nConversationRelaySession\nDial !Application !Client !Conference !Number !Queue !Sim !Sip !WhatsApp\nEcho\nEnqueue !Task\nGather Pause !Play !Say\nHangup Parameter\nHeader\nHeaders Header\nIdentity\nLanguage\nLeave\nNumber\nParameter\nPause\nPay Parameter Prompt\nPlay\nPrompt Pause !Play !Say\nQueue\nRecord\nRecording\nRedirect\nRefer !ReferSip:sip\nReferSip:Sip\nReject Parameter\nRoom\nSay SsmlBreak:break !SsmlEmphasis:emphasis !SsmlLang:lang !SsmlP:p !SsmlPhoneme:phoneme !SsmlProsody:prosody !SsmlS:s !SsmlSayAs:sayAs !SsmlSub:sub !SsmlW:w\nSim\nSip Headers !SipUri:uri\nSipUri:Uri\nSiprec Parameter\nSms\nSsmlBreak:break\nSsmlEmphasis:emphasis SsmlBreak:break !SsmlEmphasis:emphasis !SsmlLang:lang !SsmlPhoneme:phoneme !SsmlProsody:prosody !SsmlSayAs:sayAs !SsmlSub:sub !SsmlW:w\nSsmlLang:lang SsmlBreak:break !SsmlEmphasis:emphasis !SsmlLang:lang !SsmlP:p !SsmlPhoneme:phoneme !SsmlProsody:prosody !SsmlS:s !SsmlSayAs:sayAs !SsmlSub:sub !SsmlW:w\nSsmlP:p SsmlBreak:break !SsmlEmphasis:emphasis !SsmlLang:lang !SsmlPhoneme:phoneme !SsmlProsody:prosody !SsmlS:s !SsmlSayAs:sayAs !SsmlSub:sub !SsmlW:w\nSsmlPhoneme:phoneme\nSsmlProsody:prosody SsmlBreak:break !SsmlEmphasis:emphasis !SsmlLang:lang !SsmlP:p !SsmlPhoneme:phoneme !SsmlProsody:prosody !SsmlS:s !SsmlSayAs:sayAs !SsmlSub:sub !SsmlW:w\nSsmlS:s SsmlBreak:break !SsmlEmphasis:emphasis !SsmlLang:lang !SsmlPhoneme:phoneme !SsmlProsody:prosody !SsmlSayAs:sayAs !SsmlSub:sub !SsmlW:w\nSsmlSayAs:say-as\nSsmlSub:sub\nSsmlW:w SsmlBreak:break !SsmlEmphasis:emphasis !SsmlPhoneme:phoneme !SsmlProsody:prosody !SsmlSayAs:sayAs !SsmlSub:sub\nStart Recording Siprec Stream Transcription\nStop Siprec Stream Transcription\nStream Parameter\nTask\nTranscription Config Parameter\nVirtualAgent Config Parameter\nWhatsApp";
var messaging = "MessagingResponse:Response !Message !Redirect\nBody\nMedia\nMessage !Body !Media\nRedirect";
var fax = "FaxResponse:Response Receive\nReceive";

// npm/twiml.ts
import * as core from "./core.mjs";

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
    return this.#trail.map(step).join("/") + this.#ending;
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
function step([siblings, index], depth) {
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
  const written = core.twiml(laidOut(tree, strictness, documentNumber(document)));
  if (typeof written === "string") {
    return written;
  }
  throw failure(written.code, written.help, written.path);
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

// npm/builders.ts
var write = twiml2;
var Place = class {
  document;
  element;
  #parent;
  constructor(document, element, parent) {
    this.document = document;
    this.element = element;
    this.#parent = parent;
  }
  /** The way from the root to what would stand here as the next of its name, as in `Response/Dial[1]/Number[2]`. */
  pathTo(name) {
    const steps = [step2(name, 1 + this.#count(name))];
    let { element } = this;
    for (let up = this.#parent; up; up = up.#parent) {
      steps.push(step2(element.name, up.#count(element.name, element)));
      element = up.element;
    }
    return [element.name, ...steps.reverse()].join("/");
  }
  /** How many of a name stand here, up to the last one that counts. */
  #count(name, last) {
    const named = this.element.children.filter((child) => name === TEXT ? "text" in child : nameOf(child) === name);
    return last ? named.indexOf(last) + 1 : named.length;
  }
};
var TEXT = "text()";
function nameOf(node) {
  return "name" in node ? node.name : void 0;
}
function step2(name, position) {
  return `${name === TEXT ? TEXT : name.slice(0, 64).replace(/[^\w:.-]/g, "?")}[${position}]`;
}
var at;
var TwiML = class {
  #place;
  static {
    at = (builder) => builder.#place;
  }
  constructor(place) {
    if (!(place instanceof Place)) {
      throw mistake("the argument");
    }
    this.#place = place;
  }
  addText(content) {
    const { children } = this.#place.element;
    children.push({ text: textOf(content, () => this.#place.pathTo(TEXT)) });
  }
  addChild(tagName, attributes) {
    return new GenericNode(added(this.#place, tagName, attributes, void 0));
  }
  toString() {
    const { root, before, after, checks } = this.#place.document;
    const xml = write(root, checks);
    if (before.length === 0 && after.length === 0) {
      return xml;
    }
    const start = xml.indexOf("?>") + 2;
    return [xml.slice(0, start), ...before.map(outside), xml.slice(start), ...after.map(outside)].join("");
  }
};
var GenericNode = class extends TwiML {
};
function outside(comment) {
  const xml = write({ name: "a", children: [{ comment }] }, { check: "form" });
  return xml.slice(xml.indexOf("<a>") + 3, -"</a>".length);
}
function added(parent, name, attributes, text2) {
  let given = unboxed(attributes ?? {});
  let inside = text2;
  if (!isObject(given)) {
    [given, inside] = [unboxed(inside || {}), given];
  }
  if (!isObject(given)) {
    inside = given;
    given = {};
  }
  if (typeof name !== "string") {
    throw mistake("tagName", "TWIML_NAME");
  }
  const path = () => parent.pathTo(name);
  if (inside === null || attributes === null && text2 === void 0) {
    throw mistake(path(), "TWIML_TEXT_TYPE");
  }
  const element = {
    name,
    attributes: attributesOf(given, path),
    children: inside === void 0 ? [] : [{ text: textOf(inside, path) }]
  };
  parent.element.children.push(element);
  return new Place(parent.document, element, parent);
}
function isObject(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}
function unboxed(value) {
  const { valueOf } = value;
  return typeof valueOf === "function" ? valueOf.call(value) : value;
}
function attributesOf(given, path) {
  const attributes = /* @__PURE__ */ Object.create(null);
  for (const name of Object.keys(given)) {
    let value = given[name];
    if (typeof value === "function") {
      value = value();
    }
    if (value !== void 0 && value !== null) {
      attributes[name] = string(value, () => `${path()}/@${name}`);
    }
  }
  return attributes;
}
function textOf(value, path) {
  if (value === void 0 || value === null || isObject(value)) {
    throw mistake(path(), "TWIML_TEXT_TYPE");
  }
  return string(value, path);
}
function string(value, path) {
  try {
    if (Array.isArray(value)) {
      return value.join(" ");
    }
    return "" + value;
  } catch {
    throw mistake(path(), "TWIML_TEXT_TYPE");
  }
}
function classes(table, kind) {
  const made = /* @__PURE__ */ new Map();
  const elements = /* @__PURE__ */ new Map();
  const children = /* @__PURE__ */ new Map();
  for (const line of table.split("\n")) {
    const [first = "", ...words] = line.split(" ");
    const [name = "", element = name] = first.split(":");
    elements.set(name, element);
    children.set(name, words);
  }
  const classOf = (name) => made.get(name) ?? complete(name, namedClass(name));
  function complete(name, one) {
    made.set(name, one);
    for (const word of children.get(name) ?? []) {
      const [marked = "", method] = word.split(":");
      const child = marked.replace("!", "");
      const takesText = marked !== child;
      define(
        one,
        method ?? child.charAt(0).toLowerCase() + child.slice(1),
        function(attributes, text2) {
          const alone = takesText && typeof attributes === "string";
          const [given, inside] = alone ? [{}, attributes] : [attributes, takesText ? text2 : void 0];
          return new (classOf(child))(added(at(this), elements.get(child), given, inside));
        }
      );
    }
    return one;
  }
  const [root = "", ...others] = elements.keys();
  const main = complete(root, rootClass(root, kind));
  for (const name of others) {
    Object.defineProperty(main, name, { get: () => classOf(name), enumerable: true, configurable: true });
  }
  return main;
}
function define(made, name, method) {
  Object.defineProperty(method, "name", { value: name });
  Object.defineProperty(made.prototype, name, { value: method, writable: true, configurable: true });
}
function namedClass(name) {
  return { [name]: class extends TwiML {
  } }[name];
}
function rootClass(name, kind) {
  const made = {
    [name]: class extends TwiML {
      constructor(options) {
        const { check = "form" } = isObject(options) ? options : {};
        if (check !== "form" && check !== "schema") {
          throw mistake("check");
        }
        const element = { name: "Response", children: [] };
        const checks = kind && check === "schema" ? { check, document: kind } : { check };
        super(new Place({ root: element, before: [], after: [], checks }, element));
      }
    }
  }[name];
  define(made, "comment", function(comment) {
    at(this).element.children.push({ comment: commentOf(comment) });
  });
  define(made, "commentBefore", function(comment) {
    at(this).document.before.push(commentOf(comment));
  });
  define(made, "commentAfter", function(comment) {
    at(this).document.after.unshift(commentOf(comment));
  });
  return made;
}
function commentOf(comment) {
  if (comment === void 0 || comment === null) {
    throw mistake("comment", "TWIML_TEXT_TYPE");
  }
  return string(comment, () => "comment");
}
var VoiceResponse = /* @__PURE__ */ classes(voice, "voice");
var MessagingResponse = /* @__PURE__ */ classes(messaging, "messaging");
var FaxResponse = /* @__PURE__ */ classes(fax);
var twiml3 = { VoiceResponse, MessagingResponse, FaxResponse };

// npm/twilio.ts
import { bodyHash, sign as sign2, signsAny } from "./core.mjs";

// npm/jwt.ts
var jwt_exports = {};
__export(jwt_exports, {
  AccessToken: () => AccessToken,
  ClientCapability: () => ClientCapability,
  taskrouter: () => taskrouter_exports
});

// npm/jwt/grants.ts
var TokenGrant = class {
  key;
  constructor(key) {
    this.key = key;
  }
};
function filled(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => Boolean(value)));
}
var TaskRouterGrant = class extends TokenGrant {
  workspaceSid;
  workerSid;
  role;
  constructor(options) {
    super("task_router");
    this.workspaceSid = options?.workspaceSid;
    this.workerSid = options?.workerSid;
    this.role = options?.role;
  }
  /** The claim that the grant is in a token. */
  toPayload() {
    return filled({ workspace_sid: this.workspaceSid, worker_sid: this.workerSid, role: this.role });
  }
};
var ChatGrant = class extends TokenGrant {
  serviceSid;
  endpointId;
  deploymentRoleSid;
  pushCredentialSid;
  constructor(options) {
    super("chat");
    this.serviceSid = options?.serviceSid;
    this.endpointId = options?.endpointId;
    this.deploymentRoleSid = options?.deploymentRoleSid;
    this.pushCredentialSid = options?.pushCredentialSid;
  }
  /** The claim that the grant is in a token. */
  toPayload() {
    return filled({
      service_sid: this.serviceSid,
      endpoint_id: this.endpointId,
      deployment_role_sid: this.deploymentRoleSid,
      push_credential_sid: this.pushCredentialSid
    });
  }
};
var VideoGrant = class extends TokenGrant {
  room;
  constructor(options) {
    super("video");
    this.room = options?.room;
  }
  /** The claim that the grant is in a token. */
  toPayload() {
    return filled({ room: this.room });
  }
};
var SyncGrant = class extends TokenGrant {
  serviceSid;
  endpointId;
  constructor(options) {
    super("data_sync");
    this.serviceSid = options?.serviceSid;
    this.endpointId = options?.endpointId;
  }
  /** The claim that the grant is in a token. */
  toPayload() {
    return filled({ service_sid: this.serviceSid, endpoint_id: this.endpointId });
  }
};
var VoiceGrant = class extends TokenGrant {
  incomingAllow;
  outgoingApplicationSid;
  outgoingApplicationParams;
  pushCredentialSid;
  endpointId;
  constructor(options) {
    super("voice");
    this.incomingAllow = options?.incomingAllow;
    this.outgoingApplicationSid = options?.outgoingApplicationSid;
    this.outgoingApplicationParams = options?.outgoingApplicationParams;
    this.pushCredentialSid = options?.pushCredentialSid;
    this.endpointId = options?.endpointId;
  }
  /** The claim that the grant is in a token. */
  toPayload() {
    const outgoing = filled({ params: this.outgoingApplicationParams });
    return filled({
      incoming: this.incomingAllow === true ? { allow: true } : void 0,
      outgoing: this.outgoingApplicationSid ? { application_sid: this.outgoingApplicationSid, ...outgoing } : void 0,
      push_credential_sid: this.pushCredentialSid,
      endpoint_id: this.endpointId
    });
  }
};
var PlaybackGrant = class extends TokenGrant {
  grant;
  constructor(options) {
    super("player");
    this.grant = options?.grant;
  }
  /** The claim that the grant is in a token. */
  toPayload() {
    return this.grant ? this.grant : {};
  }
};

// npm/jwt/sign.ts
import { signToken } from "./core.mjs";

// npm/jwt/timespan.ts
var SECOND = 1e3;
var MINUTE = 60 * SECOND;
var HOUR = 60 * MINUTE;
var DAY = 24 * HOUR;
var UNITS = new Map(
  [
    [1, " milliseconds millisecond msecs msec ms"],
    [SECOND, "seconds second secs sec s"],
    [MINUTE, "minutes minute mins min m"],
    [HOUR, "hours hour hrs hr h"],
    [DAY, "days day d"],
    [7 * DAY, "weeks week w"],
    [365.25 * DAY, "years year yrs yr y"]
  ].flatMap(([span, words]) => words.split(" ").map((word) => [word, span]))
);
function milliseconds(span) {
  const [, count = "", word = ""] = (span.length > 100 ? null : /^(-?\d*\.?\d+) *([a-z]*)$/i.exec(span)) ?? [];
  const unit = UNITS.get(word.toLowerCase());
  return count === "" || unit === void 0 ? void 0 : Number.parseFloat(count) * unit;
}

// npm/jwt/sign.ts
var ALGORITHMS = ["HS256", "HS384", "HS512"];
function sign(claims, secret, { algorithm = "HS256", header, ...options }) {
  const key = text(secret, "secret");
  const payload = { ...claims };
  for (const claim of ["exp", "nbf"]) {
    if (Object.hasOwn(payload, claim) && typeof payload[claim] !== "number") {
      throw new Error(`"${claim}" should be a number of seconds`);
    }
  }
  for (const name of ["issuer", "subject"]) {
    if (name in options && typeof options[name] !== "string") {
      throw new Error(`"${name}" must be a string`);
    }
  }
  const { expiresIn } = options;
  if ("expiresIn" in options && !Number.isInteger(expiresIn) && (typeof expiresIn !== "string" || expiresIn === "")) {
    throw new Error('"expiresIn" should be a number of seconds or string representing a timespan');
  }
  const now = Math.floor(Date.now() / 1e3);
  payload.iat = now;
  if (typeof expiresIn === "number") {
    payload.exp = now + expiresIn;
  } else if (typeof expiresIn === "string") {
    const span = milliseconds(expiresIn);
    if (span === void 0) {
      throw new Error(
        '"expiresIn" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60'
      );
    }
    payload.exp = Math.floor(now + span / 1e3);
  }
  if ("issuer" in options) {
    payload.iss = options.issuer;
  }
  if ("subject" in options) {
    payload.sub = options.subject;
  }
  const number = ALGORITHMS.indexOf(algorithm);
  if (number === -1) {
    throw mistake("algorithm");
  }
  const frame = new Frame(number);
  frame.add(key);
  frame.add(JSON.stringify({ alg: algorithm, typ: "JWT", ...header }));
  frame.add(JSON.stringify(payload));
  const token = signToken(frame);
  if (typeof token !== "string") {
    throw failure(token.code, token.help, token.at);
  }
  return token;
}

// npm/jwt/access-token.ts
var AccessToken = class _AccessToken {
  static DEFAULT_ALGORITHM = "HS256";
  static ALGORITHMS = [...ALGORITHMS];
  /** What the grants have in common, for one of your own. */
  static Grant = TokenGrant;
  /** Lets its bearer work with tasks. */
  static TaskRouterGrant = TaskRouterGrant;
  /** Lets its bearer take part in conversations. */
  static ChatGrant = ChatGrant;
  /** Lets its bearer join a room, or any room where none is named. */
  static VideoGrant = VideoGrant;
  /** Lets its bearer read and write what Sync keeps. */
  static SyncGrant = SyncGrant;
  /** Lets its bearer be called, and place calls through a TwiML App. */
  static VoiceGrant = VoiceGrant;
  /** Lets its bearer watch a stream. */
  static PlaybackGrant = PlaybackGrant;
  accountSid;
  keySid;
  secret;
  ttl;
  identity;
  nbf;
  region;
  grants;
  /**
   * @param accountSid - The account, `AC…`
   * @param keySid - The API key, `SK…`
   * @param secret - The key's secret
   * @param options - `identity` is needed; `ttl` is an hour where it is not given
   */
  constructor(accountSid, keySid, secret, options) {
    for (const [name, value] of Object.entries({ accountSid, keySid, secret })) {
      if (!value) {
        throw new Error(`${name} is required`);
      }
    }
    const given = options;
    if (!given?.identity) {
      throw new Error("identity is required to be specified in options");
    }
    this.accountSid = accountSid;
    this.keySid = keySid;
    this.secret = secret;
    this.ttl = given.ttl || 3600;
    this.identity = given.identity;
    this.nbf = given.nbf;
    this.region = given.region;
    this.grants = [];
  }
  /** Adds a grant; of two with one key, the later counts. */
  addGrant(grant) {
    this.grants.push(grant);
  }
  /** The token, made now. */
  toJwt(algorithm) {
    const chosen = algorithm || _AccessToken.DEFAULT_ALGORITHM;
    if (!_AccessToken.ALGORITHMS.includes(chosen)) {
      throw new Error(`Algorithm not supported. Allowed values are ${_AccessToken.ALGORITHMS.join(", ")}`);
    }
    const grants = {};
    const identity = this.identity;
    if (typeof identity === "string" || Number.isInteger(identity)) {
      grants.identity = String(identity);
    }
    for (const grant of this.grants) {
      grants[String(grant.key)] = grant.toPayload();
    }
    const claims = { jti: `${this.keySid}-${Math.floor(Date.now() / 1e3)}`, grants };
    if (typeof this.nbf === "number") {
      claims.nbf = this.nbf;
    }
    const header = { cty: "twilio-fpa;v=1" };
    if (this.region && typeof this.region === "string") {
      header.twr = this.region;
    }
    return sign(claims, this.secret, {
      algorithm: chosen,
      header,
      issuer: this.keySid,
      subject: this.accountSid,
      expiresIn: this.ttl
    });
  }
};

// npm/jwt/client-capability.ts
function query(pairs) {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join("&");
}
var EventStreamScope = class {
  scope;
  filters;
  constructor(filters) {
    this.scope = "scope:stream:subscribe";
    this.filters = filters || {};
  }
  /** The scope as it stands in a token. */
  payload() {
    const filters = Object.entries(this.filters);
    const rest = filters.length > 0 ? `&${query([["appParams", query(filters)]])}` : "";
    return `${this.scope}?path=/2010-04-01/Events${rest}`;
  }
};
var IncomingClientScope = class {
  scope;
  clientName;
  constructor(clientName) {
    this.scope = "scope:client:incoming";
    this.clientName = clientName;
  }
  /** The scope as it stands in a token. */
  payload() {
    return `${this.scope}?${query([["clientName", this.clientName]])}`;
  }
};
var OutgoingClientScope = class {
  scope;
  applicationSid;
  clientName;
  params;
  constructor(options) {
    this.scope = "scope:client:outgoing";
    needed(options, ["applicationSid"]);
    this.applicationSid = options.applicationSid;
    this.clientName = options.clientName;
    this.params = options.params;
  }
  /** The scope as it stands in a token. */
  payload() {
    const pairs = [query([["appSid", this.applicationSid]])];
    if (typeof this.clientName === "string") {
      pairs.push(query([["clientName", this.clientName]]));
    }
    if (typeof this.params === "object") {
      pairs.push(query([["appParams", query(Object.entries(this.params))]]));
    }
    return `${this.scope}?${pairs.join("&")}`;
  }
};
var ClientCapability = class {
  static EventStreamScope = EventStreamScope;
  static IncomingClientScope = IncomingClientScope;
  static OutgoingClientScope = OutgoingClientScope;
  accountSid;
  authToken;
  ttl;
  scopes;
  constructor(options) {
    needed(options, ["accountSid", "authToken"]);
    this.accountSid = options.accountSid;
    this.authToken = options.authToken;
    this.ttl = options.ttl || 3600;
    this.scopes = [];
  }
  /** Adds something that the bearer may do. */
  addScope(scope) {
    this.scopes.push(scope);
  }
  /** The token, made now. */
  toJwt() {
    const scope = this.scopes.map((one) => one.payload()).join(" ");
    return sign({ scope, iss: this.accountSid, exp: Math.floor(Date.now() / 1e3) + this.ttl }, this.authToken, {});
  }
};
function needed(options, names) {
  if (!options) {
    throw new Error('Required parameter "options" missing.');
  }
  if (typeof options !== "object") {
    throw new TypeError('Parameter "options" must be a type Object');
  }
  for (const name of names) {
    if (!options[name]) {
      throw new Error(`Required parameter "options.${name}" missing.`);
    }
  }
}

// npm/jwt/taskrouter.ts
var taskrouter_exports = {};
__export(taskrouter_exports, {
  TaskRouterCapability: () => TaskRouterCapability,
  util: () => taskrouter_util_exports
});

// npm/jwt/taskrouter-policy.ts
var Policy = class {
  url;
  method;
  queryFilter;
  postFilter;
  allow;
  constructor(options) {
    this.url = options?.url || "";
    this.method = options?.method || "GET";
    this.queryFilter = options?.queryFilter || {};
    this.postFilter = options?.postFilter || {};
    this.allow = options?.allow || true;
  }
  /** The policy as it stands in a token. */
  payload() {
    return {
      url: this.url,
      method: this.method,
      query_filter: this.queryFilter,
      post_filter: this.postFilter,
      allow: this.allow
    };
  }
};

// npm/jwt/taskrouter-util.ts
var taskrouter_util_exports = {};
__export(taskrouter_util_exports, {
  activitiesUrl: () => activitiesUrl,
  defaultEventBridgePolicies: () => defaultEventBridgePolicies,
  defaultWorkerPolicies: () => defaultWorkerPolicies,
  reservationsUrl: () => reservationsUrl,
  taskQueuesUrl: () => taskQueuesUrl,
  tasksUrl: () => tasksUrl,
  workersUrl: () => workersUrl,
  workspacesUrl: () => workspacesUrl
});
var EVENTS = "https://event-bridge.twilio.com/v1/wschannels";
var TASKROUTER = "https://taskrouter.twilio.com";
function defaultWorkerPolicies(version, workspaceSid, workerSid) {
  const workspace = `${TASKROUTER}/${joined(version, "Workspaces", workspaceSid)}`;
  const worker = joined(workspace, "Workers", workerSid);
  return [
    joined(workspace, "Activities"),
    joined(workspace, "Tasks", "**"),
    joined(worker, "Reservations", "**"),
    worker
  ].map((url) => new Policy({ url, method: "GET", allow: true }));
}
function defaultEventBridgePolicies(accountSid, channelId) {
  const url = joined(EVENTS, accountSid, channelId);
  return ["GET", "POST"].map((method) => new Policy({ url, method, allow: true }));
}
function workspacesUrl(workspaceSid) {
  return texts(TASKROUTER, "v1", "Workspaces", workspaceSid);
}
function taskQueuesUrl(workspaceSid, taskQueueSid) {
  return texts(workspacesUrl(workspaceSid), "TaskQueues", taskQueueSid);
}
function tasksUrl(workspaceSid, taskSid) {
  return texts(workspacesUrl(workspaceSid), "Tasks", taskSid);
}
function activitiesUrl(workspaceSid, activitySid) {
  return texts(workspacesUrl(workspaceSid), "Activities", activitySid);
}
function workersUrl(workspaceSid, workerSid) {
  return texts(workspacesUrl(workspaceSid), "Workers", workerSid);
}
function reservationsUrl(workspaceSid, workerSid, reservationSid) {
  return texts(workersUrl(workspaceSid, workerSid), "Reservations", reservationSid);
}
function joined(...parts) {
  return parts.join("/");
}
function texts(...parts) {
  return parts.filter((part) => typeof part === "string").join("/");
}

// npm/jwt/taskrouter.ts
var TaskRouterCapability = class {
  static Policy = Policy;
  accountSid;
  authToken;
  workspaceSid;
  channelId;
  friendlyName;
  ttl;
  version;
  policies;
  constructor(options) {
    if (!options) {
      throw new Error('Required parameter "options" missing.');
    }
    for (const name of ["accountSid", "authToken", "workspaceSid", "channelId"]) {
      if (!options[name]) {
        throw new Error(`Required parameter "options.${name}" missing.`);
      }
    }
    this.accountSid = options.accountSid;
    this.authToken = options.authToken;
    this.workspaceSid = options.workspaceSid;
    this.channelId = options.channelId;
    this.friendlyName = options.friendlyName;
    this.ttl = options.ttl || 3600;
    this.version = options.version || "v1";
    this.policies = [];
  }
  /** Adds something that the bearer may ask for. */
  addPolicy(policy) {
    this.policies.push(policy);
  }
  /** The token, made now. */
  toJwt() {
    const claims = {
      iss: this.accountSid,
      exp: Math.floor(Date.now() / 1e3) + this.ttl,
      version: this.version,
      friendly_name: this.friendlyName,
      account_sid: this.accountSid,
      channel: this.channelId,
      workspace_sid: this.workspaceSid,
      policies: this.policies.map((policy) => policy.payload())
    };
    if (this.channelId.startsWith("WK")) {
      claims.worker_sid = this.channelId;
    } else if (this.channelId.startsWith("WQ")) {
      claims.taskqueue_sid = this.channelId;
    }
    return sign(claims, this.authToken, {});
  }
};

// npm/legacy-query.ts
var MOST_PAIRS = 1e3;
function rewritten(query2) {
  const groups = /* @__PURE__ */ Object.create(null);
  for (const pair2 of query2.split("&", MOST_PAIRS)) {
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
  for (let at2 = 0; at2 < text2.length; at2++) {
    const hex = text2.charAt(at2) === "%" ? text2.slice(at2 + 1, at2 + 3) : "";
    if (/^[\da-f]{2}$/i.test(hex)) {
      bytes[length++] = Number.parseInt(hex, 16);
      at2 += 2;
    } else {
      bytes[length++] = text2.charCodeAt(at2);
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

// npm/webhook.ts
function validateIncomingRequest(request, authToken, opts) {
  if (typeof request?.header !== "function") {
    throw mistake("request");
  }
  const { url, host, protocol } = opts ?? {};
  const called = url ? text(url, "opts.url") : calledUrl(request, host, protocol);
  const signature = request.header("X-Twilio-Signature") ?? "";
  return called.indexOf("bodySHA256") > 0 ? validateRequestWithBody(authToken, signature, called, request.rawBody || "{}") : validateRequest(authToken, signature, called, request.body || {});
}
function validateExpressRequest(request, authToken, opts) {
  return validateIncomingRequest(request, authToken, opts);
}
function validateBody(body, bodyHash2) {
  return getExpectedBodyHash(body) === (typeof bodyHash2 === "string" ? bodyHash2 : new TextDecoder().decode(bodyHash2));
}
function webhook(opts, authToken) {
  const given = [authToken, opts];
  const [second, first] = given.map((one) => typeof one === "object" ? one : {});
  const options = { ...second, ...first };
  const validate = options.validate ?? true;
  const token = given.find((one) => typeof one === "string") || environmentToken();
  return (request, response, next) => {
    if (!validate) {
      next();
      return;
    }
    const refuse = (status, why) => response.type("text/plain").status(status).send(why);
    if (!request.header("X-Twilio-Signature")) {
      refuse(400, NO_SIGNATURE);
    } else if (!token) {
      console.error("[Plumline]: a webhook cannot be validated without an auth token.");
      refuse(500, NO_TOKEN);
    } else if (validateIncomingRequest(request, token, options)) {
      next();
    } else {
      refuse(403, "Twilio Request Validation Failed.");
    }
  };
}
var NO_SIGNATURE = "No signature header error - X-Twilio-Signature header does not exist, maybe this request is not coming from Twilio.";
var NO_TOKEN = "Webhook Error - we attempted to validate this request without first configuring our auth token.";
function environmentToken() {
  return globalThis.process?.env?.TWILIO_AUTH_TOKEN;
}
function calledUrl(request, host, protocol) {
  const path = text(request.originalUrl, "request.originalUrl");
  const scheme = ((protocol ?? "") || request.protocol || "").replace(/[^:]$/, "$&:");
  const authority = (host ?? "") || (request.headers.host ?? "");
  const slashed = authority !== "" && /^(?:https?|wss?|ftp|file|gopher):$/i.test(scheme);
  const before = slashed ? `${scheme}//${authority}` : scheme + authority;
  const escaped = path.replaceAll("#", "%23").replaceAll("?", "%3F");
  const url = before + (slashed && path !== "" && !path.startsWith("/") ? "/" : "") + escaped;
  return path.includes("?") ? url.replaceAll("%3F", "?") : url;
}

// npm/twilio.ts
var SIGNATURE_LENGTH = 28;
function getExpectedTwilioSignature(authToken, url, params) {
  const address = addressOf(url);
  const { urls, tail } = joined2([address], signedTail(address, params));
  const frame = new Frame(1);
  frame.add(text(authToken, "authToken"));
  frame.add(urls[0] ?? "");
  frame.add(tail);
  frame.add("");
  return answered(sign2(frame));
}
function getExpectedBodyHash(body) {
  return answered(bodyHash(rawBody(body)));
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
    const { urls: ended, tail: rest } = joined2(urls, tail);
    const frame = new Frame();
    [token, twilioHeader, rest, ...ended].forEach((field) => frame.add(field));
    return signsAny(frame);
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
function joined2(urls, tail) {
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
var twilio = {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  jwt: jwt_exports,
  twiml: twiml3,
  validateBody,
  validateExpressRequest,
  validateIncomingRequest,
  validateRequest,
  validateRequestWithBody,
  webhook
};
var twilio_default = twilio;
export {
  FaxResponse,
  MessagingResponse,
  VoiceResponse,
  twilio_default as default,
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  jwt_exports as jwt,
  twiml3 as twiml,
  validateBody,
  validateExpressRequest,
  validateIncomingRequest,
  validateRequest,
  validateRequestWithBody,
  webhook
};
