// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, elements, methodOf, numberOf, textOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { CallEnded } from '../call/endings.ts';
import type { Next } from '../call/endings.ts';
import type { Leg } from '../call/leg.ts';
import type { Line } from '../call/live-call.ts';
import { bridge } from './bridge.ts';
import { dialConference } from './conference.ts';
import { dialQueue } from './dequeue.ts';
import { sendRecordingStatus } from './record.ts';
import { ring } from './ring.ts';
import type { RingResult } from './ring.ts';
import { targetsOf } from './target.ts';

/** The parameters of the action request of a `<Dial>`. */
export type DialOutcome = Record<string, string>;

/** `<Dial>`: rings and bridges, then requests the action. Without an action, the document continues. */
export async function dial(line: Line, verb: TwimlElement): Promise<Next | undefined> {
  const { call } = line;
  if (attribute(verb, 'answerOnBridge') !== 'true') {
    call.answer();
  }
  const outcome: DialOutcome = {};
  try {
    await perform(line, verb, outcome);
  } catch (err) {
    // The action is also requested after the end of the call. Its response is ignored.
    if (err instanceof CallEnded) {
      await call.report(line, verb, outcome);
    }
    throw err;
  }
  const action = attribute(verb, 'action');
  return action === undefined ? undefined : { url: action, method: methodOf(verb), params: outcome };
}

/** Updates `outcome` step by step, since the call can end at any time. */
async function perform(line: Line, verb: TwimlElement, outcome: DialOutcome): Promise<void> {
  const { call } = line;
  const nouns = elements(verb);
  const conference = nouns.find(({ name }) => name === 'Conference');
  if (conference) {
    return dialConference(line, conference, outcome);
  }
  const queue = nouns.find(({ name }) => name === 'Queue');
  if (queue) {
    return dialQueue(line, verb, queue, outcome);
  }
  const targets = targetsOf(line, verb, nouns);
  if (targets.length === 0) {
    call.errors.push(textOf(verb) ? '13223' : '12200');
    Object.assign(outcome, { DialCallStatus: 'failed', DialBridged: 'false' });
    return;
  }
  const started = call.timeline.at;
  const sequential = attribute(verb, 'sequential') === 'true';
  const timeout = numberOf(verb, 'timeout', 30);
  let result: RingResult | undefined;
  for (const group of sequential ? targets.map((target) => [target]) : [targets]) {
    result = await ring(line, group, timeout, outcome);
    if (result.answered) {
      break;
    }
  }
  if (result?.answered) {
    await bridgeAndRecord(line, verb, result.answered.leg, started, () => bridge(line, verb, result, outcome), outcome);
  } else if (/^record-from/.test(attribute(verb, 'record') ?? '')) {
    await sendRecordingStatus(line, verb, { started, duration: 0, channels: 1, source: 'DialVerb' });
  }
}

/** Bridges the call, and records it if the document requires it. */
async function bridgeAndRecord(
  line: Line,
  verb: TwimlElement,
  leg: Leg,
  started: number,
  runBridge: () => Promise<void>,
  outcome: DialOutcome,
): Promise<void> {
  const { call } = line;
  const record = attribute(verb, 'record') ?? 'false';
  const isRecorded = record === 'true' || record.startsWith('record-from');
  const recordedFrom = record.startsWith('record-from-ringing') ? started : call.timeline.at;
  let failure: unknown;
  try {
    await runBridge();
  } catch (err) {
    failure = err;
  }
  if (isRecorded) {
    const recording = call.account.recordings.add({
      callSid: call.leg.sid,
      source: 'DialVerb',
      channels: record.endsWith('-dual') ? 2 : 1,
      started: recordedFrom,
      duration: Math.round(((leg.ended ?? call.timeline.at) - recordedFrom) / 1000),
    });
    call.leg.recording = call.account.recordings.params(recording);
    Object.assign(outcome, call.leg.recording);
    await sendRecordingStatus(line, verb, recording);
  }
  if (failure !== undefined) {
    throw failure as Error;
  }
}
