// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What the people on a call do, and what became of it. Every length is in seconds of the call's own time. */

/** Those who are not in the script do not answer. `'ringing'` rings until the call is ended from elsewhere. */
export type Answer = 'busy' | 'no-answer' | 'failed' | 'declined' | 'ringing' | Answered;

/** The call is answered. */
export interface Answered {
  /** How long it rings first; 3 if absent. */
  after?: number;
  /**
   * How long they talk until the one who answered hangs up; 30 if absent. `'until ended'`: until the call is ended from
   * elsewhere, by REST, by the caller's `hangUpAfter` or by `endConferenceOnExit` of another participant.
   */
  talk?: number | 'until ended';
  /** What answering-machine detection finds; `human` if absent. */
  answeredBy?: string;
  /** What is typed while the `url` of the noun (whisper, screening) is played. */
  digits?: string[];
}

export interface Voicemail {
  /** How long the caller speaks. 0 is silence, which records nothing. */
  seconds: number;
  /** What the caller does then: a key of `finishOnKey`, or hanging up. If absent, silence ends the recording. */
  then?: 'hang up' | (string & {});
  /** What a transcription makes of it; a transcription without text fails. */
  text?: string;
}

export interface Queued {
  /** When the call is taken out of the queue, and how long they talk. */
  after?: number;
  talk?: number | 'until ended';
  /** Wait until another call of the same network dequeues this one by `<Dial><Queue>`, or REST takes it out. */
  until?: 'dequeued';
  /** The place in the queue, at each request of the wait URL; the last holds from then on. By default the true one. */
  positions?: number[];
  /** What Twilio believes the average wait to be; by default the average of those who were taken out. */
  average?: number;
}

export interface Script {
  /** How a call is answered that was placed to this person by REST, or dialled without an entry in `answers`. */
  pickUp?: Answer;
  /** What the caller types, one entry for each `<Gather>` that takes keys; an empty one is silence. */
  digits?: string[];
  /** What the caller says, one entry for each `<Gather>` that takes speech and got no keys. */
  speech?: string[];
  /** The caller hangs up this long after the call began. */
  hangUpAfter?: number;
  /**
   * Who is rung by `<Dial>`: `+1555…`, `client:name`, `sip:…`, `queue:name` (how the caller in the queue talks) or
   * `conference:name` (when others are there, and how long they talk). An entry holds each time that it is rung; a list
   * is taken one by one, its last entry holding from then on. `*` is anybody who is named nowhere.
   */
  answers?: Record<string, Answer | Answer[]>;
  /** For each `<Record>`, or one by one. A number is the seconds of speech, after which silence ends the recording. */
  voicemail?: number | Voicemail | (number | Voicemail)[];
  /** What happens in a queue. If absent, the caller waits for ten minutes and hangs up. */
  queue?: Queued | 'full';
}

/** A request that was made for a call. */
export interface PhoneRequest {
  url: string;
  method: 'GET' | 'POST';
  params: Record<string, string>;
  /** 0 if there was no answer. */
  status: number;
  body: string;
  /** Whether this was a callback, whose answer does nothing. */
  callback: boolean;
  /** The call's own time, epoch milliseconds. */
  time: number;
}

/** A leg that a `<Dial>` rang. */
export interface LegResult {
  callSid: string;
  to: string;
  status: string;
  /** Seconds since it was answered. */
  duration: number;
  /** What was whispered to the one who answered. */
  heard: string[];
}

export interface CallResult {
  callSid: string;
  /** Texts as they were said, and `[play …]`, `[dtmf …]`, `[busy]`, `[error]`, `[hold music]`. */
  heard: string[];
  requests: PhoneRequest[];
  legs: LegResult[];
  /** Twilio's: completed, busy, no-answer, failed, canceled. */
  status: string;
  /** Seconds since it was answered. */
  duration: number;
  /** What Twilio's debugger would show: `11200`, `12100`, … */
  errors: string[];
}
