// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, methodOf, numberOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { CallEnded, WhisperEnded } from '../call/endings.ts';
import { Input } from '../call/input.ts';
import type { Leg } from '../call/leg.ts';
import { address } from '../call/live-call.ts';
import type { Answered } from '../call/script.ts';
import type { Line } from '../call/live-call.ts';
import type { RingResult } from './ring.ts';
import { maxBridgeSeconds, talk } from './talk.ts';

const whisperVerbs = new Set(['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup']);

/** Connects the caller and the called leg, after the called leg has heard the document at the noun's `url`. */
export async function bridge(
  line: Line,
  verb: TwimlElement,
  { answered }: RingResult,
  outcome: Record<string, string>,
): Promise<void> {
  if (!answered) {
    return;
  }
  const { call } = line;
  const { leg, answer, target } = answered;
  // If the caller hangs up during the whisper, the status is still completed.
  Object.assign(outcome, { DialCallStatus: 'completed', DialCallSid: leg.sid, DialCallDuration: '0' });
  try {
    await sendDetection(line, target.noun, leg);
    if (await whisper(line, target.noun, leg, answer.digits ?? defaultKeys(answer))) {
      outcome['DialBridged'] = 'true';
      call.answer();
      call.leg.heard.push(`[talks to ${leg.to}]`);
      await talk(line, answer.talk, numberOf(verb, 'timeLimit', maxBridgeSeconds), leg.hungUp);
    }
  } finally {
    leg.end(call.timeline.at, 'completed');
    outcome['DialCallDuration'] = String(leg.duration);
    await call.progress(leg, 'completed');
  }
}

/** A person takes the call. A mailbox presses nothing. */
function defaultKeys({ answeredBy = 'human' }: Answered): string[] {
  return answeredBy === 'human' ? ['1'] : [];
}

/** Plays the whisper document to the called leg. Returns false if the called person or the document hung up. */
async function whisper({ call, base }: Line, noun: TwimlElement, leg: Leg, digits: string[]): Promise<boolean> {
  const url = attribute(noun, 'url');
  if (url === undefined) {
    return true;
  }
  try {
    await call.play(
      { call, leg, input: new Input({ digits }), base, extra: () => ({}), verbs: whisperVerbs },
      { url, method: methodOf(noun), params: {} },
    );
    return true;
  } catch (err) {
    if (err instanceof WhisperEnded || (err instanceof CallEnded && call.leg.ended === undefined)) {
      return false;
    }
    throw err;
  }
}

async function sendDetection({ call, base }: Line, noun: TwimlElement, leg: Leg): Promise<void> {
  const url = attribute(noun, 'amdStatusCallback');
  if (url !== undefined && leg.answeredBy !== undefined) {
    await call.callback(`${leg.sid}/amd`, address(url, base), methodOf(noun, 'amdStatusCallbackMethod'), {
      AccountSid: leg.accountSid,
      CallSid: leg.sid,
      AnsweredBy: leg.answeredBy,
      MachineDetectionDuration: '2400',
    });
  }
}
