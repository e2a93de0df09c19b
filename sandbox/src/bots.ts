// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Bot, ProjectMembership, ProjectSetting, Reference } from '@medplum/fhirtypes';
import type { Request, Response } from 'express';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Chart } from './fhir.ts';
import { sendBotResult } from './results.ts';
import { uuid } from './seed.ts';
import { accessToken } from './token.ts';
import { FissionWrapper } from './wrappers/fission.ts';
import { LambdaWrapper } from './wrappers/lambda.ts';
import { VmContextWrapper, VmServer } from './wrappers/vmcontext.ts';
import type { BotCode, RuntimeVersion, Wrapper } from './wrappers/wrapper.ts';

export interface NewBot {
  name?: string;
  /** The bundle's text, or the file it stands in, which may change at any time. */
  code?: string;
  file?: string;
  runtimeVersion: RuntimeVersion;
  secrets?: Record<string, string>;
  publicWebhook?: boolean;
  accessPolicy?: boolean;
  timeoutSeconds?: number;
}

/** One run of a bot, as the page and the tests see it. */
export interface Execution {
  time: string;
  bot: string;
  /** What the caller was answered. `bot` is empty where no bot was asked. */
  status: number;
  contentType: string;
  body: string;
  /** In milliseconds. */
  duration: number;
  log: string[];
  params: unknown;
}

export interface DeployedBot {
  name: string;
  reference: Reference<Bot>;
  membership: ProjectMembership & { id: string };
  publicWebhook: boolean;
  accessPolicy: boolean;
  accessToken: string;
  secrets: Record<string, ProjectSetting>;
  wrapper: Wrapper;
}

/** How many executions are kept. */
const mostExecutions = 1000;

/** How much of an execution's log is kept, from its end, as in the AuditEvent that the server writes. */
const mostLog = 10 * 1024;

/** The project's bots, and what they have done. */
export class Bots {
  readonly executions: Execution[] = [];
  readonly #chart: Chart;
  readonly #seed: string;
  readonly #baseUrl: string;
  readonly #onLog: (bot: string, line: string) => void;
  readonly #server: VmServer;
  readonly #deployed: DeployedBot[] = [];
  #directory: Promise<string> | undefined;

  constructor(chart: Chart, seed: string, baseUrl: string, onLog: (bot: string, line: string) => void) {
    this.#chart = chart;
    this.#seed = seed;
    this.#baseUrl = baseUrl;
    this.#onLog = onLog;
    this.#server = new VmServer((line) => onLog('server', printable(line)));
  }

  async add(options: NewBot): Promise<DeployedBot & { id: string }> {
    const { name = 'bot', runtimeVersion, publicWebhook = true, accessPolicy = true } = options;
    const label = `bot/${this.#deployed.length}`;
    const id = uuid(this.#seed, label);
    const membershipId = uuid(this.#seed, `${label}/membership`);
    this.#directory ??= mkdtemp(join(tmpdir(), 'plumline-sandbox-'));
    const directory = join(await this.#directory, id);
    const file = options.file ?? `${directory}.cjs`;
    if (options.file === undefined) {
      await writeFile(file, options.code ?? '');
    }
    const reference: Reference<Bot> = { reference: `Bot/${id}`, display: name };
    const project = { reference: `Project/${uuid(this.#seed, 'project')}` };
    await this.#chart.createResource<Bot>(
      { resourceType: 'Bot', id, name, runtimeVersion, publicWebhook },
      { assignedId: true },
    );
    const membership = await this.#chart.createResource<ProjectMembership>(
      {
        resourceType: 'ProjectMembership',
        id: membershipId,
        project,
        user: reference,
        profile: reference,
        ...(accessPolicy && { accessPolicy: { reference: `AccessPolicy/${uuid(this.#seed, 'policy')}` } }),
      },
      { assignedId: true },
    );
    const bot = {
      id,
      name,
      reference,
      membership,
      publicWebhook,
      accessPolicy,
      accessToken: accessToken(this.#seed, label),
      secrets: settings(options.secrets ?? {}),
      wrapper: this.#wrap(runtimeVersion, { file, directory, timeoutSeconds: options.timeoutSeconds }),
    };
    this.#deployed.push(bot);
    return bot;
  }

  /** Gives a bot one more secret. */
  tell(id: string, name: string, valueString: string): void {
    const bot = this.byId(id);
    if (bot) {
      bot.secrets[name] = { name, valueString };
    }
  }

  byMembership(id: unknown): DeployedBot | undefined {
    return this.#deployed.find((bot) => bot.membership.id === id);
  }

  byId(id: unknown): DeployedBot | undefined {
    return this.#deployed.find((bot) => bot.reference.reference === `Bot/${String(id)}`);
  }

  byToken(authorization: string | undefined): DeployedBot | undefined {
    return this.#deployed.find((bot) => authorization === `Bearer ${bot.accessToken}`);
  }

  /** Runs a bot on a request and answers with what it gave. A call by `$execute` has a requester, a trace and a query. */
  async execute(
    bot: DeployedBot,
    req: Request,
    res: Response,
    call?: { requester?: Reference; traceId: string },
  ): Promise<void> {
    res.locals['executed'] = true;
    const log: string[] = [];
    const started = performance.now();
    const time = new Date().toISOString();
    const input: unknown = req.method === 'GET' ? req.query : req.body;
    const result = await bot.wrapper.run(
      {
        bot: bot.reference,
        baseUrl: this.#baseUrl,
        accessToken: bot.accessToken,
        requester: call?.requester,
        input,
        contentType: req.get('Content-Type'),
        secrets: bot.secrets,
        traceId: call?.traceId,
        headers: req.headers,
      },
      (line) => {
        log.push(line);
        this.#onLog(bot.name, printable(line));
      },
    );
    const duration = performance.now() - started;
    const body = bodyOf(res);
    try {
      sendBotResult(req, res, result);
    } finally {
      this.executions.push({
        time,
        bot: bot.name,
        status: res.statusCode,
        contentType: res.get('Content-Type') ?? '',
        body: body(),
        duration,
        log: lastOf(log),
        params: input,
      });
      this.executions.splice(0, this.executions.length - mostExecutions);
    }
  }

  /** Lists a webhook request that never came to a bot: an unknown id, a body too large, … */
  listRefused(req: Request, res: Response): void {
    const started = performance.now();
    const time = new Date().toISOString();
    const body = bodyOf(res);
    res.on('finish', () => {
      if (!res.locals['executed']) {
        this.executions.push({
          time,
          bot: '',
          status: res.statusCode,
          contentType: res.get('Content-Type') ?? '',
          body: body(),
          duration: performance.now() - started,
          log: [],
          params: req.body as unknown,
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

  #wrap(runtimeVersion: RuntimeVersion, code: BotCode): Wrapper {
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

/** Gives what was sent as the answer's body, once it has been. */
function bodyOf(res: Response): () => string {
  let body = '';
  const send = res.send.bind(res);
  // An object is sent twice: as itself, and then as its JSON.
  res.send = (sent: unknown) => {
    body = typeof sent === 'string' || Buffer.isBuffer(sent) ? sent.toString() : '';
    return send(sent);
  };
  return () => body;
}

/** The last lines, the first of them cut where it has to be. */
function lastOf(log: string[]): string[] {
  const text = log.join('\n');
  return text.length <= mostLog ? log : text.slice(-mostLog).split('\n');
}

/** A caller's text can stand in a log line, and is not to move a terminal's cursor. */
function printable(line: string): string {
  return line.replace(/[^\P{Cc}\t\n]/gu, '\uFFFD');
}

function settings(secrets: Record<string, string>): Record<string, ProjectSetting> {
  return Object.fromEntries(Object.entries(secrets).map(([name, valueString]) => [name, { name, valueString }]));
}
