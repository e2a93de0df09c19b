// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The shortest scenarios that need each right of deploy/, in a clinic whose config uses all of them. */
import type {
  Appointment,
  Attachment,
  Basic,
  Communication,
  Patient,
  Practitioner,
  QuestionnaireResponse,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { fhirRequest, bearer } from '../sandbox-client.ts';
import { openClinic, policy, ticketSecret, workday } from './clinic.ts';
import type { Clinic, PolicyName, Staff } from './clinic.ts';
import { startAlertServer } from './alert-server.ts';
import type { AlertServer } from './alert-server.ts';

const minute = 60_000;
const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `+1555010000${number}`);
const [greeted = '', timed = '', teamed = '', onDuty = '', calledBack = ''] = numbers;
const [queued = '', absent = '', asked = '', controlled = ''] = numbers.slice(5);
/** An identity that only `fixture.staff` may use. */
const desk = 'front-desk';
const ada = '+15550100701';
/** The phones of the people on call, in the order in which they are called. The second one is `fixture.staff`. */
const onCall = ['+15550100721', '+15550100722'];

export interface RightsFixture {
  clinic: Clinic;
  staff: Staff;
  /** A staff member whose identity Plumline did not create. */
  named: Staff;
  alertServer: AlertServer;
  patient: string;
  appointment: string;
}

/** Each scenario throws without its rights. */
export const scenarios: Record<string, (fixture: RightsFixture) => Promise<void>> = {
  async 'a call is recorded'(fixture) {
    assert.equal((await recordOf(fixture, await incoming(fixture, timed, {})))?.status, 'completed');
  },
  async 'a call is followed to its end'(fixture) {
    const record = await recordOf(fixture, await incoming(fixture, greeted, { voicemail: 8 }, '+15550100799'));
    assert.match(JSON.stringify(record), /"voicemail"/);
  },
  async 'a transcribed message is recorded once'(fixture) {
    // Twilio may send any callback twice.
    fixture.clinic.sandbox.twilio.networkFaults.twice = 1;
    const script = { voicemail: { seconds: 8, text: 'Please call' } };
    const call = await incoming(fixture, greeted, script, '+15550100799').finally(() => {
      fixture.clinic.sandbox.twilio.networkFaults.twice = 0;
    });
    const record = await recordOf(fixture, call);
    const parts = await fixture.clinic.searchChart<Communication>(
      'Communication',
      `part-of=Communication/${record?.id ?? ''}`,
    );
    assert.equal(parts.length, 1);
  },
  async 'a patient is greeted'(fixture) {
    assert.match((await incoming(fixture, greeted, { hangUpAfter: 1 })).heard[0] ?? '', /Hello Ada/);
  },
  async 'a related person’s call is linked to the patient'(fixture) {
    const record = await recordOf(fixture, await incoming(fixture, greeted, { hangUpAfter: 1 }, '+15550100703'));
    assert.equal(record?.subject?.reference, fixture.patient);
    assert.match(record.sender?.reference ?? '', /^RelatedPerson\//);
  },
  async 'a verified caller hears the next visit'(fixture) {
    const { heard } = await incoming(fixture, asked, { digits: ['1', '03141980', '1'] });
    assert.match(heard.join(' '), /Your next visit is on/);
  },
  async 'a verified caller asks for something'(fixture) {
    const { heard } = await incoming(fixture, asked, { digits: ['1', '03141980', '2'] });
    assert.match(heard.join(' '), /Noted/);
  },
  async 'a request is noted once'(fixture) {
    const call = await incoming(fixture, asked, { digits: ['1', '03141980', '2', '1'] });
    const tasks = await fixture.clinic.searchChart<Task>(
      'Task',
      'code=https://plumline.dev/fhir/call-task-code|request',
    );
    assert.equal(tasks.filter(({ identifier }) => identifier?.[0]?.value?.startsWith(call.callSid)).length, 1);
  },
  async 'a first birth date is counted'(fixture) {
    assert.equal(await wrongDates(fixture, ['01012000']), 1);
  },
  async 'a wrong birth date is counted twice'(fixture) {
    assert.equal(await wrongDates(fixture, ['01012000', '01012001']), 2);
  },
  async 'a survey is kept'(fixture) {
    assert.equal((await surveyOf(fixture, await incoming(fixture, asked, { digits: ['2', '7'] })))?.item?.length, 1);
  },
  async 'a survey is completed later'(fixture) {
    const call = await incoming(fixture, asked, { digits: ['2', '7'] });
    const [survey, record] = [await surveyOf(fixture, call), await recordOf(fixture, call)];
    assert.ok(survey && record);
    const { sandbox } = fixture.clinic;
    const emptied = { ...survey, item: [] };
    assert.equal((await fhirRequest(sandbox, 'PUT', `QuestionnaireResponse/${survey.id ?? ''}`, emptied)).status, 200);
    // The automation bot runs after each change of a call record.
    await fhirRequest(sandbox, 'PUT', `Communication/${record.id ?? ''}`, { ...record, note: [{ text: 'Seen.' }] });
    await sandbox.settled();
    assert.equal((await surveyOf(fixture, call))?.item?.length, 1);
  },
  async 'the person on call accepts'(fixture) {
    const { status, owner } = (await page(fixture, 0)) ?? {};
    assert.deepEqual([status, owner?.reference?.split('/')[0]], ['accepted', 'Practitioner']);
  },
  async 'the next person on call accepts'(fixture) {
    assert.equal((await page(fixture, 1))?.status, 'accepted');
  },
  async 'a person on call who is away is not called'(fixture) {
    const { clinic, staff } = fixture;
    const presence = 'code=https://plumline.dev/fhir/basic-code|presence';
    for (const { id } of await clinic.searchChart('Basic', presence)) {
      await fhirRequest(clinic.sandbox, 'DELETE', `Basic/${id ?? ''}`);
    }
    const setPresence = (presence: string): Promise<unknown> =>
      clinic.executeSuccessfully(staff.token, { operation: 'set-presence', presence });
    await setPresence('away');
    const task = await page(fixture, 1);
    await setPresence('available');
    assert.equal(task?.status, 'requested');
  },
  async 'the patient’s doctor is dialed'(fixture) {
    assert.ok(dialed(await incoming(fixture, greeted, { hangUpAfter: 20 })).includes('+15550100711'));
  },
  async 'the role of the patient’s doctor is dialed'(fixture) {
    assert.ok(dialed(await incoming(fixture, greeted, { hangUpAfter: 20 }, '+15550100702')).includes('+15550100713'));
  },
  async 'staff on duty are dialed'(fixture) {
    assert.ok(dialed(await incoming(fixture, onDuty, { hangUpAfter: 20 })).includes('+15550100712'));
  },
  async 'a waiting caller is taken'(fixture) {
    const { clinic, staff } = fixture;
    clinic.start(clinic.startedAt + 60 * minute);
    const script: Script = { queue: { until: 'dequeued' }, answers: { [`client:${staff.identity}`]: { talk: 9 } } };
    const going = clinic.sandbox.twilio.incoming({ from: ada, to: queued, script });
    const { callSid } = going;
    const isWaiting = (): boolean =>
      [...clinic.sandbox.twilio.queues.values()].some(({ members }) =>
        members.some(({ call }) => call.leg.sid === callSid),
      );
    while (!isWaiting()) {
      await setTimeout(5);
    }
    try {
      await clinic.executeSuccessfully(staff.token, { operation: 'take-caller', callSid });
    } finally {
      if (isWaiting()) {
        clinic.sandbox.twilio.live.get(callSid)?.interrupt({ end: 'completed' });
      }
      await going;
      await clinic.sandbox.settled();
    }
    assert.deepEqual(dialed(await going), [`client:${staff.identity}`]);
    // The response of the first request may be lost.
    await clinic.executeSuccessfully(staff.token, { operation: 'take-caller', callSid });
  },
  async 'a disposition is corrected'(fixture) {
    const { clinic, staff } = fixture;
    const { ticket = '', communication = '' } = await start(fixture);
    await clinic.browser(staff.identity, { Ticket: ticket }, { answers: { [ada]: { talk: 9 } } });
    const set = { operation: 'set-disposition', communication };
    const first = await clinic.executeSuccessfully(staff.token, { ...set, code: 'booked' });
    const { disposition } = await clinic.executeSuccessfully(staff.token, { ...set, code: 'other' });
    assert.equal(disposition, first['disposition']);
    const { reasonCode } = await clinic.read<Communication>(disposition);
    assert.equal(reasonCode?.[0]?.coding?.[0]?.code, 'other');
  },
  async 'a call gets a follow-up task'(fixture) {
    const { clinic, staff } = fixture;
    const { ticket = '', communication = '' } = await start(fixture);
    await clinic.browser(staff.identity, { Ticket: ticket }, { answers: { [ada]: { talk: 9 } } });
    const set = { operation: 'set-disposition', communication, code: 'booked', followUp: {} };
    const { task } = await clinic.executeSuccessfully(staff.token, set);
    assert.equal((await clinic.read<Task>(task)).focus?.reference, communication);
  },
  async 'staff who are away are skipped'(fixture) {
    const { clinic, staff } = fixture;
    const setPresence = (presence: string): Promise<unknown> =>
      clinic.executeSuccessfully(staff.token, { operation: 'set-presence', presence, identity: desk });
    const rings = async (): Promise<boolean> =>
      dialed(await incoming(fixture, absent, { hangUpAfter: 20 })).includes(`client:${desk}`);
    const presence = 'code=https://plumline.dev/fhir/basic-code|presence';
    for (const { id } of await clinic.searchChart('Basic', presence)) {
      await fhirRequest(clinic.sandbox, 'DELETE', `Basic/${id ?? ''}`);
    }
    await setPresence('away');
    assert.equal(await rings(), false);
    await setPresence('available');
    assert.equal(await rings(), true);
  },
  async 'the last clinician who called is dialed'(fixture) {
    assert.ok(dialed(await incoming(fixture, calledBack, { hangUpAfter: 20 })).includes('+15550100714'));
  },
  async 'the hours of a service apply'(fixture) {
    assert.deepEqual((await incoming(fixture, timed, {})).heard, ['Open.']);
  },
  async 'the patient’s care team applies'(fixture) {
    assert.deepEqual((await incoming(fixture, teamed, {})).heard, ['Team.']);
  },
  async 'a ticket is claimed'(fixture) {
    const { ticket = '' } = await start(fixture);
    assert.equal(
      dialed(await fixture.clinic.browser(fixture.staff.identity, { Ticket: ticket }, { hangUpAfter: 5 })).length,
      1,
    );
  },
  async 'a custom identity calls without a ticket'({ clinic, named }) {
    clinic.start(clinic.startedAt + 60 * minute);
    assert.deepEqual(dialed(await clinic.browser(named.identity, { To: ada }, { hangUpAfter: 5 })), [ada]);
  },
  async 'the sweep records a call'(fixture) {
    const call = await callWithoutCallbacks(fixture);
    await sweep(fixture, 10);
    assert.equal((await recordOf(fixture, call))?.status, 'completed');
  },
  async 'a call without callbacks is linked'(fixture) {
    const call = await callWithoutCallbacks(fixture, '+15550100703');
    await sweep(fixture, 10);
    const record = await recordOf(fixture, call);
    assert.equal(record?.subject?.reference, fixture.patient);
    assert.match(record.sender?.reference ?? '', /^RelatedPerson\//);
  },
  async 'the sweep closes a ticket'(fixture) {
    const { communication } = await start(fixture);
    await sweep(fixture, 50);
    assert.equal((await fixture.clinic.read<Communication>(communication)).status, 'not-done');
  },
  async 'the sweep creates its marks'(fixture) {
    await deleteBasic(fixture, 'sweep');
    await sweep(fixture, 1);
    assert.equal((await fixture.clinic.searchChart('Basic', basic('sweep'))).length, 1);
  },
  async 'the sweep updates its marks'(fixture) {
    await sweep(fixture, 1);
    const [before] = await fixture.clinic.searchChart('Basic', basic('sweep'));
    await sweep(fixture, 10);
    const [marks] = await fixture.clinic.searchChart('Basic', basic('sweep'));
    assert.notEqual(marks?.meta?.versionId, before?.meta?.versionId);
  },
  async 'a missed call opens a task'(fixture) {
    assert.equal(
      (await taskOf(fixture, await incoming(fixture, greeted, { voicemail: 0 }, '+15550100799')))?.status,
      'requested',
    );
  },
  async 'a return call closes the task'(fixture) {
    const caller = `+1555010${String(7000 + (Math.floor(fixture.clinic.startedAt / minute) % 3000))}`;
    const missed = await incoming(fixture, greeted, { voicemail: 0 }, caller);
    const { ticket = '' } = await fixture.clinic.executeSuccessfully(fixture.staff.token, {
      operation: 'start-call',
      number: caller,
    });
    await fixture.clinic.browser(fixture.staff.identity, { Ticket: ticket }, { answers: { [caller]: { talk: 9 } } });
    assert.equal((await taskOf(fixture, missed))?.status, 'completed');
  },
  async 'an alert is sent and recorded'(fixture) {
    const before = fixture.alertServer.posts.length;
    const record = await recordOf(fixture, await incoming(fixture, greeted, { voicemail: 0 }, '+15550100799'));
    const alerts = await fixture.clinic.searchChart<Communication>('Communication');
    const alert = alerts.find(({ about }) => about?.[0]?.reference === `Communication/${record?.id ?? ''}`);
    assert.deepEqual([fixture.alertServer.posts.length - before, alert?.status], [1, 'completed']);
  },
  async 'a rejected alert is sent later'(fixture) {
    const before = fixture.alertServer.posts.length;
    fixture.alertServer.statuses = [500];
    await incoming(fixture, greeted, { voicemail: 0 }, '+15550100799');
    await sweep(fixture, 6);
    assert.equal(fixture.alertServer.posts.length - before, 2);
  },
  async 'a role gives its practitioner an identity'({ clinic }) {
    const { reference, identity } = await clinic.staff('New Invented');
    assert.equal((await clinic.read<Practitioner>(reference)).identifier?.[0]?.value, identity);
  },
  async 'a message is copied'(fixture) {
    assert.equal((await messageOf(fixture)).attachment?.title, 'Voicemail, 8 s');
  },
  async 'a copy is deleted with its recording'(fixture) {
    const { clinic } = fixture;
    const { call, attachment } = await messageOf(fixture);
    clinic.start(clinic.startedAt + 25 * 60 * minute);
    await sweep(fixture, 0);
    assert.notEqual((await fetch(attachment?.url ?? '')).status, 200);
    assert.equal((await attachmentOf(fixture, call)).attachment?.title, 'Voicemail, 8 s, deleted');
  },
  async 'staff listen to a message'(fixture) {
    const { attachment } = await messageOf(fixture, fixture.staff.token);
    assert.equal((await fetch(attachment?.url ?? '')).status, 200);
  },
  async 'staff listen to a version of a message'(fixture) {
    const { clinic, staff } = fixture;
    const { call, attachment } = await messageOf(fixture);
    const [, id, version] = /\/storage\/([^/]+)\/([^?]+)/.exec(attachment?.url ?? '') ?? [];
    const record = await clinic.sandbox.chart.readResource<Communication>('Communication', call.split('/')[1] ?? '');
    const url = `Binary/${id ?? ''}/_history/${version ?? ''}`;
    const text = JSON.stringify(record).replace(`Binary/${id ?? ''}","size`, `${url}","size`);
    assert.equal((await fhirRequest(clinic.sandbox, 'PUT', call, JSON.parse(text))).status, 200);
    const { attachment: pinned } = await attachmentOf(fixture, call, staff.token);
    assert.equal((await fetch(pinned?.url ?? '')).status, 200);
  },
  async 'staff close a line'(fixture) {
    await deleteBasic(fixture, 'override');
    await closeLine(fixture);
    assert.deepEqual((await incoming(fixture, timed, {})).heard, ['Closed.']);
    await deleteBasic(fixture, 'override');
  },
  async 'staff open a line again'(fixture) {
    const { clinic, staff } = fixture;
    try {
      await closeLine(fixture);
      await clinic.executeSuccessfully(staff.token, { operation: 'clear-override' });
      assert.deepEqual((await incoming(fixture, timed, {})).heard, ['Open.']);
    } finally {
      await deleteBasic(fixture, 'override');
    }
  },
  async 'a staff phone closes a line'(fixture) {
    await deleteBasic(fixture, 'override');
    try {
      assert.deepEqual((await incoming(fixture, controlled, { digits: ['4711'] })).heard.at(-1), 'Done.');
      assert.deepEqual((await incoming(fixture, timed, {})).heard, ['Closed.']);
    } finally {
      await deleteBasic(fixture, 'override');
    }
  },
  async 'a staff phone opens a line again'(fixture) {
    await deleteBasic(fixture, 'override');
    await closeLine(fixture);
    try {
      assert.deepEqual((await incoming(fixture, controlled, { digits: ['4712'] })).heard.at(-1), 'Done.');
      assert.deepEqual((await incoming(fixture, timed, {})).heard, ['Open.']);
    } finally {
      await deleteBasic(fixture, 'override');
    }
  },
  async 'an app finds the operations'(fixture) {
    const query = 'Bot?identifier=https://plumline.dev/fhir/bot|operations';
    const { body } = await fhirRequest<Resource & { entry?: unknown[] }>(
      fixture.clinic.sandbox,
      'GET',
      query,
      undefined,
      bearer(fixture.staff.token),
    );
    assert.equal(body.entry?.length, 1);
  },
  async 'a token is issued'(fixture) {
    await fixture.clinic.executeSuccessfully(fixture.staff.token, { operation: 'access-token' });
  },
  async 'a custom identity gets a token'({ clinic, named }) {
    const { identity } = await clinic.executeSuccessfully(named.token, { operation: 'access-token' });
    assert.equal(identity, named.identity);
  },
  async 'an identity is created'(fixture) {
    const own = await fixture.clinic.read<Practitioner>(fixture.staff.reference);
    delete own.identifier;
    await fhirRequest(fixture.clinic.sandbox, 'PUT', fixture.staff.reference, own);
    await fixture.clinic.executeSuccessfully(fixture.staff.token, { operation: 'access-token' });
    assert.equal((await fixture.clinic.read<Practitioner>(fixture.staff.reference)).identifier?.length, 1);
  },
  async 'a call is prepared'(fixture) {
    await start(fixture, { requestId: `r${fixture.clinic.startedAt}` });
  },
  async 'a call for an appointment is prepared'(fixture) {
    await start(fixture, { appointment: fixture.appointment });
  },
  async 'a prepared call is canceled'(fixture) {
    const { communication } = await start(fixture);
    const end = { operation: 'end-call', communication };
    assert.equal((await fixture.clinic.executeSuccessfully(fixture.staff.token, end))['status'], 'not-done');
  },
  async 'a history has calls'(fixture) {
    await start(fixture);
    const { items } = await history(fixture);
    assert.ok(items.some(({ kind }) => kind === 'call'));
  },
  async 'a history has messages'(fixture) {
    const { items } = await history(fixture);
    assert.ok(items.some(({ kind }) => kind === 'message'));
  },
};

/** Leaves a message. Returns the attachment of its copy, as the bearer of the token sees it. */
async function messageOf(fixture: RightsFixture, token?: string): Promise<{ call: string; attachment?: Attachment }> {
  const record = await recordOf(fixture, await incoming(fixture, greeted, { voicemail: 8 }, '+15550100799'));
  const call = `Communication/${record?.id ?? ''}`;
  return { call, ...(await attachmentOf(fixture, call, token)) };
}

async function attachmentOf(
  { clinic }: RightsFixture,
  call: string,
  token?: string,
): Promise<{ attachment?: Attachment }> {
  const headers = token === undefined ? {} : bearer(token);
  const { body } = await fhirRequest<Communication>(clinic.sandbox, 'GET', call, undefined, headers);
  const [attachment] = body.payload?.flatMap(({ contentAttachment }) => contentAttachment ?? []) ?? [];
  return attachment ? { attachment } : {};
}

/** Scenarios of a config with `appointment.callExtension`. */
export const appointmentScenarios: typeof scenarios = {
  async 'an appointment gets its call'(fixture) {
    const { clinic, staff, appointment } = fixture;
    const { ticket = '' } = await start(fixture, { appointment });
    const call = await clinic.browser(staff.identity, { Ticket: ticket }, { answers: { [ada]: { talk: 9 } } });
    const { extension } = await clinic.read<Appointment>(appointment);
    assert.ok(JSON.stringify(extension).includes(call.callSid));
  },
};

export async function openFixture(seed: string, appointments = false): Promise<RightsFixture> {
  const alertServer = await startAlertServer();
  const fixture = { alertServer, patient: '', appointment: '' } as RightsFixture;
  fixture.clinic = await openClinic({
    seed,
    numbers,
    secrets: { PLUMLINE_SECRET: ticketSecret },
    config: (clinic) => createRecords(clinic, fixture, appointments),
    ...(appointments && { policies: { automation: policy('automation-appointments') } }),
  });
  const { clinic } = fixture;
  // The role existed before the Subscription, so the first token writes the identity.
  await clinic.executeSuccessfully(fixture.staff.token, { operation: 'access-token' });
  fixture.named = { ...(await clinic.staff('Named Invented')), identity: 'dr_named' };
  const { reference, identity } = fixture.named;
  const named = await clinic.read<Practitioner>(reference);
  named.identifier = [{ system: 'http://twilio.com/voice/identity', value: identity }];
  assert.equal((await fhirRequest(clinic.sandbox, 'PUT', reference, named)).status, 200);
  const last = await clinic.staff('Last Invented', { phone: '+15550100714' });
  await clinic.executeSuccessfully(last.token, { operation: 'access-token' });
  await clinic.create<Communication>({
    resourceType: 'Communication',
    status: 'completed',
    category: [{ coding: [{ system: 'https://plumline.dev/fhir/communication-category', code: 'twilio-voice' }] }],
    sender: { reference: last.reference },
    recipient: [{ reference: fixture.patient }],
    sent: '2027-01-01T00:00:00.000Z',
  });
  await clinic.create<Communication>({
    resourceType: 'Communication',
    status: 'completed',
    category: [{ coding: [{ system: 'https://medplum.com/twilio-sms-direction', code: 'inbound' }] }],
    subject: { reference: fixture.patient },
    sent: '2026-11-16T00:00:00.000Z',
    payload: [{ contentString: 'Thank you' }],
  });
  clinic.start(workday);
  await clinic.sweep(clinic.startedAt);
  return fixture;
}

const options = (...then: string[]): object => ({
  prompt: { text: 'Choose.' },
  options: then.map((action, index) => ({ digits: String(index + 1), then: action })),
  retries: 0,
  otherwise: 'no-one',
});

/** The actions that ask the caller. */
const asking = {
  ask: [{ menu: options('birth-date', 'survey', 'urgent') }],
  'birth-date': [{ verify: { prompt: { text: 'Birth date?' }, then: 'services', otherwise: 'no-one' } }],
  services: [{ menu: options('visit', 'refill') }],
  visit: [
    {
      nextVisit: {
        prompt: { text: 'Your next visit is on {date} at {time}.' },
        none: { text: 'No visit.' },
        then: 'noted',
        otherwise: 'no-one',
      },
    },
  ],
  refill: [{ task: { text: 'Refill', then: 'again', otherwise: 'no-one' } }],
  again: [{ say: { text: 'Noted.' } }, { menu: options('refill') }],
  survey: [
    {
      ask: {
        prompt: { text: 'From 0 to 9?' },
        answer: { format: 'number', max: 9 },
        question: { questionnaire: 'https://clinic.example/survey', linkId: 'pain' },
        then: 'noted',
        otherwise: 'no-one',
      },
    },
  ],
  noted: [{ say: { text: 'Noted.' } }, { hangup: {} }],
};

async function createRecords(clinic: Clinic, fixture: RightsFixture, appointments: boolean): Promise<string> {
  fixture.staff = await clinic.staff('Amber Invented', { role: { code: [{ coding: [{ code: 'desk' }] }] } });
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
  const first = await clinic.create({
    resourceType: 'Practitioner',
    name: named('Call'),
    telecom: phone(onCall[0] ?? ''),
  });
  const duties: string[] = [];
  for (const [practitioner, value] of [
    [reference(first), onCall[0] ?? ''],
    [fixture.staff.reference, onCall[1] ?? ''],
  ] as const) {
    const duty = await clinic.create({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: { reference: practitioner },
      telecom: phone(value),
    });
    duties.push(reference(duty));
  }
  const patient = await clinic.create<Patient>({
    resourceType: 'Patient',
    name: named('Ada'),
    telecom: phone(ada),
    birthDate: '1980-03-14',
    generalPractitioner: [{ reference: reference(doctor) }],
  });
  await clinic.create<Patient>({
    resourceType: 'Patient',
    name: named('Bea'),
    telecom: phone('+15550100702'),
    generalPractitioner: [{ reference: reference(role) }],
  });
  fixture.patient = reference(patient);
  await clinic.create({
    resourceType: 'RelatedPerson',
    patient: { reference: fixture.patient },
    telecom: phone('(555) 010-0703 mom'),
  });
  const team = await clinic.create({
    resourceType: 'CareTeam',
    status: 'active',
    subject: { reference: fixture.patient },
  });
  const service = await clinic.create({ resourceType: 'HealthcareService', availableTime: [{ allDay: true }] });
  const appointment = await clinic.create<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    start: workday,
    end: '2026-11-17T16:00:00.000Z',
    participant: [{ status: 'accepted', actor: { reference: fixture.patient } }],
  });
  fixture.appointment = reference(appointment);
  await clinic.create<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    start: '2027-11-17T15:00:00.000Z',
    end: '2027-11-17T16:00:00.000Z',
    participant: [{ status: 'accepted', actor: { reference: fixture.patient } }],
  });
  const speech = (text: string): object[] => [{ say: { text } }, { hangup: {} }];
  const dial = (target: object): object => ({ dial: { targets: [target], timeout: 9, otherwise: 'message' } });
  const plans = {
    greeted,
    timed,
    teamed,
    'on-duty': onDuty,
    'called-back': calledBack,
    queued,
    absent,
    asked,
    controlled,
  };
  return JSON.stringify({
    timeZone: 'America/New_York',
    numbers: Object.fromEntries(
      Object.entries(plans).map(([dialplan, number]) => [number, { name: dialplan, dialplan }]),
    ),
    hours: { service: { healthcareService: reference(service) } },
    dialplans: {
      greeted: [{ then: 'greet' }],
      timed: [{ when: { open: 'service' }, then: 'open' }, { then: 'closed' }],
      teamed: [{ when: { careTeam: [reference(team)] }, then: 'team' }, { then: 'no-one' }],
      'on-duty': [{ then: 'duty' }],
      'called-back': [{ then: 'last' }],
      asked: [{ then: 'ask' }],
      queued: [{ then: 'wait' }],
      absent: [{ then: 'desk' }],
      controlled: [{ then: 'code' }],
    },
    actions: {
      greet: [{ greet: { patient: 'Hello {name}.', neutral: 'Hello.' } }, dial({ generalPractitioner: {} })],
      duty: [dial({ available: reference(duty) })],
      last: [dial({ lastToCall: {} })],
      ...asking,
      urgent: [
        {
          page: {
            targets: duties.map((available) => ({ available })),
            text: 'Call back',
            rounds: 1,
            then: 'noted',
            otherwise: 'no-one',
          },
        },
      ],
      desk: [dial({ client: desk })],
      wait: [{ queue: { name: 'rights', otherwise: 'no-one' } }],
      message: [{ voicemail: { greeting: { text: 'Speak.' }, transcribe: true } }],
      code: [
        {
          menu: {
            prompt: { text: 'Code?' },
            options: [
              { digits: '4711', then: 'close-line' },
              { digits: '4712', then: 'open-line' },
            ],
            otherwise: 'no-one',
          },
        },
      ],
      'close-line': [{ changeOverride: { callers: [ada], close: true, hours: 4, then: 'done', otherwise: 'no-one' } }],
      'open-line': [{ changeOverride: { callers: [ada], clear: true, then: 'done', otherwise: 'no-one' } }],
      done: speech('Done.'),
      open: speech('Open.'),
      closed: speech('Closed.'),
      team: speech('Team.'),
      'no-one': speech('Nobody.'),
    },
    transfer: { otherwise: 'no-one' },
    presence: { enabled: true },
    identities: { [desk]: { practitioners: [fixture.staff.reference] } },
    dispositions: { booked: 'Appointment booked', other: 'Other' },
    tasks: { on: ['missed', 'voicemail'] },
    alerts: { url: fixture.alertServer.url, format: 'slack', on: ['missed'], perHour: 1000 },
    recording: { announcement: { text: 'This call is recorded.' }, retentionDays: 1 },
    override: { roles: ['desk'], close: ['service'] },
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

const basic = (code: string): string => `code=https://plumline.dev/fhir/basic-code|${code}`;

async function deleteBasic({ clinic }: RightsFixture, code: string): Promise<void> {
  for (const { id } of await clinic.searchChart('Basic', basic(code))) {
    await fhirRequest(clinic.sandbox, 'DELETE', `Basic/${id ?? ''}`);
  }
}

/** Staff close the line with hours for the next three hours. */
async function closeLine({ clinic, staff }: RightsFixture): Promise<void> {
  clinic.start(clinic.startedAt + 60 * minute);
  const until = new Date(clinic.startedAt + 180 * minute).toISOString();
  await clinic.executeSuccessfully(staff.token, { operation: 'set-override', number: timed, close: true, until });
}

const dialed = ({ legs }: CallResult): string[] => legs.map(({ to }) => to);

/** A call, an hour after the last one. */
async function incoming({ clinic }: RightsFixture, to: string, script: Script, from = ada): Promise<CallResult> {
  clinic.start(clinic.startedAt + 60 * minute);
  const call = await clinic.sandbox.twilio.incoming({ from, to, script });
  await clinic.sandbox.settled();
  return call;
}

/** A call without callbacks. */
async function callWithoutCallbacks(fixture: RightsFixture, from?: string): Promise<CallResult> {
  const { networkFaults } = fixture.clinic.sandbox.twilio;
  networkFaults.drop = 1;
  try {
    return await incoming(fixture, timed, {}, from);
  } finally {
    networkFaults.drop = 0;
  }
}

async function sweep({ clinic }: RightsFixture, minutes: number): Promise<void> {
  clinic.startedAt += minutes * minute;
  await clinic.sweep(clinic.startedAt);
}

async function recordOf({ clinic }: RightsFixture, { callSid }: CallResult): Promise<Communication | undefined> {
  return (await clinic.searchChart<Communication>('Communication', `identifier=https://www.twilio.com/|${callSid}`))[0];
}

async function taskOf({ clinic }: RightsFixture, { callSid }: CallResult): Promise<Task | undefined> {
  const tasks = await clinic.searchChart<Task>('Task');
  return tasks.find(({ identifier }) => identifier?.[0]?.value?.startsWith(callSid));
}

async function surveyOf(
  { clinic }: RightsFixture,
  { callSid }: CallResult,
): Promise<QuestionnaireResponse | undefined> {
  const all = await clinic.searchChart<QuestionnaireResponse>('QuestionnaireResponse');
  return all.find(({ identifier }) => identifier?.value?.startsWith(callSid));
}

/** Pages the people on call. Only the one with this index answers. Returns the task. */
async function page(fixture: RightsFixture, answers: number): Promise<Task | undefined> {
  const { twilio } = fixture.clinic.sandbox;
  onCall.forEach((phone, index) => {
    twilio.people.set(phone, index === answers ? { pickUp: { after: 2 }, digits: ['1'] } : { pickUp: 'no-answer' });
  });
  const call = await incoming(fixture, asked, { digits: ['3'] });
  for (let swept = 0; swept <= answers; swept++) {
    await twilio.idle();
    await fixture.clinic.sandbox.settled();
    await sweep(fixture, 1);
  }
  await twilio.idle();
  await fixture.clinic.sandbox.settled();
  const tasks = await fixture.clinic.searchChart<Task>('Task', 'code=https://plumline.dev/fhir/call-task-code|page');
  return tasks.find(({ identifier }) => identifier?.[0]?.value?.startsWith(call.callSid));
}

let strangers = 0;

/** Enters wrong birth dates from a new number. Returns how many of them were counted. */
async function wrongDates(fixture: RightsFixture, dates: string[]): Promise<number> {
  strangers++;
  const from = `+1555010${8000 + strangers}`;
  await incoming(fixture, asked, { digits: ['1', ...dates] }, from);
  const identifier = `identifier=https://plumline.dev/fhir/birth-date-tries|${encodeURIComponent(from)}`;
  const [count] = await fixture.clinic.searchChart<Basic>('Basic', identifier);
  return count?.extension?.[0]?.extension?.filter(({ url }) => url === 'wrong').length ?? 0;
}

function start({ clinic, staff, patient }: RightsFixture, more: object = {}): Promise<Record<string, string>> {
  clinic.start(clinic.startedAt + 60 * minute);
  return clinic.executeSuccessfully(staff.token, { operation: 'start-call', patient, ...more });
}

async function history({ clinic, staff, patient }: RightsFixture): Promise<{ items: { kind: string }[] }> {
  const { status, body } = await clinic.execute(staff.token, { operation: 'history', patient, count: 100 });
  assert.equal(status, 200);
  return body as { items: { kind: string }[] };
}
