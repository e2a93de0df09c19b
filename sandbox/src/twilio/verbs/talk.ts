// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Line, LiveCall } from '../call/live-call.ts';

export const maxBridgeSeconds = 4 * 3600;
const talkTime = 30;

/** Simulates a conversation up to its limit. */
export async function talk(
  { call }: Line,
  seconds: number | 'until ended' | undefined,
  limit: number,
  ...until: Promise<unknown>[]
): Promise<void> {
  call.check();
  if (seconds === 'until ended') {
    hangUpByScript(call);
    await call.wait(...until);
  } else {
    call.timeline.advance(Math.min(seconds ?? talkTime, limit));
  }
}

/** A caller with `hangUpAfter` hangs up first. */
export function hangUpByScript(call: LiveCall): void {
  if (call.script.hangUpAfter !== undefined) {
    call.timeline.advance(Infinity);
  }
}
