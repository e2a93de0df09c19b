// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { LegStatus } from './leg.ts';

/** The source of a call's next document. */
export type Next =
  { url: string; method: 'GET' | 'POST'; params: Record<string, string> } | { twiml: string; url?: undefined };

/** The call has ended, because the leg that executes the document has ended. */
export class CallEnded extends Error {}

/** The called leg hung up during its whisper document. The call continues. */
export class WhisperEnded extends Error {}

/** REST replaced the current document. */
export class CallRedirected extends Error {
  readonly next: Next;

  constructor(next: Next) {
    super('The call was redirected');
    this.next = next;
  }
}

/** `<Leave>` */
export class QueueLeft extends Error {}

/** The call was dequeued. */
export class Dequeued extends Error {}

/** A time limit was reached, for example of a bridge or a conference. */
export class TimeOver extends Error {}

/** An action on a call by REST. */
export type Interruption = { end: LegStatus } | { next: Next };
