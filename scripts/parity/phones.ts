// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Compares the parsing of phone numbers with libphonenumber-js and its full metadata, for random numbers of all
 * countries.
 */
import { createRequire } from 'node:module';
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { parsePhone } from 'plumline';
import { plans, type Plan } from '../phones/metadata.ts';
import { Random } from './random.ts';
import { sample } from './sample.ts';

export interface PhoneTally {
  /** Equal number, country, kind and extension. */
  equal: number;
  /** Refused by both. */
  refused: number;
  /** Emergency numbers and short codes, which libphonenumber-js does not know. */
  short: number;
  /**
   * Accepted here by length and prefix. libphonenumber-js has more rules for countries outside Europe and North
   * America.
   */
  looser: number;
  /** Accepted here but not by libphonenumber-js, such as 00 in a country with another international prefix. */
  lenient: number;
  /** Rewritten by libphonenumber-js with rules of the country, and refused here (docs/phones.md). */
  rewritten: number;
  differences: string[];
}

const KINDS: Readonly<Record<string, string>> = {
  ...{ PREMIUM_RATE: 'premium', TOLL_FREE: 'toll-free', SHARED_COST: 'shared-cost' },
  ...{ PERSONAL_NUMBER: 'personal', PAGER: 'pager' },
};

/** The countries with rewriting rules that the core does not have. */
const REWRITTEN = new Set(['AR', 'BR', 'GA', 'JP', 'MX']);

/** Compares `count` numbers. */
export function comparePhones(count: number, seed: number): PhoneTally {
  const random = new Random(seed);
  const detailedPlans = allPlans.filter(({ detailed }) => detailed);
  const tally = { equal: 0, refused: 0, short: 0, looser: 0, lenient: 0, rewritten: 0, differences: [] as string[] };
  for (let index = 0; index < count; index++) {
    const plan = random.pick(random.chance(0.7) ? detailedPlans : allPlans);
    compare(randomNumber(random, plan, allPlans), tally);
  }
  return tally;
}

interface Case {
  readonly text: string;
  readonly country: string | undefined;
}

function compare({ text, country }: Case, tally: PhoneTally): void {
  const ours = parsePhone(text, country);
  const options = { extract: false, ...(country !== undefined && { defaultCountry: country as CountryCode }) };
  const theirs = parsePhoneNumberFromString(text, options);
  const valid = theirs?.isValid() === true;
  const differs = (why: string): void => {
    const them = valid ? `${theirs.number} ${theirs.country ?? '-'} ${theirs.getType() ?? '-'}` : 'nothing';
    tally.differences.push(`${text} in ${country ?? 'no country'}: ${why}; ${JSON.stringify(ours)}, there ${them}`);
  };
  if (!ours.ok) {
    if (!valid) {
      tally.refused++;
    } else if (REWRITTEN.has(theirs.country ?? '')) {
      tally.rewritten++;
    } else if (theirs.number.length > 16 || theirs.number.length < 8) {
      // Not a valid E.164 number.
      tally.refused++;
    } else {
      differs('refused');
    }
  } else if (ours.e164 === undefined) {
    // libphonenumber-js must not accept an emergency number as another number.
    if (valid && ours.kind === 'emergency') {
      differs('an emergency');
    }
    tally.short++;
  } else if (!valid) {
    if (!planOf(ours.country, ours.e164).detailed) {
      tally.looser++;
    } else if (theirs === undefined || theirs.number !== ours.e164) {
      tally.lenient++;
    } else {
      differs('accepted');
    }
  } else if (ours.e164 !== theirs.number) {
    differs('another number');
  } else if (ours.country !== (theirs.country ?? '001') && ours.country !== country) {
    differs('another country');
  } else if ((ours.extension ?? '') !== (theirs.ext ?? '').normalize('NFKC')) {
    differs('another extension');
  } else {
    const kind = theirs.country === undefined ? ours.kind : (KINDS[theirs.getType() ?? ''] ?? 'ordinary');
    // If a number has two kinds, we return the more expensive one.
    if (kind !== ours.kind && !(kind === 'ordinary' && matchesKind(ours.country, ours.kind, theirs.nationalNumber))) {
      differs('another kind');
    } else {
      tally.equal++;
    }
  }
}

/** The results for short numbers. */
export interface EmergencyTally {
  /** Emergency numbers in both. */
  equal: number;
  /** Emergency numbers only here: 112 and 911 in countries with other numbers, and emergency numbers after a prefix. */
  more: number;
  differences: string[];
}

/** Compares every number of 2 to `maxDigits` digits in every country with Google's list of emergency numbers. */
export function compareEmergencies(maxDigits: number): EmergencyTally {
  const google = createRequire(import.meta.url)('google-libphonenumber') as {
    ShortNumberInfo: { getInstance(): { isEmergencyNumber(number: string, region: string): boolean } };
  };
  const known = google.ShortNumberInfo.getInstance();
  const isEmergency = (number: string, region: string): boolean =>
    ['112', '911'].includes(number) || known.isEmergencyNumber(number, region);
  const tally: EmergencyTally = { equal: 0, more: 0, differences: [] };
  for (const { region } of allPlans.filter((plan) => plan.region !== '001')) {
    for (let length = 2; length <= maxDigits; length++) {
      for (let number = 0; number < 10 ** length; number++) {
        const text = String(number).padStart(length, '0');
        const reading = parsePhone(text, region);
        const ours = reading.ok && reading.kind === 'emergency' ? reading.number : undefined;
        const theirs = known.isEmergencyNumber(text, region);
        if (ours === text && theirs) {
          tally.equal++;
        } else if (
          ours !== undefined &&
          !theirs &&
          text.endsWith(ours) &&
          isEmergency(ours, reading.ok ? reading.country : '')
        ) {
          tally.more++;
        } else if (ours !== undefined || theirs) {
          tally.differences.push(`${text} in ${region}: ${JSON.stringify(reading)}, an emergency there: ${theirs}`);
        }
      }
    }
  }
  return tally;
}

const allPlans = plans();

function planOf(country: string, e164: string): Plan {
  const found = allPlans.find(({ region, callingCode }) => region === country && e164.startsWith(`+${callingCode}`));
  if (!found) {
    throw new Error(`no plan of ${country}`);
  }
  return found;
}

/** Whether a number matches a kind. It may also match other kinds. */
function matchesKind(country: string, kind: string, national: string): boolean {
  const plan = allPlans.find(({ region }) => region === country);
  return plan !== undefined && new RegExp(`^(?:${plan.patterns[kind as 'premium']})$`).test(national);
}

/** A number as a person might type it, and the country where it is typed. */
function randomNumber(random: Random, plan: Plan, all: readonly Plan[]): Case {
  const kinds = [
    'ordinary',
    'ordinary',
    'ordinary',
    'premium',
    'toll-free',
    'shared-cost',
    'personal',
    'pager',
  ] as const;
  const pattern = plan.patterns[random.pick(kinds)] || plan.patterns.ordinary || Object.values(plan.patterns).join('');
  let national = sample(random, pattern);
  if (random.chance(0.2)) {
    national = withTypo(random, national);
  }
  const ownCountry = plan.region === '001' ? undefined : plan.region;
  const otherCountry = random.pick(all.filter(({ region }) => region !== '001'));
  const trunk = plan.patterns.trunk === '' ? '' : sample(random, plan.patterns.trunk);
  const extension = random.chance(0.08) ? random.pick([' x12', ' ext. 345', ';ext=6', ' #78', ', ext 9']) : '';
  const [prefix, country] = random.pick<[string, string | undefined]>([
    [`+${plan.callingCode} `, undefined],
    [`+${plan.callingCode} `, otherCountry.region],
    [`+${plan.callingCode} (${trunk}) `, undefined],
    [`${sample(random, otherCountry.patterns.international)}${plan.callingCode} `, otherCountry.region],
    [trunk, ownCountry],
    [trunk, ownCountry],
    ['', ownCountry],
    [plan.callingCode, ownCountry],
  ]);
  const text = prefix + withSeparators(random, national) + extension;
  return { text: random.chance(0.05) ? toFullWidth(text) : text, country };
}

function withTypo(random: Random, digits: string): string {
  const at = random.below(digits.length);
  const digit = String(random.below(10));
  return random.pick([
    digits.slice(0, at) + digits.slice(at + 1),
    digits.slice(0, at) + digit + digits.slice(at),
    digits.slice(0, at) + digit + digits.slice(at + 1),
  ]);
}

function withSeparators(random: Random, digits: string): string {
  const mark = random.pick(['', ' ', '-', '.', '\u00a0', '\u2011']);
  return digits.replace(/\d{2,3}(?=\d)/g, (some) => (random.chance(0.6) ? some + mark : some));
}

/** Converts to full-width digits, as on Japanese keyboards. (libphonenumber-js does not accept a full-width `+`.) */
function toFullWidth(text: string): string {
  return text.replace(/\d/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}
