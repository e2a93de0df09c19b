// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The test clinic of the call scenarios: the three bots of deploy/, a chart and a simulated phone network. */
import { validateResource } from '@medplum/core';
import type { AccessPolicy, Bot, Bundle, Communication, Resource, Subscription } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { checkTwiml } from 'plumline';
import type { Execution } from '../../../sandbox/src/executions.ts';
import { startSandbox } from '../../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../../sandbox/src/server.ts';
import { twilioAccount } from '../../../sandbox/src/twilio.ts';
import type { CallResult, PhoneCall, Script, NetworkFaults } from '../../../sandbox/src/twilio.ts';
import type { RuntimeVersion } from '../../../sandbox/src/wrappers/wrapper.ts';
import { CHECKS_LINKS, linkViolations } from '../call-links.ts';
import { fhirRequest, bearer, create, executeUrl, search } from '../sandbox-client.ts';
import { assertBounded } from './round-trips.ts';

const root = new URL('../../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const deployed = (path: string): unknown => JSON.parse(text(`deploy/${path}.json`));

/** The text of an example config of docs/dialplan/. */
export const example = (name: string): string => text(`docs/dialplan/${name}.json`);

export const botNames = ['webhook', 'operations', 'automation'] as const;
export type BotName = (typeof botNames)[number];

/** The access policies. The operations bot has none: it runs with the rights of the requester. */
export type PolicyName = 'webhook' | 'automation' | 'staff';

export const policy = (name: PolicyName | 'automation-appointments'): AccessPolicy =>
  deployed(`policies/${name}`) as AccessPolicy;

export interface ClinicOptions {
  seed: string;
  /**
   * The text of the config. A function can first create the records that the config references. Default: the default
   * plan.
   */
  config?: string | ((clinic: Clinic) => Promise<string> | string);
  numbers?: string[];
  /** Added to the secrets of a deployment. `undefined` removes one. */
  secrets?: Record<string, string | undefined>;
  /** The start time of the sandbox. */
  now?: string;
  policies?: Partial<Record<PolicyName, AccessPolicy>>;
  runtimeVersion?: RuntimeVersion;
  networkFaults?: NetworkFaults;
  people?: Record<string, Script>;
}

/** A Tuesday, 10:00 in New York, 9:00 in Chicago, 8:00 in Denver. */
export const workday = '2026-11-17T15:00:00.000Z';

/** The base URL of the webhook that Twilio signs. */
export const publicUrl = 'https://clinic.example';

export const ticketSecret = 'an invented secret of 32 letters or more';

export interface Staff {
  reference: string;
  token: string;
  identity: string;
}

export interface Caller {
  from: string;
  to?: string;
  /** Extra request parameters. */
  params?: Record<string, string>;
}

/** The response of `$execute`. */
export interface ExecuteResponse {
  status: number;
  body: Record<string, unknown>;
  /** The code of the OperationOutcome; undefined for any other body. */
  code: string | undefined;
}

export class Clinic {
  readonly sandbox: Sandbox;
  readonly numbers: string[];
  readonly account: ReturnType<typeof twilioAccount>;
  readonly bots = new Map<BotName, SandboxBot>();
  readonly log: string[] = [];
  /** The start of the current scenario, epoch milliseconds. */
  startedAt = 0;
  /** Executions before the current scenario. */
  #before = new Set<Execution>();
  /** The record versions whose links were checked. */
  readonly #checked = new Set<string>();
  /** The ids of the records from `withoutLinks`. */
  readonly #unchecked = new Set<string>();
  #checksLinks = CHECKS_LINKS;

  constructor(sandbox: Sandbox, numbers: string[], seed: string, log: string[]) {
    this.sandbox = sandbox;
    this.numbers = numbers;
    this.account = twilioAccount(seed);
    this.log = log;
  }

  bot(name: BotName): SandboxBot {
    const bot = this.bots.get(name);
    assert.ok(bot, name);
    return bot;
  }

  create<T extends Resource>(resource: T): Promise<T & { id: string }> {
    return create(this.sandbox, resource);
  }

  /** Starts a scenario at an instant. `executions` ignores everything before it. */
  start(at: number | string = workday): void {
    this.startedAt = new Date(at).getTime();
    this.sandbox.setTime(this.startedAt);
    this.#before = new Set(this.sandbox.executions);
  }

  /** The bot executions of the current scenario. */
  executions(name?: BotName): Execution[] {
    return this.sandbox.executions.filter(
      (one) => !this.#before.has(one) && (name === undefined || one.bot === `Plumline ${name}`),
    );
  }

  /** An incoming call. Resolves after the call, its callbacks and its Subscriptions. */
  async call({ from, to, params }: Caller, script: Script = {}, at: number | string = workday): Promise<CallResult> {
    this.start(at);
    return this.#ended(
      this.sandbox.twilio.incoming({ from, to: to ?? this.numbers[0] ?? '', script, ...(params && { params }) }),
    );
  }

  /** A call from the browser SDK at the current time of the sandbox. */
  async browser(identity: string, params: Record<string, string>, script: Script = {}): Promise<CallResult> {
    return this.#ended(this.sandbox.twilio.browser({ identity, params, script }));
  }

  async #ended(call: PhoneCall): Promise<CallResult> {
    const result = await call;
    await this.sandbox.settled();
    this.check(result);
    await this.checkLinks();
    return result;
  }

  /**
   * Checks that each completed record names its people and its outcome. Runs after each call, when the automation bot
   * has followed it up, and at the end of the test for all other records. Checks each version once.
   */
  async checkLinks(): Promise<void> {
    if (this.#checksLinks) {
      const wrong = await linkViolations(this.sandbox, ({ id, meta }) => {
        const version = `${id}/${meta?.versionId ?? ''}`;
        const isNew = !this.#checked.has(version) && !this.#unchecked.has(id);
        this.#checked.add(version);
        return isNew;
      });
      assert.deepEqual(wrong, []);
    }
  }

  /** Runs an action that edits records or removes rights. The links of all records until its end are not checked. */
  async withoutLinks(action: () => Promise<void>): Promise<void> {
    await this.checkLinks();
    this.#checksLinks = false;
    try {
      await action();
    } finally {
      this.#checksLinks = CHECKS_LINKS;
      const { entry = [] } = await this.sandbox.chart.search<Communication>({
        resourceType: 'Communication',
        count: 1000,
      });
      entry.forEach(({ resource }) => resource && this.#unchecked.add(resource.id));
    }
  }

  /**
   * Checks every call for valid TwiML and the limit of round trips. `hasConflicts`: other writes at the same time may
   * have caused retries.
   */
  check(result: CallResult, hasConflicts = false): void {
    for (const { body, callback, status } of result.requests) {
      if (!callback && status === 200 && body.startsWith('<')) {
        const errors = checkTwiml(body).filter(({ severity }) => severity === 'error');
        assert.deepEqual(errors, [], body);
      }
    }
    assert.deepEqual(result.errors, []);
    this.executions('webhook').forEach((one) => assertBounded(one, hasConflicts));
  }

  /** Resolves when the dialed leg answers. Rejects if the call ends first. */
  async waitForAnswer(call: PhoneCall): Promise<void> {
    const { live } = this.sandbox.twilio;
    // The caller's leg is answered a moment after the dialed leg.
    const isConnected = (): boolean => {
      const { leg, legs } = live.get(call.callSid) ?? {};
      return leg?.status === 'in-progress' && legs?.[0]?.status === 'in-progress';
    };
    while (!isConnected()) {
      assert.ok(live.has(call.callSid), 'the call has ended');
      await setTimeout(5);
    }
  }

  async execute(token: string, input: object): Promise<ExecuteResponse> {
    const answer = await fetch(executeUrl(this.sandbox, this.bot('operations')), {
      method: 'POST',
      headers: { ...bearer(token), 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    });
    await this.sandbox.settled();
    const body = JSON.parse(await answer.text()) as ExecuteResponse['body'];
    const issue = (body['issue'] as { details?: { coding?: { code?: string }[] } }[] | undefined)?.[0];
    return { status: answer.status, body, code: issue?.details?.coding?.[0]?.code };
  }

  /** The body of a successful `execute`. Throws on any other status. */
  async executeSuccessfully(token: string, input: object): Promise<Record<string, string>> {
    const { status, body } = await this.execute(token, input);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Record<string, string>;
  }

  /** Runs the sweep once. */
  async sweep(at?: number | string): Promise<Execution> {
    if (at !== undefined) {
      this.sandbox.setTime(at);
    }
    const execution = await this.sandbox.cron(this.bot('automation').id);
    await this.sandbox.settled();
    return execution;
  }

  /** The records of a type that match the query, each validated as FHIR. */
  async searchChart<T extends Resource>(type: T['resourceType'], query = ''): Promise<T[]> {
    const { entry = [] }: Bundle<T> = await search<T>(this.sandbox, `${type}?_count=1000${query && '&'}${query}`);
    const found = entry.flatMap(({ resource }) => resource ?? []);
    found.forEach((resource) => validateResource(resource));
    return found;
  }

  async read<T extends Resource>(reference: string | undefined): Promise<T> {
    const { status, body } = await fhirRequest<T>(this.sandbox, 'GET', reference ?? '');
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }

  /** A staff member. The default role is available at all hours. */
  async staff(
    name: string,
    options: { policy?: AccessPolicy; role?: object | false; phone?: string } = {},
  ): Promise<Staff> {
    const member = await this.sandbox.addPractitioner({ name, accessPolicy: options.policy ?? policy('staff') });
    const { phone, role = {} } = options;
    if (phone !== undefined) {
      const own = await this.read<Resource>(member.reference);
      await fhirRequest(this.sandbox, 'PUT', member.reference, {
        ...own,
        telecom: [{ system: 'phone', value: phone }],
      });
    }
    if (role !== false) {
      await this.create({
        resourceType: 'PractitionerRole',
        active: true,
        practitioner: { reference: member.reference },
        ...role,
      });
      // The role's Subscription writes the identity.
      await this.sandbox.settled();
    }
    const identity = (member.reference.split('/')[1] ?? '').replaceAll('-', '_');
    return { ...member, identity };
  }

  async stop(): Promise<void> {
    try {
      await this.checkLinks();
    } finally {
      await this.sandbox.stop();
    }
  }
}

export async function openClinic(options: ClinicOptions): Promise<Clinic> {
  const { seed, numbers = ['+15550100001'], now = workday, policies = {}, runtimeVersion = 'vmcontext' } = options;
  const log: string[] = [];
  const sandbox: Sandbox = await startSandbox({
    seed,
    publicUrl,
    onLog: (_bot, line) => log.push(line),
    twilio: {
      numbers,
      ...(options.networkFaults && { networkFaults: options.networkFaults }),
      ...(options.people && { people: options.people }),
      reach: (url) => {
        // The sandbox clock follows the call's clock: a request ten minutes into the call runs ten minutes later.
        const [call, ...others] = sandbox.twilio.live.values();
        if (call && others.length === 0) {
          sandbox.setTime(call.timeline.at);
        }
        return url.startsWith(`${publicUrl}/`) ? sandbox.url + url.slice(publicUrl.length) : url;
      },
    },
  });
  const clinic = new Clinic(sandbox, numbers, seed, log);
  sandbox.setTime(now);
  const config = typeof options.config === 'function' ? await options.config(clinic) : options.config;
  const { account } = clinic;
  for (const name of botNames) {
    const { name: title, cronString, publicWebhook, runAsUser, timeout } = deployed(`bots/${name}`) as Bot;
    const secrets: Record<string, string | undefined> = {
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_NUMBER: numbers.join(','),
      TWILIO_API_KEY: account.apiKey,
      TWILIO_API_SECRET: account.apiSecret,
      TWILIO_API_URL: `${sandbox.url}/fake/twilio`,
      TWILIO_TWIML_APP_SID: account.applicationSid,
      PLUMLINE_WEBHOOK_URL: clinic.bots.get('webhook')?.webhook,
      ...(config !== undefined && { PLUMLINE_CONFIG: config }),
      ...options.secrets,
    };
    const bot = await sandbox.addBot({
      name: title ?? '',
      file: new URL(`pkg/bots/${name}.cjs`, root).pathname,
      runtimeVersion,
      publicWebhook: publicWebhook === true,
      runAsUser: runAsUser === true,
      ...(cronString !== undefined && { cron: cronString }),
      ...(timeout !== undefined && { timeoutSeconds: timeout }),
      secrets: Object.fromEntries(
        Object.entries(secrets).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
      // The operations bot does not use it.
      accessPolicy:
        policies[name === 'automation' ? name : 'webhook'] ?? policy(name === 'automation' ? name : 'webhook'),
    });
    clinic.bots.set(name, bot);
    const { body } = await fhirRequest<Bot>(sandbox, 'GET', `Bot/${bot.id}`);
    const { identifier } = deployed(`bots/${name}`) as Bot;
    assert.equal((await fhirRequest(sandbox, 'PUT', `Bot/${bot.id}`, { ...body, identifier })).status, 200);
  }
  const endpoint = `Bot/${clinic.bot('automation').id}`;
  // The snapshots have ids that depend on the number of resources, so it is created only where it is used.
  const pages = config?.includes('"page"') ? ['new-pages'] : [];
  for (const name of ['ended-calls', 'changed-roles', ...pages]) {
    const subscription = deployed(`subscriptions/${name}`) as Subscription;
    await clinic.create<Subscription>({ ...subscription, channel: { ...subscription.channel, endpoint } });
  }
  return clinic;
}
