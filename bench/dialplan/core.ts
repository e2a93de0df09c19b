// SPDX-License-Identifier: Apache-2.0 OR MIT
// Calls the core of the bots as their host does. Each event gets a new instance. So the parsed config and the hashed
// pads of a token are not cached between events.
import type { BotEvent } from '@medplum/core';
import { readFileSync } from 'node:fs';
import { instantiate, resume, start, type Core } from '../../bot-wrapper/core.ts';
import { frame } from '../../bot-wrapper/webhook-event.ts';
import { zone, type ZoneRequest } from '../../bot-wrapper/zone.ts';
import { type DialplanEvent, OURS, signatureOf, TOKEN, URL } from './events.ts';
import type { Implementation } from './runner.ts';

const module = new WebAssembly.Module(readFileSync(new globalThis.URL('../../pkg/bots/webhook.wasm', import.meta.url)));

interface CoreOutput {
  flow?: number;
  requests?: (ZoneRequest & { id: number; kind: string })[];
  twiml?: string;
}

export const implementation: Implementation = {
  prepare(event) {
    const asked = botEvent(event);
    return () => {
      const core = instantiate(module);
      return () => answer(core, asked);
    };
  },
};

/** Returns the document, or the first request that needs a chart. */
function answer(core: Core, event: BotEvent<unknown>): string {
  let next = start(core, frame(event, 0, core.names));
  while (next.json !== undefined) {
    const { flow, requests, twiml } = JSON.parse(next.json) as CoreOutput;
    if (!requests?.every(({ kind }) => kind === 'zone')) {
      return twiml ?? next.json;
    }
    const answers = requests.map((request) => ({ id: request.id, status: 200, body: zone(request) }));
    next = resume(core, flow ?? 0, JSON.stringify(answers));
  }
  return Buffer.from(next.twimlBase64 ?? '', 'base64').toString();
}

function botEvent(event: DialplanEvent): BotEvent<unknown> {
  const secrets = {
    TWILIO_AUTH_TOKEN: TOKEN,
    TWILIO_NUMBER: OURS,
    PLUMLINE_WEBHOOK_URL: URL,
    PLUMLINE_CONFIG: event.config,
  };
  const named = Object.entries(secrets).map(([name, valueString]) => [name, { name, valueString }]);
  return {
    bot: { reference: 'Bot/1' },
    contentType: 'application/x-www-form-urlencoded',
    headers: { 'x-twilio-signature': signatureOf(event) },
    input: { ...event.params },
    secrets: Object.fromEntries(named) as BotEvent['secrets'],
  };
}
