// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Adds one error to a correct tree, with the finding that is expected. */
import type { Random } from '../parity/random.ts';
import type { AttributeRules, ClassRules } from '../schema/rules.ts';
import type { DocumentName } from '../schema/types.ts';
import { isElement, rulesOf, type Part, type Tree } from './trees.ts';

export interface Mutation {
  readonly kind: string;
  readonly tree: Tree;
  readonly path: string;
  readonly code: string;
}

interface Place {
  readonly tree: Tree;
  readonly parent: Tree | undefined;
  readonly path: string;
}

/** How many places are tried until the error is possible at one. */
const MAX_ATTEMPTS = 12;

/** Returns `undefined` if the error was not possible at any place that was tried. */
export function mutate(document: DocumentName, original: Tree, random: Random): Mutation | undefined {
  const kind = random.pick(Object.keys(MUTATIONS));
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const tree = copy(original);
    const place = random.pick(placesIn(tree));
    const known = rulesOf(document).classes[place.tree.class] as ClassRules;
    const result = MUTATIONS[kind]?.({ ...place, known, random, document });
    if (result) {
      return { kind, tree, ...result };
    }
  }
  return undefined;
}

interface Context extends Place {
  readonly known: ClassRules;
  readonly random: Random;
  readonly document: DocumentName;
}

type Mutate = (context: Context) => { path: string; code: string } | undefined;

const INVALID_CHARACTERS = ['\u0000', '\u0008', '\u000b', '\u001f', '\ufffe', '\uffff', '\ud800', '\udfff'];

const MUTATIONS: Readonly<Record<string, Mutate>> = {
  element({ tree, parent, random }) {
    if (!parent) {
      return { path: rename(tree, 'Antwort'), code: 'TWIML_ROOT' };
    }
    rename(tree, random.pick([`${tree.name}x`, 'Unheard', swapCase(tree.name)]));
    // The content of an unknown element is not checked.
    return { path: pathTo(parent, tree), code: 'TWIML_ELEMENT' };
  },
  nesting({ tree, known, path, random, document }) {
    const allowed = new Set(known.children.map((child) => child.class));
    const { classes, root } = rulesOf(document);
    const names = new Set(known.children.map((child) => classes[child.class]?.element));
    const others = Object.entries(classes).filter(
      ([key, { element, content, attributes }]) =>
        key !== root &&
        !allowed.has(key) &&
        !names.has(element) &&
        !content &&
        !Object.values(attributes).some((attribute) => attribute.required),
    );
    if (others.length === 0) {
      return undefined;
    }
    const [key, { element }] = random.pick(others);
    tree.children.push({ name: element, attributes: {}, children: [], class: key, method: '' });
    const position = tree.children.filter((part) => isElement(part) && part.name === element).length;
    return { path: `${path}/${element}[${position}]`, code: 'TWIML_NESTING' };
  },
  document({ tree, path, random, document, parent }) {
    if (parent) {
      return undefined;
    }
    const foreign = document === 'voice' ? 'Message' : random.pick(['Say', 'Gather', 'Dial']);
    tree.children.push({ name: foreign, attributes: {}, children: [{ text: 'x' }], class: '', method: '' });
    return { path: `${path}/${foreign}[1]`, code: 'TWIML_DOCUMENT' };
  },
  attribute({ tree, path, random }) {
    const [known] = Object.keys(tree.attributes);
    const name = random.pick(['unheard', 'x-y', ...(known === undefined ? [] : [`${known}s`])]);
    tree.attributes[name] = 'x';
    return { path: `${path}/@${name}`, code: 'TWIML_ATTRIBUTE' };
  },
  missing({ tree, path, known, parent }) {
    for (const [name, rule] of Object.entries(known.attributes)) {
      const isOptional = (rule.unless ?? []).some((other) => other === parent?.name || has(tree, other));
      if (rule.required && !isOptional && has(tree, name)) {
        tree.attributes[name] = null;
        return { path: `${path}/@${name}`, code: 'TWIML_ATTRIBUTE_MISSING' };
      }
    }
    return undefined;
  },
  value({ tree, path, known, random }) {
    const given = Object.keys(tree.attributes).filter((name) => has(tree, name));
    const choices = given.flatMap((name) => {
      const rule = known.attributes[name];
      return rule ? wrongValues(rule).map((wrong) => [name, ...wrong] as const) : [];
    });
    if (choices.length === 0) {
      return undefined;
    }
    const [name, value, code] = random.pick(choices);
    const list = known.attributes[name]?.list === true && random.chance(0.5) && value !== '';
    tree.attributes[name] = list ? [...(tree.attributes[name] as string[]), value] : value;
    return { path: `${path}/@${name}`, code };
  },
  character({ tree, path, random }) {
    const invalid = random.pick(INVALID_CHARACTERS);
    const name = random.pick<string | undefined>(
      Object.keys(tree.attributes).filter((name) => typeof tree.attributes[name] === 'string'),
    );
    if (name !== undefined && random.chance(0.5)) {
      tree.attributes[name] = `a${invalid}b`;
      return { path: `${path}/@${name}`, code: 'TWIML_CHARACTER' };
    }
    const texts = tree.children.filter((part) => 'text' in part);
    const at = random.below(texts.length);
    const text = texts[at];
    if (!text) {
      return undefined;
    }
    text.text = `${text.text}${invalid}`;
    return { path: `${path}/text()[${at + 1}]`, code: 'TWIML_CHARACTER' };
  },
  name({ tree, path, random }) {
    const name = random.pick(['1a', '-a', '.a']);
    tree.attributes[name] = 'x';
    return { path: `${path}/@${name}`, code: 'TWIML_NAME' };
  },
  comment({ tree, path }) {
    const before = tree.children.filter((part) => 'comment' in part).length;
    tree.children.push({ comment: 'a--b' });
    return { path: `${path}/comment()[${before + 1}]`, code: 'TWIML_COMMENT' };
  },
  text({ tree, path, known }) {
    if (known.takesText) {
      return undefined;
    }
    tree.children.push({ text: ' x ' });
    return { path, code: 'TWIML_TEXT' };
  },
  content({ tree, path, known }) {
    if (!known.content || known.unless.some((name) => has(tree, name))) {
      return undefined;
    }
    tree.children.length = 0;
    return { path, code: 'TWIML_CONTENT' };
  },
};

/** Invalid values of an attribute, with the expected codes. */
function wrongValues(rule: AttributeRules): [value: string | number, code: string][] {
  if (rule.open) {
    return [];
  }
  switch (rule.type) {
    case 'boolean':
      return ['True', 'yes', '', 1].map((value) => [value, 'TWIML_VALUE']);
    case 'enum':
      return ['unheard', '', ` ${rule.words?.[0] ?? ''}-`, 'é'].map((value) => [value, 'TWIML_VALUE']);
    case 'keys':
      return ['12e', ' '].map((value) => [value, 'TWIML_VALUE']);
    case 'number':
      return [
        ...['', 'five', '1.5', '1e3', '+1', NaN, Infinity, 1e21, 2 ** 31],
        ...(rule.min === undefined ? [] : [rule.min - 1]),
        ...(rule.max === undefined ? [] : [rule.max + 1]),
      ].map((value) => [value, 'TWIML_NUMBER']);
    case 'phone':
      return ['555-0100', '', '+1 555 010 0001'].map((value) => [value, 'TWIML_PHONE']);
    case 'url':
      return ['ftp://example.com', 'a b', 'https://', '/a"b', '/a\nb'].map((value) => [value, 'TWIML_URL']);
    case 'wss':
      return ['https://example.com', '/s', 'wss://', ''].map((value) => [value, 'TWIML_URL']);
    default:
      return [];
  }
}

function has({ attributes }: Tree, name: string): boolean {
  return attributes[name] !== undefined && attributes[name] !== null;
}

function rename(tree: Tree, name: string): string {
  Object.assign(tree, { name });
  return name;
}

function swapCase(name: string): string {
  const first = name.charAt(0);
  return (first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase()) + name.slice(1);
}

function copy(tree: Tree): Tree {
  const children = tree.children.map((part): Part => (isElement(part) ? copy(part) : { ...part }));
  return { ...tree, attributes: { ...tree.attributes }, children };
}

/** The paths of elements before one is renamed. */
const paths = new WeakMap<Tree, string>();

function pathTo(parent: Tree, tree: Tree): string {
  const before = parent.children.slice(0, parent.children.indexOf(tree));
  const position = before.filter((part) => isElement(part) && part.name === tree.name).length + 1;
  return `${paths.get(parent) ?? ''}/${tree.name}[${position}]`;
}

function placesIn(root: Tree): Place[] {
  const list: Place[] = [];
  const visit = (tree: Tree, parent: Tree | undefined): void => {
    const path = parent ? pathTo(parent, tree) : tree.name;
    paths.set(tree, path);
    list.push({ tree, parent, path });
    tree.children.filter(isElement).forEach((child) => visit(child, tree));
  };
  visit(root, undefined);
  return list;
}
