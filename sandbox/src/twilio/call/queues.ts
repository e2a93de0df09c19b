// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Leg } from './leg.ts';
import type { Timeline } from './timeline.ts';

/** A bridge of the caller who waited and the one who took them out of the queue. */
export interface Bridge {
  /** The leg that dequeued. */
  by: Leg;
  /** The dequeuer's time when the bridge begins. */
  at: number;
  /** What the one who waited is played first. */
  whisper?: { url: string; method: 'GET' | 'POST' };
  /** Settles when the dequeuer has hung up, with the time of that. */
  over: Promise<number>;
  /** To be called when the one who waited is gone. */
  left: (at: number) => void;
}

/** A call as far as a queue knows it. */
export interface QueuedCall {
  readonly leg: Leg;
  readonly timeline: Timeline;
}

export interface Member {
  call: QueuedCall;
  entered: number;
  /** There while this call may be taken out. */
  take?: (bridge: Bridge) => void;
}

export class Queue {
  readonly sid: string;
  readonly name: string;
  readonly created: number;
  maxSize = 100;
  readonly members: Member[] = [];
  /** How long those waited who are no longer here, in seconds. */
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
