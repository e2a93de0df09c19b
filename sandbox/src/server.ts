// SPDX-License-Identifier: Apache-2.0 OR MIT
import { ContentType, normalizeErrorString, normalizeOperationOutcome, notFound, unauthorized } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Bot, Resource } from '@medplum/fhirtypes';
import compression from 'compression';
import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bots } from './bots.ts';
import type { NewBot } from './bots.ts';
import { Binaries } from './chart/binaries.ts';
import { Chart } from './chart/chart.ts';
import type { Access, Change } from './chart/chart.ts';
import { Deliveries } from './chart/deliveries.ts';
import type { DeliveryOptions } from './chart/deliveries.ts';
import { WriteConflicts } from './chart/write-conflicts.ts';
import { Rights } from './chart/rights.ts';
import { Store } from './chart/store.ts';
import { Clock } from './clock.ts';
import { checkCron, Crontab } from './crontab.ts';
import type { Execution } from './executions.ts';
import { fakes } from './fakes.ts';
import type { SentRequest } from './fakes.ts';
import { faults, isRate } from './faults.ts';
import { fhirRoutes, indexDefinitions } from './fhir.ts';
import { Hosts } from './hosts.ts';
import { Load } from './load.ts';
import { bodyParsers, errorHandler, rejectDeepJson, requireJson, standardHeaders } from './parsing.ts';
import { Requesters } from './requesters.ts';
import type { Member, NewPractitioner } from './requesters.ts';
import { sendOutcome } from './results.ts';
import { Network, rest, twilioAccount } from './twilio.ts';
import type { NetworkOptions } from './twilio.ts';
import { Traffic } from './traffic.ts';
import type { Faults } from './traffic.ts';

/** Optional features of a Medplum project. */
export const projectFeatures = ['transaction-bundles', 'cron'] as const;
export type ProjectFeature = (typeof projectFeatures)[number];

export interface SandboxOptions {
  /** 0, the default, uses any free port. */
  port?: number;
  /** The same seed gives the same ids and tokens. Random by default. */
  seed?: string;
  /** The public address, for example of a tunnel. Bots receive it as PLUMLINE_WEBHOOK_URL. */
  publicUrl?: string;
  /** The share of auth/me and FHIR requests that fail, from 0 to 1. */
  faults?: number;
  /** 1 is as slow as a Medplum server on two cores, 2 is twice as fast. By default, there is no delay. */
  serverSpeed?: number;
  /** All by default. */
  features?: readonly ProjectFeature[];
  /** Faults of Subscription delivery. By default, each change is delivered once, immediately and in order. */
  deliveries?: DeliveryOptions;
  /** Whether bots with a cron pattern run on schedule. Tests run them with `cron()`. */
  runCron?: boolean;
  bots?: NewBot[];
  /** Options of the fake Twilio: injected faults, people who answer calls, URLs of numbers. */
  twilio?: Partial<NetworkOptions>;
  onLog?: (bot: string, line: string) => void;
}

export interface SandboxBot {
  id: string;
  membershipId: string;
  /** The URL of the webhook. */
  webhook: string;
}

export interface Sandbox {
  /** Without a trailing slash. */
  url: string;
  fhir: string;
  executions: Execution[];
  /** The requests that were sent to the fake Twilio, Meta and Vapi. */
  sent: SentRequest[];
  /** Places calls through the webhook. By default, this is the webhook of the first bot. */
  twilio: Network;
  /** Callers of `$execute`: a practitioner with a Bearer token, and an app with HTTP Basic. */
  practitioner: { reference: string; token: string };
  client: { reference: string; id: string; secret: string };
  /** A router for additional pages. */
  pages: Router;
  bots: SandboxBot[];
  /** The chart without injected faults and without an access policy. */
  chart: Chart;
  /** The share of auth/me and FHIR requests that fail, from 0 to 1. It can change at any time. */
  faultRate: number;
  /** Decides which auth/me and FHIR requests fail, and how. It can change at any time. */
  faults: Faults | undefined;
  /** Can change at any time. */
  deliveries: DeliveryOptions;
  addBot: (bot: NewBot) => Promise<SandboxBot>;
  /** Adds a resource with a given id, which is not possible on a server. */
  addResource: (resource: WithId<Resource>) => Promise<void>;
  addPractitioner: (practitioner: NewPractitioner) => Promise<{ reference: string; token: string }>;
  /** Runs a bot now, as the server does on schedule. */
  cron: (botId: string) => Promise<Execution>;
  /** Returns when a bot runs next, if `runCron` is set. */
  nextCron: (botId: string) => Date | undefined;
  /** Resolves when there are no pending Subscription deliveries and no bot is running for one. */
  settled: () => Promise<void>;
  /** Sets the clock of the chart and of the bots. A running bot keeps its time. `undefined` resets the clock. */
  setTime: (to: number | string | undefined) => void;
  /** Returns epoch milliseconds. */
  now: () => number;
  stop: () => Promise<void>;
}

const prefixes = ['', '/api', '/projects/:projectId', '/api/projects/:projectId'];

/** Starts a local server that responds like a Medplum server to bots and their callers. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  checkRate(options.faults ?? 0);
  const load = options.serverSpeed === undefined ? undefined : new Load(options.serverSpeed);
  indexDefinitions();
  const app = express();
  const server = createServer(app);
  server.keepAliveTimeout = 90_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const publicUrl = (options.publicUrl ?? url).replace(/\/+$/, '');
  const seed = options.seed ?? randomUUID();
  const features = options.features ?? projectFeatures;
  const onLog = options.onLog ?? ((): void => undefined);
  const clock = new Clock();
  const store = new Store(seed, clock.now);
  const crontab = new Crontab((botId) => {
    sandbox.cron(botId).catch((err: unknown) => onLog('server', normalizeErrorString(err)));
  });
  const schedule = ({ interaction, resource }: Change): void => {
    if (options.runCron && features.includes('cron')) {
      crontab.update(interaction, resource);
    }
  };
  const binaries = new Binaries(`${url}/`, seed, clock.now);
  const chart = new Chart(
    { store, conflicts: new WriteConflicts(seed, load?.writeTime), binaries, baseUrl: `${url}/` },
    { onChange: schedule },
  );
  const bots = new Bots({ chart, seed, baseUrl: `${url}/`, clock, load, onLog });
  const requesters = new Requesters(chart, seed);
  const deliveries = new Deliveries(
    store,
    seed,
    options.deliveries ?? {},
    async ({ endpoint, ...call }) => {
      const bot = bots.byId(endpoint.slice('Bot/'.length));
      const { reference } = call.requester ?? {};
      const as = bot?.runAsUser ? (requesters.byReference(reference) ?? bots.byReference(reference)) : bot;
      // Without a membership, the server stops here.
      if (bot && as) {
        // Events have presigned URLs, even if the bot may not read the Binary.
        const input = await binaries.presign(call.input, chart);
        await bots.call(bot, { ...call, input, trigger: 'subscription', as });
      }
    },
    (line) => onLog('server', line),
  );
  let faultRate = options.faults ?? 0;
  const pages = express.Router();
  const account = twilioAccount(seed);
  const twilio = new Network({
    ...account,
    seed,
    webhook: () => sandbox.bots[0]?.webhook ?? `${publicUrl}/webhook/none`,
    apiUrl: `${url}/fake/twilio`,
    now: clock.now,
    reach: (address) => (address.startsWith(`${publicUrl}/`) ? url + address.slice(publicUrl.length) : address),
    ...options.twilio,
  });
  const sandbox: Sandbox = {
    url,
    fhir: `${url}/fhir/R4`,
    executions: bots.executions.list,
    sent: [],
    twilio,
    practitioner: await requesters.addPractitioner({ name: 'Jo Invented' }),
    client: await requesters.addClient('Sandbox app'),
    pages,
    bots: [],
    chart,
    get faultRate() {
      return faultRate;
    },
    set faultRate(rate) {
      checkRate(rate);
      faultRate = rate;
    },
    faults: undefined,
    deliveries: deliveries.options,
    async addBot(bot) {
      if (bot.cron !== undefined) {
        checkCron(bot.cron);
      }
      const { id, membership } = await bots.add(bot);
      const webhook = `${publicUrl}/webhook/${membership.id}`;
      // All bots of a project have the same secrets.
      if (options.publicUrl !== undefined && bot.secrets?.['PLUMLINE_WEBHOOK_URL'] === undefined) {
        bots.setSecret(id, 'PLUMLINE_WEBHOOK_URL', webhook);
      }
      const added = { id, membershipId: membership.id, webhook };
      sandbox.bots.push(added);
      return added;
    },
    async addResource(resource) {
      await chart.createResource(resource, { assignedId: true });
    },
    addPractitioner: (practitioner) => requesters.addPractitioner(practitioner),
    async cron(botId) {
      const bot = bots.byId(botId);
      if (!bot) {
        throw new Error(`Bot/${botId} does not exist`);
      }
      const input = await store.readResource<Bot>('Bot', botId);
      return bots.call(bot, { trigger: 'cron', input, contentType: ContentType.FHIR_JSON });
    },
    nextCron: (botId) => crontab.next(botId),
    settled: () => deliveries.settled(),
    setTime: (to) => clock.setTime(to),
    now: clock.now,
    async stop() {
      await twilio.stop();
      crontab.stop();
      deliveries.stop();
      server.close();
      server.closeAllConnections();
      await bots.stop();
    },
  };
  const findMember: FindMember = (authorization) =>
    bots.executions.byAuthorization(authorization)?.member ?? requesters.byAuthorization(authorization);
  const accessOf = async (member: Member): Promise<Access> => ({
    author: member.reference,
    rights: await Rights.load(store, member.membership.id),
  });
  route(app, {
    hosts: new Hosts(port, options.publicUrl),
    bots,
    pages,
    requesters,
    fakes: fakes(
      sandbox.sent,
      seed,
      rest(twilio, { [account.accountSid]: account.authToken, [account.apiKey]: account.apiSecret }),
    ),
    findMember,
    accessOf,
    chart,
    binaries,
    fhir: fhirRoutes({
      chart,
      binaries,
      baseUrl: `${url}/`,
      transactions: features.includes('transaction-bundles'),
      async accessOf(authorization) {
        const member = findMember(authorization);
        return member && accessOf(member);
      },
      onChange(change, cause) {
        schedule(change);
        deliveries.enqueue(change, cause);
      },
    }),
    traffic: new Traffic(bots.executions, () => sandbox.faults),
    faults: faults(seed, () => faultRate),
    load,
  });
  for (const bot of options.bots ?? []) {
    await sandbox.addBot(bot);
  }
  return sandbox;
}

function checkRate(rate: number): void {
  if (!isRate(rate)) {
    throw new RangeError(`The fault rate must be a number from 0 to 1, not ${rate}`);
  }
}

interface Parts {
  hosts: Hosts;
  bots: Bots;
  pages: Router;
  requesters: Requesters;
  findMember: FindMember;
  accessOf: (member: Member) => Promise<Access>;
  chart: Chart;
  binaries: Binaries;
  fhir: RequestHandler;
  traffic: Traffic;
  fakes: Router;
  faults: RequestHandler;
  load: Load | undefined;
}

/** Returns the member for an Authorization header: a running bot, a practitioner or an app. */
type FindMember = (authorization: string | undefined) => Member | undefined;

function route(app: Express, parts: Parts): void {
  const { hosts, bots, pages, requesters, fhir, traffic, fakes, faults, load } = parts;
  app.set('trust proxy', 1);
  app.set('x-powered-by', false);
  app.set('etag', false);
  app.use(standardHeaders, hosts.checkHost, compression());
  app.options('/{*path}', (_req, res) => {
    // res.set would add a charset.
    res.setHeader('Content-Type', 'text/plain');
    res.end();
  });
  for (const prefix of prefixes) {
    app.post(`${prefix}/webhook/:id`, (req, res, next) => {
      bots.recordRejected(req, res);
      next();
    });
  }
  app.use(bodyParsers('1mb'));
  for (const prefix of prefixes) {
    app.post(`${prefix}/webhook/:id`, webhook(bots, requesters));
  }
  app.use(hosts.checkOrigin);
  app.use(['/console', '/fake'], rejectDeepJson);
  app.use(pages);
  app.use('/fake', fakes);
  app.get('/storage/:id/:version', (req, res) => parts.binaries.download(req, res, parts.chart));
  for (const prefix of ['', '/api']) {
    app.get(`${prefix}/auth/me`, traffic.me, faults, me(parts));
    app.use(`${prefix}/fhir/R4`, traffic.fhir, faults, ...(load ? [load.fhir] : []));
    for (const path of ['/fhir/R4/Bot/:id/$execute', '/fhir/R4/Bot/:id/$execute/*rest']) {
      app
        .route(prefix + path)
        .get(operation(parts))
        .post(operation(parts));
    }
    app.use(`${prefix}/fhir/R4`, requireJson, rejectDeepJson, fhir);
  }
  app.use(errorHandler);
}

function webhook(bots: Bots, requesters: Requesters): RequestHandler {
  return async (req, res) => {
    const bot = bots.byMembership(req.params['id']);
    if (!bot && requesters.isMembership(req.params['id'])) {
      res.status(403).send('Not the membership of a bot');
    } else if (!bot) {
      sendOutcome(res, notFound);
    } else if (!bot.hasAccessPolicy) {
      res.status(403).send('ProjectMembership must have an Access Policy');
    } else if (!bot.publicWebhook) {
      res.status(403).send('Bot is not configured for public webhook access');
    } else {
      await bots.answer(bot, req, res, {
        trigger: 'webhook',
        contentType: req.get('Content-Type'),
        headers: req.headers,
      });
    }
  };
}

/** Handles `$execute`: a requester must be authenticated and may need the right to read the bot. */
function operation({ bots, findMember, accessOf, chart }: Parts): RequestHandler {
  return async (req, res) => {
    const authorization = req.get('Authorization');
    const requester = findMember(authorization);
    if (authorization !== undefined && !requester) {
      sendOutcome(res, unauthorized);
      return;
    }
    const bot = bots.byId(req.params['id']);
    if (requester) {
      try {
        await chart.as({ access: await accessOf(requester) }).readResource('Bot', String(req.params['id']));
      } catch (err) {
        sendOutcome(res, normalizeOperationOutcome(err));
        return;
      }
    }
    if (!bot) {
      sendOutcome(res, notFound);
      return;
    }
    await bots.answer(bot, req, res, {
      trigger: 'execute',
      contentType: req.get('Content-Type'),
      headers: req.headers,
      traceId: req.get('x-trace-id') ?? randomUUID(),
      ...(requester && { requester: requester.reference }),
      ...(bot.runAsUser && { as: requester }),
    });
  };
}

function me({ findMember, accessOf }: Parts): RequestHandler {
  return async (req, res) => {
    const member = findMember(req.get('Authorization'));
    if (!member) {
      sendOutcome(res, unauthorized);
      return;
    }
    const { membership, reference, name } = member;
    const [resourceType, id] = reference.reference?.split('/') ?? [];
    const { rights } = await accessOf(member);
    res.json({
      project: { resourceType: 'Project', id: membership.project.reference?.split('/')[1] },
      membership: {
        resourceType: 'ProjectMembership',
        id: membership.id,
        user: membership.user,
        profile: membership.profile,
      },
      profile: { resourceType, id, name: resourceType === 'Practitioner' ? [{ text: name }] : name },
      config: { resourceType: 'UserConfiguration', menu: [] },
      accessPolicy: rights.policy,
    });
  };
}
