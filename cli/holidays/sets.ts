// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The public holidays of countries, as rules for `holidays` of the config (docs/dialplan.md). Written from the official
 * sources named here, because the data of the npm packages with rules for many countries has other licenses.
 *
 * Rules only, no dates: a rule stays right until the law changes. A holiday of a single year, such as a coronation, is
 * not in a set.
 */

/** When the sets were last compared with their sources. */
export const AS_OF = '2026-12-01';

export interface HolidaySet {
  readonly title: string;
  /** The official source. */
  readonly source: string;
  readonly rules: readonly Rule[];
}

export interface Rule {
  readonly on: string;
  readonly name: string;
}

/** A fixed holiday. If it falls on a weekend, the next Monday is free too. */
const monday = 'observed sat+2 sun+1';
/** The first or second of two fixed holidays. If they fall on a weekend, the next Monday and Tuesday are free too. */
const mondayOrTuesday = 'observed sat+2 sun+2';

const goodFriday: Rule = { on: 'easter-2', name: 'Good Friday' };
const easterMonday: Rule = { on: 'easter+1', name: 'Easter Monday' };

const christmasAndBoxingDay: readonly Rule[] = [
  { on: `12-25 ${mondayOrTuesday}`, name: 'Christmas Day' },
  { on: `12-26 ${mondayOrTuesday}`, name: 'Boxing Day' },
];

const england: readonly Rule[] = [
  { on: `01-01 ${monday}`, name: "New Year's Day" },
  goodFriday,
  easterMonday,
  { on: '1 mon may', name: 'Early May bank holiday' },
  { on: 'last mon may', name: 'Spring bank holiday' },
  { on: 'last mon aug', name: 'Summer bank holiday' },
  ...christmasAndBoxingDay,
];

const bankHolidays = 'https://www.gov.uk/bank-holidays';

/** The sets by name: an ISO 3166 country, or a subdivision. */
export const HOLIDAY_SETS: ReadonlyMap<string, HolidaySet> = new Map(
  Object.entries({
    AU: {
      title: 'Australia, the holidays of all states and territories',
      source: 'https://www.fairwork.gov.au/employment-conditions/public-holidays',
      rules: [
        { on: `01-01 ${monday}`, name: "New Year's Day" },
        { on: `01-26 ${monday}`, name: 'Australia Day' },
        goodFriday,
        easterMonday,
        { on: '04-25', name: 'Anzac Day' },
        ...christmasAndBoxingDay,
      ],
    },
    CA: {
      title: 'Canada, the federal general holidays',
      source: 'https://laws-lois.justice.gc.ca/eng/acts/L-2/section-166.html',
      rules: [
        { on: `01-01 ${monday}`, name: "New Year's Day" },
        goodFriday,
        { on: 'mon before 05-25', name: 'Victoria Day' },
        { on: `07-01 ${monday}`, name: 'Canada Day' },
        { on: '1 mon sep', name: 'Labour Day' },
        { on: `09-30 ${monday}`, name: 'National Day for Truth and Reconciliation' },
        { on: '2 mon oct', name: 'Thanksgiving Day' },
        { on: `11-11 ${monday}`, name: 'Remembrance Day' },
        ...christmasAndBoxingDay,
      ],
    },
    DE: {
      title: 'Germany, the holidays of all states',
      source:
        'https://www.bmi.bund.de/DE/themen/verfassung/staatliche-symbole/nationale-feiertage/nationale-feiertage-node.html',
      rules: [
        { on: '01-01', name: 'Neujahr' },
        { on: 'easter-2', name: 'Karfreitag' },
        { on: 'easter+1', name: 'Ostermontag' },
        { on: '05-01', name: 'Tag der Arbeit' },
        { on: 'easter+39', name: 'Christi Himmelfahrt' },
        { on: 'easter+50', name: 'Pfingstmontag' },
        { on: '10-03', name: 'Tag der Deutschen Einheit' },
        { on: '12-25', name: '1. Weihnachtstag' },
        { on: '12-26', name: '2. Weihnachtstag' },
      ],
    },
    FR: {
      title: 'France, article L3133-1 of the Code du travail',
      source: 'https://www.service-public.fr/particuliers/vosdroits/F2405',
      rules: [
        { on: '01-01', name: "Jour de l'An" },
        { on: 'easter+1', name: 'Lundi de Pâques' },
        { on: '05-01', name: 'Fête du Travail' },
        { on: '05-08', name: 'Victoire 1945' },
        { on: 'easter+39', name: 'Ascension' },
        { on: 'easter+50', name: 'Lundi de Pentecôte' },
        { on: '07-14', name: 'Fête nationale' },
        { on: '08-15', name: 'Assomption' },
        { on: '11-01', name: 'Toussaint' },
        { on: '11-11', name: 'Armistice 1918' },
        { on: '12-25', name: 'Noël' },
      ],
    },
    'GB-ENG': { title: 'England', source: bankHolidays, rules: england },
    'GB-NIR': {
      title: 'Northern Ireland',
      source: bankHolidays,
      rules: [
        ...england,
        { on: `03-17 ${monday}`, name: "St Patrick's Day" },
        { on: `07-12 ${monday}`, name: 'Battle of the Boyne' },
      ],
    },
    'GB-SCT': {
      title: 'Scotland',
      source: bankHolidays,
      rules: [
        { on: `01-01 ${mondayOrTuesday}`, name: "New Year's Day" },
        { on: `01-02 ${mondayOrTuesday}`, name: '2nd January' },
        goodFriday,
        { on: '1 mon may', name: 'Early May bank holiday' },
        { on: 'last mon may', name: 'Spring bank holiday' },
        { on: '1 mon aug', name: 'Summer bank holiday' },
        { on: `11-30 ${monday}`, name: "St Andrew's Day" },
        ...christmasAndBoxingDay,
      ],
    },
    'GB-WLS': { title: 'Wales', source: bankHolidays, rules: england },
    IE: {
      title: 'Ireland',
      source:
        'https://www.citizensinformation.ie/en/employment/employment-rights-and-conditions/leave-and-holidays/public-holidays-in-ireland/',
      rules: [
        { on: '01-01', name: "New Year's Day" },
        // The first Monday of February, or February 1 if it is a Friday.
        { on: '02-01 tue+6 wed+5 thu+4 sat+2 sun+1', name: "St Brigid's Day" },
        { on: '03-17', name: "St Patrick's Day" },
        easterMonday,
        { on: '1 mon may', name: 'May Day' },
        { on: '1 mon jun', name: 'June holiday' },
        { on: '1 mon aug', name: 'August holiday' },
        { on: 'last mon oct', name: 'October holiday' },
        { on: '12-25', name: 'Christmas Day' },
        { on: '12-26', name: "St Stephen's Day" },
      ],
    },
    US: {
      title: 'United States, the federal holidays (5 U.S.C. 6103)',
      source: 'https://www.opm.gov/policy-data-oversight/pay-leave/federal-holidays/',
      rules: [
        { on: '01-01 observed', name: "New Year's Day" },
        { on: '3 mon jan', name: 'Birthday of Martin Luther King, Jr.' },
        { on: '3 mon feb', name: "Washington's Birthday" },
        { on: 'last mon may', name: 'Memorial Day' },
        { on: '06-19 observed', name: 'Juneteenth' },
        { on: '07-04 observed', name: 'Independence Day' },
        { on: '1 mon sep', name: 'Labor Day' },
        { on: '2 mon oct', name: 'Columbus Day' },
        { on: '11-11 observed', name: 'Veterans Day' },
        { on: '4 thu nov', name: 'Thanksgiving Day' },
        { on: '12-25 observed', name: 'Christmas Day' },
      ],
    },
  } satisfies Record<string, HolidaySet>),
);
