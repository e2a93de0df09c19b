// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The script of the people on a call, and the result of the call. All durations are in seconds of simulated time. */

/**
 * How a person responds to a call. A person who is not in the script does not answer. `'ringing'` rings until another
 * action ends the call.
 */
export type Answer = 'busy' | 'no-answer' | 'failed' | 'declined' | 'ringing' | Answered;

export interface Answered {
  /** Ringing time; 3 by default. */
  after?: number;
  /**
   * How long they talk until the called person hangs up; 30 by default. `'until ended'`: until REST, the caller's
   * `hangUpAfter` or `endConferenceOnExit` of another participant ends the call.
   */
  talk?: number | 'until ended';
  /** The result of answering-machine detection; `human` by default. */
  answeredBy?: string;
  /** The keys for the document at the noun's `url` (whisper, screening). By default, a person presses 1, and a machine no key. */
  digits?: string[];
}

export interface Voicemail {
  /** How long the caller speaks. 0 is silence, which creates no recording. */
  seconds: number;
  /** How the caller ends the recording: a key of `finishOnKey`, or by hanging up. By default, silence ends it. */
  then?: 'hang up' | (string & {});
  /** The transcription. Without a text, the transcription fails. */
  text?: string;
}

export interface Queued {
  /** When the call is dequeued, and how long they talk. */
  after?: number;
  talk?: number | 'until ended';
  /** Wait until another call of the same network dequeues this one by `<Dial><Queue>`, or REST removes it. */
  until?: 'dequeued';
  /**
   * The queue position at each request of the wait URL. The last one also applies to all later requests. By default,
   * the actual position.
   */
  positions?: number[];
  /** The average wait time that Twilio reports. By default, the average of earlier callers. */
  average?: number;
}

/** How a voice agent (`<Connect>`) handles the call. */
export interface Agent {
  /** How long it speaks with the caller; 30 by default. */
  talk?: number;
  /** What the agent's server sends when it hands the call back: `HandoffData`. */
  handoff?: string;
  /** The connection to the agent's server fails. */
  fails?: boolean;
}

export interface Script {
  /** How this person answers a call that was placed by REST, or dialed without an entry in `answers`. */
  pickUp?: Answer;
  /** The caller's keys, one entry for each `<Gather>` that accepts keys. An empty entry is silence. */
  digits?: string[];
  /** The caller's speech, one entry for each `<Gather>` that accepts speech and received no keys. */
  speech?: string[];
  /** The caller hangs up this long after the start of the call. */
  hangUpAfter?: number;
  /**
   * The people that `<Dial>` calls: `+1555…`, `client:name`, `sip:…`, `queue:name` (how long the caller in the queue
   * talks) or `conference:name` (when others join, and how long they talk). One entry applies to each dial. A list has
   * one entry for each dial, and its last entry applies to all later ones. `*` is the default for other addresses.
   */
  answers?: Record<string, Answer | Answer[]>;
  /**
   * One value for all `<Record>` verbs, or a list. A number is the seconds of speech, after which silence ends the
   * recording.
   */
  voicemail?: number | Voicemail | (number | Voicemail)[];
  /** By default, the agent ends the session after 30 seconds, without a handoff. */
  agent?: Agent;
  /** Listen to each `<Play>` until REST redirects or ends the call. By default, a file plays for ten seconds. */
  plays?: 'until redirected';
  /** The result of a queue. By default, the caller waits for ten minutes and hangs up. */
  queue?: Queued | 'full';
}

/** A request for a call. */
export interface PhoneRequest {
  url: string;
  method: 'GET' | 'POST';
  params: Record<string, string>;
  /** 0 if there was no response. */
  status: number;
  body: string;
  /** Whether this was a callback, whose response is ignored. */
  callback: boolean;
  /** Epoch milliseconds of the call's simulated time. */
  time: number;
}

/** A leg that `<Dial>` created. */
export interface LegResult {
  callSid: string;
  to: string;
  status: string;
  /** Seconds since the answer. */
  duration: number;
  /** The texts that the called person heard before the bridge. */
  heard: string[];
}

export interface CallResult {
  callSid: string;
  /** Spoken texts, and `[play …]`, `[dtmf …]`, `[busy]`, `[error]`, `[hold music]`. */
  heard: string[];
  requests: PhoneRequest[];
  legs: LegResult[];
  /** Twilio's status: completed, busy, no-answer, failed, canceled. */
  status: string;
  /** Seconds since the answer. */
  duration: number;
  /** The error codes in Twilio's debugger: `11200`, `12100`, … */
  errors: string[];
}
