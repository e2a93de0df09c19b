// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { BotEvent, MedplumClient } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import { copyAudio, type AudioCopy } from './audio.ts';
import { http, type HttpRequest } from './http.ts';
import { zone, type ZoneRequest } from './zone.ts';

/** A request from the core to its host. */
export type HostRequest = {
  readonly id: number;
  /** Milliseconds after which the core continues without the response. */
  readonly timeout?: number;
  /** Milliseconds after the event was received at which the core continues without the response. */
  readonly deadline?: number;
} & (
  | { readonly kind: 'fhir'; readonly bundle: Bundle }
  | { readonly kind: 'headers' | 'me' }
  | { readonly kind: 'wait'; readonly ms: number }
  | ({ readonly kind: 'http' } & HttpRequest)
  | ({ readonly kind: 'copyAudio' } & AudioCopy)
  | ({ readonly kind: 'zone' } & ZoneRequest)
);

interface HostResponse {
  readonly status?: number;
  readonly body?: unknown;
  readonly timedOut?: true;
}

/**
 * Performs all requests at once and returns their responses as JSON. It never throws: a failure is also a response.
 * `receivedAt` is when the event was received, in epoch milliseconds.
 */
export async function perform(
  requests: readonly HostRequest[],
  medplum: MedplumClient,
  event: BotEvent<unknown>,
  receivedAt: number,
): Promise<string> {
  const responses = await Promise.all(
    requests.map(async (request) => ({
      id: request.id,
      ...(await performWithTimeout(request, medplum, event, receivedAt)),
    })),
  );
  return `[${responses.map(toJson).join()}]`;
}

/** A response that is nested too deeply for JSON.stringify is treated as failed. */
function toJson(response: HostResponse & { id: number }): string {
  try {
    return JSON.stringify(response);
  } catch {
    return JSON.stringify({ id: response.id });
  }
}

/** The requests that use the network and can be canceled. */
const CANCELABLE: ReadonlySet<HostRequest['kind']> = new Set(['http', 'fhir', 'copyAudio']);

async function performWithTimeout(
  request: HostRequest,
  medplum: MedplumClient,
  event: BotEvent<unknown>,
  receivedAt: number,
): Promise<HostResponse> {
  const remaining = request.deadline === undefined ? Infinity : receivedAt + request.deadline - Date.now();
  const timeout = Math.min(request.timeout ?? Infinity, remaining);
  if (timeout <= 0) {
    return { timedOut: true };
  }
  // Stops reading a response that is late or too large.
  const controller = CANCELABLE.has(request.kind) ? abortController() : undefined;
  const response = performRequest(request, medplum, event, controller?.signal).catch(() => {
    controller?.abort();
    return failure();
  });
  return timeout === Infinity ? response : raceTimeout(timeout, response, () => controller?.abort());
}

async function performRequest(
  request: HostRequest,
  medplum: MedplumClient,
  event: BotEvent<unknown>,
  signal: AbortSignal | undefined,
): Promise<HostResponse> {
  switch (request.kind) {
    case 'fhir':
      return { status: 200, body: await medplum.executeBatch(request.bundle, signal && { signal }) };
    case 'headers':
      return { status: 200, body: event.headers ?? {} };
    case 'http':
      return http(request, signal);
    case 'copyAudio':
      return copyAudio(request, medplum, signal);
    case 'me':
      return authMe(medplum, event);
    case 'wait':
      await pause(request.ms);
      return { status: 200 };
    case 'zone':
      return { status: 200, body: zone(request) };
  }
}

/** The response of `auth/me` for each event. A flow that starts again in a new instance does not request it again. */
const authMeResponses = new WeakMap<object, Promise<HostResponse>>();

function authMe(medplum: MedplumClient, event: BotEvent<unknown>): Promise<HostResponse> {
  let response = authMeResponses.get(event);
  if (!response) {
    response = (async () => {
      const me: unknown = await medplum.get('auth/me', { cache: 'reload' });
      return { status: 200, body: { baseUrl: medplum.getBaseUrl(), me } };
    })();
    authMeResponses.set(event, response);
  }
  return response;
}

/** A request that failed as a whole. The core reads no status for it; each entry of a batch has its own. */
function failure(): HostResponse {
  return {};
}

function pause(ms: number): Promise<void> {
  const { setTimeout } = timers();
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** A VM context has no global setTimeout. */
function timers(): typeof import('node:timers') {
  return require('node:timers') as typeof import('node:timers');
}

/** A VM context has no global AbortController. */
function abortController(): AbortController {
  const { transferableAbortController } = require('node:util') as typeof import('node:util');
  return transferableAbortController();
}

async function raceTimeout(
  timeoutMs: number,
  response: Promise<HostResponse>,
  onTimeout: () => void,
): Promise<HostResponse> {
  const { clearTimeout, setTimeout } = timers();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<HostResponse>((resolve) => {
    timer = setTimeout(() => {
      resolve({ timedOut: true });
      onTimeout();
    }, timeoutMs);
  });
  try {
    return await Promise.race([response, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
