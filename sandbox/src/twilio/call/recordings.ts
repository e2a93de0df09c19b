// SPDX-License-Identifier: Apache-2.0 OR MIT

export interface Recording {
  sid: string;
  callSid: string;
  conferenceSid?: string;
  source: 'RecordVerb' | 'DialVerb' | 'OutboundAPI' | 'Conference';
  channels: 1 | 2;
  /** Epoch milliseconds of the call's simulated time. */
  started: number;
  /** Seconds. */
  duration: number;
}

/** The recordings of an account. */
export class Recordings {
  readonly all = new Map<string, Recording>();
  readonly #sid: () => string;
  readonly #resource: (path: string) => string;

  constructor(sid: () => string, resource: (path: string) => string) {
    this.#sid = sid;
    this.#resource = resource;
  }

  add(recording: Omit<Recording, 'sid'>): Recording {
    const added = { sid: this.#sid(), ...recording };
    this.all.set(added.sid, added);
    return added;
  }

  url(sid: string): string {
    return this.#resource(`Recordings/${sid}`);
  }

  /** Returns `RecordingUrl` of a request. Twilio's is always https. */
  publicUrl(sid: string): string {
    const url = this.url(sid);
    return `https://api.twilio.com${url.slice(url.indexOf('/2010-04-01/'))}`;
  }

  /** Returns the recording parameters of a request. */
  params({ sid, duration }: Recording): Record<string, string> {
    return { RecordingSid: sid, RecordingUrl: this.publicUrl(sid), RecordingDuration: String(duration) };
  }
}
