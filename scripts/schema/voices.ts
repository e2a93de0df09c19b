// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Generates the names in schema/voices.json: Twilio's voices by language. The names are those of the installed npm
 * twilio. A Google voice has its language in its name. The languages of the other voices are in the member `languages`
 * of the file, which is edited by hand.
 */
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Schema } from './types.ts';

export interface Voices {
  /** Twilio's list of voices. */
  readonly source: string;
  /** The source of `languages`: Twilio's Polly voices are those of Amazon. */
  readonly languageSource: string;
  /** The day of the last change of `languages`. */
  readonly date: string;
  readonly package: string;
  /** By hand: the languages of each voice whose name does not have one. */
  readonly languages: Readonly<Record<string, readonly string[]>>;
  /** The names by language. A voice with several languages is in the list of each. */
  readonly voices: Readonly<Record<string, readonly string[]>>;
}

/** The voices that speak the language of each `<Say>`, so they have no languages of their own. */
const BASIC: ReadonlySet<string> = new Set(['man', 'woman', 'alice']);

/** The text of schema/voices.json with the names of `twiml`, which is schema/twiml.json. */
export async function withVoices(text: string, twiml: string): Promise<string> {
  const file = JSON.parse(text) as Voices;
  const { source, documents } = JSON.parse(twiml) as Schema;
  const voices = new Map<string, string[]>();
  const used = new Set<string>();
  for (const name of documents.voice.enums['SayVoice'] ?? []) {
    if (BASIC.has(name)) {
      continue;
    }
    const [, language] = /^Google\.([a-z]+-[A-Za-z]+)-/.exec(name) ?? [];
    const base = name.replace(/-(Neural|Generative)$/, '');
    used.add(base);
    const languages = language === undefined ? file.languages[base] : [language];
    if (!languages) {
      throw new Error(`${name}: add its language to \`languages\` in schema/voices.json, from ${file.languageSource}`);
    }
    languages.forEach((tag) => voices.set(tag, [...(voices.get(tag) ?? []), name]));
  }
  const gone = Object.keys(file.languages).filter((base) => !used.has(base));
  if (gone.length > 0) {
    throw new Error(`npm twilio has no voice ${gone.join(', ')}: remove it from \`languages\` in schema/voices.json`);
  }
  const sorted = [...voices].sort(([one], [other]) => (one < other ? -1 : 1));
  const whole: Voices = {
    ...file,
    package: `${source.package} ${source.version}`,
    voices: Object.fromEntries(sorted.map(([tag, names]) => [tag, names.sort()])),
  };
  const target = path.resolve(import.meta.dirname, '../../schema/voices.json');
  return format(JSON.stringify(whole), { ...(await resolveConfig(target)), filepath: target });
}
