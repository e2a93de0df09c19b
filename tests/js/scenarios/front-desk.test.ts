// SPDX-License-Identifier: Apache-2.0 OR MIT

/** docs/dialplan/missed-call.json and front-desk.json, from the first request to the last callback. */
import assert from 'node:assert/strict';
import type { Practitioner, Task } from '@medplum/fhirtypes';
import { after, before, describe, test } from 'node:test';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { bearer } from '../sandbox-client.ts';
import { example, openClinic, policy, workday } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('front-desk');
after(() => snapshots.finish());

describe('a missed call', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'missed-call', config: example('missed-call') });
  });
  after(() => clinic.stop());

  test('the caller hears an explanation, and the call ends', async () => {
    const call = await clinic.call({ from: '+15550100101' });
    assert.equal(call.heard.length, 1);
    assert.match(call.heard[0] ?? '', /missed a call from one of our clinicians/);
    snapshots.match('missed call', await recordCall(clinic, call));
  });

  test('a caller with a withheld number hears an explanation', async () => {
    const call = await clinic.call({ from: '+266696687' });
    assert.equal(call.heard.length, 1);
    snapshots.match('missed call, anonymous', await recordCall(clinic, call));
  });

  test('the call ends when the caller hangs up early', async () => {
    const call = await clinic.call({ from: '+15550100102' }, { hangUpAfter: 2 });
    assert.equal(call.duration, 2);
    snapshots.match('missed call, hung up', await recordCall(clinic, call));
  });
});

describe('the front desk', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'front-desk', config: example('front-desk'), numbers: ['+15550100011'] });
  });
  after(() => clinic.stop());

  const desk = 'client:front-desk';
  const phone = '+15550100019';
  const talks = { after: 4, talk: 42 };
  const cases: [string, Script, string | undefined, number | string][] = [
    ['the desk answers', { answers: { [desk]: talks } }, undefined, workday],
    ['the desk phone answers', { answers: { [desk]: 'no-answer', [phone]: talks } }, undefined, workday],
    ['the desk declines, the phone answers', { answers: { [desk]: 'declined', [phone]: talks } }, undefined, workday],
    // An app cannot be busy. The user declined, and the phone rings.
    ['the desk is busy', { answers: { [desk]: 'busy', [phone]: talks } }, undefined, workday],
    ['the phone is busy', { answers: { [phone]: 'busy' }, voicemail: { seconds: 9, then: '#' } }, 'voicemail', workday],
    ['no one answers, and the caller leaves a message', { voicemail: 14 }, 'voicemail', workday],
    ['no one answers, and the caller leaves no message', { voicemail: 0 }, 'missed', workday],
    ['both targets fail', { answers: { [desk]: 'failed', [phone]: 'failed' }, voicemail: 0 }, undefined, workday],
    ['the caller hangs up while it rings', { hangUpAfter: 9 }, 'missed', workday],
    ['the caller hangs up at the tone', { voicemail: { seconds: 3, then: 'hang up' } }, 'voicemail', workday],
    ['two in the morning', { voicemail: 20 }, 'voicemail', '2026-11-17T07:00:00Z'],
    ['two in the morning, without a message', { voicemail: 0 }, 'missed', '2026-11-17T07:00:00Z'],
    ['the minute before opening hours', { voicemail: 5 }, 'voicemail', '2026-11-17T12:59:00Z'],
    ['the first minute of opening hours', { answers: { [desk]: talks } }, undefined, '2026-11-17T13:00:00Z'],
    ['Friday at 4:30 pm', { voicemail: 5 }, 'voicemail', '2026-11-20T21:30:00Z'],
    ['Sunday', { voicemail: 5 }, 'voicemail', '2026-11-22T16:00:00Z'],
    ['Thanksgiving', { voicemail: 5 }, 'voicemail', '2026-11-26T16:00:00Z'],
    ['the fourth of July', { voicemail: 5 }, 'voicemail', '2026-07-04T15:00:00Z'],
    // Daylight time starts on Sunday, March 8. From Monday on, 8:00 is an hour earlier in UTC.
    [
      'Monday at eight after the switch to daylight time',
      { answers: { [desk]: talks } },
      undefined,
      '2026-03-09T12:00:00Z',
    ],
    ['Monday at eight in standard time', { answers: { [desk]: talks } }, undefined, '2026-03-06T13:00:00Z'],
    ['Monday at seven in standard time', { voicemail: 5 }, 'voicemail', '2026-03-06T12:00:00Z'],
    [
      'the Saturday before the switch to standard time',
      { answers: { [desk]: talks } },
      undefined,
      '2026-10-31T13:00:00Z',
    ],
    ['the Monday after it, at the same time in UTC', { voicemail: 5 }, 'voicemail', '2026-11-02T12:00:00Z'],
  ];
  test('only receptionists can sign in at the desk, any number of them', async () => {
    const role = { code: [{ coding: [{ code: 'receptionist' }] }] };
    const [first, second] = [
      await clinic.staff('Rio Invented', { role }),
      await clinic.staff('Sam Invented', { role }),
    ];
    // The project's own entry lets staff write their Practitioner. It comes before the entry with the rule.
    const own = {
      resourceType: 'Practitioner',
      criteria: 'Practitioner?_id=%profile.id',
      interaction: ['update' as const],
    };
    const staff = policy('staff');
    const lax = { ...staff, resource: [own, ...(staff.resource ?? [])] };
    const other = await clinic.staff('Mallory Invented', { policy: lax });
    const practitioner = await clinic.read<Practitioner>(other.reference);
    const identifier = [{ system: 'http://twilio.com/voice/identity', value: 'front-desk' }];
    const written = await fetch(`${clinic.sandbox.fhir}/${other.reference}`, {
      method: 'PUT',
      headers: { ...bearer(other.token), 'Content-Type': 'application/fhir+json' },
      body: JSON.stringify({ ...practitioner, identifier }),
    });
    assert.equal(written.status, 200);
    const sign = { operation: 'access-token', identity: 'front-desk' };
    for (const { token } of [first, second]) {
      assert.equal((await clinic.executeSuccessfully(token, sign))['identity'], 'front-desk');
    }
    for (const input of [sign, { operation: 'access-token' }]) {
      const { status, code } = await clinic.execute(other.token, input);
      assert.deepEqual([status, code], [403, 'IDENTITY_NOT_BOUND']);
    }
  });

  cases.forEach(([scenario, script, occasion, at], index) => {
    test(scenario, async () => {
      const from = `+1555010${String(200 + index).padStart(4, '0')}`;
      const call = await clinic.call({ from }, script, at);
      const tasks = (await clinic.searchChart<Task>('Task')).filter(({ identifier }) =>
        identifier?.some(({ value }) => value === from),
      );
      assert.deepEqual(
        tasks.map(({ code }) => code?.coding?.[0]?.code),
        occasion === undefined ? [] : [occasion],
      );
      snapshots.match(scenario, await recordCall(clinic, call));
    });
  });
});
