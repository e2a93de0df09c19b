// SPDX-License-Identifier: Apache-2.0 OR MIT
import { notFound, unauthorized } from '@medplum/core';
import compression from 'compression';
import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bots } from './bots.ts';
import type { Execution, NewBot } from './bots.ts';
import { fakes } from './fakes.ts';
import type { SentRequest } from './fakes.ts';
import { faults } from './faults.ts';
import { Chart, fhirRoutes, indexDefinitions } from './fhir.ts';
import { bodyParsers, errorHandler, standardHeaders } from './parsing.ts';
import { addRequesters } from './requesters.ts';
import type { Requester, Requesters } from './requesters.ts';
import { sendOutcome } from './results.ts';
import { Network, rest, twilioAccount } from './twilio.ts';
import type { NetworkOptions } from './twilio.ts';

export interface SandboxOptions {
  /** 0, the default, takes any free one. */
  port?: number;
  /** One seed gives one sandbox: the same ids and tokens. Random if absent. */
  seed?: string;
  /** The address that the outside knows, as behind a tunnel. Bots are told it as PLUMLINE_WEBHOOK_URL. */
  publicUrl?: string;
  /** The share of auth/me and FHIR requests that fail, from 0 to 1. */
  faults?: number;
  bots?: NewBot[];
  /** How unkind the fake Twilio is, who answers its calls, which URLs its numbers have. */
  twilio?: Partial<NetworkOptions>;
  onLog?: (bot: string, line: string) => void;
}

export interface SandboxBot {
  id: string;
  membershipId: string;
  /** The webhook's URL. */
  webhook: string;
}

export interface Sandbox {
  /** Without a slash at its end. */
  url: string;
  fhir: string;
  executions: Execution[];
  /** What was sent to the fake Twilio, Meta and Vapi. */
  sent: SentRequest[];
  /** Places calls through the webhook, which is the first bot's unless the options say otherwise. */
  twilio: Network;
  /** Who may ask bots by `$execute`: one of the staff by Bearer token, and an app by HTTP Basic. */
  practitioner: Requesters['practitioner'];
  client: Requesters['client'];
  /** Where further pages can be hung up. */
  pages: Router;
  bots: SandboxBot[];
  addBot: (bot: NewBot) => Promise<SandboxBot>;
  stop: () => Promise<void>;
}

const prefixes = ['', '/api', '/projects/:projectId', '/api/projects/:projectId'];

/** Starts a server on this machine that answers as Medplum does, as far as a bot and its callers can tell. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  indexDefinitions();
  const app = express();
  const server = createServer(app);
  server.keepAliveTimeout = 90_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const publicUrl = (options.publicUrl ?? url).replace(/\/+$/, '');
  const seed = options.seed ?? randomUUID();
  const chart = new Chart();
  const bots = new Bots(chart, seed, `${url}/`, options.onLog ?? (() => undefined));
  const requesters = await addRequesters(chart, seed);
  const pages = express.Router();
  const account = twilioAccount(seed);
  const twilio = new Network({
    ...account,
    seed,
    webhook: () => sandbox.bots[0]?.webhook ?? `${publicUrl}/webhook/none`,
    apiUrl: `${url}/fake/twilio`,
    reach: (address) => (address.startsWith(`${publicUrl}/`) ? url + address.slice(publicUrl.length) : address),
    ...options.twilio,
  });
  const sandbox: Sandbox = {
    url,
    fhir: `${url}/fhir/R4`,
    executions: bots.executions,
    sent: [],
    twilio,
    practitioner: requesters.practitioner,
    client: requesters.client,
    pages,
    bots: [],
    async addBot(bot) {
      const { id, membership } = await bots.add(bot);
      const webhook = `${publicUrl}/webhook/${membership.id}`;
      if (options.publicUrl !== undefined) {
        bots.tell(id, 'PLUMLINE_WEBHOOK_URL', webhook);
      }
      const added = { id, membershipId: membership.id, webhook };
      sandbox.bots.push(added);
      return added;
    },
    async stop() {
      await twilio.stop();
      server.close();
      server.closeAllConnections();
      await bots.stop();
    },
  };
  route(app, {
    bots,
    chart,
    pages,
    url,
    requesters,
    fakes: fakes(
      sandbox.sent,
      seed,
      rest(twilio, { [account.accountSid]: account.authToken, [account.apiKey]: account.apiSecret }),
    ),
    faults: faults(seed, options.faults ?? 0),
  });
  for (const bot of options.bots ?? []) {
    await sandbox.addBot(bot);
  }
  return sandbox;
}

interface Parts {
  bots: Bots;
  chart: Chart;
  pages: Router;
  url: string;
  requesters: Requesters;
  fakes: Router;
  faults: RequestHandler;
}

function route(app: Express, { bots, chart, pages, url, requesters, fakes, faults }: Parts): void {
  const known: Known = (authorization) => bots.byToken(authorization) ?? requesters.byAuthorization(authorization);
  app.set('trust proxy', 1);
  app.set('x-powered-by', false);
  app.set('etag', false);
  app.use(standardHeaders, compression());
  app.options('/{*path}', (_req, res) => {
    // Not res.set, which adds a charset.
    res.setHeader('Content-Type', 'text/plain');
    res.end();
  });
  for (const prefix of prefixes) {
    app.post(`${prefix}/webhook/:id`, (req, res, next) => {
      bots.listRefused(req, res);
      next();
    });
  }
  app.use(bodyParsers('1mb'));
  for (const prefix of prefixes) {
    app.post(`${prefix}/webhook/:id`, webhook(bots, requesters));
  }
  app.use(pages);
  app.use('/fake', fakes);
  const fhir = fhirRoutes(chart, `${url}/`, (authorization) => known(authorization)?.reference);
  for (const prefix of ['', '/api']) {
    app.get(`${prefix}/auth/me`, faults, me(known));
    app.use(`${prefix}/fhir/R4`, faults);
    for (const path of ['/fhir/R4/Bot/:id/$execute', '/fhir/R4/Bot/:id/$execute/*rest']) {
      app
        .route(prefix + path)
        .get(operation(bots, known))
        .post(operation(bots, known));
    }
    app.use(`${prefix}/fhir/R4`, fhir);
  }
  app.use(errorHandler);
}

/** Whoever an Authorization header belongs to: a bot, one of the staff, an app. */
type Known = (authorization: string | undefined) => Pick<Requester, 'reference' | 'membership' | 'name'> | undefined;

function webhook(bots: Bots, requesters: Requesters): RequestHandler {
  return async (req, res) => {
    const bot = bots.byMembership(req.params['id']);
    if (!bot && requesters.isMembership(req.params['id'])) {
      res.status(403).send('Not the membership of a bot');
    } else if (!bot) {
      sendOutcome(res, notFound);
    } else if (!bot.accessPolicy) {
      res.status(403).send('ProjectMembership must have an Access Policy');
    } else if (!bot.publicWebhook) {
      res.status(403).send('Bot is not configured for public webhook access');
    } else {
      await bots.execute(bot, req, res);
    }
  };
}

/** `$execute`: the same bots, asked by somebody who is known. */
function operation(bots: Bots, known: Known): RequestHandler {
  return async (req, res) => {
    const bot = bots.byId(req.params['id']);
    if (!bot) {
      sendOutcome(res, notFound);
      return;
    }
    const authorization = req.get('Authorization');
    const requester = known(authorization)?.reference;
    if (authorization !== undefined && !requester) {
      sendOutcome(res, unauthorized);
      return;
    }
    await bots.execute(bot, req, res, { traceId: randomUUID(), ...(requester && { requester }) });
  };
}

function me(known: Known): RequestHandler {
  return (req, res) => {
    const asking = known(req.get('Authorization'));
    if (!asking) {
      sendOutcome(res, unauthorized);
      return;
    }
    const { membership, reference, name } = asking;
    const [resourceType, id] = reference.reference?.split('/') ?? [];
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
      accessPolicy: { resourceType: 'AccessPolicy' },
    });
  };
}
