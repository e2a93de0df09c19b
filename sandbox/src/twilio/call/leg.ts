// SPDX-License-Identifier: Apache-2.0 OR MIT

export type Direction = 'inbound' | 'outbound-api' | 'outbound-dial';
export type LegStatus =
  'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';
export type ProgressEvent = 'initiated' | 'ringing' | 'answered' | 'completed';

/** The status callback of a leg. */
export interface Progress {
  url: string;
  method: 'GET' | 'POST';
  events: ReadonlySet<string>;
}

export interface NewLeg {
  sid: string;
  accountSid: string;
  from: string;
  to: string;
  direction: Direction;
  /** Epoch milliseconds of the call's simulated time. */
  started: number;
  parent?: Leg;
  progress?: Progress | undefined;
  /** Additional parameters of every request for this leg. */
  extra?: Record<string, string>;
  /** The SID of the account's number. */
  phoneNumberSid?: string | undefined;
  /** When Twilio created the call, by the network's clock. Lists contain the call from this time, or slightly later. */
  created: number;
}

/** One leg. Twilio's API calls it a Call. */
export class Leg {
  readonly sid: string;
  readonly accountSid: string;
  readonly from: string;
  readonly to: string;
  readonly direction: Direction;
  readonly started: number;
  readonly created: number;
  readonly parent: Leg | undefined;
  readonly progress: Progress | undefined;
  readonly extra: Record<string, string>;
  readonly phoneNumberSid: string | undefined;
  readonly heard: string[] = [];
  status: LegStatus;
  answered: number | undefined;
  ended: number | undefined;
  answeredBy: string | undefined;
  sipResponseCode: string | undefined;
  recording: Record<string, string> = {};
  /** Resolves when this leg is hung up by REST. */
  readonly hungUp: Promise<void>;
  hangUp!: () => void;
  #sequence = 0;

  constructor(leg: NewLeg) {
    this.sid = leg.sid;
    this.accountSid = leg.accountSid;
    this.from = leg.from;
    this.to = leg.to;
    this.direction = leg.direction;
    this.started = leg.started;
    this.created = leg.created;
    this.parent = leg.parent;
    this.progress = leg.progress;
    this.extra = leg.extra ?? {};
    this.phoneNumberSid = leg.phoneNumberSid;
    this.status = leg.direction === 'inbound' ? 'ringing' : 'queued';
    this.hungUp = new Promise((resolve) => (this.hangUp = resolve));
  }

  answer(at: number): void {
    if (this.answered === undefined) {
      this.answered = at;
      this.status = 'in-progress';
    }
  }

  end(at: number, status: LegStatus): void {
    if (this.ended === undefined) {
      this.ended = at;
      this.status = status;
    }
  }

  /** Seconds since the answer. 0 if it was not answered. */
  get duration(): number {
    return this.answered === undefined || this.ended === undefined
      ? 0
      : Math.round((this.ended - this.answered) / 1000);
  }

  /** Returns the parameters that Twilio sends with every request for a call. */
  params(): Record<string, string> {
    const browser = this.direction === 'inbound' && this.from.startsWith('client:');
    return {
      AccountSid: this.accountSid,
      ApiVersion: '2010-04-01',
      CallSid: this.sid,
      CallStatus: this.status,
      // A browser call has no called number.
      Called: browser ? '' : this.to,
      Caller: this.from,
      Direction: this.direction,
      From: this.from,
      To: this.to,
      ...(this.parent && { ParentCallSid: this.parent.sid }),
      ...locationParams('From', this.from),
      ...locationParams('Caller', this.from),
      ...(browser ? {} : { ...locationParams('To', this.to), ...locationParams('Called', this.to) }),
      ...this.extra,
      ...(this.answeredBy !== undefined && { AnsweredBy: this.answeredBy }),
    };
  }

  /**
   * Returns the parameters of a callback, or `undefined` if the event is not subscribed. The sequence number counts all
   * events.
   */
  callback(event: ProgressEvent, at: number): Record<string, string> | undefined {
    const sequence = this.#sequence++;
    if (!this.progress?.events.has(event)) {
      return undefined;
    }
    return {
      ...this.params(),
      ...(event === 'initiated' && { CallStatus: 'initiated' }),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(sequence),
      Timestamp: timestamp(at),
      ...(event === 'completed' && this.#endParams()),
    };
  }

  #endParams(): Record<string, string> {
    return {
      CallDuration: String(this.duration),
      // Despite its name, this is the number of billed minutes.
      Duration: String(Math.ceil(this.duration / 60)),
      ...(this.sipResponseCode !== undefined && { SipResponseCode: this.sipResponseCode }),
      ...this.recording,
    };
  }
}

/** Formats a timestamp such as `Sun, 25 Mar 2018 09:53:19 +0000`. */
export function timestamp(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

/** Returns the location parameters of a number. A fictional number has a country at most. */
function locationParams(whose: string, address: string): Record<string, string> {
  if (!/^\+\d+$/.test(address)) {
    return {};
  }
  const country = [
    ['+1', 'US'],
    ['+44', 'GB'],
  ].find(([prefix]) => address.startsWith(prefix ?? ''))?.[1];
  return { [`${whose}City`]: '', [`${whose}State`]: '', [`${whose}Zip`]: '', [`${whose}Country`]: country ?? '' };
}
