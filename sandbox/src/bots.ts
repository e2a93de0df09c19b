// SPDX-License-Identifier: Apache-2.0 OR MIT
import { allOk, badRequest, getStatus } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AccessPolicy, Bot, ProjectSetting, Reference, Subscription } from '@medplum/fhirtypes';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { auditEvent, isAudited } from './audit.ts';
import type { Run } from './audit.ts';
import type { Chart } from './chart/chart.ts';
import { checkPolicy } from './chart/rights.ts';
import type { Clock } from './clock.ts';
import { Executions } from './executions.ts';
import type { Execution, Trigger } from './executions.ts';
import type { Load } from './load.ts';
import { inputOf } from './parsing.ts';
import { addPolicy, addMember } from './requesters.ts';
import type { Member } from './requesters.ts';
import { hasFailed, sendBotResult } from './results.ts';
import { uuid } from './base/seed.ts';
import { FissionWrapper } from './wrappers/fission.ts';
import { LambdaWrapper } from './wrappers/lambda.ts';
import { VmContextWrapper, VmServer } from './wrappers/vmcontext.ts';
import type { BotCode, BotPayload, BotResult, RuntimeVersion, Wrapper } from './wrappers/wrapper.ts';

export interface NewBot {
  name?: string;
  /** The text of the bundle, or its path. The file may change at any time. */
  code?: string;
  file?: string;
  runtimeVersion: RuntimeVersion;
  secrets?: Record<string, string>;
  publicWebhook?: boolean;
  /** `true`, the default, allows everything except administration. Without a policy, the webhook is rejected. */
  accessPolicy?: boolean | AccessPolicy;
  /** For `$execute` and for Subscriptions, the bot has the access rights of the requester instead of its own. */
  runAsUser?: boolean;
  /** The bot receives a JSON body as text. */
  rawBody?: boolean;
  /** The runs that create an AuditEvent, and its destination. */
  auditEventTrigger?: NonNullable<Bot['auditEventTrigger']>;
  auditEventDestination?: NonNullable<Bot['auditEventDestination']>;
  /** When the bot runs by itself: five cron fields, in UTC. */
  cron?: string;
  timeoutSeconds?: number;
}

export interface DeployedBot extends Member {
  id: string;
  publicWebhook: boolean;
  hasAccessPolicy: boolean;
  runAsUser: boolean;
  secrets: Record<string, ProjectSetting>;
  wrapper: Wrapper;
}

/** The input of one run. */
export interface Call extends Pick<BotPayload, 'input' | 'contentType' | 'headers' | 'requester' | 'traceId'> {
  trigger: Trigger;
  /** The member whose access rights the bot uses. By default, the bot's own. */
  as?: Member | undefined;
  /** Only for the trigger `subscription`. */
  subscription?: Subscription;
}

/** Shared by all bots of a sandbox. */
export interface BotsOptions {
  chart: Chart;
  seed: string;
  /** With a trailing slash. */
  baseUrl: string;
  clock: Clock;
  load?: Load | undefined;
  onLog: (bot: string, line: string) => void;
}

/** The bots of the project and their executions. */
export class Bots {
  readonly executions: Executions;
  readonly #options: BotsOptions;
  readonly #server: VmServer;
  readonly #deployed: DeployedBot[] = [];
  #count = 0;
  #audits = 0;
  #directory: Promise<string> | undefined;
  #allowAll: Promise<Reference<AccessPolicy>> | undefined;

  constructor(options: BotsOptions) {
    this.#options = options;
    this.executions = new Executions(options.seed, options.clock.now);
    this.#server = new VmServer((line) => options.onLog('server', escapeControls(line)));
  }

  async add(options: NewBot): Promise<DeployedBot> {
    const {
      name = 'bot',
      runtimeVersion,
      publicWebhook = true,
      accessPolicy = true,
      runAsUser = false,
      rawBody = false,
      auditEventTrigger,
      auditEventDestination,
      cron,
    } = options;
    const { chart, seed } = this.#options;
    if (typeof accessPolicy === 'object') {
      checkPolicy(accessPolicy);
    }
    const label = `bot/${this.#count++}`;
    const id = uuid(seed, label);
    this.#directory ??= mkdtemp(joinPath(tmpdir(), 'plumline-sandbox-'));
    const directory = joinPath(await this.#directory, id);
    const file = options.file ?? `${directory}.cjs`;
    if (options.file === undefined) {
      await writeFile(file, options.code ?? '');
    }
    await chart.createResource<Bot>(
      {
        resourceType: 'Bot',
        id,
        name,
        runtimeVersion,
        publicWebhook,
        ...(runAsUser && { runAsUser }),
        ...(rawBody && { rawBody }),
        ...(auditEventTrigger && { auditEventTrigger }),
        ...(auditEventDestination && { auditEventDestination }),
        ...(cron !== undefined && { cronString: cron }),
      },
      { assignedId: true },
    );
    const profile = { reference: `Bot/${id}`, display: name };
    const policy = await this.#policy(accessPolicy, `${label}/policy`);
    const bot = {
      ...(await addMember(chart, seed, label, { name, profile, user: profile, policy })),
      id,
      publicWebhook,
      hasAccessPolicy: policy !== undefined,
      runAsUser,
      secrets: projectSettings(options.secrets ?? {}),
      wrapper: this.#createWrapper(runtimeVersion, { file, directory, timeoutSeconds: options.timeoutSeconds }),
    };
    this.#deployed.push(bot);
    return bot;
  }

  /** Adds a secret to a bot. */
  setSecret(id: string, name: string, valueString: string): void {
    const bot = this.byId(id);
    if (bot) {
      bot.secrets[name] = { name, valueString };
    }
  }

  byMembership(id: unknown): DeployedBot | undefined {
    return this.#deployed.find((bot) => bot.membership.id === id);
  }

  byId(id: unknown): DeployedBot | undefined {
    return this.#deployed.find((bot) => bot.id === id);
  }

  byReference(reference: string | undefined): DeployedBot | undefined {
    return this.#deployed.find((bot) => bot.reference.reference === reference);
  }

  /** Runs a bot for an HTTP request and sends its result as the response. */
  async answer(bot: DeployedBot, req: Request, res: Response, call: Omit<Call, 'input'>): Promise<void> {
    const resource = await this.#resource(bot);
    const input = req.method === 'GET' ? req.query : inputOf(req, resource.rawBody === true);
    res.locals['executed'] = true;
    const body = bodyOf(res);
    await this.#run(bot, resource, { ...call, input }, (result) => {
      try {
        sendBotResult(req, res, result);
      } finally {
        result.answered = { status: res.statusCode, contentType: res.get('Content-Type') ?? '', body: body() };
      }
    });
  }

  /** Runs a bot without an HTTP response. */
  async call(bot: DeployedBot, call: Call): Promise<Execution> {
    return this.#run(bot, await this.#resource(bot), call, (result) => {
      const body = result.returned.kind === 'json' ? result.returned.text : '';
      const status = getStatus(result.success ? allOk : badRequest(result.logResult));
      result.answered = { status, contentType: '', body };
    });
  }

  /**
   * Records a webhook request that does not reach a bot, for example because of an unknown id or a body that is too
   * large.
   */
  recordRejected(req: Request, res: Response): void {
    const started = performance.now();
    const execution = this.executions.blank('', 'webhook', undefined);
    const body = bodyOf(res);
    res.on('finish', () => {
      if (!res.locals['executed']) {
        execution.params = req.body as unknown;
        this.executions.end(execution, {
          status: res.statusCode,
          contentType: res.get('Content-Type') ?? '',
          body: body(),
          duration: performance.now() - started,
          log: [],
        });
      }
    });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server.stop(), ...this.#deployed.map((bot) => bot.wrapper.stop())]);
    if (this.#directory) {
      await rm(await this.#directory, { recursive: true, force: true });
    }
  }

  async #run(
    bot: DeployedBot,
    resource: WithId<Bot>,
    call: Call,
    answer: (result: AnsweredResult) => void,
  ): Promise<Execution> {
    const { baseUrl, clock, load, onLog } = this.#options;
    const { trigger, as, input, contentType, headers, requester, traceId } = call;
    const { execution, accessToken } = this.executions.start(bot.name, trigger, input, as ?? bot);
    const log: string[] = [];
    const started = performance.now();
    await load?.run();
    const result: AnsweredResult = await bot.wrapper.run(
      {
        bot: bot.reference,
        baseUrl,
        accessToken,
        requester,
        input,
        contentType,
        secrets: bot.secrets,
        traceId,
        headers,
        clockOffset: clock.offset,
      },
      (line) => {
        log.push(line);
        onLog(bot.name, escapeControls(line));
      },
    );
    const duration = performance.now() - started;
    try {
      // The server responds after it has written the AuditEvent.
      await this.#audit({
        bot: resource,
        runAs: (as ?? bot).reference,
        requester,
        subscription: call.subscription,
        input,
        start: execution.time,
        end: new Date(clock.now()).toISOString(),
        failed: hasFailed(result),
        output: log.join('\n'),
        requestId: randomUUID(),
        traceId: traceId ?? randomUUID(),
      });
      answer(result);
    } finally {
      const { status, contentType: type, body } = result.answered ?? { status: 500, contentType: '', body: '' };
      this.executions.end(execution, { status, contentType: type, body, duration, log });
    }
    return execution;
  }

  /** Reads the Bot resource, which can change after the bot was added. */
  async #resource({ id }: DeployedBot): Promise<WithId<Bot>> {
    return this.#options.chart.readResource<Bot>('Bot', id).catch(() => ({ resourceType: 'Bot', id }));
  }

  async #audit(run: Run): Promise<void> {
    if (!isAudited(run)) {
      return;
    }
    const { chart, seed, onLog } = this.#options;
    const event = auditEvent(run);
    const destinations = run.bot.auditEventDestination ?? ['resource'];
    if (destinations.includes('resource')) {
      // Audit events have a separate id sequence, so that they do not affect the ids of other resources.
      await chart.createResource({ ...event, id: uuid(seed, `audit/${++this.#audits}`) }, { assignedId: true });
    }
    if (destinations.includes('log')) {
      onLog('server', escapeControls(JSON.stringify(event)));
    }
  }

  async #policy(policy: boolean | AccessPolicy, label: string): Promise<Reference<AccessPolicy> | undefined> {
    const { chart, seed } = this.#options;
    if (policy === false) {
      return undefined;
    }
    if (policy !== true) {
      return addPolicy(chart, policy, uuid(seed, label));
    }
    this.#allowAll ??= addPolicy(
      chart,
      { resourceType: 'AccessPolicy', name: 'Everything', resource: [{ resourceType: '*' }] },
      uuid(seed, 'policy'),
    );
    return this.#allowAll;
  }

  #createWrapper(runtimeVersion: RuntimeVersion, code: BotCode): Wrapper {
    switch (runtimeVersion) {
      case 'vmcontext':
        return new VmContextWrapper(this.#server, code);
      case 'awslambda':
        return new LambdaWrapper(code);
      case 'fission':
        return new FissionWrapper(code);
    }
  }
}

/** The result of a bot, and the response that was sent for it. */
interface AnsweredResult extends BotResult {
  answered?: Pick<Execution, 'status' | 'contentType' | 'body'>;
}

/** Returns a function that reads the body of the response after it was sent. */
function bodyOf(res: Response): () => string {
  let body = '';
  const send = res.send.bind(res);
  // Express sends an object twice: first as an object, then as JSON text.
  res.send = (sent: unknown) => {
    body = typeof sent === 'string' || Buffer.isBuffer(sent) ? sent.toString() : '';
    return send(sent);
  };
  return () => body;
}

/** A log line can contain a caller's text. Control characters could move the cursor of a terminal. */
function escapeControls(line: string): string {
  return line.replace(/[^\P{Cc}\t\n]/gu, '\uFFFD');
}

function projectSettings(secrets: Record<string, string>): Record<string, ProjectSetting> {
  return Object.fromEntries(Object.entries(secrets).map(([name, valueString]) => [name, { name, valueString }]));
}
