// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * schema/twiml.json with schema/overlay.json applied, for the tests. It is independent of the implementation in the
 * core.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChildSchema, DocumentName, Schema } from './types.ts';

export interface Rules {
  readonly root: string;
  readonly classes: Readonly<Record<string, ClassRules>>;
}

export interface ClassRules {
  readonly element: string;
  readonly attributes: Record<string, AttributeRules>;
  readonly children: readonly ChildSchema[];
  readonly takesText: boolean;
  content: boolean;
  unless: readonly string[];
  type: string;
  max: number;
}

export interface AttributeRules {
  type: string;
  words?: readonly string[] | undefined;
  open?: boolean;
  list?: boolean;
  required?: boolean;
  unless?: readonly string[];
  min?: number;
  max?: number;
  keys?: string;
  query?: boolean;
}

interface Overlay {
  readonly enums: Readonly<Record<string, readonly string[]>>;
  readonly extend: Readonly<Record<string, readonly string[]>>;
  readonly open: readonly string[];
  readonly attributes: readonly Rule[];
  readonly elements: readonly Rule[];
}

interface Rule {
  readonly select: readonly string[];
  readonly add?: true;
  readonly set: Readonly<Record<string, unknown>>;
}

const folder = path.resolve(import.meta.dirname, '../../schema');

function load(file: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
}

export function rules(name: DocumentName): Rules {
  const document = (load('twiml.json') as Schema).documents[name];
  const overlay = load('overlay.json') as Overlay;
  const words = (known: unknown): Partial<AttributeRules> => {
    const list = overlay.enums[known as string] ?? document.enums[known as string];
    return list
      ? { words: [...list, ...(overlay.extend[known as string] ?? [])], open: overlay.open.includes(known as string) }
      : {};
  };
  const classes: Record<string, ClassRules> = {};
  for (const [key, { element, attributes, text, children }] of Object.entries(document.classes)) {
    classes[key] = {
      element,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, { enum: known, ...rest }]) => [key, { ...rest, ...words(known) }]),
      ),
      children,
      takesText: text !== null,
      content: text?.required ?? false,
      unless: [],
      type: 'string',
      max: Infinity,
    };
  }
  for (const { select, add, set } of overlay.attributes) {
    for (const [of = '', attribute = ''] of select.map((selector) => selector.split('@'))) {
      for (const [key, { attributes }] of Object.entries(classes)) {
        if ((of === '*' || of === key) && (add || attributes[attribute])) {
          const { enum: known, ...rest } = set;
          const before =
            rest.type === undefined ? attributes[attribute] : { required: attributes[attribute]?.required };
          attributes[attribute] = { type: '', ...before, ...rest, ...words(known) } as AttributeRules;
        }
      }
    }
  }
  for (const { select, set } of overlay.elements) {
    select.forEach((key) => classes[key] && Object.assign(classes[key], set));
  }
  return { root: document.root, classes };
}
