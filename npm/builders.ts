// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * npm twilio's TwiML classes: the same methods, and the same bytes. scripts/build/builders.ts writes their types, and
 * the table that they are made of, from schema/twiml.json.
 */
import { fax, messaging, voice } from '#verbs';
import type { TwimlElement, TwimlNode } from '#pkg/plumline.js';
import { mistake } from './core/error.ts';
import { twiml as written } from './twiml.ts';

type Check = 'form' | 'schema';

/** How the tree is checked. */
interface Checks {
  readonly check: Check;
  readonly document?: 'voice' | 'messaging';
}

/** The form is checked by default, as there, and a document is then ours byte for byte. */
const write: (tree: TwimlElement, checks: Checks) => string = written;

/** An element as it grows. */
interface Growing extends TwimlElement {
  readonly children: TwimlNode[];
}

/** A document as it grows. */
interface Document {
  readonly root: Growing;
  readonly before: string[];
  readonly after: string[];
  readonly checks: Checks;
}

/** Where a builder is. */
class Place {
  readonly document: Document;
  readonly element: Growing;
  readonly #parent: Place | undefined;

  constructor(document: Document, element: Growing, parent?: Place) {
    this.document = document;
    this.element = element;
    this.#parent = parent;
  }

  /** The way from the root to what would stand here as the next of its name, as in `Response/Dial[1]/Number[2]`. */
  pathTo(name: string): string {
    const steps = [step(name, 1 + this.#count(name))];
    let { element }: Place = this;
    for (let up = this.#parent; up; up = up.#parent) {
      steps.push(step(element.name, up.#count(element.name, element)));
      element = up.element;
    }
    return [element.name, ...steps.reverse()].join('/');
  }

  /** How many of a name stand here, up to the last one that counts. */
  #count(name: string, last?: Growing): number {
    const named = this.element.children.filter((child) => (name === TEXT ? 'text' in child : nameOf(child) === name));
    return last ? named.indexOf(last) + 1 : named.length;
  }
}

/** The name of text in a path. */
const TEXT = 'text()';

function nameOf(node: TwimlNode): string | undefined {
  return 'name' in node ? node.name : undefined;
}

/** Names come from outside, and so only what a name may hold. */
function step(name: string, position: number): string {
  return `${name === TEXT ? TEXT : name.slice(0, 64).replace(/[^\w:.-]/g, '?')}[${position}]`;
}

/** The place of a builder, for this file alone. */
let at: (builder: TwiML) => Place;

class TwiML {
  readonly #place: Place;

  static {
    at = (builder) => builder.#place;
  }

  constructor(place: unknown) {
    // There, an element of the XML library can be given; ours come from the methods of what they stand in.
    if (!(place instanceof Place)) {
      throw mistake('the argument');
    }
    this.#place = place;
  }

  addText(content: unknown): void {
    const { children } = this.#place.element;
    children.push({ text: textOf(content, () => this.#place.pathTo(TEXT)) });
  }

  addChild(tagName: unknown, attributes?: unknown): TwiML {
    return new GenericNode(added(this.#place, tagName, attributes, undefined));
  }

  toString(): string {
    const { root, before, after, checks } = this.#place.document;
    const xml = write(root, checks);
    if (before.length === 0 && after.length === 0) {
      return xml;
    }
    const start = xml.indexOf('?>') + 2;
    return [xml.slice(0, start), ...before.map(outside), xml.slice(start), ...after.map(outside)].join('');
  }
}

/** What addChild gives: an element that the table does not know. */
class GenericNode extends TwiML {}

/** A comment outside the root, which is no tree of its own: the core writes it in one, to be taken out again. */
function outside(comment: string): string {
  const xml = write({ name: 'a', children: [{ comment }] }, { check: 'form' });
  return xml.slice(xml.indexOf('<a>') + 3, -'</a>'.length);
}

/**
 * Adds an element, its arguments sorted out as npm twilio's XML library does: what is no object is text, wherever it
 * stands, and boxed values are unboxed.
 */
function added(parent: Place, name: unknown, attributes: unknown, text: unknown): Place {
  let given = unboxed(attributes ?? {});
  let inside = text;
  if (!isObject(given)) {
    [given, inside] = [unboxed(inside || {}), given];
  }
  if (!isObject(given)) {
    inside = given;
    given = {};
  }
  if (typeof name !== 'string') {
    throw mistake('tagName', 'TWIML_NAME');
  }
  const path = (): string => parent.pathTo(name);
  // There the whole element would be dropped without a word, and all that is added to it.
  if (inside === null || (attributes === null && text === undefined)) {
    throw mistake(path(), 'TWIML_TEXT_TYPE');
  }
  const element: Growing = {
    name,
    attributes: attributesOf(given as object, path),
    children: inside === undefined ? [] : [{ text: textOf(inside, path) }],
  };
  parent.element.children.push(element);
  return new Place(parent.document, element, parent);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function unboxed(value: unknown): unknown {
  const { valueOf } = value as { valueOf?: unknown };
  return typeof valueOf === 'function' ? valueOf.call(value) : value;
}

/** The attributes as they are now: what a caller does to the object later is not theirs. */
function attributesOf(given: object, path: () => string): Record<string, string> {
  const attributes = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(given)) {
    let value = (given as Record<string, unknown>)[name];
    if (typeof value === 'function') {
      value = (value as () => unknown)();
    }
    if (value !== undefined && value !== null) {
      attributes[name] = string(value, () => `${path()}/@${name}`);
    }
  }
  return attributes;
}

/**
 * A text. There an object is taken apart into elements: who lets a stranger choose an object, as parsed JSON and
 * nested form fields do, lets the stranger write verbs.
 */
function textOf(value: unknown, path: () => string): string {
  if (value === undefined || value === null || isObject(value)) {
    throw mistake(path(), 'TWIML_TEXT_TYPE');
  }
  return string(value, path);
}

/** Text of a value, a list's with spaces; symbols, and objects without a text of their own, have none. */
function string(value: unknown, path: () => string): string {
  try {
    if (Array.isArray(value)) {
      return value.join(' ');
    }
    // `String()` would ask an object for its text before its value.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-conversion
    return '' + (value as string);
  } catch {
    throw mistake(path(), 'TWIML_TEXT_TYPE');
  }
}

type Class = new (place: Place) => TwiML;

/**
 * Makes the classes of a table; the root's, with the others as its statics. Those are made when something
 * first asks for them: an import does not wait for a hundred classes, of which a document takes five.
 */
function classes(table: string, kind?: Checks['document']): unknown {
  const made = new Map<string, Class>();
  const elements = new Map<string, string>();
  const children = new Map<string, string[]>();
  for (const line of table.split('\n')) {
    const [first = '', ...words] = line.split(' ');
    const [name = '', element = name] = first.split(':');
    elements.set(name, element);
    children.set(name, words);
  }
  const classOf = (name: string): Class => made.get(name) ?? complete(name, namedClass(name));

  function complete(name: string, one: Class): Class {
    made.set(name, one);
    for (const word of children.get(name) ?? []) {
      const [marked = '', method] = word.split(':');
      const child = marked.replace('!', '');
      const takesText = marked !== child;
      define(
        one,
        method ?? child.charAt(0).toLowerCase() + child.slice(1),
        function (this: TwiML, attributes: unknown, text: unknown): TwiML {
          const alone = takesText && typeof attributes === 'string';
          const [given, inside] = alone ? [{}, attributes] : [attributes, takesText ? text : undefined];
          return new (classOf(child))(added(at(this), elements.get(child), given, inside));
        },
      );
    }
    return one;
  }

  const [root = '', ...others] = elements.keys();
  const main = complete(root, rootClass(root, kind));
  for (const name of others) {
    Object.defineProperty(main, name, { get: () => classOf(name), enumerable: true, configurable: true });
  }
  return main;
}

/** Methods of a class are not enumerable. */
function define(made: Class, name: string, method: (this: TwiML, ...given: unknown[]) => unknown): void {
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(made.prototype, name, { value: method, writable: true, configurable: true });
}

function namedClass(name: string): Class {
  // A class in a member takes the member's name.
  return { [name]: class extends TwiML {} }[name] as Class;
}

function rootClass(name: string, kind: Checks['document']): Class {
  const made = {
    [name]: class extends TwiML {
      constructor(options?: unknown) {
        const { check = 'form' } = (isObject(options) ? options : {}) as { check?: unknown };
        if (check !== 'form' && check !== 'schema') {
          throw mistake('check');
        }
        const element: Growing = { name: 'Response', children: [] };
        const checks: Checks = kind && check === 'schema' ? { check, document: kind } : { check };
        super(new Place({ root: element, before: [], after: [], checks }, element));
      }
    },
  }[name] as unknown as Class;
  define(made, 'comment', function (comment) {
    at(this).element.children.push({ comment: commentOf(comment) });
  });
  define(made, 'commentBefore', function (comment) {
    at(this).document.before.push(commentOf(comment));
  });
  define(made, 'commentAfter', function (comment) {
    // Each stands right after the root, and so before those that stood there.
    at(this).document.after.unshift(commentOf(comment));
  });
  return made;
}

function commentOf(comment: unknown): string {
  if (comment === undefined || comment === null) {
    throw mistake('comment', 'TWIML_TEXT_TYPE');
  }
  return string(comment, () => 'comment');
}

export const VoiceResponse = /* @__PURE__ */ classes(voice, 'voice');
export const MessagingResponse = /* @__PURE__ */ classes(messaging, 'messaging');
export const FaxResponse = /* @__PURE__ */ classes(fax);

/** Under the name that npm twilio has for them. */
export const twiml = { VoiceResponse, MessagingResponse, FaxResponse };
