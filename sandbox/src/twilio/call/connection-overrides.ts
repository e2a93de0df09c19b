// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What may be tried again: connecting, waiting for an answer, answers of 400 and 500. */
export type Failure = 'ct' | 'rt' | '4xx' | '5xx';

/** Twilio's connection overrides, which stand in a URL's fragment and are neither signed nor sent. */
export interface ConnectionOverrides {
  /** The URL as it is signed and sent. */
  url: string;
  /** How often a request is sent again; 1 if nothing is said. */
  retries: number;
  /** Milliseconds until an answer has to be there. */
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

/** A value outside its range is as good as none. */
function within(text: string | null, min: number, max: number, otherwise: number): number {
  const value = text !== null && /^\d+$/.test(text) ? Number(text) : otherwise;
  return value >= min && value <= max ? value : otherwise;
}
