// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Account } from './call/account.ts';
import type { AccountOptions } from './call/account.ts';
import type { LiveCall } from './call/live-call.ts';
import type { CallResult } from './call/script.ts';
import { IncomingCall, PlacedCall } from './calls.ts';
import type { BrowserOptions, IncomingOptions, PlacedOptions } from './calls.ts';

export type NetworkOptions = AccountOptions;

/** A call in progress: a promise of its result, with its SID. */
export type PhoneCall = Promise<CallResult> & { callSid: string };

/** A telephone network with one Twilio account. It plays calls through the account's webhooks. */
export class Network extends Account {
  /** Calls in progress. */
  readonly live = new Map<string, LiveCall>();
  /** The results of finished calls, in order of their end. */
  readonly results: CallResult[] = [];
  readonly #playing = new Set<Promise<unknown>>();

  /** Places a call from a phone to one of the account's numbers, or to another number. */
  incoming(options: IncomingOptions): PhoneCall {
    return this.play(new IncomingCall(this, { ...options, kind: 'phone' }));
  }

  /** Places a call from a browser or an app with Twilio's SDK. */
  browser(options: BrowserOptions): PhoneCall {
    return this.play(new IncomingCall(this, { ...options, kind: 'browser' }));
  }

  /** Places a call by REST. `people` has the script of the called person. */
  place(options: PlacedOptions): PhoneCall {
    return this.play(new PlacedCall(this, options));
  }

  /** Resolves when no call is in progress. */
  async idle(): Promise<void> {
    while (this.#playing.size > 0) {
      await Promise.allSettled(this.#playing);
    }
  }

  /** Ends every call in progress. */
  async stop(): Promise<void> {
    for (const call of this.live.values()) {
      call.interrupt({ end: 'canceled' });
    }
    await this.idle();
  }

  private play({ call, start }: IncomingCall | PlacedCall): PhoneCall {
    const { sid } = call.leg;
    this.legs.set(sid, call.leg);
    this.live.set(sid, call);
    const playing = call
      .run(start)
      .then((result) => {
        this.results.push(result);
        return result;
      })
      .finally(() => {
        this.live.delete(sid);
        this.#playing.delete(playing);
      });
    this.#playing.add(playing);
    return Object.assign(playing, { callSid: sid });
  }
}
