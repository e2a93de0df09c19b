// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Leg } from './leg.ts';
import type { Timeline } from './timeline.ts';

/** A bridge between the waiting caller and the call that dequeued it. */
export interface Bridge {
  /** The leg that dequeued the caller. */
  by: Leg;
  /** When the bridge starts, in the time of the dequeuing call. */
  at: number;
  /** The document that the waiting caller hears first. */
  whisper?: { url: string; method: 'GET' | 'POST' };
  /** Resolves when the dequeuing call hangs up, with the time. */
  over: Promise<number>;
  /** Must be called when the waiting caller hangs up. */
  left: (at: number) => void;
}

/** The part of a call that a queue uses. */
export interface QueuedCall {
  readonly leg: Leg;
  readonly timeline: Timeline;
}

export interface Member {
  call: QueuedCall;
  entered: number;
  /** Dequeues the call. Undefined if the call cannot be dequeued now. */
  take?: (bridge: Bridge) => void;
}

export class Queue {
  readonly sid: string;
  readonly name: string;
  readonly created: number;
  maxSize = 100;
  readonly members: Member[] = [];
  /** The wait times of earlier callers, in seconds. */
  readonly waits: number[] = [];

  constructor(sid: string, name: string, created: number) {
    this.sid = sid;
    this.name = name;
    this.created = created;
  }

  get averageWait(): number {
    return this.waits.length === 0
      ? 0
      : Math.round(this.waits.reduce((sum, wait) => sum + wait, 0) / this.waits.length);
  }

  leave(member: Member, waited: number): void {
    const index = this.members.indexOf(member);
    if (index !== -1) {
      this.members.splice(index, 1);
      this.waits.push(waited);
    }
  }
}
