// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Plays whole calls for the console page and for `plumline call`. */
import { parseSearchRequest } from '@medplum/core';
import type { Communication, Task } from '@medplum/fhirtypes';
import { instantHelp, readInstant } from './clock.ts';
import type { PlumlineBots, People } from './plumline-bots.ts';
import type { Sandbox } from './server.ts';
import type { Answer, CallResult, Queued, Script } from './twilio.ts';

/** The result of a call, with the resources that it created. */
export interface PlayResult extends CallResult {
  communication: Communication | null;
  tasks: Task[];
}

/** A validated request to play a call. */
export interface PlayRequest {
  kind: 'phone' | 'browser';
  from: string;
  to: string;
  script: Script;
  /** Request a ticket first, for the number or for a patient. */
  ticket?: 'number' | `Patient/${string}`;
  /** When the call starts, in epoch milliseconds. By default, the time of the sandbox clock. */
  at?: number;
  /** Additional parameters from Twilio or from the browser. */
  params?: Record<string, string>;
}

/** An invalid request, or one that cannot be played. The message is for the user. */
export class PlayRequestError extends Error {}

const answers = {
  answered: { after: 4, talk: 30 },
  /** The mailbox of a phone. It presses no key. */
  mailbox: { after: 8, talk: 30, answeredBy: 'machine_start' },
  busy: 'busy',
  'no-answer': 'no-answer',
  declined: 'declined',
  failed: 'failed',
} satisfies Record<string, Answer>;

/** Twilio's maximum duration of a call. */
const maxSeconds = 4 * 3600;

const maxEntries = 100;

/** Parameters that the network sets, or that are set by other fields of the request. */
const reservedParams = 'AccountSid ApiVersion CallSid CallStatus Called Caller Direction From To'.split(' ');

/** Validates a request. Throws `PlayRequestError`. */
export function readPlayRequest(body: unknown): PlayRequest {
  const request = (body ?? {}) as Record<string, unknown>;
  const { kind, from, to, digits, speech, answers, voicemail, hangUpAfter, ticket } = request;
  if (kind !== 'phone' && kind !== 'browser') {
    throw new PlayRequestError('kind must be phone or browser');
  }
  if (typeof from !== 'string' || from === '' || typeof to !== 'string') {
    throw new PlayRequestError('from and to must be strings: the caller and the called number');
  }
  if (ticket !== undefined && !(ticket === 'number' || (typeof ticket === 'string' && /^Patient\/./.test(ticket)))) {
    throw new PlayRequestError('ticket must be number, or Patient/ and an id');
  }
  return {
    kind,
    from,
    to,
    script: {
      ...stringList('digits', digits),
      ...stringList('speech', speech),
      ...readAnswers(answers, readQueueState(request)),
      ...seconds('voicemail', voicemail),
      ...seconds('hangUpAfter', hangUpAfter),
    },
    ...(ticket !== undefined && { ticket: ticket as NonNullable<PlayRequest['ticket']> }),
    ...readAt(request['at']),
    ...readParams(request['params']),
  };
}

function readAt(value: unknown): Pick<PlayRequest, 'at'> {
  if (value === undefined) {
    return {};
  }
  const at = typeof value === 'string' ? readInstant(value) : undefined;
  if (at === undefined) {
    throw new PlayRequestError(`at must be ${instantHelp}`);
  }
  return { at };
}

function readParams(value: unknown): Pick<PlayRequest, 'params'> {
  if (value === undefined) {
    return {};
  }
  const isStringMap =
    typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
  if (!isStringMap || Object.keys(value).length > maxEntries) {
    throw new PlayRequestError(
      `params must be an object with at most ${maxEntries} strings, such as "StirVerstat": "TN-Validation-Failed"`,
    );
  }
  const reserved = reservedParams.find((name) => Object.hasOwn(value, name));
  if (reserved !== undefined) {
    throw new PlayRequestError(`${reserved} cannot be set in params: it follows from kind, from and to`);
  }
  return { params: value as Record<string, string> };
}

/** Reads the queue position and wait time that Twilio reports to a waiting caller. */
function readQueueState({ queuePositions, queueWait }: Record<string, unknown>): Pick<Queued, 'positions' | 'average'> {
  const isPositions =
    Array.isArray(queuePositions) &&
    queuePositions.length > 0 &&
    queuePositions.length <= maxEntries &&
    queuePositions.every((position) => Number.isInteger(position) && position > 0 && position <= 1000);
  if (queuePositions !== undefined && !isPositions) {
    throw new PlayRequestError(
      'queuePositions must be a list of positions in the queue, from 1 to 1000, such as 14, 13',
    );
  }
  const { queueWait: average } = seconds('queueWait', queueWait);
  return {
    ...(isPositions && { positions: queuePositions as number[] }),
    ...(average !== undefined && { average }),
  };
}

function stringList<Name extends string>(name: Name, value: unknown): Partial<Record<Name, string[]>> {
  if (value === undefined) {
    return {};
  }
  const isList = Array.isArray(value) && value.length <= maxEntries && value.every((one) => typeof one === 'string');
  if (!isList) {
    throw new PlayRequestError(`${name} must be a list of at most ${maxEntries} strings, one for each prompt`);
  }
  return { [name]: value } as Record<Name, string[]>;
}

function seconds<Name extends string>(name: Name, value: unknown): Partial<Record<Name, number>> {
  if (value === undefined) {
    return {};
  }
  if (typeof value !== 'number' || !(value >= 0 && value <= maxSeconds)) {
    throw new PlayRequestError(`${name} must be a number of seconds from 0 to ${maxSeconds}`);
  }
  return { [name]: value } as Record<Name, number>;
}

/** Reads the answers by address. `*` is the default for other addresses, and `queue` is the result of a queue. */
function readAnswers(value: unknown, queueState: Queued): Pick<Script, 'answers' | 'queue'> {
  const inQueue = Object.keys(queueState).length > 0;
  if (value === undefined) {
    return inQueue ? { queue: queueState } : {};
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length > maxEntries) {
    throw new PlayRequestError(
      `answers must be an object with at most ${maxEntries} members, such as "client:desk": "busy"`,
    );
  }
  const { queue, ...byAddress } = value as Record<string, unknown>;
  if (queue !== undefined && queue !== 'answered' && queue !== 'full') {
    throw new PlayRequestError('the answer for queue must be answered or full');
  }
  if (queue === 'full' && inQueue) {
    throw new PlayRequestError('a caller has no position in a queue that is full');
  }
  const read: Record<string, Answer> = {};
  for (const [address, answer] of Object.entries(byAddress)) {
    if (typeof answer !== 'string' || !Object.hasOwn(answers, answer)) {
      throw new PlayRequestError(`each answer must be one of ${Object.keys(answers).join(', ')}`);
    }
    read[address] = answers[answer as keyof typeof answers];
  }
  return {
    answers: read,
    ...(queue === 'full' && { queue }),
    ...(queue === 'answered' && { queue: { ...queueState, after: 40, talk: 30 } }),
    ...(queue === undefined && inQueue && { queue: queueState }),
  };
}

interface PlayContext {
  bots: PlumlineBots;
  people: People;
  /** Whether tickets are enabled. */
  tickets: boolean;
}

/**
 * Plays a call up to its last callback. If the request has a time, it sets the clock and resets it afterwards. Calls
 * must be played one after another, since they share the clock. Throws `PlayRequestError` if there is no ticket.
 */
export async function play(sandbox: Sandbox, context: PlayContext, request: PlayRequest): Promise<PlayResult> {
  const offset = sandbox.now() - Date.now();
  if (request.at !== undefined) {
    sandbox.setTime(request.at);
  }
  try {
    return await playNow(sandbox, context, request);
  } finally {
    if (request.at !== undefined) {
      sandbox.setTime(Date.now() + offset);
    }
  }
}

async function playNow(
  sandbox: Sandbox,
  { bots, people, tickets }: PlayContext,
  request: PlayRequest,
): Promise<PlayResult> {
  if (request.ticket !== undefined && !tickets) {
    throw new PlayRequestError('tickets need PLUMLINE_SECRET: start the sandbox with --ticket');
  }
  const { twilio } = sandbox;
  const { from, to, script, params = {} } = request;
  const result = await (request.kind === 'phone'
    ? twilio.incoming({ from, to, script, params })
    : twilio.browser({ script, ...(await browserCall(sandbox, bots, people, request)) }));
  await sandbox.settled();
  // Read directly from the chart, because FHIR requests can have injected faults.
  const [communication] = await sandbox.chart.searchResources<Communication>(
    parseSearchRequest<Communication>(`Communication?identifier=https://www.twilio.com/|${result.callSid}`),
  );
  const kinds = ['missed', 'failed', 'voicemail', 'callback'];
  const identifiers = kinds.map((kind) => `https://plumline.dev/fhir/call-task|${result.callSid}.${kind}`);
  const tasks = await sandbox.chart.searchResources<Task>(
    parseSearchRequest<Task>(`Task?identifier=${identifiers.join(',')}`),
  );
  return { ...result, communication: communication ?? null, tasks };
}

/** Returns the identity and the parameters of a browser call. */
async function browserCall(
  sandbox: Sandbox,
  bots: PlumlineBots,
  people: People,
  { from, to, ticket, params }: PlayRequest,
): Promise<{ identity: string; params: Record<string, string> }> {
  if (ticket === undefined) {
    return { identity: from.replace(/^client:/, ''), params: { ...params, To: to } };
  }
  const target = ticket === 'number' ? { number: to } : { patient: ticket };
  const answer = await fetch(`${sandbox.fhir}/Bot/${bots.operations.id}/$execute`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${people.practitioner.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ operation: 'start-call', ...target }),
  });
  const body = (await answer.json()) as {
    identity?: string;
    ticket?: string;
    issue?: { details?: { text?: string } }[];
  };
  if (body.identity === undefined || body.ticket === undefined) {
    throw new PlayRequestError(`no ticket (${answer.status}): ${body.issue?.[0]?.details?.text ?? 'see the bot log'}`);
  }
  return { identity: body.identity, params: { ...params, Ticket: body.ticket } };
}
