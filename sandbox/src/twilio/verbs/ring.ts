// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Leg, LegStatus } from '../call/leg.ts';
import type { Line } from '../call/live-call.ts';
import type { Answered } from '../call/script.ts';
import { hangUpByScript } from './talk.ts';
import type { Target } from './target.ts';

export interface RingResult {
  answered?: { leg: Leg; answer: Answered; target: Target };
}

/** The SIP code of an unsuccessful leg. */
const sipResponseCodes: Partial<Record<LegStatus, string>> = {
  busy: '486',
  failed: '404',
  'no-answer': '480',
  canceled: '487',
};

const ringTime = 3;

/** Rings all targets at once until the first one answers, all have failed, or the timeout ends. */
export async function ring(
  line: Line,
  targets: Target[],
  timeout: number,
  outcome: Record<string, string>,
): Promise<RingResult> {
  const { call } = line;
  const { timeline } = call;
  const end = async (leg: Leg, status: LegStatus, code = sipResponseCodes[status]): Promise<void> => {
    if (leg.ended === undefined) {
      leg.sipResponseCode = code;
      leg.end(timeline.at, status);
      await call.progress(leg, 'completed');
    }
  };
  const started = timeline.at;
  const start = async (target: Target): Promise<void> => {
    const { leg, answer } = target;
    await call.progress(leg, 'initiated');
    if (answer === 'failed') {
      await end(leg, 'failed');
    } else if (answer !== 'busy') {
      leg.status = 'ringing';
      await call.progress(leg, 'ringing');
    }
  };
  try {
    Object.assign(outcome, { DialCallStatus: 'canceled', DialCallSid: targets[0]?.leg.sid, DialBridged: 'false' });
    for (const target of targets) {
      await start(target);
    }
    for (const event of answerEvents(targets, timeout)) {
      call.check();
      timeline.advance(Math.max(0, event.after - (timeline.at - started) / 1000));
      const { leg, answer } = event.target;
      if (typeof answer === 'object') {
        leg.answer(timeline.at);
        leg.answeredBy = detectedAs(event.target, answer);
        await call.progress(leg, 'answered');
        for (const other of targets) {
          if (other.leg !== leg) {
            await end(other.leg, 'canceled');
          }
        }
        return { answered: { leg, answer, target: event.target } };
      }
      // Twilio reports a declined call as busy, with a different SIP code.
      await end(leg, 'busy', answer === 'declined' ? '603' : '486');
    }
    const ringing = targets.filter(({ answer }) => answer === 'ringing').map(({ leg }) => leg);
    if (ringing.length > 0) {
      hangUpByScript(call);
    }
    while (ringing.some(({ ended }) => ended === undefined)) {
      const hungUp = ringing.filter(({ ended }) => ended === undefined).map((leg) => leg.hungUp.then(() => leg));
      await call.wait(...hungUp);
      await end(await Promise.race(hungUp), 'canceled');
    }
    if (targets.some(({ leg }) => leg.ended === undefined)) {
      timeline.advance(Math.max(0, timeout - (timeline.at - started) / 1000));
    }
    for (const { leg } of targets) {
      await end(leg, 'no-answer');
    }
    Object.assign(outcome, overallOutcome(targets));
    return {};
  } catch (err) {
    // The caller hung up.
    for (const { leg } of targets) {
      await end(leg, 'canceled');
    }
    throw err;
  }
}

/** Returns who answers or rejects before the timeout, in order of time. */
function answerEvents(targets: Target[], timeout: number): { after: number; target: Target }[] {
  const events = targets.flatMap((target) => {
    const { answer } = target;
    if (typeof answer === 'object') {
      return [{ after: answer.after ?? ringTime, target }];
    }
    return answer === 'busy' || answer === 'declined' ? [{ after: ringTime - 1, target }] : [];
  });
  return events.filter(({ after }) => after <= timeout).sort((a, b) => a.after - b.after);
}

function detectedAs({ noun }: Target, answer: Answered): string | undefined {
  return noun.attributes['machineDetection'] ? (answer.answeredBy ?? 'human') : undefined;
}

/** Several unsuccessful legs have one result: the most informative status. */
function overallOutcome(targets: Target[]): Record<string, string> {
  for (const status of ['no-answer', 'busy', 'failed', 'canceled']) {
    const leg = targets.find((target) => target.leg.status === status)?.leg;
    if (leg) {
      const code = leg.to.startsWith('sip') && leg.sipResponseCode;
      return { DialCallStatus: status, DialCallSid: leg.sid, ...(code && { DialSipResponseCode: code }) };
    }
  }
  return {};
}
