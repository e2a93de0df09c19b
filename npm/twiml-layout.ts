// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Frame } from './core/frame.ts';

/** Twilio's own documents nest four levels, SSML a few more; the core refuses more than 64, and this a cycle. */
const DEEPEST = 80;

/** What a frame's first number says of a check by form alone. */
const FORM = 1;

const HALF_A_PAIR = /\p{Surrogate}/u;
const HALVES = /\p{Surrogate}/gu;

/** Twilio reads 64 kB. */
export const LONG = 1 << 16;

/** A document that Twilio is not to read may be longer, but memory has an end. */
const LONGEST = 1 << 26;

/** No character of XML's: the core finds it, and says where. */
const NO_CHARACTER = '\uffff';

/** A tree that is not made of elements, texts and comments. */
export class Misshapen extends Error {
  readonly code: string;
  readonly #trail: readonly Step[];
  readonly #ending: string;

  constructor(code: string, trail: readonly Step[], ending: string) {
    super(code);
    this.code = code;
    this.#trail = [...trail];
    this.#ending = ending;
  }

  /** Where, as the core writes it; a node that is none of the three is `node()`, a member of an object `.member`. */
  path(): string {
    return this.#trail.map(step).join('/') + this.#ending;
  }
}

/** The nodes beside one another, and which of them. The root stands alone. */
type Step = readonly [siblings: readonly unknown[], index: number];

/** Lays a document out as the core takes it: a mark for each thing, and its texts. */
export class Layout {
  readonly #frame: Frame;
  readonly #trail: Step[] = [];
  /** Whether half a surrogate pair becomes what the core refuses. */
  readonly #marksHalves: boolean;
  /** How many characters the document may have at the least. A tree that shares its branches is longer than it looks. */
  #left: number;
  /** What each thing takes beside its characters: room in memory, where that is what ends. */
  readonly #each: number;

  private constructor(first: number, second: number, marksHalves: boolean) {
    this.#frame = new Frame(first, second);
    this.#marksHalves = marksHalves;
    this.#left = first === FORM ? LONGEST : LONG;
    this.#each = first === FORM ? 32 : 1;
  }

  /** @throws Misshapen */
  static tree(tree: unknown, first: number, second: number): Frame {
    const frame = Layout.#laidOut(tree, first, second, false);
    // Encoding would put U+FFFD in the place of half a pair without a word.
    return frame.replaced || HALF_A_PAIR.test(frame.text) ? Layout.#laidOut(tree, first, second, true) : frame;
  }

  static xml(text: string, document: number): Frame {
    const frame = new Frame(1, document);
    frame.add(text.replace(HALVES, NO_CHARACTER));
    return frame;
  }

  static #laidOut(tree: unknown, first: number, second: number, marksHalves: boolean): Frame {
    const layout = new Layout(first, second, marksHalves);
    layout.#trail.push([[tree], 0]);
    layout.#element(tree);
    return layout.#frame;
  }

  #element(node: unknown): void {
    if (this.#trail.length > DEEPEST) {
      this.#trail.length = 1;
      throw this.#wrong('', 'TWIML_DEPTH');
    }
    const { name, attributes, text, children } = this.#known(node, ELEMENT) as {
      name?: unknown;
      attributes?: unknown;
      text?: unknown;
      children?: unknown;
    };
    if (typeof name !== 'string') {
      throw this.#wrong('.name');
    }
    if (text !== undefined && children !== undefined) {
      throw this.#wrong('.text');
    }
    this.#put('<', name);
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
      throw this.#wrong('.attributes');
    }
    for (const name of Object.keys(attributes)) {
      const value = (attributes as Record<string, unknown>)[name];
      if (typeof value === 'string') {
        this.#put('@', name, value);
      } else if (value !== undefined && value !== null) {
        this.#put('@', name, this.#value(value, name));
      } else {
        this.#spend(1);
      }
    }
  }

  #value(value: unknown, name: string): string {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean') {
        throw this.#wrong(`/@${tidy(name)}`);
      }
    }
    return values.join(' ');
  }

  #children(children: unknown): void {
    if (!Array.isArray(children)) {
      throw this.#wrong('.children');
    }
    const nodes: readonly unknown[] = children;
    for (let index = 0; index < nodes.length; index++) {
      this.#trail.push([nodes, index]);
      const child = nodes[index];
      const kind = kindOf(child);
      if (kind === 'element') {
        this.#element(child);
      } else if (kind === 'comment') {
        const { comment } = this.#known(child, ['comment']) as { comment?: unknown };
        if (typeof comment !== 'string') {
          throw this.#wrong('');
        }
        this.#put('#', comment);
      } else {
        this.#text((this.#known(child, ['text']) as { text?: unknown }).text, '');
      }
      this.#trail.pop();
    }
  }

  #text(text: unknown, ending: string): void {
    if (typeof text !== 'string' && typeof text !== 'number') {
      throw this.#wrong(ending);
    }
    this.#put('t', String(text));
  }

  /** An object that has no other members than these. */
  #known(node: unknown, members: readonly string[]): object {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) {
      throw this.#wrong('');
    }
    for (const member in node) {
      if (!members.includes(member) && Object.hasOwn(node, member)) {
        throw this.#wrong(`.${tidy(member)}`);
      }
    }
    return node;
  }

  #put(mark: string, field: string, more = ''): void {
    this.#spend(this.#each + field.length + more.length);
    this.#frame.add(mark);
    this.#add(field);
    if (mark === '@') {
      this.#add(more);
    }
  }

  #spend(room: number): void {
    this.#left -= room;
    if (this.#left < 0) {
      this.#trail.length = 1;
      throw this.#wrong('', 'TWIML_SIZE');
    }
  }

  #add(field: string): void {
    this.#frame.add(this.#marksHalves ? field.replace(HALVES, NO_CHARACTER) : field);
  }

  #wrong(ending: string, code = 'TWIML_TREE'): Misshapen {
    return new Misshapen(code, this.#trail, ending);
  }
}

const ELEMENT = ['name', 'attributes', 'text', 'children'];

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
  const like = siblings.slice(0, index).filter((one) => labelOf(one) === label);
  return `${label}[${like.length + 1}]`;
}

function labelOf(node: unknown): string {
  const kind = kindOf(node);
  if (kind !== 'element') {
    return `${kind}()`;
  }
  const { name } = node as { name?: unknown };
  return typeof name === 'string' ? tidy(name) : '*';
}

/** A name without what no name holds, as the core has it in a path. */
function tidy(name: string): string {
  const shortened = Array.from(name.slice(0, 128)).slice(0, 64).join('');
  return shortened === '' ? '*' : shortened.replace(/[^\w.:\u00b7-\uffef-]/g, '?');
}
