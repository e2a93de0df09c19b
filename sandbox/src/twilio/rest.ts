// SPDX-License-Identifier: Apache-2.0 OR MIT
import express from 'express';
import type { Request, Response, Router } from 'express';
import { setTimeout } from 'node:timers/promises';
import { phoneNumberSid } from './calls.ts';
import type { Leg } from './call/leg.ts';
import type { Member, Queue } from './call/queues.ts';
import { readMessage } from './messages.ts';
import type { Message } from './messages.ts';
import type { AccountNumber } from './call/account.ts';
import type { Network } from './network.ts';
import {
  callResource,
  memberResource,
  messageResource,
  numberResource,
  queueResource,
  recordingResource,
} from './resources.ts';
import { dequeueMember, firstValue, readCall, updateCall } from './rest-call-params.ts';
import type { Fields } from './rest-call-params.ts';
import { notFound, RestError } from './rest-errors.ts';
import { shouldInject } from './call/network-faults.ts';
import { silence } from './silence.ts';

/**
 * Returns the router for Twilio's API of one account. Mount it so that `/2010-04-01` follows. Bodies must be parsed as
 * forms. `credentials` maps the account SID and the key SIDs to their secrets.
 */
export function rest(network: Network, credentials: Record<string, string>): Router {
  const router = express.Router();
  const account = express.Router();
  const messages = new Map<string, Message>();
  let requests = 0;
  router.use('/2010-04-01/Accounts/:account', (req, res, next) =>
    sendErrors(() => {
      authorize(req, credentials);
      if (req.params['account'] !== network.accountSid) {
        throw notFound(req.originalUrl);
      }
      const number = ++requests;
      if (shouldInject(network.seed, `busy/${number}`, network.networkFaults.busy)) {
        throw new RestError(429, 20429, 'Too Many Requests');
      }
      if (
        req.method === 'POST' &&
        shouldInject(network.seed, `loseAnswer/${number}`, network.networkFaults.loseAnswer)
      ) {
        dropResponse(req, res);
      }
      next();
    }, res),
  );
  router.use('/2010-04-01/Accounts/:account', account);
  calls(account, network);
  recordings(account, network);
  numbers(account, network);
  queues(account, network);
  route(account, 'post', '/Messages.json', (req, res) => {
    const message: Message = {
      sid: network.sid('SM'),
      created: network.now(),
      ...readMessage(fieldsOf(req), (number) => network.numbers.has(number)),
    };
    messages.set(message.sid, message);
    res.status(201).json(messageResource(network, message));
  });
  account.get('/Messages.json', (req, res) => {
    const listedItems = [...messages.values()].filter((message) => isListed(network, message.created)).reverse();
    const found = listedItems.filter(
      (message) =>
        matchesFilter(req, 'To', message.to) &&
        matchesFilter(req, 'From', message.from) &&
        isWithin(req, 'DateSent', message.created),
    );
    page(req, res, 'messages', found, (message) => messageResource(network, message));
  });
  route(account, 'get', '/Messages/:sid.json', (req, res) => {
    res.json(messageResource(network, findOrThrow(messages, req)));
  });
  router.use((req, res) => {
    send(res, notFound(req.originalUrl));
  });
  return router;
}

function calls(account: Router, network: Network): void {
  route(account, 'post', '/Calls.json', (req, res) => {
    const { callSid } = network.place(readCall(network, fieldsOf(req)));
    res.status(201).json(callResource(network, findOrThrow(network.legs, callSid)));
  });
  account.get('/Calls.json', (req, res) => {
    const listedItems = [...network.legs.values()].filter((leg) => isListed(network, leg.created)).reverse();
    page(
      req,
      res,
      'calls',
      listedItems.filter((leg) => matches(req, leg)),
      (leg) => callResource(network, leg),
    );
  });
  route(account, 'get', '/Calls/:sid.json', (req, res) => {
    res.json(callResource(network, findOrThrow(network.legs, req)));
  });
  route(account, 'post', '/Calls/:sid.json', async (req, res) => {
    const leg = findOrThrow(network.legs, req);
    updateCall(network, leg.sid, fieldsOf(req));
    // If the call ends immediately, the response must contain its final state.
    await new Promise((resolve) => setImmediate(resolve));
    res.json(callResource(network, leg));
  });
}

function matches(req: Request, leg: Leg): boolean {
  return (
    matchesFilter(req, 'To', leg.to) &&
    matchesFilter(req, 'From', leg.from) &&
    matchesFilter(req, 'Status', leg.status) &&
    matchesFilter(req, 'ParentCallSid', leg.parent?.sid) &&
    isWithin(req, 'StartTime', leg.answered ?? leg.started) &&
    (leg.ended === undefined ? !hasFilter(req, 'EndTime') : isWithin(req, 'EndTime', leg.ended))
  );
}

function queues(account: Router, network: Network): void {
  account.get('/Queues.json', (req, res) => {
    page(req, res, 'queues', [...network.queues.values()], (queue) => queueResource(network, queue));
  });
  const queueOf = (req: Request): Queue => {
    const queue = [...network.queues.values()].find(({ sid }) => sid === req.params['queue']);
    if (!queue) {
      throw notFound(req.originalUrl);
    }
    return queue;
  };
  route(account, 'get', '/Queues/:queue/Members.json', (req, res) => {
    const queue = queueOf(req);
    page(req, res, 'queue_members', queue.members, (member) => memberResource(network, queue, member));
  });
  route(account, 'get', '/Queues/:queue/Members/:sid.json', (req, res) => {
    const queue = queueOf(req);
    res.json(memberResource(network, queue, memberOf(queue, req)));
  });
  route(account, 'post', '/Queues/:queue/Members/:sid.json', (req, res) => {
    const queue = queueOf(req);
    const member = memberOf(queue, req);
    const resource = memberResource(network, queue, member);
    dequeueMember(network, queue, member, fieldsOf(req));
    res.json(resource);
  });
}

/** The waiting caller with a `CallSid`, or the first one. A caller who was dequeued is not found. */
function memberOf(queue: Queue, req: Request): Member {
  const { sid } = req.params;
  const member = sid === 'Front' ? queue.members[0] : queue.members.find(({ call }) => call.leg.sid === sid);
  if (!member) {
    throw notFound(req.originalUrl);
  }
  return member;
}

function recordings(account: Router, network: Network): void {
  const { all } = network.recordings;
  account.get(['/Recordings.json', '/Calls/:call/Recordings.json'], (req, res) => {
    const found = [...all.values()].filter(
      ({ callSid, conferenceSid, started }) =>
        matchesFilter(req, 'CallSid', callSid) &&
        matchesFilter(req, 'ConferenceSid', conferenceSid) &&
        (req.params['call'] ?? callSid) === callSid &&
        isWithin(req, 'DateCreated', started),
    );
    page(req, res, 'recordings', found.reverse(), (recording) => recordingResource(network, recording));
  });
  route(account, 'get', '/Recordings/:sid.json', (req, res) => {
    res.json(recordingResource(network, findOrThrow(all, req)));
  });
  route(account, 'get', '/Recordings/:sid.mp3', async (req, res) => {
    const { audioStatus, audioLateMs = 0 } = network.networkFaults;
    const recording = findOrThrow(all, req);
    await setTimeout(audioLateMs, undefined, { ref: false });
    if (audioStatus !== undefined) {
      throw new RestError(audioStatus, 20500, 'Internal Server Error');
    }
    res.type('audio/mpeg').send(silence(recording.duration));
  });
  route(account, 'delete', '/Recordings/:sid.json', (req, res) => {
    all.delete(findOrThrow(all, req).sid);
    res.status(204).end();
  });
}

function numbers(account: Router, network: Network): void {
  const createdAt = network.now();
  account.get('/IncomingPhoneNumbers.json', (req, res) => {
    const owned = [...network.numbers.values()].filter(({ number, friendlyName }) => {
      const wanted = query(req, 'PhoneNumber')?.replaceAll('*', '') ?? '';
      return number.includes(wanted) && matchesFilter(req, 'FriendlyName', friendlyName);
    });
    page(req, res, 'incoming_phone_numbers', owned, (number) => numberResource(network, number, createdAt));
  });
  const bySid = (req: Request): AccountNumber => {
    const number = [...network.numbers.values()].find(({ number }) => phoneNumberSid(number) === req.params['sid']);
    if (!number) {
      throw notFound(req.originalUrl);
    }
    return number;
  };
  route(account, 'get', '/IncomingPhoneNumbers/:sid.json', (req, res) => {
    res.json(numberResource(network, bySid(req), createdAt));
  });
  route(account, 'post', '/IncomingPhoneNumbers/:sid.json', (req, res) => {
    const number = bySid(req);
    const fields = fieldsOf(req);
    for (const [field, name] of [
      ['VoiceUrl', 'voiceUrl'],
      ['VoiceFallbackUrl', 'voiceFallbackUrl'],
      ['StatusCallback', 'statusCallback'],
      ['VoiceApplicationSid', 'applicationSid'],
      ['FriendlyName', 'friendlyName'],
    ] as const) {
      const value = [fields[field]].flat()[0];
      if (value !== undefined) {
        number[name] = value;
      }
    }
    res.json(numberResource(network, number, createdAt));
  });
}

function authorize(req: Request, credentials: Record<string, string>): void {
  const [, encoded] = /^Basic (.+)$/.exec(req.get('Authorization') ?? '') ?? [];
  const text = Buffer.from(encoded ?? '', 'base64').toString();
  const user = text.slice(0, Math.max(0, text.indexOf(':')));
  if (!Object.hasOwn(credentials, user) || text !== `${user}:${credentials[user] ?? ''}`) {
    throw new RestError(401, 20003, 'Authenticate');
  }
}

/** The request is executed, then the connection is closed without a response. */
function dropResponse(req: Request, res: Response): void {
  const cut = (): Response => {
    req.socket.destroy();
    return res;
  };
  res.json = cut;
}

/**
 * Whether lists contain a resource. Lists contain a new resource after a delay. By its SID, it is available at once.
 */
function isListed(network: Network, created: number): boolean {
  return network.now() - created >= (network.networkFaults.listLateMs ?? 0);
}

type Handler = (req: Request, res: Response) => void | Promise<void>;

function route(router: Router, verb: 'get' | 'post' | 'delete', path: string, handle: Handler): void {
  router[verb](path, (req, res) => sendErrors(() => handle(req, res), res));
}

async function sendErrors(perform: () => void | Promise<void>, res: Response): Promise<void> {
  try {
    await perform();
  } catch (err) {
    if (!(err instanceof RestError)) {
      throw err;
    }
    send(res, err);
  }
}

function send(res: Response, error: RestError): void {
  if (error.status === 401) {
    res.set('WWW-Authenticate', 'Basic realm="Twilio API"');
  }
  res.status(error.status).json(error.body());
}

function findOrThrow<T>(all: ReadonlyMap<string, T>, requested: Request | string): T {
  const sid = typeof requested === 'string' ? requested : String(requested.params['sid']);
  const item = all.get(sid);
  if (!item) {
    throw notFound(typeof requested === 'string' ? requested : requested.originalUrl);
  }
  return item;
}

function fieldsOf(req: Request): Fields {
  return (req.body ?? {}) as Fields;
}

function query(req: Request, name: string): string | undefined {
  return firstValue(Object.fromEntries(searchOf(req)), name);
}

function searchOf(req: Request): URLSearchParams {
  return new URL(req.originalUrl, 'http://localhost').searchParams;
}

function matchesFilter(req: Request, name: string, value: string | undefined): boolean {
  const wanted = query(req, name);
  return wanted === undefined || wanted === value;
}

function hasFilter(req: Request, name: string): boolean {
  return ['', '<', '>'].some((sign) => query(req, name + sign) !== undefined);
}

/** `StartTime=` is a day. `StartTime<=` and `StartTime>=` are a day or an instant. The sign is part of the name. */
function isWithin(req: Request, name: string, at: number): boolean {
  const day = query(req, name);
  const [before, after] = [query(req, `${name}<`), query(req, `${name}>`)];
  return (
    (day === undefined || new Date(at).toISOString().slice(0, 10) === day.slice(0, 10)) &&
    (before === undefined || at <= instant(before, true)) &&
    (after === undefined || at >= instant(after, false))
  );
}

/** Returns the start or the end of a day. An instant is not changed. */
function instant(text: string, end: boolean): number {
  const at = Date.parse(text);
  return end && /^\d{4}-\d\d-\d\d$/.test(text) ? at + 86_399_999 : at;
}

const pageSizes = { default: 50, max: 1000 };

/** Sends one page of a list, with the URL of the next one. */
function page<T>(req: Request, res: Response, name: string, all: T[], toJson: (item: T) => object): void {
  const search = searchOf(req);
  const requested = Number(search.get('PageSize') ?? pageSizes.default);
  const size = Number.isInteger(requested) && requested > 0 ? Math.min(requested, pageSizes.max) : pageSizes.default;
  const number = Math.max(0, Number.parseInt(search.get('Page') ?? '0', 10) || 0);
  const items = all.slice(number * size, (number + 1) * size);
  const path = new URL(req.originalUrl, 'http://localhost').pathname.replace(/^.*(?=\/2010-04-01\/)/, '');
  const uri = (page: number): string => {
    const next = new URLSearchParams(search);
    next.set('PageSize', String(size));
    next.set('Page', String(page));
    return `${path}?${next.toString()}`;
  };
  const more = (number + 1) * size < all.length;
  res.json({
    [name]: items.map(toJson),
    first_page_uri: uri(0),
    next_page_uri: more ? uri(number + 1) : null,
    previous_page_uri: number > 0 ? uri(number - 1) : null,
    uri: uri(number),
    page: number,
    page_size: size,
    start: number * size,
    end: number * size + Math.max(0, items.length - 1),
  });
}
