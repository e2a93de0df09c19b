// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { TwimlElement } from '#pkg/plumline.js';
import * as core from './core.ts';
import { failure, mistake } from './error.ts';
import { Frame } from './frame.ts';

/** Twilio's own documents nest four levels, SSML a few more; the core refuses more than 64, and this a cycle. */
const DEEPEST = 80;

const HALF_A_PAIR = /\p{Surrogate}/u;

/**
 * A tree as TwiML: checked to be well-formed XML, and byte for byte what Twilio's Node library writes.
 *
 * @example
 * ```ts
 * import { twiml } from 'plumline';
 *
 * const xml = twiml({
 *   name: 'Response',
 *   children: [
 *     { name: 'Say', attributes: { voice: 'alice' }, text: 'Salt & pepper' },
 *     { name: 'Hangup' },
 *   ],
 * });
 * console.log(xml.replace(/^<.xml.*?>/, '')); // <Response><Say voice="alice">Salt &amp; pepper</Say><Hangup/></Response>
 * ```
 * @throws PlumlineError `TWIML_TREE`, `TWIML_CHARACTER`, `TWIML_COMMENT`, `TWIML_DEPTH`, `TWIML_NAME`; its `path` is the place in the tree
 */
export function twiml(tree: TwimlElement): string {
  const layout = new Layout();
  layout.element(tree, 0);
  const { frame } = layout;
  if (frame.mended || HALF_A_PAIR.test(frame.text)) {
    // Encoding would put U+FFFD in its place without a word.
    throw layout.failureAt(tree, (field) => HALF_A_PAIR.test(field), 'TWIML_CHARACTER');
  }
  const xml = core.twiml(frame);
  if (typeof xml === 'string') {
    return xml;
  }
  throw layout.failureAt(tree, (_field, number) => String(number) === xml.at, xml.code);
}

type Fault = (field: string, number: number) => boolean;

/** A step from an element to what it holds. */
type Step = string | number;

/** Lays a tree out as the core takes it: a mark for each thing, and its texts. */
class Layout {
  readonly frame = new Frame();
  /** The way from the root to where the layout is. */
  readonly #trail: Step[] = [];
  readonly #fault: Fault | undefined;

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  /** The error for a tree at the first of its fields that is at fault. */
  failureAt(tree: TwimlElement, fault: Fault, code: string): Error {
    const help = core.helpOf(code);
    try {
      new Layout(fault).element(tree, 0);
    } catch (err) {
      if (err instanceof Place) {
        return failure(code, help, err.path);
      }
    }
    return failure(code, help, '');
  }

  element(node: unknown, depth: number): void {
    if (depth > DEEPEST) {
      throw mistake('', 'TWIML_DEPTH');
    }
    const { name, attributes, text, children } = this.#known(node, ['name', 'attributes', 'text', 'children']);
    if (typeof name !== 'string') {
      throw this.#wrong('name');
    }
    if (text !== undefined && children !== undefined) {
      throw this.#wrong('text');
    }
    this.#put('name', '<', name);
    if (attributes !== undefined) {
      this.#attributes(attributes);
    }
    if (text !== undefined) {
      this.#text(text);
    }
    if (children !== undefined) {
      this.#children(children, depth);
    }
    this.frame.add('>');
  }

  #attributes(attributes: unknown): void {
    if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
      throw this.#wrong('attributes');
    }
    this.#trail.push('attributes');
    for (const name of Object.keys(attributes)) {
      const value = (attributes as Record<string, unknown>)[name];
      if (value !== undefined && value !== null) {
        const values: readonly unknown[] = Array.isArray(value) ? value : [value];
        if (!values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) {
          throw this.#wrong(name);
        }
        this.#put(name, '@', name, values.join(' '));
      }
    }
    this.#trail.pop();
  }

  #children(children: unknown, depth: number): void {
    if (!Array.isArray(children)) {
      throw this.#wrong('children');
    }
    children.forEach((child: unknown, index) => {
      this.#trail.push('children', index);
      const kind = typeof child === 'object' && child !== null ? child : {};
      if ('name' in kind) {
        this.element(child, depth + 1);
      } else if ('comment' in kind) {
        const { comment } = this.#known(child, ['comment']);
        if (typeof comment !== 'string') {
          throw this.#wrong('comment');
        }
        this.#put('comment', '#', comment);
      } else {
        this.#text(this.#known(child, ['text']).text);
      }
      this.#trail.length -= 2;
    });
  }

  #text(text: unknown): void {
    if (typeof text !== 'string' && typeof text !== 'number') {
      throw this.#wrong('text');
    }
    this.#put('text', 't', String(text));
  }

  /** An object that has no other members than these. */
  #known(node: unknown, members: readonly string[]): Record<string, unknown> {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) {
      throw this.#wrong();
    }
    for (const member of Object.keys(node)) {
      if (!members.includes(member)) {
        throw this.#wrong(member);
      }
    }
    return node as Record<string, unknown>;
  }

  #put(step: Step, mark: string, ...fields: string[]): void {
    const number = this.frame.length;
    if (this.#fault && fields.some((field) => this.#fault?.(field, number))) {
      throw new Place(this.#path(step));
    }
    this.frame.add(mark);
    for (const field of fields) {
      this.frame.add(field);
    }
  }

  #wrong(step?: Step): Error {
    return mistake(this.#path(step), 'TWIML_TREE');
  }

  #path(step?: Step): string {
    const steps = step === undefined ? this.#trail : [...this.#trail, step];
    return steps.reduce<string>((path, one) => path + (typeof one === 'number' ? `[${one}]` : member(one, path)), '');
  }
}

function member(name: string, path: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return `[${JSON.stringify(name)}]`;
  }
  return path === '' ? name : `.${name}`;
}

/** Thrown to leave a layout at the place that was looked for. */
class Place extends Error {
  readonly path: string;

  constructor(path: string) {
    super();
    this.path = path;
  }
}
