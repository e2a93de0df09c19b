// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A doctor's office with half-days every year, moving holidays and the days on which a holiday is observed. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';

const to = '+15550100061';
const untilTwo = [{ from: '08:00', to: '14:00' }];
const config = {
  timeZone: 'America/Los_Angeles',
  numbers: { [to]: { name: 'Office', dialplan: 'office' } },
  dialplans: { office: [{ when: { open: 'office' }, then: 'team' }, { then: 'after-hours' }] },
  hours: {
    office: {
      weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '17:00' }],
      holidays: [
        '12-25',
        { on: '12-24', name: 'Christmas Eve', open: untilTwo },
        { on: '12-26', open: untilTwo },
        '01-01 observed',
        '07-04 observed',
        '4 thu nov..4 thu nov+1',
        'easter+1',
        '2027-08-02..2027-08-06',
        { on: '2027-06-12', name: 'Vaccinations', open: [{ from: '09:00', to: '23:59' }] },
      ],
    },
  },
  actions: {
    team: [{ say: { text: 'The office is open.' } }, { hangup: {} }],
    'after-hours': [{ say: { text: 'The office is closed.' } }, { hangup: {} }],
  },
};

describe('a doctor’s office', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'doctors-office', numbers: [to], config: JSON.stringify(config) });
  });
  after(() => clinic.stop());

  const days: Record<string, [at: string, heard: 'open' | 'closed'][]> = {
    'an ordinary day': [
      ['2026-11-18T07:59:59-08:00', 'closed'],
      ['2026-11-18T08:00:00-08:00', 'open'],
      ['2026-11-18T16:59:59-08:00', 'open'],
      ['2026-11-18T17:00:00-08:00', 'closed'],
    ],
    'Christmas Eve': [
      ['2026-12-24T07:59:59-08:00', 'closed'],
      ['2026-12-24T08:00:00-08:00', 'open'],
      ['2026-12-24T13:59:59-08:00', 'open'],
      ['2026-12-24T14:00:00-08:00', 'closed'],
    ],
    'Christmas Day': [['2026-12-25T10:00:00-08:00', 'closed']],
    'December 26, on a Saturday': [['2026-12-26T10:00:00-08:00', 'closed']],
    'Christmas Eve of the next year': [
      ['2027-12-24T13:59:00-08:00', 'open'],
      ['2027-12-24T14:00:00-08:00', 'closed'],
    ],
    'December 26, 2028, a Tuesday': [
      ['2028-12-26T13:59:00-08:00', 'open'],
      ['2028-12-26T14:00:00-08:00', 'closed'],
    ],
    'New Year’s Day 2028, a Saturday, is observed in 2027': [
      ['2027-12-30T10:00:00-08:00', 'open'],
      ['2027-12-31T10:00:00-08:00', 'closed'],
    ],
    'Independence Day 2026, a Saturday, is observed on Friday': [
      ['2026-07-02T10:00:00-07:00', 'open'],
      ['2026-07-03T10:00:00-07:00', 'closed'],
      ['2026-07-06T10:00:00-07:00', 'open'],
    ],
    'Independence Day 2027, a Sunday, is observed on Monday': [
      ['2027-07-02T10:00:00-07:00', 'open'],
      ['2027-07-05T10:00:00-07:00', 'closed'],
    ],
    'Thanksgiving and the Friday after': [
      ['2026-11-25T10:00:00-08:00', 'open'],
      ['2026-11-26T10:00:00-08:00', 'closed'],
      ['2026-11-27T10:00:00-08:00', 'closed'],
      ['2026-11-30T10:00:00-08:00', 'open'],
      ['2027-11-25T10:00:00-08:00', 'closed'],
      ['2027-11-26T10:00:00-08:00', 'closed'],
    ],
    'Easter Monday': [
      ['2026-04-03T10:00:00-07:00', 'open'],
      ['2026-04-06T10:00:00-07:00', 'closed'],
      ['2027-03-29T10:00:00-07:00', 'closed'],
      ['2027-04-05T10:00:00-07:00', 'open'],
    ],
    'a week of vacation': [
      ['2027-07-30T10:00:00-07:00', 'open'],
      ['2027-08-02T10:00:00-07:00', 'closed'],
      ['2027-08-06T10:00:00-07:00', 'closed'],
      ['2027-08-09T10:00:00-07:00', 'open'],
      ['2028-08-02T10:00:00-07:00', 'open'],
    ],
    'a Saturday that is open until midnight': [
      ['2027-06-12T08:59:00-07:00', 'closed'],
      ['2027-06-12T09:00:00-07:00', 'open'],
      ['2027-06-12T23:59:59-07:00', 'open'],
      ['2027-06-13T00:00:00-07:00', 'closed'],
    ],
    'the days after the clocks change': [
      ['2027-03-15T07:59:00-07:00', 'closed'],
      ['2027-03-15T08:00:00-07:00', 'open'],
      ['2027-11-08T07:59:00-08:00', 'closed'],
      ['2027-11-08T08:00:00-08:00', 'open'],
    ],
  };
  for (const [name, calls] of Object.entries(days)) {
    test(name, async () => {
      for (const [at, expected] of calls) {
        const call = await clinic.call({ from: '+15550100199', to }, {}, at);
        assert.match(call.heard.join('\n'), new RegExp(`The office is ${expected}\\.`), at);
      }
    });
  }
});
