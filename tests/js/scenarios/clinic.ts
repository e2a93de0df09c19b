// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A clinic with the three bots as deploy/ describes them, a chart, and a telephone: what the stories are played in. */
import { validateResource } from '@medplum/core';
import type { AccessPolicy, Bot, Bundle, Resource, Subscription } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { checkTwiml } from 'plumline';
import type { Execution } from '../../../sandbox/src/executions.ts';
import { startSandbox } from '../../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../../sandbox/src/server.ts';
import { twilioAccount } from '../../../sandbox/src/twilio.ts';
import type { CallResult, PhoneCall, Script, Unkind } from '../../../sandbox/src/twilio.ts';
import type { RuntimeVersion } from '../../../sandbox/src/wrappers/wrapper.ts';
import { ask, bearer, create, executeUrl, search } from '../sandbox-client.ts';
import { assertBounded } from './round-trips.ts';

const root = new URL('../../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const deployed = (path: string): unknown => JSON.parse(text(`deploy/${path}.json`));

/** One of docs/dialplan/, as it stands there. */
export const example = (name: string): string => text(`docs/dialplan/${name}.json`);

export const doors = ['webhook', 'operations', 'automation'] as const;
export type Door = (typeof doors)[number];

/** Whose rights; the operations door has those of who asks. */
export type PolicyName = 'webhook' | 'automation' | 'staff';

export const policy = (name: PolicyName | 'automation-appointments'): AccessPolicy =>
  deployed(`policies/${name}`) as AccessPolicy;

export interface ClinicOptions {
  seed: string;
  /** The text of the config, once the chart is there that it refers to; none is the default plan. */
  config?: string | ((clinic: Clinic) => Promise<string> | string);
  numbers?: string[];
  /** Besides those that a deployment sets; `undefined` takes one of them away. */
  secrets?: Record<string, string | undefined>;
  /** When the clinic opens. */
  now?: string;
  policies?: Partial<Record<PolicyName, AccessPolicy>>;
  runtimeVersion?: RuntimeVersion;
  unkind?: Unkind;
  people?: Record<string, Script>;
}

/** A Tuesday, 10:00 in New York, 9:00 in Chicago, 8:00 in Denver. */
export const workday = '2026-11-17T15:00:00.000Z';

/** What Twilio knows the webhook's server as. */
export const publicUrl = 'https://clinic.example';

export const tickets = 'an invented secret of 32 letters or more';

export interface Staff {
  reference: string;
  token: string;
  identity: string;
}

export interface Caller {
  from: string;
  to?: string;
  /** Anything that Twilio adds. */
  params?: Record<string, string>;
}

/** What `$execute` answered. */
export interface Executed {
  status: number;
  body: Record<string, unknown>;
  /** The code of the outcome, if it is one. */
  code: string | undefined;
}

export class Clinic {
  readonly sandbox: Sandbox;
  readonly numbers: string[];
  readonly account: ReturnType<typeof twilioAccount>;
  readonly bots = new Map<Door, SandboxBot>();
  readonly log: string[] = [];
  /** When the last story began. */
  began = 0;
  /** Executions that were there before it. */
  #before = new Set<Execution>();

  constructor(sandbox: Sandbox, numbers: string[], seed: string, log: string[]) {
    this.sandbox = sandbox;
    this.numbers = numbers;
    this.account = twilioAccount(seed);
    this.log = log;
  }

  bot(door: Door): SandboxBot {
    const bot = this.bots.get(door);
    assert.ok(bot, door);
    return bot;
  }

  create<T extends Resource>(resource: T): Promise<T & { id: string }> {
    return create(this.sandbox, resource);
  }

  /** Begins a story at an instant; what comes before it is not looked at any more. */
  begin(at: number | string = workday): void {
    this.began = new Date(at).getTime();
    this.sandbox.travel(this.began);
    this.#before = new Set(this.sandbox.executions);
  }

  /** What the bots did since then. */
  executions(door?: Door): Execution[] {
    return this.sandbox.executions.filter(
      (one) => !this.#before.has(one) && (door === undefined || one.bot === `Plumline ${door}`),
    );
  }

  /** A call from the telephone network, from its first ring to all that follows it. */
  async call({ from, to, params }: Caller, script: Script = {}, at: number | string = workday): Promise<CallResult> {
    this.begin(at);
    return this.#ended(
      this.sandbox.twilio.incoming({ from, to: to ?? this.numbers[0] ?? '', script, ...(params && { params }) }),
    );
  }

  /** A call by Twilio's SDK, which begins where the clock stands. */
  async browser(identity: string, params: Record<string, string>, script: Script = {}): Promise<CallResult> {
    return this.#ended(this.sandbox.twilio.browser({ identity, params, script }));
  }

  async #ended(call: PhoneCall): Promise<CallResult> {
    const result = await call;
    await this.sandbox.settled();
    this.check(result);
    return result;
  }

  /**
   * What holds of every call: documents that Twilio plays, and no more round trips than are promised. `raced`: others
   * wrote at the same time, so that something may have been tried again.
   */
  check(result: CallResult, raced = false): void {
    for (const { body, callback, status } of result.requests) {
      if (!callback && status === 200 && body.startsWith('<')) {
        const errors = checkTwiml(body).filter(({ severity }) => severity === 'error');
        assert.deepEqual(errors, [], body);
      }
    }
    assert.deepEqual(result.errors, []);
    this.executions('webhook').forEach((one) => assertBounded(one, raced));
  }

  /** Resolves when whoever a call has dialled has answered; fails where the call ends before that. */
  async answered(call: PhoneCall): Promise<void> {
    const { live } = this.sandbox.twilio;
    // The caller's own leg is answered a moment after the leg that they reach.
    const talks = (): boolean => {
      const { leg, legs } = live.get(call.callSid) ?? {};
      return leg?.status === 'in-progress' && legs?.[0]?.status === 'in-progress';
    };
    while (!talks()) {
      assert.ok(live.has(call.callSid), 'the call has ended');
      await setTimeout(5);
    }
  }

  async execute(token: string, input: object): Promise<Executed> {
    const answer = await fetch(executeUrl(this.sandbox, this.bot('operations')), {
      method: 'POST',
      headers: { ...bearer(token), 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    });
    await this.sandbox.settled();
    const body = JSON.parse(await answer.text()) as Executed['body'];
    const issue = (body['issue'] as { details?: { coding?: { code?: string }[] } }[] | undefined)?.[0];
    return { status: answer.status, body, code: issue?.details?.coding?.[0]?.code };
  }

  /** The same, which has to succeed. */
  async executed(token: string, input: object): Promise<Record<string, string>> {
    const { status, body } = await this.execute(token, input);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Record<string, string>;
  }

  /** A minute of the sweep. */
  async sweep(at?: number | string): Promise<Execution> {
    if (at !== undefined) {
      this.sandbox.travel(at);
    }
    const execution = await this.sandbox.cron(this.bot('automation').id);
    await this.sandbox.settled();
    return execution;
  }

  /** What the chart has of a type; each is what FHIR allows. */
  async chart<T extends Resource>(type: T['resourceType'], query = ''): Promise<T[]> {
    const { entry = [] }: Bundle<T> = await search<T>(this.sandbox, `${type}?_count=1000${query && '&'}${query}`);
    const found = entry.flatMap(({ resource }) => resource ?? []);
    found.forEach((resource) => validateResource(resource));
    return found;
  }

  async read<T extends Resource>(reference: string | undefined): Promise<T> {
    const { status, body } = await ask<T>(this.sandbox, 'GET', reference ?? '');
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }

  /** Somebody of the staff, with a role that is there at all hours unless told otherwise. */
  async staff(
    name: string,
    options: { policy?: AccessPolicy; role?: object | false; phone?: string } = {},
  ): Promise<Staff> {
    const member = await this.sandbox.addPractitioner({ name, accessPolicy: options.policy ?? policy('staff') });
    const { phone, role = {} } = options;
    if (phone !== undefined) {
      const own = await this.read<Resource>(member.reference);
      await ask(this.sandbox, 'PUT', member.reference, { ...own, telecom: [{ system: 'phone', value: phone }] });
    }
    if (role !== false) {
      await this.create({
        resourceType: 'PractitionerRole',
        active: true,
        practitioner: { reference: member.reference },
        ...role,
      });
    }
    const identity = (member.reference.split('/')[1] ?? '').replaceAll('-', '_');
    return { ...member, identity };
  }

  stop(): Promise<void> {
    return this.sandbox.stop();
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
      ...(options.unkind && { unkind: options.unkind }),
      ...(options.people && { people: options.people }),
      reach: (url) => {
        // The bots' clock goes with the call's own: what is said ten minutes into a call is read ten minutes later.
        const [call, ...others] = sandbox.twilio.live.values();
        if (call && others.length === 0) {
          sandbox.travel(call.timeline.at);
        }
        return url.startsWith(`${publicUrl}/`) ? sandbox.url + url.slice(publicUrl.length) : url;
      },
    },
  });
  const clinic = new Clinic(sandbox, numbers, seed, log);
  sandbox.travel(now);
  const config = typeof options.config === 'function' ? await options.config(clinic) : options.config;
  const { account } = clinic;
  for (const door of doors) {
    const { name, cronString, publicWebhook, runAsUser, timeout } = deployed(`bots/${door}`) as Bot;
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
      name: name ?? '',
      file: new URL(`pkg/bots/${door}.cjs`, root).pathname,
      runtimeVersion,
      publicWebhook: publicWebhook === true,
      runAsUser: runAsUser === true,
      ...(cronString !== undefined && { cron: cronString }),
      ...(timeout !== undefined && { timeoutSeconds: timeout }),
      secrets: Object.fromEntries(
        Object.entries(secrets).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
      // Of the operations door it makes no use.
      accessPolicy:
        policies[door === 'automation' ? door : 'webhook'] ?? policy(door === 'automation' ? door : 'webhook'),
    });
    clinic.bots.set(door, bot);
    const { body } = await ask<Bot>(sandbox, 'GET', `Bot/${bot.id}`);
    const { identifier } = deployed(`bots/${door}`) as Bot;
    assert.equal((await ask(sandbox, 'PUT', `Bot/${bot.id}`, { ...body, identifier })).status, 200);
  }
  const subscription = deployed('subscriptions/ended-calls') as Subscription;
  const endpoint = `Bot/${clinic.bot('automation').id}`;
  await clinic.create<Subscription>({ ...subscription, channel: { ...subscription.channel, endpoint } });
  return clinic;
}
