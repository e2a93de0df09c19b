// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Outgoing calls: tokens, tickets, the call, its end, and the limits of a browser client. */
import type { Appointment, Communication, Patient, Practitioner } from '@medplum/fhirtypes';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { CallResult } from '../../../sandbox/src/twilio.ts';
import { openClinic, ticketSecret, workday } from './clinic.ts';
import type { Clinic, Staff } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('outgoing');
const callee = '+15550100501';
const talks = { answers: { [callee]: { after: 6, talk: 90 } } };
const minute = 60_000;

describe('a call with a ticket', () => {
  let clinic: Clinic;
  let staff: Staff;
  let other: Staff;
  let patient: Patient & { id: string };
  let appointment: Appointment & { id: string };

  before(async () => {
    clinic = await openClinic({
      seed: 'outgoing',
      numbers: ['+15550100001', '+15550100002'],
      secrets: { PLUMLINE_SECRET: ticketSecret },
    });
    staff = await clinic.staff('Amber Invented', { phone: '+15550100511' });
    other = await clinic.staff('Other Invented');
    patient = await clinic.create<Patient>({
      resourceType: 'Patient',
      name: [{ given: ['Pat'], family: 'Invented' }],
      telecom: [{ system: 'phone', value: '(555) 010-0501', use: 'mobile' }],
    });
    appointment = await clinic.create<Appointment>({
      resourceType: 'Appointment',
      status: 'booked',
      start: '2026-11-17T15:30:00.000Z',
      end: '2026-11-17T16:00:00.000Z',
      participant: [{ status: 'accepted', actor: { reference: `Patient/${patient.id}` } }],
    });
  });
  beforeEach(() => clinic.start(workday));
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  const start = (more: object = {}): Promise<Record<string, string>> =>
    clinic.executeSuccessfully(staff.token, { operation: 'start-call', patient: `Patient/${patient.id}`, ...more });
  const record = (reference: string | undefined): Promise<Communication> => clinic.read<Communication>(reference);
  const dialed = ({ legs }: CallResult): string[] => legs.map(({ to }) => to);

  test('Twilio accepts the access token', async () => {
    const { token = '', ...answer } = await clinic.executeSuccessfully(staff.token, { operation: 'access-token' });
    assert.equal(answer['identity'], staff.identity);
    assert.equal(answer['fromNumber'], '+15550100001');
    assert.deepEqual(decodeProtectedHeader(token), { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' });
    const { account } = clinic;
    const { payload } = await jwtVerify(token, new TextEncoder().encode(account.apiSecret), {
      algorithms: ['HS256'],
      issuer: account.apiKey,
      subject: account.accountSid,
      currentDate: new Date(workday),
    });
    assert.deepEqual(payload['grants'], {
      identity: staff.identity,
      voice: { outgoing: { application_sid: account.applicationSid } },
    });
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3600);
    assert.equal(payload.exp, Math.floor(Date.parse(answer['expires'] ?? '') / 1000));
    const own = await clinic.read<Practitioner>(staff.reference);
    assert.deepEqual(own.identifier, [{ system: 'http://twilio.com/voice/identity', value: staff.identity }]);
  });

  test('the call is prepared, dialed, answered and recorded', async () => {
    const { ticket = '', communication, fromNumber } = await start({ appointment: `Appointment/${appointment.id}` });
    const prepared = await record(communication);
    assert.equal(prepared.status, 'preparation');
    assert.equal(prepared.basedOn?.[0]?.reference, `Appointment/${appointment.id}`);
    const call = await clinic.browser(staff.identity, { Ticket: ticket }, talks);
    assert.deepEqual(dialed(call), [callee]);
    assert.ok(call.requests[0]?.body.includes(`callerId="${fromNumber ?? ''}"`));
    const done = await record(communication);
    assert.deepEqual(
      [done.status, done.sender?.reference, done.recipient?.[0]?.reference, done.subject?.reference],
      ['completed', staff.reference, `Patient/${patient.id}`, `Patient/${patient.id}`],
    );
    snapshots.match('a call with a ticket', await recordCall(clinic, call));
    const ended = { operation: 'end-call', callSid: call.callSid };
    assert.deepEqual(
      [await clinic.executeSuccessfully(staff.token, ended), await clinic.executeSuccessfully(staff.token, ended)].map(
        ({ status }) => status,
      ),
      ['completed', 'completed'],
    );
  });

  test('end-call ends a call in progress', async () => {
    const { ticket = '', communication } = await start();
    const script = { answers: { [callee]: { after: 2, talk: 'until ended' } } } as const;
    const params = { Ticket: ticket };
    const going = clinic.sandbox.twilio.browser({ identity: staff.identity, params, script });
    await clinic.waitForAnswer(going);
    const end = { operation: 'end-call', communication };
    assert.equal((await clinic.execute(other.token, end)).code, 'RECORD_NOT_FOUND');
    assert.equal((await clinic.executeSuccessfully(staff.token, end))['callSid'], going.callSid);
    const call = await going;
    await clinic.sandbox.settled();
    clinic.check(call, true);
    assert.equal((await record(communication)).status, 'completed');
    assert.equal((await clinic.executeSuccessfully(staff.token, end))['status'], 'completed');
  });

  test('end-call before the call invalidates the ticket', async () => {
    const { ticket = '', communication } = await start();
    assert.equal(
      (await clinic.executeSuccessfully(staff.token, { operation: 'end-call', communication }))['status'],
      'not-done',
    );
    const call = await clinic.browser(staff.identity, { Ticket: ticket }, talks);
    assert.deepEqual(dialed(call), []);
    assert.equal((await record(communication)).status, 'not-done');
  });

  test('a ticket places only one call', async () => {
    const { ticket = '', communication } = await start();
    const calls = await Promise.all(
      [1, 2, 3].map(() =>
        clinic.sandbox.twilio.browser({ identity: staff.identity, params: { Ticket: ticket }, script: talks }),
      ),
    );
    assert.equal(calls.flatMap(dialed).length, 1);
    assert.ok(
      clinic.executions('webhook').some(({ log }) => log.some((line) => line.includes('OUTBOUND_TICKET_USED'))),
    );
    const winner = calls.find(({ legs }) => legs.length > 0);
    assert.equal(
      (await record(communication)).identifier?.some(({ value }) => value === winner?.callSid),
      true,
    );
    clinic.start(clinic.startedAt + minute);
    const late = await clinic.browser(staff.identity, { Ticket: ticket }, talks);
    assert.deepEqual(dialed(late), []);
    snapshots.match('a used ticket', await recordCall(clinic, late));
  });

  const refused: [string, string, (ticket: string) => Promise<CallResult>][] = [
    [
      'an expired ticket',
      'OUTBOUND_TICKET_EXPIRED',
      (Ticket) => {
        clinic.sandbox.setTime(Date.parse(workday) + 11 * minute);
        return clinic.browser(staff.identity, { Ticket }, talks);
      },
    ],
    [
      'an altered ticket',
      'OUTBOUND_TICKET_INVALID',
      (ticket) => {
        const [id = '', expiry = '', seal = ''] = ticket.split('.');
        return clinic.browser(staff.identity, { Ticket: `${id}.${Number(expiry) + 600}.${seal}` }, talks);
      },
    ],
    [
      'a ticket of another user',
      'OUTBOUND_TICKET_INVALID',
      (Ticket) => clinic.browser(other.identity, { Ticket }, talks),
    ],
    [
      'a ticket of another user with that user’s name',
      'OUTBOUND_TICKET_INVALID',
      (Ticket) =>
        clinic.browser(other.identity, { Ticket, From: `client:${staff.identity}`, Identity: staff.identity }, talks),
    ],
    ['no ticket', 'OUTBOUND_TICKET_MISSING', () => clinic.browser(staff.identity, { To: callee }, talks)],
  ];
  for (const [scenario, code, place] of refused) {
    test(`${scenario} places no call`, async () => {
      const { ticket = '', communication } = await start();
      const call = await place(ticket);
      assert.deepEqual(dialed(call), []);
      assert.ok(call.heard.length > 0);
      const [first] = clinic.executions('webhook');
      assert.match(first?.log.join('\n') ?? '', new RegExp(code));
      assert.equal((await record(communication)).status, 'preparation');
      snapshots.match(scenario, await recordCall(clinic, call));
    });
  }

  test('unauthorized requesters and prohibited numbers are refused', async () => {
    const operation = 'start-call';
    const sent = clinic.sandbox.sent.length;
    const unauthorized = await clinic.staff('Without Role', { role: false });
    const unreachable = await clinic.create<Patient>({ resourceType: 'Patient', name: [{ family: 'Silent' }] });
    const premium = await clinic.create<Patient>({
      resourceType: 'Patient',
      telecom: [{ system: 'phone', value: '+19005550199' }],
    });
    const app = Buffer.from(`${clinic.sandbox.client.id}:${clinic.sandbox.client.secret}`).toString('base64');
    const cases: [string, object, number, string][] = [
      [unauthorized.token, { operation, number: callee }, 403, 'OUTBOUND_ROLE'],
      [unauthorized.token, { operation: 'access-token' }, 403, 'OUTBOUND_ROLE'],
      [staff.token, { operation, patient: `Patient/${unreachable.id}` }, 400, 'OUTBOUND_NO_NUMBER'],
      [staff.token, { operation, patient: `Patient/${premium.id}` }, 403, 'OUTBOUND_BLOCKED'],
      [staff.token, { operation, patient: 'Patient/nobody' }, 404, 'RECORD_NOT_FOUND'],
      [staff.token, { operation, number: '911' }, 403, 'OUTBOUND_EMERGENCY'],
      [staff.token, { operation, number: '+442079460123' }, 403, 'OUTBOUND_COUNTRY'],
      [staff.token, { operation, number: '+881612345678' }, 403, 'OUTBOUND_BLOCKED'],
      [staff.token, { operation, number: '+15550100002' }, 403, 'OUTBOUND_OWN_NUMBER'],
      [staff.token, { operation, number: 'seven' }, 400, 'OUTBOUND_NUMBER_INVALID'],
      [staff.token, { operation: 'call-everybody' }, 400, 'OPERATION_UNKNOWN'],
    ];
    for (const [token, input, status, code] of cases) {
      const answer = await clinic.execute(token, input);
      assert.deepEqual([answer.status, answer.code], [status, code], JSON.stringify(input));
    }
    const byApp = await fetch(`${clinic.sandbox.fhir}/Bot/${clinic.bot('operations').id}/$execute`, {
      method: 'POST',
      headers: { Authorization: `Basic ${app}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ operation: 'access-token' }),
    });
    assert.equal(byApp.status, 400);
    assert.match(await byApp.text(), /OUTBOUND_REQUESTER/);
    assert.ok(!clinic.sandbox.sent.slice(sent).some(({ method }) => method === 'POST'), 'no call was placed');
  });

  test('a repeated requestId returns the same call', async () => {
    const [first, again] = [await start({ requestId: 'one' }), await start({ requestId: 'one' })];
    assert.equal(again['communication'], first['communication']);
    const other = { operation: 'start-call', number: '+15550100502', requestId: 'one' };
    assert.equal((await clinic.execute(staff.token, other)).code, 'OUTBOUND_REQUEST_USED');
  });

  describe('place-call', () => {
    const place = (requestId: string): object => ({
      operation: 'place-call',
      patient: `Patient/${patient.id}`,
      requestId,
    });
    const placed = (): number =>
      clinic.sandbox.sent.filter(({ method, path }) => method === 'POST' && path.endsWith('/Calls.json')).length;
    const own = '+15550100511';
    const call = (callSid: string | undefined): CallResult => {
      const found = clinic.sandbox.twilio.results.find((result) => result.callSid === callSid);
      assert.ok(found);
      return found;
    };
    beforeEach(() => {
      clinic.sandbox.twilio.people.set(own, { pickUp: { after: 2 }, digits: ['', '#'], ...talks });
    });

    test('dials the practitioner, then the patient after a key press', async () => {
      const { callSid = '', communication } = await clinic.executeSuccessfully(staff.token, place('rest-1'));
      await clinic.sandbox.twilio.idle();
      await clinic.sandbox.settled();
      clinic.check(call(callSid), true);
      assert.deepEqual(dialed(call(callSid)), [callee]);
      const prompt = 'To place your call, press any key.';
      assert.deepEqual(call(callSid).heard.slice(0, 2), [prompt, prompt]);
      const done = await record(communication);
      assert.deepEqual([done.status, done.recipient?.[0]?.reference], ['completed', `Patient/${patient.id}`]);
      // A callback may arrive before the response to the request and create a second record.
      await clinic.sweep(Date.parse(workday) + 10 * minute);
      const records = await clinic.searchChart<Communication>(
        'Communication',
        `identifier=https://www.twilio.com/|${callSid}`,
      );
      const standing = records.filter(({ status }) => status !== 'entered-in-error');
      assert.deepEqual(
        standing.map(({ id }) => `Communication/${id ?? ''}`),
        [communication],
      );
    });

    test('does not dial the patient if a voicemail system answers', async () => {
      const pickUp = { after: 20, answeredBy: 'machine_start', talk: 40 };
      clinic.sandbox.twilio.people.set(own, { pickUp, ...talks });
      const { callSid = '', communication } = await clinic.executeSuccessfully(staff.token, place('mailbox'));
      await clinic.sandbox.twilio.idle();
      await clinic.sandbox.settled();
      clinic.check(call(callSid), true);
      assert.deepEqual([dialed(call(callSid)), call(callSid).heard.at(-1)], [[], 'Goodbye.']);
      const done = await record(communication);
      const outcome = done.extension?.[0]?.extension?.find(({ url }) => url === 'outcome')?.valueCode;
      assert.deepEqual(
        [done.status, outcome, done.received, done.subject?.reference],
        ['completed', 'no-answer', undefined, `Patient/${patient.id}`],
      );
    });

    test('looks up the call after a lost response and places it once', async () => {
      const before = placed();
      clinic.sandbox.twilio.networkFaults.loseAnswer = 1;
      const { callSid } = await clinic.executeSuccessfully(staff.token, place('rest-2'));
      clinic.sandbox.twilio.networkFaults.loseAnswer = 0;
      await clinic.sandbox.twilio.idle();
      assert.equal((await clinic.executeSuccessfully(staff.token, place('rest-2')))['callSid'], callSid);
      assert.equal(placed() - before, 1);
    });

    test('reports an unknown result until Twilio lists the call', async () => {
      const before = placed();
      clinic.sandbox.twilio.people.set(own, { pickUp: { after: 2 }, ...talks });
      Object.assign(clinic.sandbox.twilio.networkFaults, { loseAnswer: 1, listLateMs: 90_000 });
      assert.equal((await clinic.execute(staff.token, place('rest-3'))).code, 'OUTBOUND_UNKNOWN');
      assert.equal((await clinic.execute(staff.token, place('rest-3'))).code, 'OUTBOUND_UNKNOWN');
      await clinic.sandbox.twilio.idle();
      clinic.sandbox.setTime(Date.parse(workday) + 5 * minute);
      const { callSid = '' } = await clinic.executeSuccessfully(staff.token, place('rest-3'));
      Object.assign(clinic.sandbox.twilio.networkFaults, { loseAnswer: 0, listLateMs: 0 });
      assert.deepEqual(dialed(call(callSid)), []);
      assert.equal(placed() - before, 1);
    });

    test('does not dial the patient of an unsealed call after a lost response', async () => {
      const before = placed();
      Object.assign(clinic.sandbox.twilio.networkFaults, { loseAnswer: 1, listLateMs: 90_000 });
      assert.equal((await clinic.execute(staff.token, place('rest-4'))).code, 'OUTBOUND_UNKNOWN');
      await clinic.sandbox.twilio.idle();
      await clinic.sandbox.settled();
      Object.assign(clinic.sandbox.twilio.networkFaults, { loseAnswer: 0, listLateMs: 0 });
      const { callSid = '' } = await clinic.executeSuccessfully(staff.token, place('rest-4'));
      assert.deepEqual(dialed(call(callSid)), []);
      assert.equal(placed() - before, 1);
    });
  });
});
