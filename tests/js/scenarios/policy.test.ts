// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Calls without a ticket: allowed numbers, hours, limits and caller IDs. */
import type { Communication, Patient } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { openClinic, ticketSecret, workday } from './clinic.ts';
import type { Clinic, Staff } from './clinic.ts';

const callee = '+15550100501';
const answering = (to: string): Script => ({ answers: { [to]: { after: 3, talk: 20 } } });
const dialed = ({ legs }: CallResult): string[] => legs.map(({ to }) => to);
const callerId = ({ requests }: CallResult): string | undefined =>
  /callerId="([^"]+)"/.exec(requests[0]?.body ?? '')?.[1];

interface Opened {
  clinic: Clinic;
  staff: Staff;
}

async function opened(seed: string, outbound: object, numbers?: string[]): Promise<Opened> {
  const clinic = await openClinic({
    seed,
    ...(numbers && { numbers }),
    config: JSON.stringify({ timeZone: 'America/New_York', outbound }),
    secrets: { PLUMLINE_SECRET: ticketSecret },
  });
  const staff = await clinic.staff('Amber Invented');
  // A browser client needs an access token before it can call.
  await clinic.executeSuccessfully(staff.token, { operation: 'access-token' }).catch(async (err: unknown) => {
    await clinic.stop();
    throw err;
  });
  return { clinic, staff };
}

async function plain({ clinic, staff }: Opened, to: string, more: Record<string, string> = {}): Promise<CallResult> {
  clinic.start(clinic.startedAt || workday);
  return clinic.browser(staff.identity, { To: to, ...more }, answering(to));
}

const webhookLog = ({ clinic }: Opened): string => clinic.executions('webhook')[0]?.log.join('\n') ?? '';

describe('a call without a ticket', () => {
  test('dials only allowed numbers', async () => {
    const open = await opened('policy', { requireTicket: false, blocked: ['+1555010056'] });
    try {
      const other = await open.clinic.staff('Other Invented');
      const patient = await open.clinic.create<Patient>({ resourceType: 'Patient' });
      const call = await plain(open, callee, {
        PatientId: patient.id,
        From: `client:${other.identity}`,
        Caller: `client:${other.identity}`,
        callerId: '+15550100999',
        PractitionerId: other.reference,
      });
      assert.deepEqual([dialed(call), callerId(call)], [[callee], '+15550100001']);
      const [record] = await open.clinic.searchChart<Communication>(
        'Communication',
        `identifier=https://www.twilio.com/|${call.callSid}`,
      );
      assert.equal(record?.sender?.reference, open.staff.reference);
      assert.ok(!JSON.stringify(record).includes(other.reference), 'another practitioner');
      for (const [to, code] of [
        ['+442079460123', 'OUTBOUND_COUNTRY'],
        ['+18765550123', 'OUTBOUND_COUNTRY'],
        ['+19005550123', 'OUTBOUND_BLOCKED'],
        ['+881612345678', 'OUTBOUND_BLOCKED'],
        ['+15550100561', 'OUTBOUND_BLOCKED'],
        ['911', 'OUTBOUND_EMERGENCY'],
        ['+1911', 'OUTBOUND_EMERGENCY'],
        ['+15550100001', 'OUTBOUND_OWN_NUMBER'],
        ['15550100501;drop', 'OUTBOUND_NUMBER_INVALID'],
        ['', 'OUTBOUND_NUMBER_INVALID'],
        ['queue:nobody', 'OUTBOUND_QUEUE_UNKNOWN'],
      ] as const) {
        const refused = await plain(open, to);
        assert.deepEqual(dialed(refused), [], to);
        assert.equal(refused.heard.length, 1, to);
        assert.match(webhookLog(open), new RegExp(code), to);
        assert.ok(!webhookLog(open).includes(to.replace(/\D/g, '') || 'drop'), 'a number in the log');
      }
      assert.match((await plain(open, '911')).heard[0] ?? '', /phone/);
    } finally {
      await open.clinic.stop();
    }
  });

  test('follows the configured countries, hours and limits', async () => {
    const open = await opened('limits', {
      requireTicket: false,
      countries: ['US', 'GB'],
      hours: { from: '08:00', to: '20:00', zones: { '+1555': 'America/New_York', '+44': 'Europe/London' } },
      concurrent: 1,
      perHour: 3,
    });
    const { clinic, staff } = open;
    try {
      assert.deepEqual(dialed(await plain(open, '+442079460123')), ['+442079460123']);
      // 02:00 in New York is 07:00 in London: too early for both.
      clinic.startedAt = Date.parse('2026-11-18T07:00:00.000Z');
      for (const to of ['+442079460123', callee]) {
        assert.deepEqual(dialed(await plain(open, to)), [], to);
        assert.match(webhookLog(open), /OUTBOUND_HOURS/);
      }
      // 10:00 in London, 5:00 in New York.
      clinic.startedAt = Date.parse('2026-11-18T10:00:00.000Z');
      assert.deepEqual(dialed(await plain(open, callee)), []);
      assert.deepEqual(dialed(await plain(open, '+442079460124')), ['+442079460124']);
      // Only one call at a time.
      clinic.startedAt = Date.parse('2026-11-18T16:00:00.000Z');
      clinic.start(clinic.startedAt);
      const script = { answers: { [callee]: { after: 2, talk: 'until ended' } } } as const;
      const going = clinic.sandbox.twilio.browser({ identity: staff.identity, params: { To: callee }, script });
      await clinic.waitForAnswer(going);
      const second = await clinic.sandbox.twilio.browser({ identity: staff.identity, params: { To: '+15550100502' } });
      assert.deepEqual(dialed(second), []);
      assert.ok(clinic.executions('webhook').some(({ log }) => log.join().includes('OUTBOUND_CONCURRENT')));
      await clinic.executeSuccessfully(staff.token, { operation: 'end-call', callSid: going.callSid });
      await going;
      // Three calls in an hour exceed the limit by one.
      clinic.startedAt += 120_000;
      const calls: string[][] = [];
      for (const to of ['+15550100503', '+15550100504', '+15550100505']) {
        calls.push(dialed(await plain(open, to)));
        clinic.startedAt += 120_000;
      }
      assert.deepEqual(calls, [['+15550100503'], ['+15550100504'], []]);
      assert.match(webhookLog(open), /OUTBOUND_PER_HOUR/);
      clinic.startedAt += 3_600_000;
      assert.deepEqual(dialed(await plain(open, '+15550100505')), ['+15550100505']);
    } finally {
      await clinic.stop();
    }
  });
});

describe('the caller ID', () => {
  const numbers = ['+15550100001', '+15550100002', '+15550100003'];
  const callees = ['+15550100521', '+15550100522', '+15550100523', '+15550100524'];

  for (const pool of ['sticky', 'leastRecentlyUsed', 'roundRobin', 'random'] as const) {
    test(`${pool}: two instances choose the same number`, async () => {
      // Two independent servers answer the same calls with the same SIDs.
      const seen = await Promise.all(
        [1, 2].map(async () => {
          const open = await opened(`pool-${pool}`, { requireTicket: false, pool }, numbers);
          try {
            const shown: (string | undefined)[] = [];
            for (const to of pool === 'sticky' ? [...callees, ...callees.slice(0, 2)] : callees) {
              shown.push(callerId(await plain(open, to)));
              open.clinic.startedAt += 60_000;
            }
            return shown;
          } finally {
            await open.clinic.stop();
          }
        }),
      );
      assert.deepEqual(seen[0], seen[1]);
      const shown = seen[0] ?? [];
      assert.ok(shown.every((number) => numbers.includes(number ?? '')));
      assert.ok(new Set(shown).size > 1);
      if (pool === 'sticky') {
        assert.deepEqual(shown.slice(callees.length), shown.slice(0, 2));
      }
      if (pool === 'leastRecentlyUsed') {
        assert.equal(shown[3], shown[0]);
        assert.equal(new Set(shown).size, 3);
      }
    });
  }
});
