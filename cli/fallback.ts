// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Writes a part of a dialplan as one TwiML document that needs no server: for Twilio's "Primary handler fails".
 *
 * The document has no callbacks and no conditions. It follows the path of a caller who presses no key.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parsePhone, twiml } from '#pkg/npm/index.mjs';
import type { TwimlElement } from '#pkg/npm/index.mjs';
import { checkText, localDate } from './check.ts';

export interface FallbackOptions {
  /** The clinic's number. */
  readonly number?: string;
  /** The action at which the document starts. */
  readonly action?: string;
  /** The phones that ring, instead of those of the dialplan. */
  readonly ring: readonly string[];
  /** What the caller hears if no one answers. */
  readonly closing: string;
  readonly out?: string;
}

type Words = string | Record<string, string>;
interface Part {
  text?: Words;
  ssml?: Words;
  play?: Words;
  voice?: string;
  language?: string;
  times?: number;
}
type Prompt = Part | Part[];
type Target = Record<string, string>;
interface Verbs {
  say: Prompt;
  greet: { neutral?: Words | Prompt };
  play: { url: string; times?: number };
  pause: number;
  language: string;
  menu: { otherwise: string };
  queue: { otherwise: string };
  dial: { targets: Target[]; timeout?: number; callerId?: string; otherwise: string };
  when: { otherwise?: string };
  goto: string;
  redirect: { url: string };
  reject: { reason?: string };
}
type Verb = Partial<Verbs>;
interface Config {
  language?: string;
  voice?: string;
  voices?: Record<string, string>;
  numbers?: Record<string, { dialplan: string; language?: string }>;
  dialplans?: Record<string, { when?: object; then: string }[]>;
  actions?: Record<string, Verb[]>;
}

/** As many actions as one document of a bot may have. */
const MAX_ACTIONS = 16;

/** Prints or writes the document. Returns the exit code: 1 if the config cannot be used. */
export function fallback(file: string, options: FallbackOptions, print: (line: string) => void): number {
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  const { ok, lines } = checkText(text, { today: localDate(new Date()) });
  if (!ok) {
    lines.forEach(print);
    return 1;
  }
  const xml = fallbackDocument(JSON.parse(text.replace(/^\uFEFF/, '')) as Config, options);
  if (options.out === undefined) {
    print(xml);
  } else {
    writeFileSync(options.out, `${xml}\n`);
  }
  return 0;
}

/** Writes the document. `config` has no errors. */
export function fallbackDocument(config: Config, options: Omit<FallbackOptions, 'out'>): string {
  const number = numberOf(config, options.number);
  const writer = new Writer(config, config.numbers?.[number]?.language ?? config.language);
  const ring = options.ring.map(phoneToRing);
  let action: string | undefined = options.action ?? lastAction(config, number);
  for (let count = 0; action !== undefined && count < MAX_ACTIONS; count++) {
    const verbs: Verb[] | undefined = config.actions?.[action];
    if (!verbs) {
      throw new Error(`The config has no action "${action}".`);
    }
    action = writer.action(verbs, ring.length > 0);
  }
  if (ring.length > 0) {
    writer.dial(ring, undefined, undefined);
  }
  if (!writer.rings && !writer.isHandedOver) {
    throw new Error(
      'No phone rings on the path of a caller who presses no key. Write --ring with the number of a phone, or --action with the name of an action that rings one.',
    );
  }
  if (!writer.isHandedOver) {
    writer.say({ text: options.closing });
  }
  return twiml({ name: 'Response', children: writer.children });
}

function numberOf({ numbers = {} }: Config, wanted: string | undefined): string {
  const known = Object.keys(numbers);
  const [only] = known;
  if (wanted === undefined && only !== undefined && known.length === 1) {
    return only;
  }
  if (wanted === undefined || !known.includes(wanted)) {
    throw new Error(`Write --number with one of the numbers of the config. It has ${known.length}.`);
  }
  return wanted;
}

/** The action of the last rule, which has no conditions. */
function lastAction({ numbers, dialplans }: Config, number: string): string | undefined {
  return dialplans?.[numbers?.[number]?.dialplan ?? '']?.at(-1)?.then;
}

function phoneToRing(text: string): Target {
  const phone = parsePhone(text);
  if (!phone.ok || phone.e164 === undefined || phone.kind === 'premium') {
    throw new Error('--ring needs the number of an ordinary phone in E.164, such as +15550100019.');
  }
  return { number: phone.e164 };
}

class Writer {
  readonly children: TwimlElement[] = [];
  rings = false;
  /** Whether another document continues the call, or the call was rejected. */
  isHandedOver = false;
  readonly #config: Config;
  #language: string | undefined;

  constructor(config: Config, language: string | undefined) {
    this.#config = config;
    this.#language = language;
  }

  /** Writes an action. Returns the action that follows if the caller presses no key and no one answers. */
  action(verbs: readonly Verb[], onlyWords: boolean): string | undefined {
    for (const verb of verbs) {
      this.#words(verb);
      if (verb.when) {
        // The conditions are unknown, so they do not match.
        if (verb.when.otherwise !== undefined) {
          return verb.when.otherwise;
        }
        continue;
      }
      const next = verb.goto ?? verb.menu?.otherwise ?? verb.queue?.otherwise;
      if (next !== undefined) {
        return next;
      }
      if (verb.dial) {
        if (onlyWords) {
          return undefined;
        }
        this.dial(verb.dial.targets, verb.dial.timeout, verb.dial.callerId);
        return this.rings ? undefined : verb.dial.otherwise;
      }
      if (!onlyWords && (verb.redirect || verb.reject)) {
        this.isHandedOver = true;
        this.children.push(
          verb.redirect
            ? { name: 'Redirect', children: [{ text: verb.redirect.url }] }
            : { name: 'Reject', attributes: verb.reject?.reason === undefined ? {} : { reason: verb.reject.reason } },
        );
        return undefined;
      }
    }
    return undefined;
  }

  #words({ say, greet, play, pause, language }: Verb): void {
    if (language !== undefined) {
      this.#language = language;
    }
    if (pause !== undefined) {
      this.children.push({ name: 'Pause', attributes: { length: String(pause) } });
    }
    if (play) {
      this.#play(play.url, play.times);
    }
    if (say) {
      this.say(say);
    }
    const neutral = greet?.neutral;
    if (neutral !== undefined) {
      const isPrompt = Array.isArray(neutral) || (typeof neutral === 'object' && isPart(neutral));
      this.say(isPrompt ? neutral : { text: neutral as Words });
    }
  }

  /** Rings all phones at once: without a server, Twilio cannot know whether an earlier phone was answered. */
  dial(targets: readonly Target[], timeout: number | undefined, callerId: string | undefined): void {
    const children = targets.flatMap((target) => {
      const [name, text] = Object.entries(target)[0] ?? ['', ''];
      const element = { number: 'Number', sip: 'Sip', client: 'Client' }[name];
      return element === undefined ? [] : [{ name: element, children: [{ text }] }];
    });
    if (children.length === 0) {
      return;
    }
    this.rings = true;
    const attributes: Record<string, string> = { timeout: String(Math.max(timeout ?? 20, 20)) };
    if (callerId !== undefined) {
      attributes['callerId'] = callerId;
    }
    this.children.push({ name: 'Dial', attributes, children: children.slice(0, 10) });
  }

  say(prompt: Prompt): void {
    for (const part of Array.isArray(prompt) ? prompt : [prompt]) {
      const wanted = part.language ?? this.#language;
      if (part.play !== undefined) {
        this.#play(inLanguage(part.play, wanted)[0], part.times);
        continue;
      }
      const [text, own] = inLanguage(part.text ?? plain(part.ssml ?? ''), wanted);
      const language = own ?? wanted;
      const attributes: Record<string, string> = {};
      const voice = part.voice ?? this.#voice(language);
      if (voice !== undefined) {
        attributes['voice'] = voice;
      }
      if (language !== undefined) {
        attributes['language'] = language;
      }
      if (text !== '') {
        this.children.push({ name: 'Say', attributes, children: [{ text }] });
      }
    }
  }

  #play(url: string, times: number | undefined): void {
    const attributes: Record<string, string> = times === undefined ? {} : { loop: String(times) };
    this.children.push({ name: 'Play', attributes, children: [{ text: url }] });
  }

  #voice(language: string | undefined): string | undefined {
    const { voices = {}, voice, language: general = 'en-US' } = this.#config;
    return voices[language ?? general] ?? ((language ?? general) === general ? voice : undefined);
  }
}

const isPart = (value: object): boolean => ['text', 'ssml', 'play'].some((name) => name in value);

/** The text for a language, and its own language if it has one. */
function inLanguage(words: Words, wanted = 'en-US'): [text: string, language: string | undefined] {
  if (typeof words === 'string') {
    return [words, undefined];
  }
  const primary = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? '';
  const entries = Object.entries(words);
  const found =
    entries.find(([tag]) => tag.toLowerCase() === wanted.toLowerCase()) ??
    entries.find(([tag]) => primary(tag) === primary(wanted)) ??
    entries[0];
  return found ? [found[1], found[0]] : ['', undefined];
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** SSML without its elements. */
function plain(ssml: Words): Words {
  const strip = (text: string): string =>
    text
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '')
      .replaceAll(/\s+/g, ' ')
      .trim();
  return typeof ssml === 'string'
    ? strip(ssml)
    : Object.fromEntries(Object.entries(ssml).map(([tag, text]) => [tag, strip(text)]));
}
