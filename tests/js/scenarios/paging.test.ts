// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A caller needs the person on call: the clinic calls one after the other, until one of them accepts with a key. */
import type { Communication, Extension, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fhirRequest } from '../sandbox-client.ts';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { openClinic, ticketSecret } from './clinic.ts';
import type { Clinic, Staff } from './clinic.ts';

const to = '+15550100041';
const phones = { amber: '+15550100171', bram: '+15550100172', desk: '+15550100173' };
const minute = 60_000;
const oneTo59 = 60;

const accepts: Script = { pickUp: { after: 4 }, digits: ['1'] };
const mailbox: Script = { pickUp: { after: 20, answeredBy: 'machine_start', talk: 40 } };
const silent: Script = { pickUp: 'no-answer' };

interface Attempt {
  number: string;
  person: string | undefined;
  call: string | undefined;
  outcome: string | undefined;
}

describe('paging', () => {
  let clinic: Clinic;
  let amber: Staff;
  let bram: Staff;
  let day = 0;
  before(async () => {
    clinic = await openClinic({
      seed: 'paging',
      numbers: [to],
      secrets: { PLUMLINE_SECRET: ticketSecret },
      config: async (clinic) => {
        const organization = await clinic.create({ resourceType: 'Organization', name: 'Oak Street on call' });
        const role = { organization: { reference: `Organization/${organization.id}` } };
        amber = await clinic.staff('Amber Invented', { phone: phones.amber, role });
        bram = await clinic.staff('Bram Invented', { phone: phones.bram, role });
        return JSON.stringify({
          timeZone: 'America/Chicago',
          numbers: { [to]: { name: 'Oak Street', dialplan: 'night' } },
          dialplans: { night: [{ then: 'urgent' }] },
          tasks: { on: ['missed'], owner: 'Organization/reception' },
          actions: {
            urgent: [
              { say: { text: 'Please stay on the line.' } },
              {
                page: {
                  targets: [{ available: `Organization/${organization.id}` }, { number: phones.desk }],
                  text: 'Call the patient back',
                  minutes: 3,
                  rounds: 2,
                  then: 'called',
                  otherwise: 'apology',
                },
              },
            ],
            called: [{ say: { text: 'We are calling the doctor on duty. Goodbye.' } }, { hangup: { served: true } }],
            apology: [{ say: { text: 'Please call again.' } }, { hangup: {} }],
          },
        });
      },
    });
  });
  after(() => clinic.stop());
  beforeEach(() => {
    day += 1;
    for (const phone of Object.values(phones)) {
      clinic.sandbox.twilio.people.set(phone, silent);
    }
    Object.assign(clinic.sandbox.twilio.networkFaults, { loseAnswer: 0, listLateMs: 0 });
  });

  /** The staff in the order in which they are called. */
  const first = (): { phone: string; reference: string } => inOrder()[0] as never;
  const second = (): { phone: string; reference: string } => inOrder()[1] as never;
  const inOrder = (): { phone: string; reference: string }[] =>
    [
      { phone: phones.amber, reference: amber.reference },
      { phone: phones.bram, reference: bram.reference },
    ].sort((a, b) => (a.reference < b.reference ? -1 : 1));

  const startOf = (day: number): number => Date.parse('2026-11-17T03:00:00.000Z') + day * 24 * 60 * minute;

  async function call(script: Script = {}): Promise<CallResult> {
    const result = await clinic.call({ from: `+155501005${String(day).padStart(2, '0')}` }, script, startOf(day));
    await clinic.sandbox.twilio.idle();
    await clinic.sandbox.settled();
    return result;
  }

  async function taskOf({ callSid }: CallResult): Promise<Task | undefined> {
    const query = `identifier=https://plumline.dev/fhir/page|${callSid}.urgent`;
    const tasks = await clinic.searchChart<Task>('Task', query);
    assert.ok(tasks.length <= 1);
    return tasks[0];
  }

  async function attemptsOf(result: CallResult): Promise<Attempt[]> {
    const task = await taskOf(result);
    const attempts = (task?.extension ?? []).filter(({ url }) => url.endsWith('/page-attempt'));
    return attempts.map(({ extension = [] }) => {
      const part = (url: string): Extension | undefined => extension.find((item) => item.url === url);
      return {
        number: part('number')?.valueString ?? '',
        person: part('person')?.valueReference?.reference,
        call: part('call')?.valueString,
        outcome: part('outcome')?.valueCode,
      };
    });
  }

  async function minuteLater(count: number): Promise<void> {
    await clinic.sweep(startOf(day) + count * minute);
    await clinic.sandbox.twilio.idle();
    await clinic.sandbox.settled();
  }

  /** The phones that Twilio was asked to call. */
  const placed = (): string[] =>
    clinic.sandbox.sent
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/Calls.json'))
      .map(({ body }) => (body as Record<string, string>)['To'] ?? '');

  const status = (task: Task | undefined): (string | undefined)[] => [
    task?.status,
    task?.businessStatus?.coding?.[0]?.code,
    task?.priority,
    task?.owner?.reference,
  ];

  test('the second person accepts after the mailbox of the first one answered', async () => {
    clinic.sandbox.twilio.people.set(first().phone, mailbox);
    clinic.sandbox.twilio.people.set(second().phone, accepts);
    const result = await call();
    assert.deepEqual(result.heard, ['Please stay on the line.', 'We are calling the doctor on duty. Goodbye.']);
    assert.deepEqual(status(await taskOf(result)), ['requested', 'paging', 'urgent', 'Organization/reception']);
    assert.deepEqual(
      (await attemptsOf(result)).map(({ number }) => number),
      [first().phone],
    );
    await minuteLater(1);
    const task = await taskOf(result);
    assert.deepEqual(status(task), ['accepted', 'accepted', 'urgent', second().reference]);
    assert.equal(task?.focus?.identifier?.value, result.callSid);
    assert.equal(task.code?.text, 'Call the patient back');
    const attempts = await attemptsOf(result);
    assert.deepEqual(
      attempts.map(({ person, outcome }) => [person, outcome]),
      [
        [first().reference, 'no-key'],
        [second().reference, 'accepted'],
      ],
    );
    assert.ok(attempts.every(({ call }) => call?.startsWith('CA')));
    const answered = clinic.sandbox.twilio.results.find(({ callSid }) => callSid === attempts[1]?.call);
    assert.deepEqual(answered?.heard, [
      'This is Oak Street. A caller needs the person on call. To accept, press 1.',
      'Thank you. You have accepted. Open the task in the chart.',
    ]);
    assert.ok(answered);
    clinic.check(answered, true);
    // No one else is called.
    const before = placed().length;
    for (const later of [2, 4, 10, oneTo59]) {
      await minuteLater(later);
    }
    assert.equal(placed().length, before);
  });

  test('no one accepts, and the task gets the highest priority', async () => {
    const result = await call();
    for (let later = 1; later <= 8; later++) {
      await minuteLater(later);
    }
    const round = [first().phone, second().phone, phones.desk];
    const attempts = await attemptsOf(result);
    assert.deepEqual(
      attempts.map(({ number }) => number),
      [...round, ...round],
    );
    assert.ok(attempts.every(({ outcome }) => outcome === 'no-key'));
    assert.deepEqual(status(await taskOf(result)), ['requested', 'unanswered', 'stat', 'Organization/reception']);
    assert.ok(clinic.log.some((line) => line.includes('PAGE_UNANSWERED')));
  });

  test('the caller hangs up early, and the person on call is called nevertheless', async () => {
    clinic.sandbox.twilio.people.set(first().phone, accepts);
    const result = await call({ hangUpAfter: 4 });
    await minuteLater(1);
    // The caller may hang up before the page is stored. Then the call is missed, and has a task for that.
    const task = await taskOf(result);
    const [record] = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${result.callSid}`,
    );
    assert.equal(record?.status, 'completed');
    assert.deepEqual(status(task), ['accepted', 'accepted', 'urgent', first().reference]);
  });

  test('a lost response places no second call', async () => {
    clinic.sandbox.twilio.people.set(first().phone, silent);
    clinic.sandbox.twilio.people.set(second().phone, accepts);
    clinic.sandbox.twilio.networkFaults.loseAnswer = 1;
    const before = placed().length;
    const result = await call();
    clinic.sandbox.twilio.networkFaults.loseAnswer = 0;
    assert.deepEqual(placed().slice(before), [first().phone]);
    assert.equal((await attemptsOf(result))[0]?.call, undefined);
    await minuteLater(1);
    assert.deepEqual(placed().slice(before), [first().phone]);
    for (const later of [3, 4]) {
      await minuteLater(later);
    }
    assert.deepEqual(placed().slice(before), [first().phone, second().phone]);
    const [lost, accepted] = await attemptsOf(result);
    assert.match(lost?.call ?? '', /^CA/);
    assert.deepEqual([lost?.outcome, accepted?.outcome], ['no-key', 'accepted']);
  });

  test('two sweeps at once place one call', async () => {
    const result = await call();
    const before = placed().length;
    clinic.sandbox.setTime(startOf(day) + minute);
    const automation = clinic.bot('automation').id;
    await Promise.all([clinic.sandbox.cron(automation), clinic.sandbox.cron(automation)]);
    await clinic.sandbox.twilio.idle();
    await clinic.sandbox.settled();
    assert.deepEqual(placed().slice(before), [second().phone]);
    assert.equal((await attemptsOf(result)).length, 2);
  });

  test('staff who take the task end the page', async () => {
    const result = await call();
    const task = await taskOf(result);
    assert.equal(
      (await fhirRequest(clinic.sandbox, 'PUT', `Task/${task?.id ?? ''}`, { ...task, status: 'in-progress' })).status,
      200,
    );
    await minuteLater(1);
    await minuteLater(9);
    assert.equal((await attemptsOf(result)).length, 1);
  });
});
