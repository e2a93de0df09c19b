// SPDX-License-Identifier: Apache-2.0 OR MIT
import { hex } from '../../base/seed.ts';
import { Conference } from './conferences.ts';
import type { Leg } from './leg.ts';
import { Queue } from './queues.ts';
import { Recordings } from './recordings.ts';
import type { Script } from './script.ts';
import type { NetworkFaults } from './network-faults.ts';

/** The URLs of a number or of a TwiML app. An empty text means no URL. */
export interface VoiceUrls {
  /** By default the account's webhook. */
  voiceUrl?: string;
  voiceMethod?: 'GET' | 'POST';
  voiceFallbackUrl?: string;
  voiceFallbackMethod?: 'GET' | 'POST';
  /** The URL for the status callback at the end of a call. By default, the account's webhook. */
  statusCallback?: string;
  statusCallbackMethod?: 'GET' | 'POST';
}

export interface AccountNumber extends VoiceUrls {
  number: string;
  friendlyName?: string;
  /** The TwiML app that handles calls. Its SID is sent as a parameter. */
  applicationSid?: string;
}

export interface AccountOptions {
  /** The webhook URL that Twilio signs. */
  webhook: string | (() => string);
  authToken: string;
  numbers: (string | AccountNumber)[];
  accountSid?: string;
  /** The TwiML app for browser calls. */
  applicationSid?: string;
  application?: VoiceUrls;
  /** The same seed gives the same SIDs and the same faults. */
  seed?: string;
  /** Returns epoch milliseconds: the start time of new calls, and the time of lists. */
  now?: () => number;
  /** The base URL of Twilio resources, such as recordings. */
  apiUrl?: string;
  /** Maps a signed URL to the address of the local server. */
  reach?: (url: string) => string;
  networkFaults?: NetworkFaults;
  /** The scripts of people who are not in a call's own script, by number or `client:name`. */
  people?: Record<string, Script>;
}

/** A Twilio account: its numbers, webhooks and resources. The network plays its calls. */
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
  /** All legs, oldest first. */
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
        .map((number): [string, AccountNumber] => [number.number, number]),
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

  /** Returns a new SID with this prefix. */
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
