// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Generates the table and the types of the builder classes of plumline/twilio from schema/twiml.json. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'esbuild';
import type { AttributeSchema, ChildSchema, ClassSchema, DocumentSchema, Schema } from '../schema/types.ts';
import { root } from './root.ts';

type Name = 'voice' | 'messaging' | 'fax';

/** Twilio ended its fax service in 2021, and the schema does not include it. npm twilio still has the class. */
const FAX: DocumentSchema = {
  root: 'FaxResponse',
  enums: {
    ReceiveMediaType: ['application/pdf', 'image/tiff'],
    ReceivePageSize: ['letter', 'legal', 'a4'],
  },
  classes: {
    FaxResponse: {
      element: 'Response',
      attributes: {},
      text: null,
      children: [{ method: 'receive', class: 'Receive', attributes: 'ReceiveAttributes' }],
      comments: true,
    },
    Receive: {
      element: 'Receive',
      attributes: {
        action: { type: 'string' },
        mediaType: { type: 'enum', enum: 'ReceiveMediaType' },
        method: { type: 'string' },
        pageSize: { type: 'enum', enum: 'ReceivePageSize' },
        storeMedia: { type: 'boolean' },
      },
      text: null,
      children: [],
    },
  },
};

/** The documentation of each root: the page about its verbs, and an example. */
const INTRODUCTIONS: Readonly<Record<Name, string>> = {
  voice: introduction('https://www.twilio.com/docs/voice/twiml', 'VoiceResponse', [
    "response.gather({ numDigits: 1 }).say('For the front desk, press 1.');",
    printing('<Gather numDigits="1"><Say>For the front desk, press 1.</Say></Gather>'),
  ]),
  messaging: introduction('https://www.twilio.com/docs/messaging/twiml', 'MessagingResponse', [
    "response.message('See you at 9:30.');",
    printing('<Message>See you at 9:30.</Message>'),
  ]),
  fax: introduction('https://www.twilio.com/docs/fax', 'FaxResponse', [
    "response.receive({ mediaType: 'application/pdf' });",
    printing('<Receive mediaType="application/pdf"/>'),
  ]),
};

/** The line of the example that prints the document. */
function printing(xml: string): string {
  return `console.log(response.toString()); // <?xml version="1.0" encoding="UTF-8"?><Response>${xml}</Response>`;
}

function introduction(source: string, name: string, program: readonly string[]): string {
  const made = [`import { ${name} } from 'plumline/twilio';`, '', `const response = new ${name}();`, ...program];
  const lines = [`A TwiML document. Documentation of the verbs: <${source}>.`, '', '@example', '```ts', ...made, '```'];
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */`;
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(path.join(root, 'schema', file), 'utf8'));
}

function documents(): Record<Name, DocumentSchema> {
  return { ...(read('twiml.json') as Schema).documents, fax: FAX };
}

/** The module `#verbs`: the table of each kind of document for npm/builders.ts. */
export const verbs: Plugin = {
  name: 'verbs',
  setup(build) {
    build.onResolve({ filter: /^#verbs$/ }, () => ({ path: 'verbs', namespace: 'verbs', sideEffects: false }));
    build.onLoad({ filter: /./, namespace: 'verbs' }, () => ({
      contents: Object.entries(documents())
        .map(([name, document]) => `export const ${name} = ${JSON.stringify(table(document))};\n`)
        .join(''),
      loader: 'js',
    }));
  },
};

/**
 * One line for each class, with the root first: its name, its element, and its children. A child is a class and a
 * method, with `!` before it if the method takes a text. Names that can be derived from the class name are left out.
 */
function table({ root, classes }: DocumentSchema): string {
  const line = ([name, { element, children }]: [string, ClassSchema]): string =>
    [
      element === name ? name : `${name}:${element}`,
      ...children.map((child) => {
        const method = child.method === usualMethod(child.class) ? '' : `:${child.method}`;
        return (child.argument ? '!' : '') + child.class + method;
      }),
    ].join(' ');
  const others = Object.entries(classes).filter(([name]) => name !== root);
  return [[root, known(classes[root])] as [string, ClassSchema], ...others].map(line).join('\n');
}

/** `conversationRelay` for `ConversationRelay`. */
function usualMethod(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function known<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('schema/twiml.json refers to something that it does not define');
  }
  return value;
}

/** The declarations of npm/builders.ts, and the types in the namespace of the default export. */
export function builderTypes(): string {
  const purposes = read('purposes.json') as Record<Name, Readonly<Record<string, string>>>;
  const namespaces = Object.entries(documents()).map(([name, document]) =>
    new Types(document, purposes[name as Name], INTRODUCTIONS[name as Name]).text(),
  );
  const roots = Object.values(documents()).map(({ root }) => root);
  return [
    BASE,
    '/** The classes of documents. */',
    'export declare namespace twiml {',
    ...namespaces,
    '}',
    ...roots.map((name) => `export import ${name} = twiml.${name};`),
    // Only a type. There is no such value among the exports.
    'export type { TwiML };',
    'declare namespace twilio {',
    'namespace twiml {',
    ...roots.flatMap((name) => instance(name)),
    '}',
    // npm/jwt.ts. The default export also has its classes.
    'namespace jwt {',
    ...instance('AccessToken', 'jwt.'),
    ...instance('ClientCapability', 'jwt.'),
    '}',
    '}\n',
  ].join('\n');
}

/** The instance type of a class that is a member of the default export. */
function instance(name: string, within = ''): string[] {
  return [`/** One of {@link ${within}${name}}. */`, `type ${name} = InstanceType<typeof ${within}${name}>;`];
}

const BASE = `
/** The options for checking a document when it is written. */
export interface TwimlCheck {
  /** \`form\` (the default) checks that the document is well-formed. \`schema\` also checks that Twilio understands it. */
  readonly check?: 'form' | 'schema' | undefined;
}
/** A document or an element of a document. */
declare class TwiML {
  protected constructor(...place: never[]);
  /** Adds text. */
  addText(content: string): void;
  /** Adds an element with any name. */
  addChild(tagName: string, attributes?: object): TwiML;
  /**
   * Returns the whole document as XML.
   *
   * @throws PlumlineError \`TWIML_CHARACTER\`, \`TWIML_COMMENT\`, \`TWIML_DEPTH\`, \`TWIML_NAME\`
   */
  toString(): string;
}`;

/** The declarations of one kind of document. */
class Types {
  readonly #document: DocumentSchema;
  readonly #purposes: Readonly<Record<string, string>>;
  readonly #introduction: string;

  constructor(document: DocumentSchema, purposes: Readonly<Record<string, string>>, introduction: string) {
    this.#document = document;
    this.#purposes = purposes;
    this.#introduction = introduction;
  }

  text(): string {
    const { root, enums, classes } = this.#document;
    return [
      this.#introduction,
      ...this.#class(root, ['constructor(options?: TwimlCheck);', ...COMMENTS]),
      `namespace ${root} {`,
      ...Object.entries(enums).flatMap(([name, words]) => [
        `/** ${this.#uses(name)}. */`,
        `type ${name} = ${words.map((word) => `'${word}'`).join(' | ')};`,
      ]),
      ...this.#interfaces(),
      ...Object.keys(classes)
        .filter((name) => name !== root)
        .flatMap((name) => [`/** ${this.#element(name)}: ${this.#purpose(name)} */`, ...this.#class(name, [])]),
      '}',
    ].join('\n');
  }

  /** The attributes that use an enum, such as `input` of `<Gather>`. */
  #uses(words: string): string {
    const uses = Object.entries(this.#document.classes).flatMap(([name, { attributes }]) =>
      Object.entries(attributes)
        .filter(([, schema]) => schema.enum === words)
        .map(([attribute]) => `\`${attribute}\` of ${this.#element(name)}`),
    );
    return [...new Set(uses)].join(', ');
  }

  /** Several methods can share an interface. */
  #interfaces(): string[] {
    const written = new Map<string, string>();
    for (const child of Object.values(this.#document.classes).flatMap(({ children }) => children)) {
      if (child.attributes !== null) {
        const { attributes } = known(this.#document.classes[child.class]);
        const members = Object.entries(attributes).map(([name, schema]) => member(name, schema));
        const text = [
          `/** Attributes of ${this.#element(child.class)}. */`,
          `interface ${child.attributes} {`,
          ...members,
        ];
        written.set(child.attributes, [...text, '}'].join('\n'));
      }
    }
    return [...written.values()];
  }

  #class(name: string, own: readonly string[]): string[] {
    const { children } = known(this.#document.classes[name]);
    return [`class ${name} extends TwiML {`, ...own, ...children.flatMap((child) => this.#method(child)), '}'];
  }

  #method(child: ChildSchema): string[] {
    const { root } = this.#document;
    const made = `${root}.${child.class}`;
    const attributes = child.attributes === null ? 'object' : `${root}.${child.attributes}`;
    const given = `attributes${child.attributesRequired ? '' : '?'}: ${attributes}`;
    const doc = `/** Adds ${this.#element(child.class)}. ${this.#purpose(child.class)} */`;
    if (!child.argument) {
      return [doc, `${child.method}(${given}): ${made};`];
    }
    const text = `${child.argument.name}${child.argument.required ? '' : '?'}: string`;
    return [doc, `${child.method}(${text}): ${made};`, `${child.method}(${given}, ${text}): ${made};`];
  }

  #element(name: string): string {
    return `\`<${known(this.#document.classes[name]).element}>\``;
  }

  #purpose(name: string): string {
    const purpose = this.#purposes[name];
    if (purpose === undefined) {
      throw new Error(`schema/purposes.json does not describe ${name}`);
    }
    return purpose;
  }
}

const COMMENTS = [
  '/** Adds a comment inside `<Response>`. */',
  'comment(comment: string): void;',
  '/** Adds a comment after `<Response>`, before those that are there. */',
  'commentAfter(comment: string): void;',
  '/** Adds a comment before `<Response>`, after those that are there. */',
  'commentBefore(comment: string): void;',
];

function member(name: string, { type, enum: words, list, required }: AttributeSchema): string {
  const key = /^\w+$/.test(name) ? name : `'${name}'`;
  return `${key}${required ? '' : '?'}: ${type === 'enum' ? known(words) : type}${list ? '[]' : ''};`;
}
