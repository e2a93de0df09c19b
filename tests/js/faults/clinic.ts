// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A clinic with the three bots and policies of deploy/, people, a chart and a simulated phone network. */
import type { AccessPolicy, Bot, Practitioner, Resource, Subscription } from '@medplum/fhirtypes';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../../sandbox/src/server.ts';
import { twilioAccount } from '../../../sandbox/src/twilio.ts';
import type { CallResult, PhoneCall, NetworkFaults } from '../../../sandbox/src/twilio.ts';
import { fhirRequest, create, executeUrl } from '../sandbox-client.ts';
import { FaultInjector } from './injector.ts';
import type { Injection } from './injector.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): Resource => JSON.parse(readFileSync(new URL(`deploy/${path}`, root), 'utf8')) as Resource;

/** The clinic's numbers by their dialplans. */
export const lines = {
  desk: '+15550100001',
  known: '+15550100002',
  menu: '+15550100003',
  queue: '+15550100004',
  roles: '+15550100005',
} as const;
export const patientPhone = '+15550100101';
export const strangerPhone = '+15550100109';
/** The practitioner's phone, which place-call dials first. */
export const staffPhone = '+15550100180';
/** The identity of the patient's general practitioner. */
export const ownClient = 'dr_amber';
export const rolesClient = 'dr_birch';

const MONDAY = '2026-11-16T15:00:00Z';

const mail = {
  voicemail: { greeting: { text: 'Please leave a message.' }, transcribe: true, farewell: { text: 'Goodbye.' } },
};

export const config = {
  timeZone: 'America/New_York',
  numbers: Object.fromEntries(
    Object.entries(lines).map(([dialplan, number]) => [number, { name: dialplan, dialplan }]),
  ),
  dialplans: {
    desk: [{ then: 'desk' }],
    known: [{ when: { patient: true }, then: 'own' }, { then: 'desk' }],
    menu: [{ then: 'menu' }],
    queue: [{ then: 'wait' }],
    roles: [{ when: { open: 'clinic' }, then: 'team' }, { then: 'mail' }],
  },
  hours: { clinic: { healthcareService: 'HealthcareService/SERVICE' } },
  actions: {
    desk: [
      { say: { text: 'One moment, please.' } },
      { dial: { targets: [{ client: 'desk' }], timeout: 20, otherwise: 'mail' } },
    ],
    own: [
      { greet: { patient: 'Hello {name}.', neutral: 'Hello.' } },
      { dial: { targets: [{ generalPractitioner: {} }, { lastToCall: {} }], otherwise: 'desk' } },
    ],
    team: [
      { say: { text: 'We are looking for somebody.' } },
      { dial: { targets: [{ available: 'Organization/TEAM' }], order: 'huntGroup', otherwise: 'desk' } },
    ],
    menu: [
      {
        menu: {
          prompt: { text: 'For the desk, press 1. To leave a message, press 2.' },
          options: [
            { digits: '1', then: 'desk' },
            { digits: '2', then: 'mail' },
          ],
          otherwise: 'mail',
        },
      },
    ],
    wait: [
      {
        queue: {
          name: 'nurses',
          position: { text: 'You are number {position}.' },
          callback: { prompt: { text: 'To be called back, press 1.' }, digit: '1', then: 'promised' },
          otherwise: 'mail',
        },
      },
    ],
    promised: [{ say: { text: 'We will call you back.' } }, { hangup: {} }],
    mail: [mail],
  },
  recording: { inbound: true, announcement: { text: 'This call is recorded.' } },
  outbound: { answeringMachine: 'enable', perHour: 60, concurrent: 5 },
  tasks: { on: ['missed', 'failed', 'voicemail', 'callback'] },
};

export interface Clinic {
  sandbox: Sandbox;
  /** References to records in the chart. */
  patient: string;
  appointment: string;
  practitioner: string;
  /** The rates of Twilio's callback faults. Tests can change them. */
  networkFaults: NetworkFaults;
  /** Whether an unanswered call creates a task. */
  hasTasks: boolean;
  /** The fault injector of the current case. */
  injector: FaultInjector;
  /** The start of the current case, epoch milliseconds of the clinic's clock. */
  startedAt: number;
  /** Starts a case five hours after the previous one, so that no sweep includes both. */
  start: (injection?: Injection) => Promise<void>;
  incoming: (to: string, from: string, script: Parameters<Sandbox['twilio']['incoming']>[0]['script']) => PhoneCall;
  browser: (ticket: string, script: Parameters<Sandbox['twilio']['browser']>[0]['script']) => PhoneCall;
  /** Sends a staff request to the operations bot. */
  operate: (input: Record<string, unknown>) => Promise<{ status: number; body: Record<string, string> }>;
  sweep: () => Promise<void>;
  /** Advances the clock by minutes. */
  advance: (minutes: number) => void;
  /** The calls since the start of the case. */
  results: () => CallResult[];
}

/**
 * Opens a clinic. `plain`: without a config, so the default dialplan answers. `code`: replaces the webhook's code.
 * `serverSpeed`: 1 simulates a server with two cores.
 */
export async function openClinic(seed: string, plain: boolean, code?: string, serverSpeed?: number): Promise<Clinic> {
  const networkFaults: NetworkFaults = {};
  const account = twilioAccount(seed);
  const sandbox = await startSandbox({
    seed,
    publicUrl: 'https://clinic.example',
    twilio: { numbers: Object.values(lines), networkFaults },
    ...(serverSpeed !== undefined && { serverSpeed }),
  });
  sandbox.setTime(MONDAY);
  const people = await createPeople(sandbox);
  const api = {
    TWILIO_NUMBER: Object.values(lines).join(','),
    TWILIO_ACCOUNT_SID: account.accountSid,
    TWILIO_API_KEY: account.apiKey,
    TWILIO_API_SECRET: account.apiSecret,
    TWILIO_API_URL: `${sandbox.url}/fake/twilio`,
    TWILIO_TWIML_APP_SID: account.applicationSid,
    ...(plain
      ? {}
      : { PLUMLINE_SECRET: 'an invented secret of more than 32 characters', PLUMLINE_CONFIG: people.config }),
  };
  const webhook = await addBot(sandbox, 'webhook', { ...api, TWILIO_AUTH_TOKEN: account.authToken }, code);
  const staffSecrets = { ...api, PLUMLINE_WEBHOOK_URL: webhook.webhook };
  const operations = await addBot(sandbox, 'operations', staffSecrets);
  // The staff policy allows access by this identifier.
  const { identifier } = read('bots/operations.json') as Bot;
  await fhirRequest(sandbox, 'PATCH', `Bot/${operations.id}`, [{ op: 'add', path: '/identifier', value: identifier }]);
  const automation = await addBot(sandbox, 'automation', staffSecrets);
  const subscription = read('subscriptions/ended-calls.json') as Subscription;
  subscription.channel.endpoint = `Bot/${automation.id}`;
  await create(sandbox, subscription);

  let resultsBefore = 0;
  const clinic: Clinic = {
    sandbox,
    networkFaults,
    ...people,
    hasTasks: !plain,
    injector: new FaultInjector(),
    startedAt: 0,
    async start(injection) {
      clinic.advance(5 * 60);
      // The first call of a practitioner creates an identity. Reset it, so that every case includes this step.
      await fhirRequest(sandbox, 'PATCH', people.practitioner, [{ op: 'add', path: '/identifier', value: [] }]);
      clinic.startedAt = sandbox.now();
      sandbox.executions.length = 0;
      resultsBefore = sandbox.twilio.results.length;
      clinic.injector = new FaultInjector(injection);
      sandbox.faults = clinic.injector.fault;
    },
    incoming: (to, from, script = {}) => sandbox.twilio.incoming({ from, to, script }),
    browser: (ticket, script = {}) =>
      sandbox.twilio.browser({ identity: people.identity, params: { Ticket: ticket }, script }),
    async operate(input) {
      const answer = await fetch(executeUrl(sandbox, operations), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${people.token}` },
        body: JSON.stringify(input),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, string> };
    },
    async sweep() {
      await sandbox.cron(automation.id);
    },
    advance: (minutes) => sandbox.setTime(sandbox.now() + minutes * 60_000),
    results: () => sandbox.twilio.results.slice(resultsBefore),
  };
  return clinic;
}

async function addBot(
  sandbox: Sandbox,
  name: string,
  secrets: Record<string, string>,
  code?: string,
): Promise<SandboxBot> {
  // It runs with the rights of the requester.
  const policy = name === 'operations' ? false : (read(`policies/${name}.json`) as AccessPolicy);
  return sandbox.addBot({
    name,
    ...(code === undefined ? { file: fileURLToPath(new URL(`pkg/bots/${name}.cjs`, root)) } : { code }),
    runtimeVersion: 'vmcontext',
    secrets,
    accessPolicy: policy,
    publicWebhook: name === 'webhook',
    runAsUser: name === 'operations',
  });
}

type People = Pick<Clinic, 'patient' | 'appointment' | 'practitioner'> & {
  token: string;
  identity: string;
  config: string;
};

/** Creates the people of the chart and the config that references them. */
async function createPeople(sandbox: Sandbox): Promise<People> {
  const { reference, token } = await sandbox.addPractitioner({
    name: 'Amber Invented',
    accessPolicy: read('policies/staff.json') as AccessPolicy,
  });
  const identity = (value: string): Practitioner['identifier'] & object => [
    { system: 'http://twilio.com/voice/identity', value },
  ];
  const team = await create(sandbox, { resourceType: 'Organization', name: 'Nurses' });
  const service = await create(sandbox, {
    resourceType: 'HealthcareService',
    availableTime: [{ daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], allDay: true }],
  });
  const [own, birch] = await Promise.all(
    [ownClient, rolesClient].map((client) =>
      create(sandbox, { resourceType: 'Practitioner', identifier: identity(client), name: [{ family: 'Invented' }] }),
    ),
  );
  for (const id of [reference, `Practitioner/${birch?.id}`]) {
    await create(sandbox, {
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: { reference: id },
      ...(id !== reference && { organization: { reference: `Organization/${team.id}` } }),
    });
  }
  const patient = await create(sandbox, {
    resourceType: 'Patient',
    name: [{ given: ['Eve'], family: 'Invented' }],
    telecom: [{ system: 'phone', value: '(555) 010-0101', use: 'mobile' }],
    generalPractitioner: [{ reference: `Practitioner/${own?.id}` }],
  });
  const appointment = await create(sandbox, {
    resourceType: 'Appointment',
    status: 'booked',
    start: '2026-12-01T15:00:00Z',
    end: '2026-12-01T15:30:00Z',
    participant: [{ status: 'accepted', actor: { reference: `Patient/${patient.id}` } }],
  });
  // The practitioner's phone, which place-call dials first.
  const telecom = [{ system: 'phone', value: staffPhone, use: 'mobile' }];
  await fhirRequest(sandbox, 'PATCH', reference, [{ op: 'add', path: '/telecom', value: telecom }]);
  return {
    token,
    practitioner: reference,
    patient: `Patient/${patient.id}`,
    appointment: `Appointment/${appointment.id}`,
    identity: reference.slice('Practitioner/'.length).replaceAll('-', '_'),
    config: JSON.stringify(config).replace('SERVICE', service.id).replace('TEAM', team.id),
  };
}
