// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Adds Plumline's three bots to the sandbox, as docs/deploy.md adds them to a server. The resources are written to the
 * chart directly, because FHIR requests can have injected faults.
 */
import type { AccessPolicy, Bot, Patient, PractitionerRole, Resource, Subscription } from '@medplum/fhirtypes';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Sandbox, SandboxBot } from './server.ts';
import type { TwilioAccount } from './twilio.ts';
import type { RuntimeVersion } from './wrappers/wrapper.ts';

export const botNames = ['webhook', 'operations', 'automation'] as const;
export type BotName = (typeof botNames)[number];

export type PlumlineBots = Record<BotName, SandboxBot>;

const root = new URL('../../', import.meta.url);

/** Returns the path of a bot's bundle. */
export function bundlePath(name: BotName): string {
  return fileURLToPath(new URL(`pkg/bots/${name}.cjs`, root));
}

export interface DeployOptions {
  account: TwilioAccount;
  runtimeVersion: RuntimeVersion;
  /** PLUMLINE_CONFIG. */
  config?: string | undefined;
  /** PLUMLINE_SECRET, which enables tickets. */
  secret?: string | undefined;
}

/**
 * Adds the bots with the policies, the Subscriptions and the cron pattern of deploy/. The webhook bot is first, because
 * calls go to the first bot.
 */
export async function deployBots(sandbox: Sandbox, options: DeployOptions): Promise<PlumlineBots> {
  const { account, runtimeVersion, config, secret } = options;
  const sharedSecrets = {
    TWILIO_NUMBER: account.numbers.join(','),
    TWILIO_ACCOUNT_SID: account.accountSid,
    ...(config !== undefined && { PLUMLINE_CONFIG: config }),
    ...(secret !== undefined && { PLUMLINE_SECRET: secret }),
  };
  const webhook = await deployBot(sandbox, 'webhook', {
    runtimeVersion,
    secrets: { ...sharedSecrets, TWILIO_AUTH_TOKEN: account.authToken },
  });
  // The webhook bot has no TWILIO_TWIML_APP_SID, because a browser call from a manual test has no app.
  const secrets = {
    ...sharedSecrets,
    TWILIO_API_KEY: account.apiKey,
    TWILIO_API_SECRET: account.apiSecret,
    TWILIO_API_URL: `${sandbox.url}/fake/twilio`,
    TWILIO_TWIML_APP_SID: account.applicationSid,
    PLUMLINE_WEBHOOK_URL: webhook.webhook,
  };
  const operations = await deployBot(sandbox, 'operations', { runtimeVersion, secrets });
  const automation = await deployBot(sandbox, 'automation', { runtimeVersion, secrets });
  for (const name of ['ended-calls', 'changed-roles']) {
    const subscription = await readDeployFile<Subscription>(`subscriptions/${name}`);
    await sandbox.chart.createResource<Subscription>({
      ...subscription,
      channel: { ...subscription.channel, endpoint: `Bot/${automation.id}` },
    });
  }
  return { webhook, operations, automation };
}

async function deployBot(
  sandbox: Sandbox,
  name: BotName,
  { runtimeVersion, secrets }: { runtimeVersion: RuntimeVersion; secrets: Record<string, string> },
): Promise<SandboxBot> {
  const bot = await readDeployFile<Bot>(`bots/${name}`);
  // The operations bot runs with the requester's rights. It must have a policy, but does not use it.
  const accessPolicy = await readDeployFile<AccessPolicy>(`policies/${name === 'operations' ? 'webhook' : name}`);
  const added = await sandbox.addBot({
    name,
    file: bundlePath(name),
    runtimeVersion,
    publicWebhook: bot.publicWebhook === true,
    runAsUser: bot.runAsUser === true,
    accessPolicy,
    secrets,
    ...(bot.timeout !== undefined && { timeoutSeconds: bot.timeout }),
  });
  const resource = await sandbox.chart.readResource<Bot>('Bot', added.id);
  await sandbox.chart.updateResource<Bot>({ ...resource, ...bot, id: added.id });
  return added;
}

/** A practitioner who can place calls, and patients to call. All of them are invented. */
export interface People {
  practitioner: { reference: string; token: string; name: string };
  patients: { reference: string; name: string; number: string }[];
}

/** No other resource in the sandbox has these numbers, so each matches one patient. */
const patients = [
  { given: 'Ada', family: 'Sample', number: '+15550100151' },
  { given: 'Ben', family: 'Placeholder', number: '(555) 010-0152' },
];

export async function addPeople(sandbox: Sandbox): Promise<People> {
  const name = 'Robin Example';
  const practitioner = await sandbox.addPractitioner({
    name,
    accessPolicy: await readDeployFile<AccessPolicy>('policies/staff'),
  });
  await sandbox.chart.createResource<PractitionerRole>({
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: { reference: practitioner.reference, display: name },
  });
  const added: People['patients'] = [];
  for (const { given, family, number } of patients) {
    const { id } = await sandbox.chart.createResource<Patient>({
      resourceType: 'Patient',
      name: [{ given: [given], family }],
      telecom: [{ system: 'phone', use: 'mobile', value: number }],
      generalPractitioner: [{ reference: practitioner.reference, display: name }],
    });
    added.push({ reference: `Patient/${id}`, name: `${given} ${family}`, number });
  }
  return { practitioner: { ...practitioner, name }, patients: added };
}

async function readDeployFile<T extends Resource>(name: string): Promise<T> {
  return JSON.parse(await readFile(new URL(`deploy/${name}.json`, root), 'utf8')) as T;
}
