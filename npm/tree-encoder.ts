// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Frame } from './core/frame.ts';

/** TwiML nests four levels, and SSML a few more. The core refuses more than 64. This limit also stops at a cycle. */
const MAX_DEPTH = 80;

/** The first number of a frame if only the form is checked. */
const FORM = 1;

const HAS_LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** Twilio reads at most 64 kB. */
export const MAX_TWIML_LENGTH = 1 << 16;

/** A document that is not for Twilio may be longer, but memory is limited. */
const MAX_FORM_LENGTH = 1 << 26;

/** Not a valid XML character. The core finds it and reports its place. */
const INVALID_CHARACTER = '\uffff';

/** The error for a tree that has something other than elements, texts and comments. */
export class TreeError extends Error {
  readonly code: string;
  readonly #ancestors: readonly Step[];
  readonly #suffix: string;

  constructor(code: string, ancestors: readonly Step[], suffix: string) {
    super(code);
    this.code = code;
    this.#ancestors = [...ancestors];
    this.#suffix = suffix;
  }

  /** The place in the core's format. Any other node is `node()`, and a member of an object is `.member`. */
  path(): string {
    return this.#ancestors.map(step).join('/') + this.#suffix;
  }
}

/** The siblings of a node, with the node, and its index among them. The root is the only one. */
type Step = readonly [siblings: readonly unknown[], index: number];

/** Encodes a document in the core's format: a mark for each item, followed by its texts. */
export class TreeEncoder {
  readonly #frame: Frame;
  readonly #ancestors: Step[] = [];
  /** Whether an unpaired surrogate is replaced by a character that the core refuses. */
  readonly #replacesLoneSurrogates: boolean;
  /** The remaining count of characters. A tree that shares branches is longer than it looks. */
  #remaining: number;
  /** The cost of each item in addition to its characters. It is higher if memory is the limit. */
  readonly #costPerItem: number;

  private constructor(first: number, second: number, replacesLoneSurrogates: boolean) {
    this.#frame = new Frame(first, second);
    this.#replacesLoneSurrogates = replacesLoneSurrogates;
    this.#remaining = first === FORM ? MAX_FORM_LENGTH : MAX_TWIML_LENGTH;
    this.#costPerItem = first === FORM ? 32 : 1;
  }

  /** @throws Misshapen */
  static tree(tree: unknown, first: number, second: number): Frame {
    const frame = TreeEncoder.#encode(tree, first, second, false);
    // Encoding would silently replace an unpaired surrogate by U+FFFD.
    return frame.replaced || HAS_LONE_SURROGATE.test(frame.text)
      ? TreeEncoder.#encode(tree, first, second, true)
      : frame;
  }

  static xml(text: string, document: number): Frame {
    const frame = new Frame(1, document);
    frame.add(text.replace(LONE_SURROGATES, INVALID_CHARACTER));
    return frame;
  }

  static #encode(tree: unknown, first: number, second: number, replacesLoneSurrogates: boolean): Frame {
    const encoder = new TreeEncoder(first, second, replacesLoneSurrogates);
    encoder.#ancestors.push([[tree], 0]);
    encoder.#element(tree);
    return encoder.#frame;
  }

  #element(node: unknown): void {
    if (this.#ancestors.length > MAX_DEPTH) {
      this.#ancestors.length = 1;
      throw this.#error('', 'TWIML_DEPTH');
    }
    const { name, attributes, text, children } = this.#checked(node, ELEMENT_MEMBERS) as {
      name?: unknown;
      attributes?: unknown;
      text?: unknown;
      children?: unknown;
    };
    if (typeof name !== 'string') {
      throw this.#error('.name');
    }
    if (text !== undefined && children !== undefined) {
      throw this.#error('.text');
    }
    this.#addItem('<', name);
    if (attributes !== undefined) {
      this.#attributes(attributes);
    }
    if (text !== undefined) {
      this.#text(text, '.text');
    }
    if (children !== undefined) {
      this.#children(children);
    }
    this.#frame.add('>');
  }

  #attributes(attributes: unknown): void {
    if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
      throw this.#error('.attributes');
    }
    for (const name of Object.keys(attributes)) {
      const value = (attributes as Record<string, unknown>)[name];
      if (typeof value === 'string') {
        this.#addItem('@', name, value);
      } else if (value !== undefined && value !== null) {
        this.#addItem('@', name, this.#value(value, name));
      } else {
        this.#spend(1);
      }
    }
  }

  #value(value: unknown, name: string): string {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const item of values) {
      if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean') {
        throw this.#error(`/@${sanitized(name)}`);
      }
    }
    return values.join(' ');
  }

  #children(children: unknown): void {
    if (!Array.isArray(children)) {
      throw this.#error('.children');
    }
    const nodes: readonly unknown[] = children;
    for (let index = 0; index < nodes.length; index++) {
      this.#ancestors.push([nodes, index]);
      const child = nodes[index];
      const kind = kindOf(child);
      if (kind === 'element') {
        this.#element(child);
      } else if (kind === 'comment') {
        const { comment } = this.#checked(child, ['comment']) as { comment?: unknown };
        if (typeof comment !== 'string') {
          throw this.#error('');
        }
        this.#addItem('#', comment);
      } else {
        this.#text((this.#checked(child, ['text']) as { text?: unknown }).text, '');
      }
      this.#ancestors.pop();
    }
  }

  #text(text: unknown, suffix: string): void {
    if (typeof text !== 'string' && typeof text !== 'number') {
      throw this.#error(suffix);
    }
    this.#addItem('t', String(text));
  }

  /** Checks that a node is an object that has only these members. */
  #checked(node: unknown, members: readonly string[]): object {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) {
      throw this.#error('');
    }
    for (const member in node) {
      if (!members.includes(member) && Object.hasOwn(node, member)) {
        throw this.#error(`.${sanitized(member)}`);
      }
    }
    return node;
  }

  #addItem(mark: string, field: string, more = ''): void {
    this.#spend(this.#costPerItem + field.length + more.length);
    this.#frame.add(mark);
    this.#add(field);
    if (mark === '@') {
      this.#add(more);
    }
  }

  #spend(cost: number): void {
    this.#remaining -= cost;
    if (this.#remaining < 0) {
      this.#ancestors.length = 1;
      throw this.#error('', 'TWIML_SIZE');
    }
  }

  #add(field: string): void {
    this.#frame.add(this.#replacesLoneSurrogates ? field.replace(LONE_SURROGATES, INVALID_CHARACTER) : field);
  }

  #error(suffix: string, code = 'TWIML_TREE'): TreeError {
    return new TreeError(code, this.#ancestors, suffix);
  }
}

const ELEMENT_MEMBERS = ['name', 'attributes', 'text', 'children'];

function kindOf(node: unknown): 'element' | 'comment' | 'text' | 'node' {
  if (typeof node !== 'object' || node === null) {
    return 'node';
  }
  if ('name' in node) {
    return 'element';
  }
  return 'comment' in node ? 'comment' : 'text' in node ? 'text' : 'node';
}

/** A step of a path: `Gather[1]`, `text()[2]`, and the root's name alone. */
function step([siblings, index]: Step, depth: number): string {
  const label = labelOf(siblings[index]);
  if (depth === 0) {
    return label;
  }
  const sameLabel = siblings.slice(0, index).filter((item) => labelOf(item) === label);
  return `${label}[${sameLabel.length + 1}]`;
}

function labelOf(node: unknown): string {
  const kind = kindOf(node);
  if (kind !== 'element') {
    return `${kind}()`;
  }
  const { name } = node as { name?: unknown };
  return typeof name === 'string' ? sanitized(name) : '*';
}

/** A name as the core writes it in a path: shortened, and without characters that a name cannot have. */
function sanitized(name: string): string {
  const shortened = Array.from(name.slice(0, 128)).slice(0, 64).join('');
  return shortened === '' ? '*' : shortened.replace(/[^\w.:\u00b7-\uffef-]/g, '?');
}
