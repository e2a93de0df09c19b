// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Reads and writes TwiML documents for the transcripts, and finds the verbs that Twilio ran. */
import { elements, readTwiml, textOf } from '../../../../sandbox/src/twilio/call/document.ts';
import type { TwimlElement } from '../../../../sandbox/src/twilio/call/document.ts';
import type { PhoneRequest } from '../../../../sandbox/src/twilio.ts';

export type { TwimlElement } from '../../../../sandbox/src/twilio/call/document.ts';
export { elements } from '../../../../sandbox/src/twilio/call/document.ts';

const prolog = '<?xml version="1.0" encoding="UTF-8"?>';

export interface TwimlDocument {
  verbs: TwimlElement[];
  /** The number of verbs that Twilio ran. Twilio did not reach the other verbs. */
  reached: number;
  /** The body, if `writeDocument` does not reproduce it from the verbs. */
  raw?: string;
}

/** The document of a response. `next` is the request that followed it. */
export function readDocument({ body, params }: PhoneRequest, next: PhoneRequest | undefined): TwimlDocument {
  const verbs = verbsOf(body);
  const leading = verbs.findIndex((verb) => next !== undefined && leadsTo(verb, next));
  const final = verbs.findIndex(({ name }) => ['Hangup', 'Reject', 'Leave'].includes(name));
  const last = [leading, final].filter((index) => index >= 0).map((index) => index + 1);
  const over = /^(completed|busy|failed|no-answer|canceled)$/.test(params['CallStatus'] ?? '');
  return {
    verbs,
    reached: over ? 0 : Math.min(verbs.length, ...last),
    ...(writeDocument(verbs) !== body && { raw: body }),
  };
}

export function verbsOf(body: string): TwimlElement[] {
  try {
    return readTwiml(body);
  } catch {
    return [];
  }
}

/** Whether a verb leads to the request. */
function leadsTo(verb: TwimlElement, { url, params }: PhoneRequest): boolean {
  if (verb.name === 'Gather' && params['Digits'] === undefined && params['SpeechResult'] === undefined) {
    return false;
  }
  const { action, waitUrl } = verb.attributes;
  const urls = [action, waitUrl, ...(verb.name === 'Redirect' ? [textOf(verb)] : [])];
  return urls.some((one) => one?.replace(/#.*/, '') === url);
}

/** The caller's output of an element in the sandbox's format; undefined for a silent element. */
export function soundOf(element: TwimlElement): string | undefined {
  if (element.name === 'Say') {
    return textOf(element);
  }
  const { digits, playBeep } = element.attributes;
  if (element.name === 'Record' && playBeep !== 'false') {
    return '[beep]';
  }
  return element.name === 'Play'
    ? digits === undefined
      ? `[play ${textOf(element)}]`
      : `[dtmf ${digits}]`
    : undefined;
}

/** The outputs of all verbs that Twilio ran. */
export function soundsOf({ verbs, reached }: TwimlDocument): string[] {
  return verbs
    .slice(0, reached)
    .flatMap((verb) => [verb, ...(verb.name === 'Gather' ? elements(verb) : [])])
    .flatMap((element) => soundOf(element) ?? []);
}

/** The document in Plumline's format. */
export function writeDocument(verbs: TwimlElement[]): string {
  return prolog + writeElement({ name: 'Response', attributes: {}, children: verbs }, '"');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

export function writeElement({ name, attributes, children }: TwimlElement, quote: '"' | "'"): string {
  const escaped = (text: string, special: RegExp): string => text.replaceAll(special, (one) => entities[one] ?? one);
  const inAttribute = quote === '"' ? /[&<"]/g : /[&<']/g;
  const head = Object.entries(attributes).map(
    ([key, value]) => ` ${key}=${quote}${escaped(value, inAttribute)}${quote}`,
  );
  const content = children.map((child) =>
    typeof child === 'string' ? escaped(child, /[&<>]/g) : writeElement(child, quote),
  );
  const open = `<${name}${head.join('')}`;
  return content.length === 0 ? `${open}/>` : `${open}>${content.join('')}</${name}>`;
}

/** The text and markup of an element. */
export function contentOf({ children }: TwimlElement): string {
  return writeElement({ name: 'x', attributes: {}, children }, "'").replace(/^<x(\/>|>)|<\/x>$/g, '');
}
