// SPDX-License-Identifier: Apache-2.0 OR MIT
import { SaxesParser } from 'saxes';

/** An element of a TwiML document. */
export interface TwimlElement {
  name: string;
  attributes: Record<string, string>;
  children: (TwimlElement | string)[];
}

/** A document that Twilio could not read: its error code of the debugger. */
export class BadDocument extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`The document could not be read (${code})`);
    this.code = code;
  }
}

/** Reads a document by the strict rules of XML, as Twilio does, and gives the verbs of its `<Response>`. */
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

/** All the text in an element, the text of speech markup too. */
export function textOf(element: TwimlElement): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : textOf(child)))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

/** An attribute, where it stands there and is not blank. */
export function attribute(element: TwimlElement, name: string): string | undefined {
  return element.attributes[name]?.trim() || undefined;
}

/** A number of seconds or the like; anything else is as if it weren't there. */
export function numberOf(element: TwimlElement, name: string, otherwise: number): number {
  const text = attribute(element, name);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : otherwise;
}

/** The words of a list such as `initiated ringing`. */
export function wordsOf(element: TwimlElement, name: string, otherwise: string): Set<string> {
  return new Set((attribute(element, name) ?? otherwise).split(/[\s,]+/));
}

export function methodOf(element: TwimlElement, name = 'method'): 'GET' | 'POST' {
  return attribute(element, name)?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}
