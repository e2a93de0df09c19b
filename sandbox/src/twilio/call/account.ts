// SPDX-License-Identifier: Apache-2.0 OR MIT
import { hex } from '../../base/seed.ts';
import { Conference } from './conferences.ts';
import type { Leg } from './leg.ts';
import { Queue } from './queues.ts';
import { Recordings } from './recordings.ts';
import type { Script } from './script.ts';
import type { NetworkFaults } from './network-faults.ts';

/** Where a number's calls, or those of a TwiML app, are answered. An empty text is none. */
export interface VoiceUrls {
  /** By default the account's webhook. */
  voiceUrl?: string;
  voiceMethod?: 'GET' | 'POST';
  voiceFallbackUrl?: string;
  voiceFallbackMethod?: 'GET' | 'POST';
  /** What is requested when a call has ended. By default the account's webhook. */
  statusCallback?: string;
  statusCallbackMethod?: 'GET' | 'POST';
}

export interface AccountNumber extends VoiceUrls {
  number: string;
  friendlyName?: string;
  /** Calls are answered by this TwiML app, and name it. */
  applicationSid?: string;
}

export interface AccountOptions {
  /** The URL under test, as Twilio has it. */
  webhook: string | (() => string);
  authToken: string;
  numbers: (string | AccountNumber)[];
  accountSid?: string;
  /** The TwiML app that browsers call through. */
  applicationSid?: string;
  application?: VoiceUrls;
  /** One seed gives the same SIDs and the same unkindness. */
  seed?: string;
  /** Epoch milliseconds: when calls begin, and what lists know. */
  now?: () => number;
  /** Where Twilio's own resources are, such as recordings. */
  apiUrl?: string;
  /** Where the webhook is reached from here, if that is not what the signature says. */
  reach?: (url: string) => string;
  networkFaults?: NetworkFaults;
  /** What people do who are not in a call's own script, by their number or `client:name`. */
  people?: Record<string, Script>;
}

/** A Twilio account: what it has, what its calls leave in it, and where its webhooks are. The network plays its calls. */
export class Account {
  readonly authToken: string;
  readonly accountSid: string;
  readonly applicationSid: string;
  readonly application: VoiceUrls;
  readonly numbers: Map<string, AccountNumber>;
  readonly seed: string;
  readonly networkFaults: NetworkFaults;
  readonly people: Map<string, Script>;
  readonly now: () => number;
  readonly reach: (url: string) => string;
  /** Every leg that there ever was, oldest first. */
  readonly legs = new Map<string, Leg>();
  readonly queues = new Map<string, Queue>();
  readonly conferences = new Map<string, Conference>();
  readonly recordings: Recordings;
  readonly #webhook: string | (() => string);
  readonly #apiUrl: string;
  #sids = 0;

  constructor(options: AccountOptions) {
    const seed = options.seed ?? 'plumline';
    this.seed = seed;
    this.authToken = options.authToken;
    this.accountSid = options.accountSid ?? `AC${hex(seed, 'twilio/account', 32)}`;
    this.applicationSid = options.applicationSid ?? `AP${hex(seed, 'twilio/application', 32)}`;
    this.application = options.application ?? {};
    this.numbers = new Map(
      options.numbers
        .map((number) => (typeof number === 'string' ? { number } : number))
        .map((own): [string, AccountNumber] => [own.number, own]),
    );
    this.networkFaults = options.networkFaults ?? {};
    this.people = new Map(Object.entries(options.people ?? {}));
    this.now = options.now ?? Date.now;
    this.reach = options.reach ?? ((url) => url);
    this.#webhook = options.webhook;
    this.#apiUrl = options.apiUrl ?? 'https://api.twilio.com';
    this.recordings = new Recordings(
      () => this.sid('RE'),
      (path) => this.resource(path),
    );
  }

  webhook(): string {
    return typeof this.#webhook === 'string' ? this.#webhook : this.#webhook();
  }

  /** A new SID of this kind. */
  sid(kind: string): string {
    return `${kind}${hex(this.seed, `twilio/sid/${++this.#sids}`, 32)}`;
  }

  resource(path: string): string {
    return `${this.#apiUrl}/2010-04-01/Accounts/${this.accountSid}/${path}`;
  }

  queue(name: string): Queue {
    const queue = this.queues.get(name) ?? new Queue(this.sid('QU'), name, this.now());
    this.queues.set(name, queue);
    return queue;
  }

  conference(name: string): Conference {
    const conference = this.conferences.get(name) ?? new Conference(this.sid('CF'), name);
    this.conferences.set(name, conference);
    return conference;
  }
}
