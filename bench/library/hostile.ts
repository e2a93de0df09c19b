// SPDX-License-Identifier: Apache-2.0 OR MIT
// Documents that are expensive to check, with the expected finding. The documents of 60 kB are close to the maximum
// size, and are filled with the most expensive content of their kind.
import type { TwimlElement } from 'plumline';

export interface Hostile {
  name: string;
  label: string;
  finds: string;
  make: () => string | TwimlElement;
}

const MOST = 60_000;
const TEN_MB = 10 << 20;

export const hostile: Hostile[] = [
  { name: 'laughs', label: 'billion laughs', finds: 'TWIML_DOCTYPE', make: billionLaughs },
  {
    name: 'deep',
    label: '100,000 deep',
    finds: 'TWIML_SIZE',
    make: () => '<Gather>'.repeat(100_000) + '</Gather>'.repeat(100_000),
  },
  { name: 'deepShort', label: '3,500 deep, 60 kB', finds: 'TWIML_DEPTH', make: () => filled('', '<Gather>', '') },
  {
    name: 'tenText',
    label: '10 MB of text',
    finds: 'TWIML_SIZE',
    make: () => `<Response><Say>${'x'.repeat(TEN_MB)}</Say></Response>`,
  },
  {
    name: 'tenAttribute',
    label: '10 MB in an attribute',
    finds: 'TWIML_SIZE',
    make: () => `<Response><Say voice="${'x'.repeat(TEN_MB)}">x</Say></Response>`,
  },
  { name: 'unknown', label: 'unknown elements, 60 kB', finds: 'TWIML_ELEMENT', make: () => inResponse('<a/>') },
  {
    name: 'texts',
    label: 'unknown elements and texts, 60 kB',
    finds: 'TWIML_TEXT',
    make: () => inResponse('<a/>x'),
  },
  {
    name: 'misspelled',
    label: 'misspelled attributes, 60 kB',
    finds: 'TWIML_ATTRIBUTE',
    make: () => inResponse('<Pause lengt="1"/>'),
  },
  {
    name: 'attributes',
    label: 'attributes of one element, 60 kB',
    finds: 'TWIML_ATTRIBUTE',
    make: () => filled('<Response><Dial', (index) => ` a${index.toString(36)}=""`, '/></Response>'),
  },
  {
    name: 'entities',
    label: 'unknown entities, 60 kB',
    finds: 'TWIML_ENTITY',
    make: () => filled('<Response><Say>', '&x;', '</Say></Response>'),
  },
  {
    name: 'digits',
    label: 'one long value, 60 kB',
    finds: 'TWIML_INLINE',
    make: () => filled('<Response><Play digits="', 'w', '"/></Response>'),
  },
  {
    name: 'nested',
    label: 'missing children, 60 kB',
    finds: 'TWIML_CONTENT',
    make: () => inResponse('<Gather><Say/></Gather>'),
  },
  {
    name: 'valid',
    label: 'valid except for its length, 60 kB',
    finds: 'TWIML_INLINE',
    make: () => inResponse('<Pause length="1"/>'),
  },
  { name: 'deepTree', label: 'a tree 100,000 deep', finds: 'TWIML_DEPTH', make: deepTree },
  {
    name: 'tenTree',
    label: 'a tree with 10 MB of text',
    finds: 'TWIML_SIZE',
    make: () => ({ name: 'Response', children: [{ name: 'Say', text: 'x'.repeat(TEN_MB) }] }),
  },
];

/** Ten entities. Each contains the previous one ten times, so the last expands to ten billion copies. */
function billionLaughs(): string {
  const entities = Array.from({ length: 10 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`);
  return `<!DOCTYPE Response [<!ENTITY l0 "ha">${entities.join('')}]><Response><Say>&l10;</Say></Response>`;
}

function deepTree(): TwimlElement {
  let tree: TwimlElement = { name: 'Gather' };
  for (let depth = 1; depth < 100_000; depth++) {
    tree = { name: 'Gather', children: [tree] };
  }
  return tree;
}

function inResponse(unit: string): string {
  return filled('<Response>', unit, '</Response>');
}

function filled(head: string, unit: string | ((index: number) => string), tail: string): string {
  let text = head;
  for (let index = 0; ; index++) {
    const next = typeof unit === 'string' ? unit : unit(index);
    if (text.length + next.length + tail.length > MOST) {
      return text + tail;
    }
    text += next;
  }
}
