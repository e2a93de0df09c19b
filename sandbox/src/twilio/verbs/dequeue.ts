// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, methodOf, numberOf, textOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { address } from '../call/live-call.ts';
import type { Line } from '../call/live-call.ts';
import { maxBridgeSeconds, talk } from './talk.ts';

/**
 * `<Dial><Queue>`: dequeues the call that has waited longest. This is a call of this network with `until: 'dequeued'`.
 * If there is none, `queue:name` of the script describes the waiting caller.
 */
export async function dialQueue(
  line: Line,
  verb: TwimlElement,
  noun: TwimlElement,
  outcome: Record<string, string>,
): Promise<void> {
  const { call } = line;
  const name = textOf(noun);
  const limit = numberOf(verb, 'timeLimit', maxBridgeSeconds);
  const answer = call.answerOf(`queue:${name}`);
  const script = typeof answer === 'object' ? answer : undefined;
  const queue = call.account.queues.get(name);
  const take = queue?.members.find((member) => member.take)?.take;
  const member = queue?.members.find((one) => one.take === take);
  Object.assign(outcome, { DialCallStatus: 'canceled', DialBridged: 'false' });
  if (!queue && !script) {
    // The queue does not exist.
    outcome['DialCallStatus'] = 'failed';
    return;
  }
  if (!(member && take) && !script) {
    call.timeline.advance(numberOf(verb, 'timeout', 30));
    outcome['DialCallStatus'] = 'no-answer';
    return;
  }
  const started = call.timeline.at;
  Object.assign(outcome, { DialCallStatus: 'completed', DialCallDuration: '0' });
  let over = (_at: number): void => undefined;
  let left = (_at: number): void => undefined;
  const gone = new Promise<number>((resolve) => (left = resolve));
  try {
    call.answer();
    if (member && take) {
      const url = attribute(noun, 'url');
      take({
        by: call.leg,
        at: started,
        ...(url !== undefined && { whisper: { url: address(url, line.base), method: methodOf(noun) } }),
        over: new Promise((resolve) => (over = resolve)),
        left,
      });
      outcome['DialCallSid'] = member.call.leg.sid;
    } else {
      outcome['DialCallSid'] = call.account.sid('CA');
    }
    outcome['DialBridged'] = 'true';
    call.leg.heard.push(`[talks to queue:${name}]`);
    await talk(line, script?.talk, limit, ...(member ? [gone] : []));
  } finally {
    over(call.timeline.at);
    outcome['DialCallDuration'] = String(Math.round((call.timeline.at - started) / 1000));
  }
  if (member) {
    // Wait until the other call is also finished with the bridge.
    await gone;
  }
}
