// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A reception transfers its callers, puts them on hold and takes them from a queue. */
import type { Basic, Communication, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { fhirRequest } from '../sandbox-client.ts';
import type { Answer, CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { openClinic, ticketSecret, workday } from './clinic.ts';
import type { Clinic, ExecuteResponse, Staff } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('transfers');
const to = '+15550100041';
const lab = '+15550100171';
const line = '+15550100042';
const music = 'https://audio.example/hold.mp3';

const stays: Answer = { after: 3, talk: 'until ended' };
const talks: Answer = { after: 4, talk: 60 };

describe('transfers', () => {
  let clinic: Clinic;
  let amber: Staff;
  let bram: Staff;
  let cleo: Staff;
  before(async () => {
    clinic = await openClinic({
      seed: 'transfers',
      numbers: [to, line],
      secrets: { PLUMLINE_SECRET: ticketSecret },
      config: async (clinic) => {
        amber = await clinic.staff('Amber Invented');
        bram = await clinic.staff('Bram Invented');
        cleo = await clinic.staff('Cleo Invented', { phone: lab });
        return JSON.stringify({
          language: 'en-US',
          timeZone: 'America/Chicago',
          numbers: {
            [to]: { name: 'Oak Street', dialplan: 'day' },
            [line]: { name: 'Oak Street nurses', dialplan: 'nurses' },
          },
          dialplans: { day: [{ then: 'reception' }], nurses: [{ then: 'nurse-line' }] },
          tasks: { on: ['missed', 'voicemail'], owner: 'Organization/reception' },
          presence: { enabled: true },
          dispositions: { refill: 'Refill requested', other: 'Other' },
          transfer: { otherwise: 'message', music, maxHold: 120, actions: ['message', 'nurse-line'] },
          actions: {
            reception: [{ dial: { targets: [{ client: amber.identity }], otherwise: 'message' } }],
            'nurse-line': [{ queue: { name: 'nurses', otherwise: 'message' } }],
            message: [{ voicemail: { greeting: { text: 'Please leave a message.' } } }],
          },
        });
      },
    });
    // The roles were created before the Subscription, so the first token writes each identity.
    for (const { token } of [amber, bram, cleo]) {
      await clinic.executeSuccessfully(token, { operation: 'access-token' });
    }
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  let callers = 0;

  /** A call to the reception. `act` runs when Amber talks with the caller. */
  async function during(script: Script, act: (callSid: string) => Promise<void>): Promise<CallResult> {
    clinic.start(workday);
    const from = `+155501005${String(callers++).padStart(2, '0')}`;
    const going = clinic.sandbox.twilio.incoming({ from, to, script });
    await clinic.waitForAnswer(going);
    await act(going.callSid);
    const call = await going;
    await clinic.sandbox.settled();
    clinic.check(call);
    await clinic.checkLinks();
    return call;
  }

  const withAmber = (others: Record<string, Answer | Answer[]> = {}): Record<string, Answer | Answer[]> => ({
    [`client:${amber.identity}`]: stays,
    ...others,
  });

  /** Waits until the caller of a call heard a text. */
  async function heard(callSid: string, text: string): Promise<void> {
    while (!clinic.sandbox.twilio.live.get(callSid)?.leg.heard.includes(text)) {
      assert.ok(clinic.sandbox.twilio.live.has(callSid), 'the call has ended');
      await setTimeout(5);
    }
  }

  async function transfer(callSid: string, target: object, staff = amber): Promise<ExecuteResponse> {
    return clinic.execute(staff.token, { operation: 'transfer-call', callSid, ...target });
  }

  async function outcome(call: CallResult): Promise<{ line: string; triggers: string[] }> {
    const [record] = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${call.callSid}`,
    );
    const tasks = await clinic.searchChart<Task>('Task');
    const triggers = tasks.flatMap(({ identifier = [] }) =>
      identifier.flatMap(({ value = '' }) => (value.startsWith(call.callSid) ? [value.split('.')[1] ?? ''] : [])),
    );
    return { line: record?.payload?.[0]?.contentString ?? '', triggers };
  }

  const dialed = (call: CallResult): string[] => call.legs.map((leg) => leg.to);
  const steps = (call: CallResult): string[] =>
    call.requests.flatMap(({ url, callback }) => (callback ? [] : [new URL(url).searchParams.get('step') ?? '']));

  test('a colleague takes the caller', async () => {
    const call = await during({ answers: withAmber({ [`client:${bram.identity}`]: talks }) }, async (callSid) => {
      const answer = await transfer(callSid, { practitioner: bram.reference });
      assert.deepEqual([answer.status, answer.body], [200, { callSid, instruction: 'transfer' }]);
    });
    assert.deepEqual(dialed(call), [`client:${amber.identity}`, `client:${bram.identity}`]);
    assert.deepEqual(steps(call), ['', 'transfer', 'dial._transfer']);
    const { line, triggers } = await outcome(call);
    assert.match(line, /^Inbound Twilio voice call; status=completed; duration=\d+s$/);
    assert.deepEqual(triggers, []);
    snapshots.match('a colleague takes the caller', await recordCall(clinic, call));
  });

  test('the colleague does not answer, and the caller returns', async () => {
    const answers = withAmber({ [`client:${amber.identity}`]: [stays, talks] });
    const call = await during({ answers }, async (callSid) => {
      assert.equal((await transfer(callSid, { practitioner: bram.reference })).status, 200);
    });
    const [first, second] = [`client:${amber.identity}`, `client:${bram.identity}`];
    assert.deepEqual(dialed(call), [first, second, first]);
    assert.deepEqual(steps(call), ['', 'transfer', 'dial._transfer', 'dial._back']);
    assert.deepEqual((await outcome(call)).triggers, []);
  });

  test('no one answers, and the caller leaves a message', async () => {
    const answers = withAmber({ [`client:${amber.identity}`]: [stays, 'no-answer'] });
    const call = await during({ answers, voicemail: 9 }, async (callSid) => {
      assert.equal((await transfer(callSid, { practitioner: bram.reference })).status, 200);
    });
    const { line, triggers } = await outcome(call);
    assert.match(line, /outcome=voicemail; mailbox=message/);
    assert.deepEqual(triggers, ['voicemail']);
  });

  test('an action takes the caller', async () => {
    const call = await during({ answers: withAmber(), voicemail: 9 }, async (callSid) => {
      assert.deepEqual((await transfer(callSid, { action: 'reception' })).code, 'OPERATION_ARGUMENT');
      assert.deepEqual((await transfer(callSid, { action: 'unknown' })).code, 'OPERATION_ARGUMENT');
      assert.equal((await transfer(callSid, { action: 'message' })).status, 200);
    });
    assert.deepEqual(steps(call), ['', 'transfer', 'voicemail.message']);
    assert.deepEqual((await outcome(call)).triggers, ['voicemail']);
  });

  test('a phone is screened', async () => {
    const call = await during({ answers: withAmber({ [lab]: talks }) }, async (callSid) => {
      assert.equal((await transfer(callSid, { number: lab })).status, 200);
    });
    assert.deepEqual(dialed(call), [`client:${amber.identity}`, lab]);
    assert.deepEqual(call.legs[1]?.heard[0], 'A call for transfer. To take it, press 1.');
    assert.deepEqual((await outcome(call)).triggers, []);
  });

  test('the mailbox of a phone does not take the caller', async () => {
    const mailbox: Answer = { after: 4, talk: 45, answeredBy: 'machine_start' };
    const answers = withAmber({ [`client:${amber.identity}`]: [stays, talks], [lab]: mailbox });
    const call = await during({ answers }, async (callSid) => {
      assert.equal((await transfer(callSid, { practitioner: cleo.reference })).status, 200);
    });
    const amberTo = `client:${amber.identity}`;
    assert.deepEqual(dialed(call), [amberTo, `client:${cleo.identity}`, lab, amberTo]);
  });

  test('a forbidden number is refused, and the caller stays', async () => {
    const call = await during({ answers: withAmber() }, async (callSid) => {
      for (const [number, code] of [
        ['911', 'OUTBOUND_EMERGENCY'],
        [to, 'OUTBOUND_OWN_NUMBER'],
        ['+442079460999', 'OUTBOUND_COUNTRY'],
        ['+19005550101', 'OUTBOUND_BLOCKED'],
        ['no number', 'OUTBOUND_NUMBER_INVALID'],
      ] as const) {
        assert.equal((await transfer(callSid, { number })).code, code, number);
      }
      assert.equal((await transfer(callSid, {})).code, 'OPERATION_ARGUMENT');
      const both = { number: lab, practitioner: bram.reference };
      assert.equal((await transfer(callSid, both)).code, 'OPERATION_ARGUMENT');
      await clinic.executeSuccessfully(amber.token, { operation: 'end-call', callSid });
    });
    assert.deepEqual(dialed(call), [`client:${amber.identity}`]);
  });

  test('the caller hangs up while the colleague rings', async () => {
    const answers = withAmber({ [`client:${bram.identity}`]: 'ringing' });
    const call = await during({ answers }, async (callSid) => {
      assert.equal((await transfer(callSid, { practitioner: bram.reference })).status, 200);
      while (clinic.sandbox.twilio.live.get(callSid)?.legs[1]?.status !== 'ringing') {
        await setTimeout(5);
      }
      clinic.sandbox.twilio.live.get(callSid)?.interrupt({ end: 'completed' });
    });
    const { line, triggers } = await outcome(call);
    assert.match(line, /^Inbound Twilio voice call; status=completed/);
    assert.deepEqual(triggers, []);
  });

  test('only the person who speaks with the caller may transfer', async () => {
    let sid = '';
    await during({ answers: withAmber() }, async (callSid) => {
      sid = callSid;
      for (const operation of ['transfer-call', 'hold-call', 'resume-call']) {
        const { code } = await clinic.execute(bram.token, { operation, callSid, practitioner: cleo.reference });
        assert.equal(code, 'RECORD_NOT_FOUND', operation);
      }
      assert.equal(
        (await clinic.execute(amber.token, { operation: 'resume-call', callSid })).code,
        'TRANSFER_NOT_HELD',
      );
      await clinic.executeSuccessfully(amber.token, { operation: 'end-call', callSid });
    });
    assert.equal((await transfer(sid, { practitioner: bram.reference })).code, 'TRANSFER_CALL_ENDED');
    assert.equal((await transfer(sid, { practitioner: bram.reference }, bram)).code, 'RECORD_NOT_FOUND');
    const unknown = `CA${'0'.repeat(31)}9`;
    assert.equal((await transfer(unknown, { practitioner: bram.reference })).code, 'RECORD_NOT_FOUND');
  });

  test('a caller is put on hold and resumed', async () => {
    const answers = withAmber({ [`client:${amber.identity}`]: [stays, talks] });
    const call = await during({ answers, plays: 'until redirected' }, async (callSid) => {
      const held = await clinic.execute(amber.token, { operation: 'hold-call', callSid });
      assert.deepEqual([held.status, held.body], [200, { callSid, instruction: 'hold' }]);
      await heard(callSid, `[play ${music}]`);
      // The response of the first request may be lost.
      assert.equal((await clinic.execute(amber.token, { operation: 'hold-call', callSid })).status, 200);
      const other = { operation: 'resume-call', callSid };
      assert.equal((await clinic.execute(bram.token, other)).code, 'RECORD_NOT_FOUND');
      const resumed = await clinic.execute(amber.token, { operation: 'resume-call', callSid });
      assert.deepEqual([resumed.status, resumed.body], [200, { callSid, instruction: 'resume' }]);
    });
    const amberTo = `client:${amber.identity}`;
    assert.deepEqual(dialed(call), [amberTo, amberTo]);
    assert.deepEqual(steps(call), ['', 'transfer', 'transfer', 'dial._transfer']);
    assert.deepEqual((await outcome(call)).triggers, []);
    snapshots.match('a caller is put on hold and resumed', await recordCall(clinic, call));
  });

  test('a caller on hold is transferred after the colleague was asked', async () => {
    const answers = withAmber({ [`client:${bram.identity}`]: talks });
    const call = await during({ answers, plays: 'until redirected' }, async (callSid) => {
      await clinic.executeSuccessfully(amber.token, { operation: 'hold-call', callSid });
      await heard(callSid, `[play ${music}]`);
      assert.equal((await transfer(callSid, { practitioner: bram.reference })).status, 200);
    });
    assert.deepEqual(dialed(call), [`client:${amber.identity}`, `client:${bram.identity}`]);
  });

  test('a caller on hold returns after the maximum time', async () => {
    const answers = withAmber({ [`client:${amber.identity}`]: [stays, talks] });
    const call = await during({ answers }, async (callSid) => {
      await clinic.executeSuccessfully(amber.token, { operation: 'hold-call', callSid });
    });
    assert.deepEqual(dialed(call), [`client:${amber.identity}`, `client:${amber.identity}`]);
    assert.equal(call.heard.filter((text) => text === `[play ${music}]`).length, 12);
  });

  test('an edited instruction is not carried out', async () => {
    const call = await during({ answers: withAmber(), voicemail: 9, plays: 'until redirected' }, async (callSid) => {
      await clinic.executeSuccessfully(amber.token, { operation: 'hold-call', callSid });
      await heard(callSid, `[play ${music}]`);
      const [found] = await clinic.searchChart<Communication>(
        'Communication',
        `identifier=https://plumline.dev/fhir/call-instruction|${callSid}`,
      );
      const edited = JSON.stringify(found).replace('"hold"', '"transfer"').replace('"identity"', '"target"');
      const answer = await fhirRequest(clinic.sandbox, 'PUT', `Communication/${found?.id ?? ''}`, JSON.parse(edited));
      assert.equal(answer.status, 200);
      const { twilio } = clinic.sandbox;
      twilio.live.get(callSid)?.interrupt({
        next: { url: `${clinic.bot('webhook').webhook}?step=transfer`, method: 'POST', params: {} },
      });
    });
    assert.deepEqual(dialed(call), [`client:${amber.identity}`]);
    assert.deepEqual(steps(call), ['', 'transfer', 'transfer', 'voicemail.message']);
    assert.ok(clinic.log.some((entry) => entry.includes('TRANSFER_UNKNOWN')));
  });

  test('a call gets a disposition and a follow-up task', async () => {
    const answers = withAmber({ [`client:${bram.identity}`]: talks });
    const { callSid } = await during({ answers }, async (callSid) => {
      assert.equal((await transfer(callSid, { practitioner: bram.reference })).status, 200);
    });
    const set = {
      operation: 'set-disposition',
      callSid,
      code: 'refill',
      note: 'Asked for a refill.',
      followUp: { owner: 'Organization/nurses', due: '2026-11-20', text: 'Send the refill' },
    };
    for (const staff of [amber, bram]) {
      const answer = await clinic.executeSuccessfully(staff.token, set);
      assert.deepEqual(await clinic.executeSuccessfully(staff.token, set), answer);
      const disposition = await clinic.read<Communication>(answer['disposition']);
      assert.equal(disposition.partOf?.[0]?.reference, answer['communication']);
      assert.equal(disposition.sender?.reference, staff.reference);
      assert.equal(disposition.note?.[0]?.text, 'Asked for a refill.');
      const task = await clinic.read<Task>(answer['task']);
      assert.equal(task.owner?.reference, 'Organization/nurses');
      assert.equal(task.restriction?.period?.end, '2026-11-20');
      assert.equal(task.requester?.reference, staff.reference);
      const corrected = await clinic.executeSuccessfully(staff.token, { ...set, code: 'other', note: null });
      assert.deepEqual(corrected, answer);
      const { reasonCode, note } = await clinic.read<Communication>(answer['disposition']);
      assert.deepEqual([reasonCode?.[0]?.coding?.[0]?.code, note], ['other', undefined]);
    }
    const refused = async (staff: Staff, change: object): Promise<string | undefined> =>
      (await clinic.execute(staff.token, { ...set, ...change })).code;
    assert.equal(await refused(cleo, {}), 'RECORD_NOT_FOUND');
    assert.equal(await refused(amber, { code: 'unknown' }), 'OPERATION_ARGUMENT');
    assert.equal(await refused(amber, { followUp: { owner: 'Patient/7' } }), 'OPERATION_ARGUMENT');
    assert.equal(await refused(amber, { callSid: `CA${'0'.repeat(31)}9` }), 'RECORD_NOT_FOUND');
    const tasks = await clinic.searchChart<Task>('Task', 'code=https://plumline.dev/fhir/call-task-code|follow-up');
    assert.equal(tasks.length, 2);
  });

  test('staff who are away do not ring', async () => {
    const set = (staff: Staff, change: object): Promise<ExecuteResponse> =>
      clinic.execute(staff.token, { operation: 'set-presence', ...change });
    clinic.start(workday);
    for (const [change, code] of [
      [{}, 'OPERATION_ARGUMENT'],
      [{ presence: 'asleep' }, 'OPERATION_ARGUMENT'],
      [{ presence: 'away', until: 'soon' }, 'OPERATION_ARGUMENT'],
      [{ presence: 'away', until: '2026-11-17T14:59:00Z' }, 'OPERATION_ARGUMENT'],
      [{ presence: 'away', identity: bram.identity }, 'IDENTITY_NOT_BOUND'],
    ] as const) {
      assert.equal((await set(amber, change)).code, code, JSON.stringify(change));
    }
    const until = '2026-11-17T16:00:00.000Z';
    const away = await set(amber, { presence: 'away', until });
    assert.deepEqual(away.body, { identity: amber.identity, presence: 'away', until });
    const script: Script = { answers: { [`client:${amber.identity}`]: talks }, voicemail: 9 };
    const ring = async (at: string): Promise<string[]> =>
      dialed(await clinic.call({ from: '+15550100588', to }, script, at));
    const amberTo = `client:${amber.identity}`;
    const skipped = await clinic.call({ from: '+15550100588', to }, script, workday);
    assert.deepEqual(dialed(skipped), []);
    assert.match((await outcome(skipped)).line, /outcome=voicemail/);
    snapshots.match('staff who are away do not ring', await recordCall(clinic, skipped));
    assert.deepEqual(await ring(until), [amberTo]);
    clinic.start(workday);
    assert.equal((await set(amber, { presence: 'available' })).status, 200);
    assert.deepEqual(await ring(workday), [amberTo]);
    // A transfer to someone who is away goes back at once.
    assert.equal((await set(bram, { presence: 'away' })).status, 200);
    const answers = withAmber({ [`client:${amber.identity}`]: [stays, talks] });
    const call = await during({ answers }, async (callSid) => {
      assert.equal((await transfer(callSid, { practitioner: bram.reference })).status, 200);
    });
    assert.deepEqual(dialed(call), [amberTo, amberTo]);
    assert.equal((await set(bram, { presence: 'available' })).status, 200);
  });

  test('a forged presence is ignored', async () => {
    clinic.start(workday);
    assert.equal((await clinic.execute(bram.token, { operation: 'set-presence', presence: 'away' })).status, 200);
    const [found] = await clinic.searchChart<Basic>(
      'Basic',
      `identifier=https://plumline.dev/fhir/presence|${bram.identity}`,
    );
    const forged = JSON.stringify({ ...found, id: undefined, meta: undefined }).replaceAll(
      bram.identity,
      amber.identity,
    );
    const created = await fhirRequest(clinic.sandbox, 'POST', 'Basic', JSON.parse(forged));
    assert.equal(created.status, 201);
    const script: Script = { answers: { [`client:${amber.identity}`]: talks } };
    const call = await clinic.call({ from: '+15550100589', to }, script, workday);
    assert.deepEqual(dialed(call), [`client:${amber.identity}`]);
    assert.equal((await clinic.execute(bram.token, { operation: 'set-presence', presence: 'available' })).status, 200);
  });

  test('a call of the clinic cannot be transferred', async () => {
    clinic.start(workday);
    const { ticket = '' } = await clinic.executeSuccessfully(amber.token, { operation: 'start-call', number: lab });
    const going = clinic.sandbox.twilio.browser({
      identity: amber.identity,
      params: { Ticket: ticket },
      script: { answers: { [lab]: stays } },
    });
    await clinic.waitForAnswer(going);
    const target = { practitioner: bram.reference };
    assert.equal((await transfer(going.callSid, target)).code, 'TRANSFER_OUTGOING');
    assert.equal((await transfer(going.callSid, target, bram)).code, 'RECORD_NOT_FOUND');
    await clinic.executeSuccessfully(amber.token, { operation: 'end-call', callSid: going.callSid });
    await going;
    await clinic.sandbox.settled();
  });

  test('two people take the same waiting caller', async () => {
    clinic.start(workday);
    const answers = { [`client:${amber.identity}`]: talks, [`client:${bram.identity}`]: talks };
    const script: Script = { queue: { until: 'dequeued' }, answers };
    const going = clinic.sandbox.twilio.incoming({ from: '+15550100577', to: line, script });
    const { callSid } = going;
    while (clinic.sandbox.twilio.live.get(callSid)?.leg.status !== 'in-progress') {
      await setTimeout(5);
    }
    const list = await clinic.execute(bram.token, { operation: 'waiting-callers' });
    const { queues } = list.body as { queues: { queue: string; waiting: Record<string, unknown>[] }[] };
    assert.deepEqual(
      queues.map(({ queue, waiting }) => [queue, waiting.map((one) => [one['callSid'], one['position']])]),
      [['nurses', [[callSid, 1]]]],
    );
    const take = (staff: Staff): Promise<ExecuteResponse> =>
      clinic.execute(staff.token, { operation: 'take-caller', callSid });
    const taken = await Promise.all([take(amber), take(bram)]);
    const codes = taken.map(({ status, code }) => code ?? String(status)).sort();
    assert.deepEqual(codes, ['200', 'TRANSFER_NOT_WAITING']);
    const call = await going;
    await clinic.sandbox.settled();
    clinic.check(call, true);
    assert.equal(call.legs.length, 1);
    const { line: summary, triggers } = await outcome(call);
    assert.match(summary, /^Inbound Twilio voice call; status=completed/);
    assert.deepEqual(triggers, []);
    const winner = taken[0].status === 200 ? amber : bram;
    assert.equal((await take(winner === amber ? bram : amber)).code, 'TRANSFER_NOT_WAITING');
    // The response of the first request may be lost.
    assert.equal((await take(winner)).status, 200);
    assert.deepEqual(dialed(call), [`client:${winner.identity}`]);
  });
});
