// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { LegStatus } from './leg.ts';

/** Where a call's next document comes from. */
export type Next =
  { url: string; method: 'GET' | 'POST'; params: Record<string, string> } | { twiml: string; url?: undefined };

/** The call is over: the leg that the documents are about has ended. */
export class CallEnded extends Error {}

/** The leg that is played something before it is bridged hung up; the call goes on. */
export class WhisperEnded extends Error {}

/** Another document takes over, by REST. */
export class CallRedirected extends Error {
  readonly next: Next;

  constructor(next: Next) {
    super('The call was redirected');
    this.next = next;
  }
}

/** `<Leave>` */
export class QueueLeft extends Error {}

/** The call was taken out of its queue. */
export class Dequeued extends Error {}

/** Something is over that has its time: a bridge, a conference. */
export class TimeOver extends Error {}

/** What is done to a call from outside. */
export type Interruption = { end: LegStatus } | { next: Next };
