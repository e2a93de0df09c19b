// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Account } from './call/account.ts';
import type { AccountOptions } from './call/account.ts';
import type { LiveCall } from './call/live-call.ts';
import type { CallResult } from './call/script.ts';
import { IncomingCall, PlacedCall } from './calls.ts';
import type { BrowserOptions, IncomingOptions, PlacedOptions } from './calls.ts';

export type NetworkOptions = AccountOptions;

/** A call that goes on: `await` it, or ask it for its SID meanwhile. */
export type PhoneCall = Promise<CallResult> & { callSid: string };

/** A telephone network with one Twilio account in it, which plays calls through the account's webhooks. */
export class Network extends Account {
  /** The calls that go on. */
  readonly live = new Map<string, LiveCall>();
  /** What became of each call, in the order in which they ended. */
  readonly results: CallResult[] = [];
  readonly #playing = new Set<Promise<unknown>>();

  /** A phone calls one of our numbers, or another number. */
  incoming(options: IncomingOptions): PhoneCall {
    return this.play(new IncomingCall(this, { ...options, kind: 'phone' }));
  }

  /** One of our browsers or apps calls, by Twilio's SDK. */
  browser(options: BrowserOptions): PhoneCall {
    return this.play(new IncomingCall(this, { ...options, kind: 'browser' }));
  }

  /** A call that was placed by REST; whom it rings is in `people`. */
  place(options: PlacedOptions): PhoneCall {
    return this.play(new PlacedCall(this, options));
  }

  /** Resolves when no call goes on. */
  async idle(): Promise<void> {
    while (this.#playing.size > 0) {
      await Promise.allSettled(this.#playing);
    }
  }

  /** Hangs up every call that waits for something. */
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
