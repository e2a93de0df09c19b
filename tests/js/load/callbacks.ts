// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Recorded callbacks that a test can repeat in any order and number. */
import { fraction } from '../../../sandbox/src/base/seed.ts';

import { sign } from '../../../sandbox/src/twilio/call/signature.ts';
import { twilioAccount } from '../../../sandbox/src/twilio.ts';
import type { Clinic } from '../faults/clinic.ts';

export interface Callback {
  /** The sandbox URL of the callback. */
  url: string;
  signature: string;
  params: Record<string, string>;
}

/** Runs `play` and returns the callbacks of its calls. Each was delivered once. */
export async function callbacksOf(clinic: Clinic, play: () => Promise<void>): Promise<Callback[]> {
  await play();
  await clinic.sandbox.twilio.idle();
  const { authToken } = twilioAccount('load');
  return clinic
    .results()
    .flatMap(({ requests }) => requests)
    .filter(({ callback }) => callback)
    .map(({ url, params }) => ({
      url: url.replace('https://clinic.example', clinic.sandbox.url),
      signature: sign(authToken, url, params),
      params,
    }));
}

/** Shuffles a list by a seed. */
export function shuffled<T>(list: readonly T[], seed: string): T[] {
  const ranked = list.map((one, at) => ({ one, rank: fraction(seed, `order/${at}`) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one);
}

/** Twilio's timeout, and the number of retries by the connection overrides `rc=3&rp=all` of callback URLs. */
const TIMEOUT = 15_000;
const REPEATS = 3;

/** Posts all callbacks at once. Returns the counts of the final statuses and of the retries. */
export async function postAll(
  callbacks: readonly Callback[],
): Promise<{ statuses: Record<string, number>; repeats: number }> {
  const statuses: Record<string, number> = {};
  let repeats = 0;
  await Promise.all(
    callbacks.map(async (callback) => {
      let status = await post(callback);
      for (let repeat = 0; repeat < REPEATS && status !== 200; repeat++) {
        repeats++;
        status = await post(callback);
      }
      statuses[status] = (statuses[status] ?? 0) + 1;
    }),
  );
  return { statuses, repeats };
}

/** The status; 0 after a timeout. */
async function post({ url, signature, params }: Callback): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'X-Twilio-Signature': signature },
      body: new URLSearchParams(params),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    await response.text();
    return response.status;
  } catch {
    return 0;
  }
}
