// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Whole calls by the scripted phone, as the page and the command ask for them. */
import { parseSearchRequest } from '@medplum/core';
import type { Communication, Task } from '@medplum/fhirtypes';
import { instantHelp, readInstant } from './clock.ts';
import type { PlumlineBots, People } from './plumline-bots.ts';
import type { Sandbox } from './server.ts';
import type { Answer, CallResult, Queued, Script } from './twilio.ts';

/** What a call came to, and what it left in the chart. */
export interface PlayResult extends CallResult {
  communication: Communication | null;
  tasks: Task[];
}

/** A request as it comes from outside. */
export interface PlayRequest {
  kind: 'phone' | 'browser';
  from: string;
  to: string;
  script: Script;
  /** Ask for a ticket first: for the number, or for a patient. */
  ticket?: 'number' | `Patient/${string}`;
  /** When the call is placed, epoch milliseconds; by default it is what the sandbox's clock says. */
  at?: number;
  /** What Twilio sends beside the usual, or a browser. */
  params?: Record<string, string>;
}

/** What is wrong with a request, or why it was not granted: told to whoever asked. */
export class PlayRequestError extends Error {}

const answers = {
  answered: { after: 4, talk: 30 },
  busy: 'busy',
  'no-answer': 'no-answer',
  declined: 'declined',
  failed: 'failed',
} satisfies Record<string, Answer>;

/** Longer, and a call would outlast what Twilio allows. */
const maxSeconds = 4 * 3600;

const maxEntries = 100;

/** What the network says by itself, or what the request has a member for. */
const ownParams = 'AccountSid ApiVersion CallSid CallStatus Called Caller Direction From To'.split(' ');

/** Reads what a page or a command asks for. Fails with `PlayRequestError`. */
export function readPlayRequest(body: unknown): PlayRequest {
  const request = (body ?? {}) as Record<string, unknown>;
  const { kind, from, to, digits, speech, answers, voicemail, hangUpAfter, ticket } = request;
  if (kind !== 'phone' && kind !== 'browser') {
    throw new PlayRequestError('kind is phone or browser');
  }
  if (typeof from !== 'string' || from === '' || typeof to !== 'string') {
    throw new PlayRequestError('from and to are texts: who calls, and whom');
  }
  if (ticket !== undefined && !(ticket === 'number' || (typeof ticket === 'string' && /^Patient\/./.test(ticket)))) {
    throw new PlayRequestError('ticket is number, or Patient/ and an id');
  }
  return {
    kind,
    from,
    to,
    script: {
      ...texts('digits', digits),
      ...texts('speech', speech),
      ...readAnswers(answers, readWaiting(request)),
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
    throw new PlayRequestError(`at is ${instantHelp}`);
  }
  return { at };
}

function readParams(value: unknown): Pick<PlayRequest, 'params'> {
  if (value === undefined) {
    return {};
  }
  const isTexts =
    typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
  if (!isTexts || Object.keys(value).length > maxEntries) {
    throw new PlayRequestError(
      `params is an object of ${maxEntries} texts at most: "StirVerstat": "TN-Validation-Failed"`,
    );
  }
  const own = ownParams.find((name) => Object.hasOwn(value, name));
  if (own !== undefined) {
    throw new PlayRequestError(`${own} is no further parameter: a whole call has its own, by kind, from and to`);
  }
  return { params: value as Record<string, string> };
}

/** What a caller in a queue is told of it. */
function readWaiting({ queuePositions, queueWait }: Record<string, unknown>): Pick<Queued, 'positions' | 'average'> {
  const isPlaces =
    Array.isArray(queuePositions) &&
    queuePositions.length > 0 &&
    queuePositions.length <= maxEntries &&
    queuePositions.every((place) => Number.isInteger(place) && place > 0 && place <= 1000);
  if (queuePositions !== undefined && !isPlaces) {
    throw new PlayRequestError('queuePositions is a list of places in the queue, from 1 to 1000, such as 14, 13');
  }
  const { queueWait: average } = seconds('queueWait', queueWait);
  return {
    ...(isPlaces && { positions: queuePositions as number[] }),
    ...(average !== undefined && { average }),
  };
}

function texts<Name extends string>(name: Name, value: unknown): Partial<Record<Name, string[]>> {
  if (value === undefined) {
    return {};
  }
  const isList = Array.isArray(value) && value.length <= maxEntries && value.every((one) => typeof one === 'string');
  if (!isList) {
    throw new PlayRequestError(
      `${name} is a list of texts, ${maxEntries} at most, one for each time the caller is asked`,
    );
  }
  return { [name]: value } as Record<Name, string[]>;
}

function seconds<Name extends string>(name: Name, value: unknown): Partial<Record<Name, number>> {
  if (value === undefined) {
    return {};
  }
  if (typeof value !== 'number' || !(value >= 0 && value <= maxSeconds)) {
    throw new PlayRequestError(`${name} is a number of seconds, from 0 to ${maxSeconds}`);
  }
  return { [name]: value } as Record<Name, number>;
}

/** By address; `*` is anybody else, and `queue` is what happens in one. */
function readAnswers(given: unknown, waiting: Queued): Pick<Script, 'answers' | 'queue'> {
  const inQueue = Object.keys(waiting).length > 0;
  if (given === undefined) {
    return inQueue ? { queue: waiting } : {};
  }
  if (typeof given !== 'object' || given === null || Object.keys(given).length > maxEntries) {
    throw new PlayRequestError(`answers is an object of ${maxEntries} members at most: "client:desk": "busy"`);
  }
  const { queue, ...others } = given as Record<string, unknown>;
  if (queue !== undefined && queue !== 'answered' && queue !== 'full') {
    throw new PlayRequestError('in a queue a caller is answered, or it is full');
  }
  if (queue === 'full' && inQueue) {
    throw new PlayRequestError('nobody has a place in a queue that is full');
  }
  const read: Record<string, Answer> = {};
  for (const [address, answer] of Object.entries(others)) {
    if (typeof answer !== 'string' || !Object.hasOwn(answers, answer)) {
      throw new PlayRequestError(`whoever is rung is one of ${Object.keys(answers).join(', ')}`);
    }
    read[address] = answers[answer as keyof typeof answers];
  }
  return {
    answers: read,
    ...(queue === 'full' && { queue }),
    ...(queue === 'answered' && { queue: { ...waiting, after: 40, talk: 30 } }),
    ...(queue === undefined && inQueue && { queue: waiting }),
  };
}

interface PlayContext {
  bots: PlumlineBots;
  people: People;
  /** Whether there are any. */
  tickets: boolean;
}

/**
 * Plays a call to its last callback, and comes back from the time that it was placed at: one call after the other, since
 * all have the same clock. Fails with `PlayRequestError` where no ticket is to be had.
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
    throw new PlayRequestError('the bots give no tickets without PLUMLINE_SECRET: start the sandbox with --ticket');
  }
  const { twilio } = sandbox;
  const { from, to, script, params = {} } = request;
  const placed = await (request.kind === 'phone'
    ? twilio.incoming({ from, to, script, params })
    : twilio.browser({ script, ...(await browserCall(sandbox, bots, people, request)) }));
  await sandbox.settled();
  // Of the chart itself: a FHIR request may be made to fail.
  const [communication] = await sandbox.chart.searchResources<Communication>(
    parseSearchRequest<Communication>(`Communication?identifier=https://www.twilio.com/|${placed.callSid}`),
  );
  const kinds = ['missed', 'failed', 'voicemail', 'callback'];
  const identifiers = kinds.map((kind) => `https://plumline.dev/fhir/call-task|${placed.callSid}.${kind}`);
  const tasks = await sandbox.chart.searchResources<Task>(
    parseSearchRequest<Task>(`Task?identifier=${identifiers.join(',')}`),
  );
  return { ...placed, communication: communication ?? null, tasks };
}

/** What a browser is signed in as, and what it sends along. */
async function browserCall(
  sandbox: Sandbox,
  bots: PlumlineBots,
  people: People,
  { from, to, ticket, params }: PlayRequest,
): Promise<{ identity: string; params: Record<string, string> }> {
  if (ticket === undefined) {
    return { identity: from.replace(/^client:/, ''), params: { ...params, To: to } };
  }
  const whom = ticket === 'number' ? { number: to } : { patient: ticket };
  const answer = await fetch(`${sandbox.fhir}/Bot/${bots.operations.id}/$execute`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${people.practitioner.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ operation: 'start-call', ...whom }),
  });
  const body = (await answer.json()) as {
    identity?: string;
    ticket?: string;
    issue?: { details?: { text?: string } }[];
  };
  if (body.identity === undefined || body.ticket === undefined) {
    throw new PlayRequestError(
      `no ticket (${answer.status}): ${body.issue?.[0]?.details?.text ?? 'the bot log has more'}`,
    );
  }
  return { identity: body.identity, params: { ...params, Ticket: body.ticket } };
}
