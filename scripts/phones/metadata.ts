// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The numbering plans that the core needs, out of Google's: the full ones by way of libphonenumber-js, the short numbers
 * by way of google-libphonenumber.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A plan as the core has it. Patterns are regular expressions over digits, empty where there is none. */
export interface Plan {
  /** ISO 3166, or `001` for what belongs to no country. */
  readonly region: string;
  readonly callingCode: string;
  /** The lengths of national numbers. */
  readonly lengths: readonly number[];
  /** Whether every kind of number is told apart. */
  readonly detailed: boolean;
  readonly patterns: Readonly<Record<Slot, string>>;
}

/** What a plan has patterns for; the core reads them in this order. */
export const SLOTS = [
  'international',
  'trunk',
  'local',
  'area',
  'emergency',
  'short',
  'general',
  'premium',
  'toll-free',
  'shared-cost',
  'personal',
  'pager',
  'ordinary',
] as const;
export type Slot = (typeof SLOTS)[number];

/** Every kind of number of these is checked; of the rest of the world, whether a number is ordinary is not. */
const DETAILED = new Set(
  ['AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE', 'IS LI NO CH MC AD GI', 'GB US']
    .join(' ')
    .split(' '),
);

/** Of libphonenumber-js's metadata, version 4: positions in a country's list and in its list of types. */
const AT = { international: 1, general: 2, lengths: 3, prefix: 5, parsing: 7, transform: 8, types: 11 } as const;
const TYPES = {
  ...{ fixed: 0, mobile: 1, tollFree: 2, premium: 3, personal: 4, voicemail: 5, uan: 6, pager: 7, voip: 8, shared: 9 },
} as const;

type Country = readonly [string, ...unknown[]];

interface Metadata {
  readonly version: number;
  readonly country_calling_codes: Readonly<Record<string, readonly string[]>>;
  readonly countries: Readonly<Record<string, Country>>;
  readonly nonGeographic: Readonly<Record<string, Country>>;
}

interface ShortPattern {
  getNationalNumberPattern(): string | null;
}
interface ShortNumbers {
  getMetadataForRegion_(region: string): { getEmergency(): ShortPattern; getShortCode(): ShortPattern } | null;
}

const require = createRequire(import.meta.url);

let made: readonly Plan[] | undefined;

/** Every plan; those that share a calling code stand together, the main one first. */
export function plans(): readonly Plan[] {
  return (made ??= read());
}

function read(): Plan[] {
  const file = require.resolve('libphonenumber-js/metadata.max.json');
  const metadata = JSON.parse(readFileSync(file, 'utf8')) as Metadata;
  if (metadata.version !== 4) {
    throw new Error('libphonenumber-js has metadata of another version: its positions may be others');
  }
  const { ShortNumberInfo } = require('google-libphonenumber') as { ShortNumberInfo: { getInstance(): ShortNumbers } };
  const shorts = ShortNumberInfo.getInstance();
  const geographic = Object.entries(metadata.country_calling_codes).flatMap(([code, regions]) =>
    regions.map((region) => {
      const country = metadata.countries[region];
      if (!country) {
        throw new Error(`${region} has no metadata`);
      }
      return plan(region, code, country, shorts, regions.length > 1);
    }),
  );
  const others = Object.entries(metadata.nonGeographic).map(([code, country]) => worldwide(code, country));
  return [...geographic, ...others];
}

function pattern(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function typesOf(country: Country): (name: keyof typeof TYPES) => string {
  const types = (country[AT.types] ?? []) as readonly (readonly unknown[] | 0)[];
  return (name) => pattern((types[TYPES[name]] || [])[0]);
}

function either(patterns: readonly string[]): string {
  return [...new Set(patterns.filter(Boolean))].join('|');
}

function plan(region: string, callingCode: string, country: Country, shorts: ShortNumbers, shared: boolean): Plan {
  const of = typesOf(country);
  const detailed = DETAILED.has(region) || shared;
  const short = shorts.getMetadataForRegion_(region);
  const every = either([of('fixed'), of('mobile'), of('voip'), of('uan'), of('voicemail')]);
  return {
    region,
    callingCode,
    lengths: country[AT.lengths] as number[],
    detailed,
    patterns: {
      international: pattern(country[AT.international]),
      ...prefixes(country),
      emergency: short?.getEmergency().getNationalNumberPattern() ?? '',
      short: detailed ? (short?.getShortCode().getNationalNumberPattern() ?? '') : '',
      general: detailed ? pattern(country[AT.general]) : '',
      premium: of('premium'),
      'toll-free': of('tollFree'),
      'shared-cost': of('shared'),
      personal: of('personal'),
      pager: of('pager'),
      ordinary: detailed ? every : pattern(country[AT.general]),
    },
  };
}

/**
 * What stands before a national number: the trunk prefix, and where a number may be given without its area, what such a
 * number looks like and the area. Rules that rewrite a number in other ways (Argentina's 15, Brazil's carriers) are
 * left out: such a number is refused, and not misread.
 */
function prefixes(country: Country): Record<'trunk' | 'local' | 'area', string> {
  const transform = pattern(country[AT.transform]);
  const parsing = pattern(country[AT.parsing]) || pattern(country[AT.prefix]);
  const withoutArea = /^\(([^$]*)\)\$\|?(.*)$/.exec(parsing);
  const area = /^(\d+)\$1$/.exec(transform);
  if (withoutArea && area) {
    return { trunk: withoutArea[2] ?? '', local: withoutArea[1] ?? '', area: area[1] ?? '' };
  }
  return { trunk: transform === '' ? parsing : pattern(country[AT.prefix]), local: '', area: '' };
}

/** +800 and its like. Satellites and other services that belong to no country are as dear as premium numbers. */
function worldwide(callingCode: string, country: Country): Plan {
  const of = typesOf(country);
  const all = either(Object.keys(TYPES).map((name) => of(name as keyof typeof TYPES)));
  const kind = ({ '800': 'toll-free', '808': 'shared-cost' } as Record<string, Slot>)[callingCode] ?? 'premium';
  const none = Object.fromEntries(SLOTS.map((slot) => [slot, ''])) as Record<Slot, string>;
  return {
    region: '001',
    callingCode,
    lengths: country[AT.lengths] as number[],
    detailed: true,
    patterns: { ...none, [kind]: all },
  };
}
