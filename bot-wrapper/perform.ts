// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import { http, type HttpQuestion } from './http.ts';
import { zone, type ZoneQuestion } from './zone.ts';

/** Something that the core asks for. */
export type Ask = {
  readonly id: number;
  /** Milliseconds after which the core goes on without it. */
  readonly deadline?: number;
} & (
  | { readonly kind: 'fhir'; readonly bundle: Bundle }
  | { readonly kind: 'headers' | 'me' }
  | ({ readonly kind: 'http' } & HttpQuestion)
  | ({ readonly kind: 'zone' } & ZoneQuestion)
);

interface Outcome {
  readonly status?: number;
  readonly body?: unknown;
  readonly timedOut?: true;
}

/** Performs all asks at once; their answers as JSON. Never throws: what failed is an answer too. */
export async function perform(asks: readonly Ask[], medplum: MedplumClient, event: BotEvent<unknown>): Promise<string> {
  const answers = await Promise.all(
    asks.map(async (ask) => {
      const outcome = attempt(ask, medplum, event).catch(failure);
      return { id: ask.id, ...(await (ask.deadline === undefined ? outcome : within(ask.deadline, outcome))) };
    }),
  );
  return JSON.stringify(answers);
}

async function attempt(ask: Ask, medplum: MedplumClient, event: BotEvent<unknown>): Promise<Outcome> {
  switch (ask.kind) {
    case 'fhir':
      return { status: 200, body: await medplum.executeBatch(ask.bundle) };
    case 'headers':
      return { status: 200, body: event.headers ?? {} };
    case 'http':
      return http(ask);
    case 'me': {
      const me: unknown = await medplum.get('auth/me', { cache: 'reload' });
      return { status: 200, body: { baseUrl: medplum.getBaseUrl(), me } };
    }
    case 'zone':
      return { status: 200, body: zone(ask) };
  }
}

/** A FHIR failure has its status in the outcome's id; the core needs to know no more than that it failed. */
function failure(): Outcome {
  return {};
}

async function within(deadline: number, outcome: Promise<Outcome>): Promise<Outcome> {
  // A VM context has no setTimeout of its own.
  const { clearTimeout, setTimeout } = require('node:timers') as typeof import('node:timers');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ timedOut: true }), deadline);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
