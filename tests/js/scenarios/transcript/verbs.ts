// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Writes each verb of a document on one line, and whether the caller heard it. */
import { contentOf, elements, soundOf } from './document.ts';
import type { TwimlDocument, TwimlElement } from './document.ts';
import type { Heard } from './heard.ts';
import { Sentence, bare, inBrackets, quoted } from './text.ts';
import type { Fact } from './text.ts';
import type { Parts } from './common.ts';

const words: Record<string, string> = {
  Client: 'client',
  Dial: 'dial',
  Enqueue: 'enqueue',
  Gather: 'gather',
  Hangup: 'hang up',
  Leave: 'leave the queue',
  Number: 'number',
  Pause: 'pause',
  Play: 'play',
  Record: 'record',
  Redirect: 'redirect',
  Reject: 'reject',
  Say: 'say',
  Sip: 'sip',
};
const seconds: Record<string, [attribute: string, words: string]> = {
  Dial: ['timeout', 'for'],
  Gather: ['timeout', 'for'],
  Pause: ['length', 'for'],
  Record: ['maxLength', 'up to'],
};
const urls = new Set(['action', 'waitUrl', 'statusCallback', 'recordingStatusCallback', 'transcribeCallback', 'url']);

/** `menu.main` for a webhook step. Any other URL is in angle brackets. */
export function stepOf(url: string): string {
  const step = url.startsWith('WEBHOOK?step=') ? url.slice('WEBHOOK?step='.length) : '';
  return /^[\w.&=-]+$/.test(step) ? step : `<${bare(url)}>`;
}

export class Verbs {
  readonly #parts: Parts;
  readonly #heard: Heard;
  /** The attributes of the last Say. The next Say usually has the same. */
  #voice: Record<string, string> | undefined;

  constructor(parts: Parts, heard: Heard) {
    this.#parts = parts;
    this.#heard = heard;
  }

  lines({ verbs, reached, raw }: TwimlDocument): string[] {
    const played = verbs.slice(0, reached).flatMap((verb) => this.#element(verb, true));
    const others = verbs.slice(reached).map((verb) => this.#element(verb, false));
    // Unreached verbs are less important. They share one line if they have no children.
    const flat = others.every((lines) => lines.length === 1) ? [others.flat().join('; ')] : others.flat();
    return [
      ...played,
      ...flat.map((line, index) => (line === '' ? '' : `${index === 0 ? 'not reached: ' : '  '}${line}`)),
      ...(raw === undefined ? [] : [`written as ${quoted(raw)}`]),
    ].flatMap((line) => (line === '' ? [] : [`  ${line}`]));
  }

  #element(element: TwimlElement, reached: boolean): string[] {
    const sound = reached ? soundOf(element) : undefined;
    const { before, heard } = sound === undefined ? { before: [], heard: true } : this.#heard.take(sound);
    const { name, attributes } = element;
    const facts = Object.entries(attributes).flatMap((one) => this.#facts(element, one));
    const sentence = new Sentence(new Map(facts));
    const [limit = '', preposition = ''] = seconds[name] ?? [];
    const duration = sentence.take(limit, (value) => `${preposition} ${value} s`, /^\d+$/);
    const kind = this.#kind(element);
    const voice = this.#voice;
    if (name === 'Say') {
      this.#voice = attributes;
    }
    const then = sentence.take('action', (step) => `then ${step}`);
    const [operand, parts] = this.#content(element, reached);
    const excused = (missing: string, value: string): boolean => value === '{before}' && voice?.[missing] === undefined;
    const differences = this.#parts.differences({ kind, facts, shown: sentence.shown, excused });
    const head = [words[name] ?? `<${name}>`, ...operand, ...duration].join(' ');
    const line = [head, ...then].join(', ') + inBrackets(differences) + (heard ? '' : ', not heard');
    return [...before, line, ...parts.map((part) => `  ${part}`)];
  }

  /** The kind of an element in the common parts. Each menu and voicemail of a dialplan is a separate kind. */
  #kind({ name, attributes }: TwimlElement): string {
    if (name === 'Say') {
      return this.#voice ? 'Say' : 'first Say';
    }
    const step = attributes['action']?.replace(/^WEBHOOK\?step=/, '').replace(/(\.\d+)?([&#].*)?$/, '') ?? '';
    return name === 'Gather' || name === 'Record' ? `${name} ${step}` : name;
  }

  #facts(element: TwimlElement, [name, value]: [string, string]): Fact[] {
    if (element.name === 'Say' && this.#voice?.[name] === value) {
      return [[name, '{before}']];
    }
    if (element.name === 'Gather' && name === 'language' && value === this.#languageOf(element)) {
      return [[name, '{Say}']];
    }
    if (!urls.has(name)) {
      return [[name, bare(value)]];
    }
    const [url = '', fragment] = value.split(/#(.*)/s);
    return [[name, stepOf(url)], ...(fragment === undefined ? [] : [[`${name}#`, bare(fragment)] as const])];
  }

  #languageOf(gather: TwimlElement): string | undefined {
    const says = elements(gather).find(({ name }) => name === 'Say');
    return says ? says.attributes['language'] : this.#voice?.['language'];
  }

  /** The operand after the verb, and the lines below it. */
  #content(element: TwimlElement, reached: boolean): [operand: string[], parts: string[]] {
    const { name, children } = element;
    const [only, ...more] = children;
    if (only === undefined) {
      return [[], []];
    }
    if (name === 'Redirect' && typeof only === 'string' && more.length === 0) {
      return [[stepOf(only)], []];
    }
    if (children.some((child) => typeof child === 'string')) {
      const text = contentOf(element);
      return [[name === 'Say' || name === 'Redirect' ? quoted(text) : bare(text)], []];
    }
    const parts = elements(element).flatMap((child) => this.#element(child, reached));
    // A child with written attributes is below the Dial, to separate them from the Dial's attributes.
    return name === 'Dial' && parts.length === 1 && !parts[0]?.endsWith(')') ? [parts, []] : [[], parts];
  }
}
