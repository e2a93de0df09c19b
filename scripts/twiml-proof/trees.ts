// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Random valid TwiML trees. */
import type { TwimlAttribute } from 'plumline';
import { Random } from '../parity/random.ts';
import { rules, type AttributeRules, type ClassRules, type Rules } from '../schema/rules.ts';
import type { DocumentName } from '../schema/types.ts';

/** An element, with the names that npm twilio's builder needs to create it. */
export interface Tree {
  readonly name: string;
  readonly attributes: Record<string, TwimlAttribute>;
  readonly children: Part[];
  /** The class, and the method of its parent. The core does not use them. */
  readonly class: string;
  readonly method: string;
}

export type Part = Tree | { text: string } | { comment: string };

export function isElement(part: Part): part is Tree {
  return 'name' in part;
}

const TEXTS = [
  'Hello',
  ' a & b < c > d ',
  '"quoted" and \'so\'',
  'Zoë 😀 予約',
  'two\nlines\tand\rmore',
  ']]> &amp; &#65;',
  '0',
];
const URLS = [
  '/next',
  'https://example.com/a?b=1&c="2"'.replaceAll('"', '%22'),
  '?step=menu',
  '',
  "//example.com/it's",
];
const NUMBERS = ['+15550100001', '+15550100123'];

const documents: Readonly<Record<DocumentName, Rules>> = { voice: rules('voice'), messaging: rules('messaging') };

export function rulesOf(document: DocumentName): Rules {
  return documents[document];
}

/** A random document. It depends only on the seed and the number. */
export function randomTree(seed: number, number: number): { document: DocumentName; tree: Tree } {
  const random = new Random(seed + Math.imul(number, 0x9e3779b1));
  const document = random.chance(0.85) ? 'voice' : 'messaging';
  const { root, classes } = documents[document];
  return { document, tree: new Trees(random, classes).tree(root, 'Response', '', 0) };
}

class Trees {
  readonly #random: Random;
  readonly #classes: Rules['classes'];

  constructor(random: Random, classes: Rules['classes']) {
    this.#random = random;
    this.#classes = classes;
  }

  tree(key: string, parent: string, method: string, depth: number): Tree {
    const random = this.#random;
    const known = this.#classes[key] as ClassRules;
    const attributes: Record<string, TwimlAttribute> = {};
    for (const [name, rule] of shuffle(Object.entries(known.attributes), random)) {
      const isRequired = rule.required && !(rule.unless ?? []).includes(parent);
      if (isRequired || random.chance(0.3)) {
        attributes[name] = this.#attribute(rule);
      } else if (random.chance(0.05)) {
        attributes[name] = random.pick([null, undefined]);
      }
    }
    const children: Part[] = [];
    const child = (): void => {
      const { class: childClass, method: childMethod } = random.pick(known.children);
      children.push(this.tree(childClass, known.element, childMethod, depth + 1));
    };
    const mayNest = known.children.length > 0 && depth < 6;
    const texts = known.takesText && random.chance(0.9);
    if (texts) {
      children.push({ text: this.#text(known.type) });
    }
    if (mayNest) {
      for (let count = random.below(depth === 0 ? 8 : 3); count > 0; count--) {
        child();
        if (texts && random.chance(0.1)) {
          children.push({ text: random.pick(TEXTS) });
        }
      }
    }
    if (depth === 0 && random.chance(0.2)) {
      children.splice(random.below(children.length + 1), 0, { comment: random.pick(['a & b', 'x -> y', '']) });
    }
    const isOptional = known.unless.some((name) => attributes[name] !== undefined && attributes[name] !== null);
    const isBlank = children.every((part) => !isElement(part) && (!('text' in part) || part.text.trim() === ''));
    if (known.content && !isOptional && isBlank) {
      if (known.takesText) {
        children.push({ text: known.type === 'string' ? 'x' : this.#text(known.type) || '/x' });
      } else {
        child();
      }
    }
    return { name: known.element, attributes, children, class: key, method };
  }

  #attribute(rule: AttributeRules): TwimlAttribute {
    if (rule.list) {
      return Array.from({ length: 1 + this.#random.below(3) }, () => this.#value(rule));
    }
    return this.#value(rule);
  }

  #value(rule: AttributeRules): string | number | boolean {
    const random = this.#random;
    if (rule.words && (rule.type === 'enum' || random.chance(0.3))) {
      return random.pick(rule.words);
    }
    switch (rule.type) {
      case 'boolean':
        return random.pick([true, false, 'true', 'false']);
      case 'number': {
        const [min, max] = [rule.min ?? -10, Math.min(rule.max ?? Infinity, (rule.min ?? 0) + 20_000)];
        const number = random.pick([min, max, min + random.below(max - min + 1)]);
        return random.chance(0.2) ? String(number) : number;
      }
      case 'keys':
        return random.some(Array.from(rule.keys ?? ''), 6).join('');
      case 'phone':
        return random.pick([...NUMBERS, 'client:desk', 'whatsapp:+15550100001']);
      case 'url':
        return random.pick(URLS);
      case 'wss':
        return random.pick(['wss://example.com/s', `WSS://example.com:8443${rule.query ? '/s?a=b' : ''}`]);
      default:
        return random.pick(TEXTS);
    }
  }

  #text(type: string): string {
    switch (type) {
      case 'url':
        return this.#random.pick(URLS);
      case 'phone':
        return this.#random.pick(NUMBERS);
      case 'sip':
        return 'sip:desk@example.com?x=1&y=2';
      default:
        return this.#random.pick(TEXTS);
    }
  }
}

function shuffle<T>(list: T[], random: Random): T[] {
  for (let end = list.length - 1; end > 0; end--) {
    const at = random.below(end + 1);
    [list[end], list[at]] = [list[at] as T, list[end] as T];
  }
  return list;
}
