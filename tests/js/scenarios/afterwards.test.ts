// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The work after a call: tasks, alerts, the sweep, deletion of recordings, histories and statistics. */
import type { Communication, Extension, Patient, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { openClinic, ticketSecret, workday } from './clinic.ts';
import type { Clinic, Staff } from './clinic.ts';
import { startAlertServer } from './alert-server.ts';
import type { AlertServer } from './alert-server.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const noon = Date.parse(workday);

const config = (alerts: string): string =>
  JSON.stringify({
    timeZone: 'America/New_York',
    numbers: { '+15550100001': { name: 'Desk', dialplan: 'desk' } },
    dialplans: { desk: [{ then: 'ring' }] },
    actions: {
      ring: [{ dial: { targets: [{ client: 'desk' }], otherwise: 'message' } }],
      message: [{ voicemail: { greeting: { text: 'Please speak after the tone.' } } }],
    },
    outbound: { requireTicket: false },
    recording: { inbound: true, announcement: { text: 'This call is recorded.' }, retentionDays: 30 },
    tasks: { on: ['missed', 'failed', 'voicemail'], owner: 'Organization/desk' },
    alerts: { url: alerts, format: 'slack', on: ['missed', 'failed'], perHour: 2 },
  });

const missed: Script = { voicemail: 0 };
const answered: Script = { answers: { 'client:desk': { after: 3, talk: 50 } } };

interface Opened {
  clinic: Clinic;
  staff: Staff;
  patient: Patient & { id: string };
  alertServer: AlertServer;
}

async function opened(seed: string): Promise<Opened> {
  const alertServer = await startAlertServer();
  const clinic = await openClinic({
    seed,
    config: config(alertServer.url),
    secrets: { PLUMLINE_SECRET: ticketSecret },
  });
  const staff = await clinic.staff('Amber Invented', { phone: '+15550100511' });
  const patient = await clinic.create<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Pat'], family: 'Secretive' }],
    telecom: [{ system: 'phone', value: '555-010-0601' }],
  });
  await clinic.executeSuccessfully(staff.token, { operation: 'access-token' });
  // The sweep reads Twilio's list from this mark on.
  await clinic.sweep(noon - 20 * minute);
  return { clinic, staff, patient, alertServer };
}

/** The value of one part of the extension of a call. */
const part = (record: Communication | undefined, url: string): Extension | undefined =>
  record?.extension?.[0]?.extension?.find((one) => one.url === url);

describe('after a missed call', () => {
  let open: Opened;
  before(async () => {
    open = await opened('missed');
    // Callbacks and Subscriptions arrive twice, late and in the wrong order.
    Object.assign(open.clinic.sandbox.twilio.networkFaults, { twice: 1, late: 0.4, shuffle: 0.4 });
    Object.assign(open.clinic.sandbox.deliveries, { twice: 1, late: 40, outOfOrder: true });
  });
  after(async () => {
    await open.clinic.stop();
    open.alertServer.stop();
  });

  /** A call whose callbacks arrive late or in the wrong order. Retries may add round trips. */
  async function withFaultyCallbacks(from: string, script: Script, at: number): Promise<CallResult> {
    const { clinic } = open;
    clinic.start(at);
    const call = await clinic.sandbox.twilio.incoming({ from, to: '+15550100001', script });
    await clinic.sandbox.settled();
    return call;
  }
  const tasks = (): Promise<Task[]> => open.clinic.searchChart<Task>('Task');

  test('one task and one alert are created, and the alert contains no name or number', async () => {
    const { clinic, alertServer } = open;
    const call = await withFaultyCallbacks('+15550100601', missed, noon);
    await Promise.all([clinic.sweep(noon + 2 * minute), clinic.sweep(), clinic.sweep()]);
    await clinic.sweep(noon + 3 * minute);
    assert.deepEqual(
      (await tasks()).map((task) => [task.status, task.code?.coding?.[0]?.code, task.identifier?.[0]?.value]),
      [['requested', 'missed', `${call.callSid}.missed`]],
    );
    const calls = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${call.callSid}`,
    );
    assert.equal(calls.length, 1);
    assert.equal(alertServer.posts.length, 1);
    assert.doesNotMatch(alertServer.posts[0] ?? '', /555|0601|Pat|Secretive/);
    assert.match(alertServer.posts[0] ?? '', new RegExp(calls[0]?.id ?? '-'));
  });

  test('an answered return call closes the task', async () => {
    const { clinic, staff } = open;
    clinic.start(noon + hour);
    await clinic.sandbox.twilio.browser({ identity: staff.identity, params: { To: '+15550100601' } });
    await clinic.sandbox.settled();
    assert.equal((await tasks())[0]?.status, 'requested');
    await clinic.sandbox.twilio.browser({
      identity: staff.identity,
      params: { To: '+15550100601' },
      script: { answers: { '+15550100601': { talk: 60 } } },
    });
    await clinic.sandbox.settled();
    await clinic.sweep(noon + hour + 5 * minute);
    assert.equal((await tasks())[0]?.status, 'completed');
  });

  test('alerts stop at the hourly limit, and a summary alert follows', async () => {
    const { clinic, alertServer } = open;
    alertServer.posts = [];
    const later = noon + 3 * hour;
    for (const number of [1, 2, 3, 4]) {
      await withFaultyCallbacks(`+1555010061${number}`, missed, later + number * minute);
    }
    await Promise.all([clinic.sweep(later + 6 * minute), clinic.sweep()]);
    assert.equal(alertServer.posts.length, 2);
    assert.equal((await tasks()).length, 5);
    await clinic.sweep(later + 64 * minute);
    await clinic.sweep(later + 65 * minute);
    assert.equal(alertServer.posts.length, 3);
    assert.match(alertServer.posts[2] ?? '', /2/);
  });

  test('a rejected alert is sent again', async () => {
    const { clinic, alertServer } = open;
    alertServer.posts = [];
    alertServer.statuses = [500];
    const later = noon + 6 * hour;
    await withFaultyCallbacks('+15550100621', missed, later);
    for (const after of [4, 8, 12]) {
      await clinic.sweep(later + after * minute);
    }
    assert.equal(alertServer.posts.length, 2);
    assert.equal(alertServer.posts[0], alertServer.posts[1]);
  });
});

describe('when every callback is lost', () => {
  let open: Opened;
  before(async () => {
    open = await opened('lost');
    open.clinic.sandbox.twilio.networkFaults.drop = 1;
    open.clinic.sandbox.twilio.people.set('+15550100511', {
      pickUp: { after: 2 },
      answers: { '+15550100601': { after: 4, talk: 70 } },
    });
  });
  after(async () => {
    await open.clinic.stop();
    open.alertServer.stop();
  });
  const completed = async (): Promise<Communication[]> => open.clinic.searchChart('Communication', 'status=completed');

  test('the sweep records the calls and creates their tasks and alerts', async () => {
    const { clinic } = open;
    const calls: CallResult[] = [];
    for (const [index, script] of [answered, missed, { hangUpAfter: 5 }].entries()) {
      calls.push(await clinic.call({ from: `+1555010065${index}` }, script, noon + index * minute));
    }
    assert.ok((await completed()).length < 3);
    await clinic.sweep(noon + 10 * minute);
    await Promise.all([clinic.sweep(noon + 11 * minute), clinic.sweep()]);
    const records = await completed();
    assert.deepEqual(
      calls.map(({ callSid }) => records.filter(({ identifier }) => identifier?.[0]?.value === callSid).length),
      [1, 1, 1],
    );
    const outcome = (call: CallResult | undefined): string | undefined =>
      part(
        records.find(({ identifier }) => identifier?.[0]?.value === call?.callSid),
        'outcome',
      )?.valueCode;
    assert.equal(outcome(calls[0]), 'answered');
    assert.equal((await clinic.searchChart<Task>('Task')).length, 2);
  });

  test('the sweep finds an unreported voicemail and creates a task to listen to it', async () => {
    const { clinic } = open;
    const at = noon + 20 * minute;
    const { callSid } = await clinic.call({ from: '+15550100661' }, { voicemail: 20 }, at);
    await clinic.sweep(at + 10 * minute);
    await clinic.sweep(at + 11 * minute);
    const recordings = [...clinic.sandbox.twilio.recordings.all.values()];
    const message = recordings.find((recording) => recording.callSid === callSid);
    const record = (await completed()).find(({ identifier }) => identifier?.[0]?.value === callSid);
    assert.equal(part(record, 'recordingSid')?.valueString, message?.sid);
    assert.equal(part(record, 'outcome')?.valueCode, 'voicemail');
    const tasks = await clinic.searchChart<Task>('Task', `focus=Communication/${record?.id ?? ''}`);
    assert.deepEqual(
      tasks.map(({ code }) => code?.coding?.[0]?.code),
      ['voicemail'],
    );
  });

  test('a ticket with an unknown call is matched to that call', async () => {
    const { clinic, staff, patient } = open;
    const at = noon + hour;
    clinic.start(at);
    Object.assign(clinic.sandbox.twilio.networkFaults, { loseAnswer: 1, listLateMs: 60_000 });
    const place = { operation: 'place-call', patient: `Patient/${patient.id}`, requestId: 'lost' };
    assert.equal((await clinic.execute(staff.token, place)).code, 'OUTBOUND_UNKNOWN');
    clinic.sandbox.twilio.networkFaults.loseAnswer = 0;
    await clinic.sandbox.twilio.idle();
    const placed = clinic.sandbox.twilio.results.at(-1);
    const waiting = await clinic.searchChart<Communication>('Communication', 'status=preparation');
    assert.deepEqual(
      waiting.map(({ identifier }) => identifier?.some(({ value }) => value?.startsWith('CA'))),
      [false],
    );
    await clinic.sweep(at + 10 * minute);
    await clinic.sweep(at + 11 * minute);
    const record = await clinic.read<Communication>(`Communication/${waiting[0]?.id ?? ''}`);
    assert.deepEqual(
      [record.status, record.subject?.reference, record.sender?.reference],
      ['completed', `Patient/${patient.id}`, staff.reference],
    );
    assert.ok(record.identifier?.some(({ value }) => value === placed?.callSid));
    clinic.sandbox.twilio.networkFaults.listLateMs = 0;
  });

  test('an unused ticket is closed', async () => {
    const { clinic, staff, patient } = open;
    const at = noon + 3 * hour;
    clinic.start(at);
    const { communication } = await clinic.executeSuccessfully(staff.token, {
      operation: 'start-call',
      patient: `Patient/${patient.id}`,
    });
    await clinic.sweep(at + 20 * minute);
    assert.equal((await clinic.read<Communication>(communication)).status, 'preparation');
    await clinic.sweep(at + 50 * minute);
    assert.equal((await clinic.read<Communication>(communication)).status, 'not-done');
  });
});

describe('days later', () => {
  let open: Opened;
  const sids: string[] = [];
  before(async () => {
    open = await opened('later');
    const { clinic, staff } = open;
    for (const [index, script] of [answered, missed, { voicemail: 20 }, answered].entries()) {
      sids.push((await clinic.call({ from: '+15550100601' }, script, noon + index * hour)).callSid);
    }
    clinic.start(noon + day);
    const talk: Script = { answers: { '+15550100601': { after: 8, talk: 30 } } };
    const params = { To: '+15550100601', PatientId: open.patient.id };
    sids.push((await clinic.browser(staff.identity, params, talk)).callSid);
  });
  after(async () => {
    await open.clinic.stop();
    open.alertServer.stop();
  });

  test('recordings are deleted at Twilio, and the chart records the deletion', async () => {
    const { clinic } = open;
    const { all } = clinic.sandbox.twilio.recordings;
    const count = all.size;
    assert.equal(count, 3);
    await clinic.sweep(noon + 29 * day);
    assert.equal(all.size, count);
    for (const after of [31, 32, 33]) {
      await clinic.sweep(noon + after * day);
    }
    assert.equal(all.size, 0);
    const [record] = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${sids[0] ?? ''}`,
    );
    assert.match(JSON.stringify(record), /delet/i);
  });

  test('the history lists each call once across its pages', async () => {
    const { clinic, staff, patient } = open;
    // The dialplan did not look up the callers. Outgoing calls have their patient.
    const records = await clinic.searchChart<Communication>(
      'Communication',
      `category=https://plumline.dev/fhir/communication-category|twilio-voice`,
    );
    for (const record of records) {
      record.subject ??= { reference: `Patient/${patient.id}` };
      const url = `${clinic.sandbox.fhir}/Communication/${record.id ?? ''}`;
      const answer = await fetch(url, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/fhir+json' },
        body: JSON.stringify(record),
      });
      assert.equal(answer.status, 200);
    }
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { status, body } = await clinic.execute(staff.token, {
        operation: 'history',
        patient: `Patient/${patient.id}`,
        count: 2,
        order: 'oldest',
        ...(cursor !== undefined && { cursor }),
      });
      assert.equal(status, 200, JSON.stringify(body));
      const page = body as { items: { sid: string }[]; cursor?: string };
      assert.ok(page.items.length <= 2);
      seen.push(...page.items.map(({ sid }) => sid));
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.deepEqual(seen, sids);
  });

  test('the statistics count the calls', async () => {
    const { clinic, staff } = open;
    const period = { operation: 'statistics', from: '2026-11-17', to: '2026-11-18' };
    const { body } = await clinic.execute(staff.token, period);
    assert.equal(body['calls'], 5);
    assert.deepEqual(body['byDirection'], { inbound: 4, outbound: 1 });
    const { answered, voicemail, 'no-answer': unanswered } = body['byOutcome'] as Record<string, number>;
    assert.deepEqual([answered, voicemail], [3, 1]);
    assert.equal(unanswered, 1);
    assert.deepEqual(
      (body['byDay'] as { day: string; calls: number }[]).map((one) => [one.day, one.calls]),
      [
        ['2026-11-17', 4],
        ['2026-11-18', 1],
      ],
    );
    const times = body['timeToAnswer'] as Record<string, { answered: number; medianSeconds: number }>;
    // The announcement, then the legs that were dialed after it.
    assert.ok((times['inbound']?.medianSeconds ?? 99) <= 20);
    assert.equal(times['outbound']?.medianSeconds, 8);
  });
});
