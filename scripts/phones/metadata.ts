// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Reads the numbering plans that the core needs from Google's metadata: the full plans from libphonenumber-js, and the
 * short numbers from google-libphonenumber.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A numbering plan. Patterns are regular expressions over digits, or empty. */
export interface Plan {
  /** The ISO 3166 code, or `001` if the plan does not belong to a country. */
  readonly region: string;
  readonly callingCode: string;
  /** The lengths of national numbers. */
  readonly lengths: readonly number[];
  /** Whether the plan distinguishes all kinds of numbers. */
  readonly detailed: boolean;
  readonly patterns: Readonly<Record<Slot, string>>;
}

/** The patterns of a plan. The core reads them in this order. */
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

/**
 * The countries for which all kinds of numbers are checked. For others, ordinary numbers are not checked by pattern.
 */
const DETAILED = new Set(
  ['AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE', 'IS LI NO CH MC AD GI', 'GB US']
    .join(' ')
    .split(' '),
);

/** Positions in libphonenumber-js's metadata, version 4: in the list of a country and in its list of types. */
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

let cachedPlans: readonly Plan[] | undefined;

/** All plans. Plans with the same calling code are adjacent, and the main one is first. */
export function plans(): readonly Plan[] {
  return (cachedPlans ??= readPlans());
}

function readPlans(): Plan[] {
  const file = require.resolve('libphonenumber-js/metadata.max.json');
  const metadata = JSON.parse(readFileSync(file, 'utf8')) as Metadata;
  if (metadata.version !== 4) {
    throw new Error('the metadata of libphonenumber-js has another version, so its positions may differ');
  }
  const { ShortNumberInfo } = require('google-libphonenumber') as { ShortNumberInfo: { getInstance(): ShortNumbers } };
  const shortNumbers = ShortNumberInfo.getInstance();
  const geographic = Object.entries(metadata.country_calling_codes).flatMap(([code, regions]) =>
    regions.map((region) => {
      const country = metadata.countries[region];
      if (!country) {
        throw new Error(`${region} has no metadata`);
      }
      return countryPlan(region, code, country, shortNumbers, regions.length > 1);
    }),
  );
  const others = Object.entries(metadata.nonGeographic).map(([code, country]) => nonGeographicPlan(code, country));
  return [...geographic, ...others];
}

function pattern(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function typesOf(country: Country): (name: keyof typeof TYPES) => string {
  const types = (country[AT.types] ?? []) as readonly (readonly unknown[] | 0)[];
  return (name) => pattern((types[TYPES[name]] || [])[0]);
}

function alternatives(patterns: readonly string[]): string {
  return [...new Set(patterns.filter(Boolean))].join('|');
}

function countryPlan(
  region: string,
  callingCode: string,
  country: Country,
  shortNumbers: ShortNumbers,
  shared: boolean,
): Plan {
  const patternOf = typesOf(country);
  const detailed = DETAILED.has(region) || shared;
  const short = shortNumbers.getMetadataForRegion_(region);
  const ordinary = alternatives([
    patternOf('fixed'),
    patternOf('mobile'),
    patternOf('voip'),
    patternOf('uan'),
    patternOf('voicemail'),
  ]);
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
      premium: patternOf('premium'),
      'toll-free': patternOf('tollFree'),
      'shared-cost': patternOf('shared'),
      personal: patternOf('personal'),
      pager: patternOf('pager'),
      ordinary: detailed ? ordinary : pattern(country[AT.general]),
    },
  };
}

/**
 * The prefixes of national numbers: the trunk prefix, the area code that local numbers may omit, and the pattern of
 * such local numbers. Other rewriting rules (Argentina's 15, Brazil's carrier codes) are not supported. Such numbers
 * are refused, so they are never misread.
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

/** A plan that belongs to no country, such as +800. Satellite phones and similar services are premium-rate. */
function nonGeographicPlan(callingCode: string, country: Country): Plan {
  const patternOf = typesOf(country);
  const all = alternatives(Object.keys(TYPES).map((name) => patternOf(name as keyof typeof TYPES)));
  const kind = ({ '800': 'toll-free', '808': 'shared-cost' } as Record<string, Slot>)[callingCode] ?? 'premium';
  const empty = Object.fromEntries(SLOTS.map((slot) => [slot, ''])) as Record<Slot, string>;
  return {
    region: '001',
    callingCode,
    lengths: country[AT.lengths] as number[],
    detailed: true,
    patterns: { ...empty, [kind]: all },
  };
}
