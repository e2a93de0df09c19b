// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The shortest stories that need a right of deploy/, in a clinic that needs all of them. */
import type { Appointment, Communication, Patient, Practitioner, Resource, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { ask, bearer } from '../sandbox-client.ts';
import { openClinic, policy, tickets, workday } from './clinic.ts';
import type { Clinic, PolicyName, Staff } from './clinic.ts';
import { openHooks } from './alert-server.ts';
import type { Hooks } from './alert-server.ts';

const minute = 60_000;
const numbers = [1, 2, 3, 4, 5].map((number) => `+1555010000${number}`);
const [greeted = '', timed = '', teamed = '', onDuty = '', calledBack = ''] = numbers;
const ada = '+15550100701';

export interface World {
  clinic: Clinic;
  staff: Staff;
  /** Somebody whose identity is none that Plumline made. */
  named: Staff;
  hooks: Hooks;
  patient: string;
  appointment: string;
}

/** Each needs what it needs, and goes wrong without it. */
export const stories: Record<string, (world: World) => Promise<void>> = {
  async 'a call is written down'(world) {
    assert.equal((await recordOf(world, await incoming(world, timed, {})))?.status, 'completed');
  },
  async 'a call is followed to its end'(world) {
    const record = await recordOf(world, await incoming(world, greeted, { voicemail: 8 }, '+15550100799'));
    assert.match(JSON.stringify(record), /"voicemail"/);
  },
  async 'a message is written out once'(world) {
    // Twice, as Twilio may tell everything.
    world.clinic.sandbox.twilio.unkind.twice = 1;
    const script = { voicemail: { seconds: 8, text: 'Please call' } };
    const call = await incoming(world, greeted, script, '+15550100799').finally(() => {
      world.clinic.sandbox.twilio.unkind.twice = 0;
    });
    const record = await recordOf(world, call);
    const parts = await world.clinic.chart<Communication>('Communication', `part-of=Communication/${record?.id ?? ''}`);
    assert.equal(parts.length, 1);
  },
  async 'a patient is greeted'(world) {
    assert.match((await incoming(world, greeted, { hangUpAfter: 1 })).heard[0] ?? '', /Hello Ada/);
  },
  async 'their doctor is rung'(world) {
    assert.ok(rung(await incoming(world, greeted, { hangUpAfter: 20 })).includes('+15550100711'));
  },
  async 'their doctor’s role is rung'(world) {
    assert.ok(rung(await incoming(world, greeted, { hangUpAfter: 20 }, '+15550100702')).includes('+15550100713'));
  },
  async 'whoever is on duty is rung'(world) {
    assert.ok(rung(await incoming(world, onDuty, { hangUpAfter: 20 })).includes('+15550100712'));
  },
  async 'whoever tried to call is rung'(world) {
    assert.ok(rung(await incoming(world, calledBack, { hangUpAfter: 20 })).includes('+15550100714'));
  },
  async 'the hours of a service count'(world) {
    assert.deepEqual((await incoming(world, timed, {})).heard, ['Open.']);
  },
  async 'the patient’s team counts'(world) {
    assert.deepEqual((await incoming(world, teamed, {})).heard, ['Team.']);
  },
  async 'a ticket is claimed'(world) {
    const { ticket = '' } = await start(world);
    assert.equal(
      rung(await world.clinic.browser(world.staff.identity, { Ticket: ticket }, { hangUpAfter: 5 })).length,
      1,
    );
  },
  async 'an identity of one’s own calls without a ticket'({ clinic, named }) {
    clinic.begin(clinic.began + 60 * minute);
    assert.deepEqual(rung(await clinic.browser(named.identity, { To: ada }, { hangUpAfter: 5 })), [ada]);
  },
  async 'the sweep brings a call'(world) {
    const call = await unheard(world);
    await sweep(world, 10);
    assert.equal((await recordOf(world, call))?.status, 'completed');
  },
  async 'the sweep closes a ticket'(world) {
    const { communication } = await start(world);
    await sweep(world, 50);
    assert.equal((await world.clinic.read<Communication>(communication)).status, 'not-done');
  },
  async 'the sweep begins to keep its marks'(world) {
    for (const { id } of await world.clinic.chart('Basic')) {
      await ask(world.clinic.sandbox, 'DELETE', `Basic/${id ?? ''}`);
    }
    await sweep(world, 1);
    assert.equal((await world.clinic.chart('Basic')).length, 1);
  },
  async 'the sweep moves its marks'(world) {
    await sweep(world, 1);
    const [before] = await world.clinic.chart('Basic');
    await sweep(world, 10);
    const [marks] = await world.clinic.chart('Basic');
    assert.notEqual(marks?.meta?.versionId, before?.meta?.versionId);
  },
  async 'a missed call opens a task'(world) {
    assert.equal(
      (await taskOf(world, await incoming(world, greeted, { voicemail: 0 }, '+15550100799')))?.status,
      'requested',
    );
  },
  async 'a call in turn closes the task'(world) {
    const caller = `+1555010${String(7000 + (Math.floor(world.clinic.began / minute) % 3000))}`;
    const missed = await incoming(world, greeted, { voicemail: 0 }, caller);
    const { ticket = '' } = await world.clinic.executed(world.staff.token, { operation: 'start-call', number: caller });
    await world.clinic.browser(world.staff.identity, { Ticket: ticket }, { answers: { [caller]: { talk: 9 } } });
    assert.equal((await taskOf(world, missed))?.status, 'completed');
  },
  async 'an alert goes out, and is noted as sent'(world) {
    const before = world.hooks.posts.length;
    const record = await recordOf(world, await incoming(world, greeted, { voicemail: 0 }, '+15550100799'));
    const alerts = await world.clinic.chart<Communication>('Communication');
    const alert = alerts.find(({ about }) => about?.[0]?.reference === `Communication/${record?.id ?? ''}`);
    assert.deepEqual([world.hooks.posts.length - before, alert?.status], [1, 'completed']);
  },
  async 'an alert that was not taken goes out later'(world) {
    const before = world.hooks.posts.length;
    world.hooks.answers = [500];
    await incoming(world, greeted, { voicemail: 0 }, '+15550100799');
    await sweep(world, 6);
    assert.equal(world.hooks.posts.length - before, 2);
  },
  async 'an app finds the operations'(world) {
    const query = 'Bot?identifier=https://plumline.dev/fhir/bot|operations';
    const { body } = await ask<Resource & { entry?: unknown[] }>(
      world.clinic.sandbox,
      'GET',
      query,
      undefined,
      bearer(world.staff.token),
    );
    assert.equal(body.entry?.length, 1);
  },
  async 'a token is given'(world) {
    await world.clinic.executed(world.staff.token, { operation: 'access-token' });
  },
  async 'an identity of one’s own is given a token'({ clinic, named }) {
    const { identity } = await clinic.executed(named.token, { operation: 'access-token' });
    assert.equal(identity, named.identity);
  },
  async 'an identity is written'(world) {
    const own = await world.clinic.read<Practitioner>(world.staff.reference);
    delete own.identifier;
    await ask(world.clinic.sandbox, 'PUT', world.staff.reference, own);
    await world.clinic.executed(world.staff.token, { operation: 'access-token' });
    assert.equal((await world.clinic.read<Practitioner>(world.staff.reference)).identifier?.length, 1);
  },
  async 'a call is prepared'(world) {
    await start(world, { requestId: `r${world.clinic.began}` });
  },
  async 'a call for an appointment is prepared'(world) {
    await start(world, { appointment: world.appointment });
  },
  async 'a call is given up'(world) {
    const { communication } = await start(world);
    const end = { operation: 'end-call', communication };
    assert.equal((await world.clinic.executed(world.staff.token, end))['status'], 'not-done');
  },
  async 'a history has calls'(world) {
    await start(world);
    const { items } = await history(world);
    assert.ok(items.some(({ kind }) => kind === 'call'));
  },
  async 'a history has messages'(world) {
    const { items } = await history(world);
    assert.ok(items.some(({ kind }) => kind === 'message'));
  },
};

/** The same where the config has `appointment.callExtension`. */
export const storiesOfAppointments: typeof stories = {
  async 'an appointment gets its call'(world) {
    const { clinic, staff, appointment } = world;
    const { ticket = '' } = await start(world, { appointment });
    const call = await clinic.browser(staff.identity, { Ticket: ticket }, { answers: { [ada]: { talk: 9 } } });
    const { extension } = await clinic.read<Appointment>(appointment);
    assert.ok(JSON.stringify(extension).includes(call.callSid));
  },
};

export async function openWorld(seed: string, appointments = false): Promise<World> {
  const hooks = await openHooks();
  const world = { hooks, patient: '', appointment: '' } as World;
  world.clinic = await openClinic({
    seed,
    numbers,
    secrets: { PLUMLINE_SECRET: tickets },
    config: (clinic) => furnish(clinic, world, appointments),
    ...(appointments && { policies: { automation: policy('automation-appointments') } }),
  });
  const { clinic } = world;
  world.staff = await clinic.staff('Amber Invented');
  world.named = { ...(await clinic.staff('Named Invented')), identity: 'dr_named' };
  const { reference, identity } = world.named;
  const named = await clinic.read<Practitioner>(reference);
  named.identifier = [{ system: 'http://twilio.com/voice/identity', value: identity }];
  assert.equal((await ask(clinic.sandbox, 'PUT', reference, named)).status, 200);
  const last = await clinic.staff('Last Invented', { phone: '+15550100714' });
  await clinic.executed(last.token, { operation: 'access-token' });
  await clinic.create<Communication>({
    resourceType: 'Communication',
    status: 'completed',
    category: [{ coding: [{ system: 'https://plumline.dev/fhir/communication-category', code: 'twilio-voice' }] }],
    sender: { reference: last.reference },
    recipient: [{ reference: world.patient }],
    sent: '2027-01-01T00:00:00.000Z',
  });
  await clinic.create<Communication>({
    resourceType: 'Communication',
    status: 'completed',
    category: [{ coding: [{ system: 'https://medplum.com/twilio-sms-direction', code: 'inbound' }] }],
    subject: { reference: world.patient },
    sent: '2026-11-16T00:00:00.000Z',
    payload: [{ contentString: 'Thank you' }],
  });
  clinic.begin(workday);
  await clinic.sweep(clinic.began);
  return world;
}

async function furnish(clinic: Clinic, world: World, appointments: boolean): Promise<string> {
  const phone = (value: string): { system: 'phone'; value: string }[] => [{ system: 'phone', value }];
  const named = (given: string): { given: string[]; family: string }[] => [{ given: [given], family: 'Invented' }];
  const reference = ({ resourceType, id }: Resource & { id: string }): string => `${resourceType}/${id}`;
  const doctor = await clinic.create({
    resourceType: 'Practitioner',
    name: named('Doc'),
    telecom: phone('+15550100711'),
  });
  const nurse = await clinic.create({
    resourceType: 'Practitioner',
    name: named('Nurse'),
    telecom: phone('+15550100712'),
  });
  const duty = await clinic.create({
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: { reference: reference(nurse) },
  });
  const role = await clinic.create({ resourceType: 'PractitionerRole', active: true, telecom: phone('+15550100713') });
  const patient = await clinic.create<Patient>({
    resourceType: 'Patient',
    name: named('Ada'),
    telecom: phone(ada),
    generalPractitioner: [{ reference: reference(doctor) }],
  });
  await clinic.create<Patient>({
    resourceType: 'Patient',
    name: named('Bea'),
    telecom: phone('+15550100702'),
    generalPractitioner: [{ reference: reference(role) }],
  });
  world.patient = reference(patient);
  const team = await clinic.create({
    resourceType: 'CareTeam',
    status: 'active',
    subject: { reference: world.patient },
  });
  const service = await clinic.create({ resourceType: 'HealthcareService', availableTime: [{ allDay: true }] });
  const appointment = await clinic.create<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    start: workday,
    end: '2026-11-17T16:00:00.000Z',
    participant: [{ status: 'accepted', actor: { reference: world.patient } }],
  });
  world.appointment = reference(appointment);
  const speech = (text: string): object[] => [{ say: { text } }, { hangup: {} }];
  const dial = (target: object): object => ({ dial: { targets: [target], timeout: 9, otherwise: 'message' } });
  const plans = { greeted, timed, teamed, 'on-duty': onDuty, 'called-back': calledBack };
  return JSON.stringify({
    timeZone: 'America/New_York',
    numbers: Object.fromEntries(
      Object.entries(plans).map(([dialplan, number]) => [number, { name: dialplan, dialplan }]),
    ),
    hours: { service: { healthcareService: reference(service) } },
    dialplans: {
      greeted: [{ then: 'greet' }],
      timed: [{ when: { open: 'service' }, then: 'open' }, { then: 'closed' }],
      teamed: [{ when: { careTeam: [reference(team)] }, then: 'team' }, { then: 'nobody' }],
      'on-duty': [{ then: 'duty' }],
      'called-back': [{ then: 'last' }],
    },
    actions: {
      greet: [{ greet: { patient: 'Hello {name}.', neutral: 'Hello.' } }, dial({ generalPractitioner: {} })],
      duty: [dial({ available: reference(duty) })],
      last: [dial({ lastToCall: {} })],
      message: [{ voicemail: { greeting: { text: 'Speak.' }, transcribe: true } }],
      open: speech('Open.'),
      closed: speech('Closed.'),
      team: speech('Team.'),
      nobody: speech('Nobody.'),
    },
    tasks: { on: ['missed', 'voicemail'] },
    alerts: { url: world.hooks.url, format: 'slack', on: ['missed'], perHour: 1000 },
    outbound: { callerId: greeted, concurrent: 1000, requireTicket: false },
    ...(appointments && { appointment: { callExtension: true } }),
  });
}

/** The rights of a policy, one by one: `0 Communication search`. */
export function rightsOf(
  name: PolicyName | 'automation-appointments',
): { right: string; entry: number; interaction: string }[] {
  return (policy(name).resource ?? []).flatMap(({ resourceType, interaction = [] }, entry) =>
    interaction.map((one) => ({ right: `${entry} ${resourceType} ${one}`, entry, interaction: one })),
  );
}

const rung = ({ legs }: CallResult): string[] => legs.map(({ to }) => to);

/** A call, an hour after the last one. */
async function incoming({ clinic }: World, to: string, script: Script, from = ada): Promise<CallResult> {
  clinic.begin(clinic.began + 60 * minute);
  const call = await clinic.sandbox.twilio.incoming({ from, to, script });
  await clinic.sandbox.settled();
  return call;
}

/** A call of which no callback comes. */
async function unheard(world: World): Promise<CallResult> {
  const { unkind } = world.clinic.sandbox.twilio;
  unkind.drop = 1;
  try {
    return await incoming(world, timed, {});
  } finally {
    unkind.drop = 0;
  }
}

async function sweep({ clinic }: World, minutes: number): Promise<void> {
  clinic.began += minutes * minute;
  await clinic.sweep(clinic.began);
}

async function recordOf({ clinic }: World, { callSid }: CallResult): Promise<Communication | undefined> {
  return (await clinic.chart<Communication>('Communication', `identifier=https://www.twilio.com/|${callSid}`))[0];
}

async function taskOf({ clinic }: World, { callSid }: CallResult): Promise<Task | undefined> {
  const tasks = await clinic.chart<Task>('Task');
  return tasks.find(({ identifier }) => identifier?.[0]?.value?.startsWith(callSid));
}

function start({ clinic, staff, patient }: World, more: object = {}): Promise<Record<string, string>> {
  clinic.begin(clinic.began + 60 * minute);
  return clinic.executed(staff.token, { operation: 'start-call', patient, ...more });
}

async function history({ clinic, staff, patient }: World): Promise<{ items: { kind: string }[] }> {
  const { status, body } = await clinic.execute(staff.token, { operation: 'history', patient, count: 100 });
  assert.equal(status, 200);
  return body as { items: { kind: string }[] };
}
