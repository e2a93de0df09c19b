// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Failures that can be retried: connection timeout, response timeout, status 4xx and 5xx. */
export type Failure = 'ct' | 'rt' | '4xx' | '5xx';

/** Twilio's connection overrides. They are in the URL fragment, which is not signed and not sent. */
export interface ConnectionOverrides {
  /** The URL that is signed and sent. */
  url: string;
  /** The number of retries. 1 by default. */
  retries: number;
  /** The response timeout in milliseconds. */
  timeout: number;
  retryOn: ReadonlySet<Failure>;
}

const failures: readonly Failure[] = ['ct', 'rt', '4xx', '5xx'];
const maxTimeout = 15_000;

/** https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides */
export function readConnectionOverrides(address: string): ConnectionOverrides {
  const hash = address.indexOf('#');
  const fields = new URLSearchParams(hash === -1 ? '' : address.slice(hash + 1));
  const policy = (fields.get('rp') ?? 'ct').split(',');
  return {
    url: hash === -1 ? address : address.slice(0, hash),
    retries: within(fields.get('rc'), 0, 5, 1),
    timeout: Math.min(
      within(fields.get('rt'), 100, maxTimeout, maxTimeout),
      within(fields.get('tt'), 100, maxTimeout, maxTimeout),
    ),
    retryOn: new Set(failures.filter((failure) => policy.includes('all') || policy.includes(failure))),
  };
}

/** A value outside its range is ignored. */
function within(text: string | null, min: number, max: number, otherwise: number): number {
  const value = text !== null && /^\d+$/.test(text) ? Number(text) : otherwise;
  return value >= min && value <= max ? value : otherwise;
}
