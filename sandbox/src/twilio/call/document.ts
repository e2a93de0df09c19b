// SPDX-License-Identifier: Apache-2.0 OR MIT
import { SaxesParser } from 'saxes';

/** An element of a TwiML document. */
export interface TwimlElement {
  name: string;
  attributes: Record<string, string>;
  children: (TwimlElement | string)[];
}

/** A document that Twilio cannot read. `code` is the error code in Twilio's debugger. */
export class BadDocument extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`The document could not be read (${code})`);
    this.code = code;
  }
}

/** Parses a document as strict XML, as Twilio does. Returns the verbs of its `<Response>`. */
export function readTwiml(text: string): TwimlElement[] {
  const root = parse(text);
  if (root.name !== 'Response') {
    throw new BadDocument('12100');
  }
  return elements(root);
}

function parse(text: string): TwimlElement {
  const holder: TwimlElement = { name: '', attributes: {}, children: [] };
  const open = [holder];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const element: TwimlElement = { name, attributes, children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const take = (piece: string): void => void open.at(-1)?.children.push(piece);
  parser.on('text', take);
  parser.on('cdata', take);
  parser.on('error', () => {
    throw new BadDocument('12100');
  });
  parser.write(text).close();
  const root = elements(holder)[0];
  if (!root) {
    throw new BadDocument('12100');
  }
  return root;
}

export function elements(element: TwimlElement): TwimlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}

/** Returns all text of an element, including the text inside SSML. */
export function textOf(element: TwimlElement): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : textOf(child)))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Returns an attribute, or `undefined` if it is missing or blank. */
export function attribute(element: TwimlElement, name: string): string | undefined {
  return element.attributes[name]?.trim() || undefined;
}

/** Returns a whole number. Any other value is ignored. */
export function numberOf(element: TwimlElement, name: string, otherwise: number): number {
  const text = attribute(element, name);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : otherwise;
}

/** Returns the words of a list such as `initiated ringing`. */
export function wordsOf(element: TwimlElement, name: string, otherwise: string): Set<string> {
  return new Set((attribute(element, name) ?? otherwise).split(/[\s,]+/));
}

export function methodOf(element: TwimlElement, name = 'method'): 'GET' | 'POST' {
  return attribute(element, name)?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}
