// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, methodOf, numberOf, textOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { CallEnded, CallRedirected, Dequeued, QueueLeft } from '../call/endings.ts';
import type { Next } from '../call/endings.ts';
import type { Line } from '../call/live-call.ts';
import type { Bridge, Member, Queue } from '../call/queues.ts';
import type { Queued } from '../call/script.ts';
import { talk } from './talk.ts';

/** Without a script, the caller hangs up after ten minutes. */
const maxWaitSeconds = 600;
const waitingVerbs = new Set(['Play', 'Say', 'Pause', 'Gather', 'Hangup', 'Redirect', 'Leave']);

/** `<Enqueue>`: plays hold music until the call is dequeued, leaves the queue or ends. */
export async function enqueue(line: Line, verb: TwimlElement): Promise<Next | undefined> {
  const { call } = line;
  call.answer();
  const queue = call.account.queue(textOf(verb) || attribute(verb, 'workflowSid') || 'default');
  queue.maxSize = numberOf(verb, 'maxQueueSize', queue.maxSize);
  const script = call.script.queue;
  const action = (params: Record<string, string>): Next | undefined => {
    const url = attribute(verb, 'action');
    return url === undefined ? undefined : { url, method: methodOf(verb), params };
  };
  if (script === 'full' || queue.members.length >= queue.maxSize) {
    return action({ QueueResult: 'queue-full' });
  }
  const entered = call.timeline.at;
  const member: Member = { call, entered };
  queue.members.push(member);
  let waited: number | undefined;
  const leave = (): void => {
    waited ??= Math.round((call.timeline.at - entered) / 1000);
    queue.leave(member, waited);
  };
  const result = (QueueResult: string): Record<string, string> => {
    leave();
    return { QueueResult, QueueSid: queue.sid, QueueTime: String(waited) };
  };
  const hangUpTimer = call.timeline.set(entered + maxWaitSeconds * 1000, () => call.ending('no-answer'));
  try {
    const bridged = await wait(line, verb, queue, member, script ?? {});
    call.timeline.clear(hangUpTimer);
    leave();
    await talkToAgent(line, queue, script ?? {}, bridged, waited ?? 0);
    return action(result('bridged'));
  } catch (err) {
    if (err instanceof QueueLeft) {
      return action(result('leave'));
    }
    if (err instanceof CallEnded || err instanceof CallRedirected) {
      const isBridged = waited !== undefined;
      const name =
        err instanceof CallEnded
          ? isBridged
            ? 'bridged'
            : 'hangup'
          : isBridged
            ? 'redirected-from-bridged'
            : 'redirected';
      await call.report(line, verb, result(name));
    }
    throw err;
  } finally {
    call.timeline.clear(hangUpTimer);
    leave();
  }
}

/** Repeats the documents of the wait URL. Returns when the call is dequeued, otherwise throws. */
async function wait(
  line: Line,
  verb: TwimlElement,
  queue: Queue,
  member: Member,
  script: Queued,
): Promise<Bridge | undefined> {
  const { call } = line;
  let bridge: Bridge | undefined;
  let notifyTaken = (): void => undefined;
  const whenTaken = new Promise<void>((resolve) => (notifyTaken = resolve));
  const dequeueTimer =
    script.after === undefined
      ? undefined
      : call.timeline.set(member.entered + script.after * 1000, () => new Dequeued());
  const waitUrl = attribute(verb, 'waitUrl');
  let next: Next | undefined;
  const positions = [...(script.positions ?? [])];
  const waiting: Line = { ...line, verbs: waitingVerbs, extra: () => queueParams(queue, member, script, positions) };
  const waitsForDequeue = script.until === 'dequeued';
  if (waitsForDequeue) {
    member.take = (taken) => {
      delete member.take;
      bridge = taken;
      notifyTaken();
    };
  }
  const playOnce = async (): Promise<void> => {
    const before = call.timeline.at;
    if (waitUrl === undefined) {
      call.leg.heard.push('[hold music]');
    } else {
      next = await call.playOne(waiting, next ?? { url: waitUrl, method: methodOf(verb, 'waitUrlMethod'), params: {} });
    }
    // The next position is that of the next document, but not of the response to a key.
    const isKey = next !== undefined && 'params' in next && Object.keys(next.params).length > 0;
    if (positions.length > 1 && !isKey) {
      positions.shift();
    }
    if (call.timeline.at === before) {
      call.timeline.advance(waitUrl === undefined && !waitsForDequeue ? Infinity : 1);
    }
  };
  try {
    while (true) {
      await playOnce();
      if (waitsForDequeue) {
        await call.wait(whenTaken);
        call.timeline.at = Math.max(call.timeline.at, bridge?.at ?? 0);
        return bridge;
      }
    }
  } catch (err) {
    if (err instanceof Dequeued) {
      return undefined;
    }
    throw err;
  } finally {
    delete member.take;
    call.timeline.clear(dequeueTimer);
  }
}

function queueParams(queue: Queue, member: Member, script: Queued, positions: number[]): Record<string, string> {
  const position = positions[0] ?? queue.members.indexOf(member) + 1;
  return {
    QueueSid: queue.sid,
    QueueTime: String(Math.round((member.call.timeline.at - member.entered) / 1000)),
    QueuePosition: String(position),
    CurrentQueueSize: String(Math.max(position, queue.members.length)),
    AvgQueueTime: String(script.average ?? queue.averageWait),
    MaxQueueSize: String(queue.maxSize),
  };
}

/** Connects the waiting caller with the call that dequeued it. */
async function talkToAgent(
  line: Line,
  queue: Queue,
  script: Queued,
  bridge: Bridge | undefined,
  waited: number,
): Promise<void> {
  const { call } = line;
  if (!bridge) {
    call.leg.heard.push(`[talks to queue:${queue.name}]`);
    await talk(line, script.talk, Infinity);
    return;
  }
  try {
    call.timeline.at = Math.max(call.timeline.at, bridge.at);
    if (bridge.whisper) {
      const extra = {
        QueueSid: queue.sid,
        QueueTime: String(waited),
        DequeingCallSid: bridge.by.sid,
        DequeuedCallSid: call.leg.sid,
      };
      await call.play({ ...line, extra: () => extra }, { ...bridge.whisper, params: {} });
    }
    call.leg.heard.push(`[talks to ${bridge.by.from}]`);
    await call.wait(bridge.over);
    call.timeline.at = Math.max(call.timeline.at, await bridge.over);
  } finally {
    bridge.left(call.timeline.at);
  }
}
