// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * npm twilio's TwiML classes, with the same methods and the same output. scripts/build/builders.ts generates their
 * types, and the table from which they are created, from schema/twiml.json.
 */
import { fax, messaging, voice } from '#verbs';
import type { TwimlElement, TwimlNode } from '#pkg/plumline.js';
import { argumentError } from './core/error.ts';
import { twiml as written } from './twiml.ts';

type Check = 'form' | 'schema';

/** How a tree is checked. */
interface Checks {
  readonly check: Check;
  readonly document?: 'voice' | 'messaging';
}

/** By default, only the form is checked, as npm twilio does. The output is then the same, byte for byte. */
const write: (tree: TwimlElement, checks: Checks) => string = written;

/** An element to which children can be added. */
interface MutableElement extends TwimlElement {
  readonly children: TwimlNode[];
}

/** A document to which elements and comments can be added. */
interface Document {
  readonly root: MutableElement;
  readonly before: string[];
  readonly after: string[];
  readonly checks: Checks;
}

/** The element that a builder adds to, and its place in the document. */
class Position {
  readonly document: Document;
  readonly element: MutableElement;
  readonly #parent: Position | undefined;

  constructor(document: Document, element: MutableElement, parent?: Position) {
    this.document = document;
    this.element = element;
    this.#parent = parent;
  }

  /** The path of the next child with this name, such as `Response/Dial[1]/Number[2]`. */
  pathTo(name: string): string {
    const steps = [step(name, 1 + this.#count(name))];
    let { element }: Position = this;
    for (let ancestor = this.#parent; ancestor; ancestor = ancestor.#parent) {
      steps.push(step(element.name, ancestor.#count(element.name, element)));
      element = ancestor.element;
    }
    return [element.name, ...steps.reverse()].join('/');
  }

  /** The count of children with a name, up to and including `last`. */
  #count(name: string, last?: MutableElement): number {
    const named = this.element.children.filter((child) => (name === TEXT ? 'text' in child : nameOf(child) === name));
    return last ? named.indexOf(last) + 1 : named.length;
  }
}

/** The name of a text node in a path. */
const TEXT = 'text()';

function nameOf(node: TwimlNode): string | undefined {
  return 'name' in node ? node.name : undefined;
}

/** A step of a path. Names may be untrusted, so characters that a name cannot have are replaced. */
function step(name: string, position: number): string {
  return `${name === TEXT ? TEXT : name.slice(0, 64).replace(/[^\w:.-]/g, '?')}[${position}]`;
}

/** The position of a builder. Only this file has access. */
let positionOf: (builder: TwiML) => Position;

class TwiML {
  readonly #position: Position;

  static {
    positionOf = (builder) => builder.#position;
  }

  constructor(position: unknown) {
    // npm twilio also accepts an element of its XML library. Here, only the methods of the parent create builders.
    if (!(position instanceof Position)) {
      throw argumentError('the argument');
    }
    this.#position = position;
  }

  addText(content: unknown): void {
    const { children } = this.#position.element;
    children.push({ text: textOf(content, () => this.#position.pathTo(TEXT)) });
  }

  addChild(tagName: unknown, attributes?: unknown): TwiML {
    return new GenericNode(addElement(this.#position, tagName, attributes, undefined));
  }

  toString(): string {
    const { root, before, after, checks } = this.#position.document;
    const xml = write(root, checks);
    if (before.length === 0 && after.length === 0) {
      return xml;
    }
    const start = xml.indexOf('?>') + 2;
    return [xml.slice(0, start), ...before.map(commentXml), xml.slice(start), ...after.map(commentXml)].join('');
  }
}

/** The class of the elements that `addChild` adds. The table does not have them. */
class GenericNode extends TwiML {}

/** A comment outside the root. The core writes only whole trees, so the comment is written inside one and cut out. */
function commentXml(comment: string): string {
  const xml = write({ name: 'a', children: [{ comment }] }, { check: 'form' });
  return xml.slice(xml.indexOf('<a>') + 3, -'</a>'.length);
}

/**
 * Adds an element. It interprets its arguments as npm twilio's XML library does. An argument that is not an object is
 * the text, in either position. Boxed values are unboxed.
 */
function addElement(parent: Position, name: unknown, attributes: unknown, text: unknown): Position {
  let attributeObject = unbox(attributes ?? {});
  let content = text;
  if (!isObject(attributeObject)) {
    [attributeObject, content] = [unbox(content || {}), attributeObject];
  }
  if (!isObject(attributeObject)) {
    content = attributeObject;
    attributeObject = {};
  }
  if (typeof name !== 'string') {
    throw argumentError('tagName', 'TWIML_NAME');
  }
  const path = (): string => parent.pathTo(name);
  // npm twilio silently drops such an element, and everything that is added to it.
  if (content === null || (attributes === null && text === undefined)) {
    throw argumentError(path(), 'TWIML_TEXT_TYPE');
  }
  const element: MutableElement = {
    name,
    attributes: attributesOf(attributeObject as object, path),
    children: content === undefined ? [] : [{ text: textOf(content, path) }],
  };
  parent.element.children.push(element);
  return new Position(parent.document, element, parent);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function unbox(value: unknown): unknown {
  const { valueOf } = value as { valueOf?: unknown };
  return typeof valueOf === 'function' ? valueOf.call(value) : value;
}

/** A copy of the attributes. Later changes to the object have no effect. */
function attributesOf(attributeObject: object, path: () => string): Record<string, string> {
  const attributes = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(attributeObject)) {
    let value = (attributeObject as Record<string, unknown>)[name];
    if (typeof value === 'function') {
      value = (value as () => unknown)();
    }
    if (value !== undefined && value !== null) {
      attributes[name] = toText(value, () => `${path()}/@${name}`);
    }
  }
  return attributes;
}

/**
 * The text of a value. npm twilio turns an object into elements. A program that passes untrusted objects, from parsed
 * JSON or nested form fields, then lets a sender add verbs. So objects are refused here.
 */
function textOf(value: unknown, path: () => string): string {
  if (value === undefined || value === null || isObject(value)) {
    throw argumentError(path(), 'TWIML_TEXT_TYPE');
  }
  return toText(value, path);
}

/** A value as text. A list is joined with spaces. Symbols, and objects that cannot be converted, are errors. */
function toText(value: unknown, path: () => string): string {
  try {
    if (Array.isArray(value)) {
      return value.join(' ');
    }
    // `String()` calls `toString` before `valueOf`. Concatenation calls `valueOf` first, as npm twilio does.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-conversion
    return '' + (value as string);
  } catch {
    throw argumentError(path(), 'TWIML_TEXT_TYPE');
  }
}

type Class = new (position: Position) => TwiML;

/**
 * Creates the classes of a table. Returns the class of the root, with the others as its static members. Those are
 * created at first use, because there are a hundred of them and a document uses about five. So the import stays fast.
 */
function classes(table: string, kind?: Checks['document']): unknown {
  const created = new Map<string, Class>();
  const elements = new Map<string, string>();
  const children = new Map<string, string[]>();
  for (const line of table.split('\n')) {
    const [first = '', ...words] = line.split(' ');
    const [name = '', element = name] = first.split(':');
    elements.set(name, element);
    children.set(name, words);
  }
  const classOf = (name: string): Class => created.get(name) ?? complete(name, namedClass(name));

  function complete(name: string, one: Class): Class {
    created.set(name, one);
    for (const word of children.get(name) ?? []) {
      const [marker = '', method] = word.split(':');
      const child = marker.replace('!', '');
      const takesText = marker !== child;
      define(
        one,
        method ?? child.charAt(0).toLowerCase() + child.slice(1),
        function (this: TwiML, attributes: unknown, text: unknown): TwiML {
          const isOnlyText = takesText && typeof attributes === 'string';
          const [attributeObject, content] = isOnlyText ? [{}, attributes] : [attributes, takesText ? text : undefined];
          return new (classOf(child))(addElement(positionOf(this), elements.get(child), attributeObject, content));
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
function define(target: Class, name: string, method: (this: TwiML, ...args: unknown[]) => unknown): void {
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(target.prototype, name, { value: method, writable: true, configurable: true });
}

function namedClass(name: string): Class {
  // A class in a member takes the member's name.
  return { [name]: class extends TwiML {} }[name] as Class;
}

function rootClass(name: string, kind: Checks['document']): Class {
  const created = {
    [name]: class extends TwiML {
      constructor(options?: unknown) {
        const { check = 'form' } = (isObject(options) ? options : {}) as { check?: unknown };
        if (check !== 'form' && check !== 'schema') {
          throw argumentError('check');
        }
        const element: MutableElement = { name: 'Response', children: [] };
        const checks: Checks = kind && check === 'schema' ? { check, document: kind } : { check };
        super(new Position({ root: element, before: [], after: [], checks }, element));
      }
    },
  }[name] as unknown as Class;
  define(created, 'comment', function (comment) {
    positionOf(this).element.children.push({ comment: commentOf(comment) });
  });
  define(created, 'commentBefore', function (comment) {
    positionOf(this).document.before.push(commentOf(comment));
  });
  define(created, 'commentAfter', function (comment) {
    // Each comment is added directly after the root, so before the earlier ones.
    positionOf(this).document.after.unshift(commentOf(comment));
  });
  return created;
}

function commentOf(comment: unknown): string {
  if (comment === undefined || comment === null) {
    throw argumentError('comment', 'TWIML_TEXT_TYPE');
  }
  return toText(comment, () => 'comment');
}

export const VoiceResponse = /* @__PURE__ */ classes(voice, 'voice');
export const MessagingResponse = /* @__PURE__ */ classes(messaging, 'messaging');
export const FaxResponse = /* @__PURE__ */ classes(fax);

/** The classes under npm twilio's name for them. */
export const twiml = { VoiceResponse, MessagingResponse, FaxResponse };
