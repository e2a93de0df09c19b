// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Answers one request of an event with a hostile response and checks the bot's result. */
import type { Bundle } from '@medplum/fhirtypes';
import type { BotResult } from '../../../sandbox/src/wrappers/wrapper.ts';
import { hostile, random } from './answers.ts';
import type { Bots } from './bots.ts';
import type { RecordedEvent } from './events.ts';
import type { Answer, BotServer, Request, Response } from './server.ts';

/** The maximum number of requests in a run. The longest recorded flow makes far fewer. */
const MAX_REQUESTS = 500;

/** A hostile response to request `index` of an event. With some seeds, also to the later requests. */
export interface Attack {
  event: RecordedEvent;
  index: number;
  seed: number;
}

/** `count` attacks, spread over every request of every event. */
export function attacks(events: readonly RecordedEvent[], count: number, first: number): Attack[] {
  const positions = events.flatMap((event) => event.exchanges.map((_one, index) => ({ event, index })));
  return Array.from({ length: count }, (_, at) => {
    const position = positions[at % positions.length];
    if (!position) {
      throw new Error('No request was recorded');
    }
    return { ...position, seed: first + at };
  });
}

/** The violation of the bot's result; undefined if it is a valid response. */
export async function attack(
  bots: Bots,
  server: BotServer,
  { event, index, seed }: Attack,
): Promise<string | undefined> {
  const next = random(seed);
  const persistent = next() < 0.3;
  let requests = 0;
  const answer: Answer = (request) => {
    const at = requests++;
    if (at > MAX_REQUESTS) {
      // Ends an endless run.
      return { status: 403, contentType: 'application/json', text: '{}' };
    }
    const real = replay(event, at, request);
    const isAttacked = at === index || (persistent && at > index);
    return isAttacked ? { ...real, status: next() < 0.9 ? 200 : real.status, text: hostile(real.text, next) } : real;
  };
  const result = await server.serve(event.payload, answer, (payload) => bots.run(event.bot, payload));
  const wrong = requests > MAX_REQUESTS ? `more than ${MAX_REQUESTS} requests` : judge(event.bot, result);
  return wrong && `${bots.runtime}, ${event.bot}, ${event.flow}, request ${index}, seed ${seed}: ${wrong}`;
}

/** A bot's response must be TwiML or an OperationOutcome. An operation can return any JSON. */
function judge(bot: string, result: BotResult | undefined): string | undefined {
  if (result === undefined) {
    return 'no response: it hangs';
  }
  if (!result.success) {
    return `the handler threw: ${result.logResult.slice(0, 500)}`;
  }
  if (result.returned.kind !== 'json') {
    return `it returned ${result.returned.kind}`;
  }
  const value = JSON.parse(result.returned.text) as { resourceType?: string; data?: string } | null;
  if (value?.resourceType === 'Binary' && !value.data) {
    return 'an empty Binary, which Medplum answers with 404';
  }
  const webhook = value?.resourceType === 'Binary' || value?.resourceType === 'OperationOutcome';
  return bot === 'webhook' && !webhook ? 'neither TwiML nor an OperationOutcome' : undefined;
}

/** The recorded response. After a divergence: the response to an equal request, or an empty result. */
export function replay({ exchanges }: RecordedEvent, at: number, request: Request): Response {
  const same = exchanges[at];
  if (same && isLike(same.request, request)) {
    return same.response;
  }
  const other = exchanges.find((one) => isLike(one.request, request) && one.request.body === request.body);
  return other?.response ?? { status: 200, contentType: 'application/fhir+json', text: nothing(request.body) };
}

function isLike(one: Request, other: Request): boolean {
  return one.method === other.method && one.path.split('?')[0] === other.path.split('?')[0];
}

function nothing(body: string): string {
  let bundle: Partial<Bundle> = {};
  try {
    bundle = JSON.parse(body) as Bundle;
  } catch {
    // Not FHIR.
  }
  const entry = bundle.entry?.map(({ request }) =>
    request?.method === 'GET'
      ? { resource: { resourceType: 'Bundle', type: 'searchset' }, response: { status: '200' } }
      : { response: { status: '201' } },
  );
  return JSON.stringify({ resourceType: 'Bundle', type: 'batch-response', ...(entry && { entry }) });
}
