// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Every event that the scenarios of tests/js/faults send to a bot, with the responses to all its requests. */
import { mock } from 'node:test';
import { VmContextWrapper } from '../../../sandbox/src/wrappers/vmcontext.ts';
import type { BotPayload } from '../../../sandbox/src/wrappers/wrapper.ts';
import { openClinic } from '../faults/clinic.ts';
import type { Clinic } from '../faults/clinic.ts';
import { scenarios } from '../faults/scenarios.ts';
import type { Bots } from './bots.ts';
import { startServer } from './server.ts';
import type { Answer, BotServer, Request, Response } from './server.ts';

/** One request of a bot and its response. */
export interface Exchange {
  request: Request;
  response: Response;
}

export interface RecordedEvent {
  bot: string;
  flow: string;
  payload: BotPayload;
  exchanges: Exchange[];
}

/** Runs every scenario once, then replays each event to record its bot's requests. */
export async function recordEvents(bots: Bots): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const server = await startServer();
  try {
    for (const plain of [false, true]) {
      const clinic = await openClinic('hostile answers', plain);
      try {
        const played = await play(clinic, plain);
        for (const { flow, payload } of played) {
          events.push(await recordExchanges(bots, server, clinic, flow, payload));
          if (payload.secrets['PLUMLINE_WEBHOOK_URL'] && payload.headers?.['x-twilio-signature']) {
            // The bot then requests `auth/me`.
            const { PLUMLINE_WEBHOOK_URL: _url, ...secrets } = payload.secrets;
            events.push(await recordExchanges(bots, server, clinic, `${flow}, without a URL`, { ...payload, secrets }));
          }
        }
      } finally {
        await clinic.sandbox.stop();
      }
    }
  } finally {
    server.stop();
  }
  return events;
}

/** The payloads of all scenarios in order. */
async function play(clinic: Clinic, plain: boolean): Promise<{ flow: string; payload: BotPayload }[]> {
  const played: { flow: string; payload: BotPayload }[] = [];
  const runs = mock.method(VmContextWrapper.prototype, 'run');
  try {
    for (const [flow, scenario] of Object.entries(scenarios)) {
      if ((scenario.plain ?? false) === plain) {
        await clinic.start();
        await scenario.play(clinic);
        await clinic.sandbox.twilio.idle();
        await clinic.sandbox.settled();
        clinic.advance(20);
        await clinic.sweep();
        played.push(...runs.mock.calls.map((call) => ({ flow, payload: call.arguments[0] })));
        runs.mock.resetCalls();
      }
    }
  } finally {
    runs.mock.restore();
  }
  return played;
}

async function recordExchanges(
  bots: Bots,
  server: BotServer,
  { sandbox }: Clinic,
  flow: string,
  payload: BotPayload,
): Promise<RecordedEvent> {
  const exchanges: Exchange[] = [];
  const forward: Answer = async (request) => {
    const response = await forwarded(sandbox.url, request);
    exchanges.push({ request, response });
    return response;
  };
  const bot = payload.bot.display ?? '';
  await server.serve(payload, forward, (served) => bots.run(bot, served));
  return { bot, flow, payload, exchanges };
}

async function forwarded(base: string, { method, path, headers, body }: Request): Promise<Response> {
  const kept = ['accept', 'authorization', 'content-type', 'prefer'].flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const init = { method, headers: Object.fromEntries(kept), ...(body !== '' && { body }) };
  const response = await fetch(`${base}/${path}`, init);
  const contentType = response.headers.get('content-type') ?? 'application/json';
  return { status: response.status, contentType, text: await response.text() };
}
