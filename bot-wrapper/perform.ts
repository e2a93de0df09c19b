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
  /** Milliseconds since the event came after which the core goes on without it. */
  readonly until?: number;
} & (
  | { readonly kind: 'fhir'; readonly bundle: Bundle }
  | { readonly kind: 'headers' | 'me' }
  | { readonly kind: 'wait'; readonly ms: number }
  | ({ readonly kind: 'http' } & HttpQuestion)
  | ({ readonly kind: 'zone' } & ZoneQuestion)
);

interface Outcome {
  readonly status?: number;
  readonly body?: unknown;
  readonly timedOut?: true;
}

/**
 * Performs all asks at once; their answers as JSON. Never throws: what failed is an answer too. `came` is when the event
 * came, epoch milliseconds.
 */
export async function perform(
  asks: readonly Ask[],
  medplum: MedplumClient,
  event: BotEvent<unknown>,
  came: number,
): Promise<string> {
  const answers = await Promise.all(
    asks.map(async (ask) => ({ id: ask.id, ...(await inTime(ask, medplum, event, came)) })),
  );
  return `[${answers.map(written).join()}]`;
}

/** An answer that is nested too deeply to be written is one that failed. */
function written(answer: Outcome & { id: number }): string {
  try {
    return JSON.stringify(answer);
  } catch {
    return JSON.stringify({ id: answer.id });
  }
}

async function inTime(ask: Ask, medplum: MedplumClient, event: BotEvent<unknown>, came: number): Promise<Outcome> {
  const left = ask.until === undefined ? Infinity : came + ask.until - Date.now();
  const deadline = Math.min(ask.deadline ?? Infinity, left);
  if (deadline <= 0) {
    return { timedOut: true };
  }
  // An answer that comes too late, or is too long, is not to be read on.
  const stop = ask.kind === 'http' || ask.kind === 'fhir' ? abortController() : undefined;
  const outcome = attempt(ask, medplum, event, stop?.signal).catch(() => {
    stop?.abort();
    return failure();
  });
  return deadline === Infinity ? outcome : within(deadline, outcome, () => stop?.abort());
}

async function attempt(
  ask: Ask,
  medplum: MedplumClient,
  event: BotEvent<unknown>,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  switch (ask.kind) {
    case 'fhir':
      return { status: 200, body: await medplum.executeBatch(ask.bundle, signal && { signal }) };
    case 'headers':
      return { status: 200, body: event.headers ?? {} };
    case 'http':
      return http(ask, signal);
    case 'me':
      return whoAmI(medplum, event);
    case 'wait':
      await pause(ask.ms);
      return { status: 200 };
    case 'zone':
      return { status: 200, body: zone(ask) };
  }
}

/** What `auth/me` says, by event: one that begins again in a new instance does not wait for it again. */
const asked = new WeakMap<object, Promise<Outcome>>();

function whoAmI(medplum: MedplumClient, event: BotEvent<unknown>): Promise<Outcome> {
  let answer = asked.get(event);
  if (!answer) {
    answer = (async () => {
      const me: unknown = await medplum.get('auth/me', { cache: 'reload' });
      return { status: 200, body: { baseUrl: medplum.getBaseUrl(), me } };
    })();
    asked.set(event, answer);
  }
  return answer;
}

/** A FHIR failure has its status in the outcome's id; the core needs to know no more than that it failed. */
function failure(): Outcome {
  return {};
}

function pause(ms: number): Promise<void> {
  const { setTimeout } = timers();
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** A VM context has no setTimeout of its own. */
function timers(): typeof import('node:timers') {
  return require('node:timers') as typeof import('node:timers');
}

/** A VM context has no AbortController of its own. */
function abortController(): AbortController {
  const { transferableAbortController } = require('node:util') as typeof import('node:util');
  return transferableAbortController();
}

async function within(deadline: number, outcome: Promise<Outcome>, onLate: () => void): Promise<Outcome> {
  const { clearTimeout, setTimeout } = timers();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      resolve({ timedOut: true });
      onLate();
    }, deadline);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
