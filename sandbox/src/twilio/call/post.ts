// SPDX-License-Identifier: Apache-2.0 OR MIT
import { randomUUID } from 'node:crypto';
import { readConnectionOverrides } from './connection-overrides.ts';
import type { Failure } from './connection-overrides.ts';
import { sign } from './signature.ts';

export interface WebhookResult {
  /** Without the fragment, as it was signed. */
  url: string;
  method: 'GET' | 'POST';
  params: Record<string, string>;
  /** 0 if there was no response. */
  status: number;
  contentType: string;
  body: string;
}

export interface Sender {
  authToken: string;
  /** Maps a signed URL to the address of the local server, for example behind a tunnel. */
  reach: (url: string) => string;
  /** Called after every attempt. */
  onRequest: (request: WebhookResult) => void;
}

const maxRedirects = 5;

/** Sends one webhook request as Twilio does: signed, and retried by the overrides in the URL fragment. */
export async function send(
  sender: Sender,
  address: string,
  method: 'GET' | 'POST',
  params: Record<string, string>,
): Promise<WebhookResult> {
  const overrides = readConnectionOverrides(address);
  // All attempts have the same token, so that the receiver can detect retries.
  const idempotencyToken = randomUUID();
  for (let attempt = 0; ; attempt++) {
    const { answer, failure } = await attemptOnce(
      sender,
      overrides.url,
      method,
      params,
      idempotencyToken,
      overrides.timeout,
    );
    sender.onRequest(answer);
    if (failure === undefined || !overrides.retryOn.has(failure) || attempt >= overrides.retries) {
      return answer;
    }
  }
}

async function attemptOnce(
  sender: Sender,
  url: string,
  method: 'GET' | 'POST',
  params: Record<string, string>,
  idempotencyToken: string,
  timeout: number,
): Promise<{ answer: WebhookResult; failure?: Failure }> {
  const target = method === 'GET' ? withQuery(url, params) : url;
  const answer: WebhookResult = { url: target, method, params, status: 0, contentType: '', body: '' };
  try {
    const response = await follow(sender, target, method, params, idempotencyToken, AbortSignal.timeout(timeout));
    answer.status = response.status;
    answer.contentType = response.headers.get('content-type') ?? '';
    answer.body = await response.text();
  } catch (err) {
    return { answer, failure: (err as Error).name === 'TimeoutError' ? 'rt' : 'ct' };
  }
  if (answer.status >= 400) {
    return { answer, failure: answer.status >= 500 ? '5xx' : '4xx' };
  }
  return { answer };
}

/** Follows redirects by GET, without parameters. */
async function follow(
  sender: Sender,
  url: string,
  method: 'GET' | 'POST',
  params: Record<string, string>,
  idempotencyToken: string,
  signal: AbortSignal,
): Promise<Response> {
  const headers = (signed: string, fields: Record<string, string>): Record<string, string> => ({
    'X-Twilio-Signature': sign(sender.authToken, signed, fields),
    'I-Twilio-Idempotency-Token': idempotencyToken,
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
  });
  let target = url;
  let response = await fetch(sender.reach(target), {
    method,
    headers: headers(target, method === 'POST' ? params : {}),
    ...(method === 'POST' && { body: new URLSearchParams(params) }),
    redirect: 'manual',
    signal,
  });
  for (let count = 0; count < maxRedirects && [301, 302, 303, 307, 308].includes(response.status); count++) {
    const location = response.headers.get('location');
    if (location === null) {
      break;
    }
    await response.body?.cancel();
    target = new URL(location, target).href;
    response = await fetch(sender.reach(target), { headers: headers(target, {}), redirect: 'manual', signal });
  }
  return response;
}

function withQuery(url: string, params: Record<string, string>): string {
  const query = new URLSearchParams(params).toString();
  return query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url;
}
