// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Reads the schema from npm twilio: attributes and methods from its declarations, element names from its code. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import type { AttributeSchema, ChildSchema, ClassSchema, DocumentName, DocumentSchema, Schema } from './types.ts';

const DOCUMENTS: Readonly<Record<DocumentName, string>> = { voice: 'VoiceResponse', messaging: 'MessagingResponse' };

/** The methods that add a comment, not an element. */
const COMMENTS = new Set(['comment', 'commentBefore', 'commentAfter']);

/** The text of schema/twiml.json. */
export async function readPackage(): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve('twilio/package.json');
  const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; version: string };
  const from = path.join(path.dirname(manifest), 'lib/twiml');
  const read = (root: string): DocumentSchema => readDocument(path.join(from, root), root);
  const documents = { voice: read(DOCUMENTS.voice), messaging: read(DOCUMENTS.messaging) };
  const schema: Schema = { source: { package: name, version }, documents };
  const options = await resolveConfig(import.meta.filename);
  return format(JSON.stringify(schema), { ...options, parser: 'json' });
}

function readDocument(stem: string, root: string): DocumentSchema {
  const declared = new Declarations(`${stem}.d.ts`);
  const names = elementNames(`${stem}.js`);
  const edges = [...declared.classes].flatMap(([, methods]) => methods);
  const classes: Record<string, ClassSchema> = {};
  for (const [name, children] of [...declared.classes].sort(([a], [b]) => compare(a, b))) {
    // A class has the attributes and the text of the methods that create it. They are the same for every parent.
    const makers = edges.filter((edge) => edge.class === name);
    const attributes = one(
      makers.map(({ attributes }) => attributes),
      name,
    );
    const argument = one(
      makers.map(({ argument }) => argument && { required: argument.required }),
      name,
    );
    classes[name] = {
      element: name === root ? 'Response' : known(names.get(name), name),
      attributes: attributes ? known(declared.interfaces.get(attributes), attributes) : {},
      text: argument ?? null,
      children,
      ...(name === root ? { comments: true } : {}),
    };
  }
  return { root, enums: Object.fromEntries(declared.enums), classes };
}

/** The value that is the same for all methods that create a class; `undefined` for a root, which no method creates. */
function one<T>(values: readonly T[], name: string): T | undefined {
  if (new Set(values.map((value) => JSON.stringify(value))).size > 1) {
    throw new Error(`${name} is made in different ways: the schema cannot say that`);
  }
  return values[0];
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) {
    throw new Error(`${name} is not declared`);
  }
  return value;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The contents of a declaration file. */
class Declarations {
  readonly enums = new Map<string, string[]>();
  readonly interfaces = new Map<string, Record<string, AttributeSchema>>();
  /** The methods of each class that add a child. */
  readonly classes = new Map<string, ChildSchema[]>();

  constructor(file: string) {
    const visit = (node: ts.Node): void => {
      if (ts.isTypeAliasDeclaration(node)) {
        this.enums.set(node.name.text, literals(node.type));
      } else if (ts.isClassDeclaration(node)) {
        this.classes.set(known(node.name, 'a class').text, methods(node));
      }
      ts.forEachChild(node, visit);
    };
    // An attribute may refer to an enum that is declared later.
    const interfaces = (node: ts.Node): void => {
      if (ts.isInterfaceDeclaration(node)) {
        this.#interface(node);
      }
      ts.forEachChild(node, interfaces);
    };
    const source = parse(file);
    visit(source);
    interfaces(source);
  }

  #interface(node: ts.InterfaceDeclaration): void {
    const attributes: Record<string, AttributeSchema> = {};
    for (const member of node.members) {
      if (!ts.isPropertySignature(member) || !member.type) {
        throw new Error(`${node.name.text} has a member that is no attribute`);
      }
      const required = member.questionToken ? {} : { required: true as const };
      attributes[text(member.name)] = { ...this.#attribute(member.type), ...required };
    }
    const before = this.interfaces.get(node.name.text);
    if (before && JSON.stringify(before) !== JSON.stringify(attributes)) {
      throw new Error(`${node.name.text} is declared in two ways`);
    }
    this.interfaces.set(node.name.text, attributes);
  }

  #attribute(type: ts.TypeNode): AttributeSchema {
    if (ts.isArrayTypeNode(type)) {
      return { ...this.#attribute(type.elementType), list: true };
    }
    const name = type.getText();
    if (name === 'string' || name === 'number' || name === 'boolean') {
      return { type: name };
    }
    known(this.enums.get(name), name);
    return { type: 'enum', enum: name };
  }
}

function literals(type: ts.TypeNode): string[] {
  return (ts.isUnionTypeNode(type) ? [...type.types] : [type]).map((one) => {
    if (!ts.isLiteralTypeNode(one) || !ts.isStringLiteral(one.literal)) {
      throw new Error(`${type.getText()} is no list of words`);
    }
    return one.literal.text;
  });
}

/** The methods that add a child. The last overload has the attributes and the argument. */
function methods(node: ts.ClassDeclaration): ChildSchema[] {
  const found = new Map<string, ChildSchema>();
  for (const member of node.members) {
    if (ts.isMethodDeclaration(member) && !COMMENTS.has(text(member.name))) {
      found.set(text(member.name), child(member));
    }
  }
  return [...found.values()];
}

function child(method: ts.MethodDeclaration): ChildSchema {
  const name = text(method.name);
  const [attributes, argument, ...more] = method.parameters;
  const made = method.type && ts.isTypeReferenceNode(method.type) ? method.type.typeName : undefined;
  if (!made || !ts.isQualifiedName(made) || more.length > 0) {
    throw new Error(`${name} adds no child`);
  }
  // `sub(words)`: an overload, or a class without its own attributes.
  if (attributes && text(attributes.name) !== 'attributes') {
    const given = { name: text(attributes.name), required: !attributes.questionToken };
    return { method: name, class: made.right.text, attributes: null, argument: given };
  }
  const type = attributes?.type;
  const typed = type && ts.isTypeReferenceNode(type) && ts.isQualifiedName(type.typeName) ? type.typeName : undefined;
  return {
    method: name,
    class: made.right.text,
    attributes: typed ? typed.right.text : null,
    ...(attributes && !attributes.questionToken ? { attributesRequired: true } : {}),
    ...(argument ? { argument: { name: text(argument.name), required: !argument.questionToken } } : {}),
  };
}

/** The element that each class writes: `new VoiceResponse.SsmlSayAs(this.say.ele("say-as", …))`. */
function elementNames(file: string): Map<string, string> {
  const names = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const made = node.expression.name.text;
      const [call] = node.arguments ?? [];
      const [name] = call && ts.isCallExpression(call) ? call.arguments : [];
      if (!name || !ts.isStringLiteral(name) || (names.get(made) ?? name.text) !== name.text) {
        throw new Error(`cannot find the element name of ${made}`);
      }
      names.set(made, name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return names;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
}

function text(name: ts.PropertyName | ts.BindingName): string {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : name.getText();
}
