// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Conference } from '../call/conferences.ts';
import { attribute, methodOf, textOf, wordsOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { TimeOver } from '../call/endings.ts';
import { address } from '../call/live-call.ts';
import type { Line } from '../call/live-call.ts';
import { timestamp } from '../call/leg.ts';
import { sendRecordingStatus } from './record.ts';
import { talk } from './talk.ts';

const maxWaitSeconds = 600;
const waitingVerbs = new Set(['Play', 'Say', 'Pause', 'Redirect']);

/**
 * `<Dial><Conference>`: joins a conference with the participants of the script and with other calls of this network.
 */
export async function dialConference(line: Line, noun: TwimlElement, outcome: Record<string, string>): Promise<void> {
  const { call } = line;
  call.answer();
  const conference = call.account.conference(textOf(noun));
  const joined = call.timeline.at;
  // The call was connected, no matter how long there were other participants.
  Object.assign(outcome, { DialCallStatus: 'answered', DialBridged: 'true' });
  await join(line, noun, conference, call.leg.sid);
  try {
    await participate(line, noun, conference);
  } finally {
    outcome['DialCallDuration'] = String(Math.round((call.timeline.at - joined) / 1000));
    await leave(line, noun, conference, call.leg.sid);
  }
}

async function participate(line: Line, noun: TwimlElement, conference: Conference): Promise<void> {
  const { call } = line;
  const answer = call.answerOf(`conference:${conference.name}`);
  const script = typeof answer === 'object' ? answer : undefined;
  const logTalk = (): void => void call.leg.heard.push(`[talks in conference:${conference.name}]`);
  if (conference.participants.size > 1) {
    logTalk();
    await talk(line, script?.talk ?? 'until ended', Infinity, conference.over);
    return;
  }
  if (script?.talk === 'until ended') {
    await playHoldMusic(line, noun, 0);
    logTalk();
    await talk(line, 'until ended', Infinity, conference.over);
    return;
  }
  if (!script) {
    const hangUpTimer = call.timeline.set(call.timeline.at + maxWaitSeconds * 1000, () => call.ending('completed'));
    try {
      await playHoldMusic(line, noun, Infinity);
    } finally {
      call.timeline.clear(hangUpTimer);
    }
    return;
  }
  await playHoldMusic(line, noun, script.after ?? 3);
  const other = call.account.sid('CA');
  await join(line, noun, conference, other);
  try {
    logTalk();
    await talk(line, script.talk, Infinity, conference.over);
  } finally {
    await leave(line, noun, conference, other);
  }
}

/** Plays hold music to the only participant for this many seconds. With 0, plays it once. */
async function playHoldMusic(line: Line, noun: TwimlElement, seconds: number): Promise<void> {
  const { call } = line;
  const { timeline } = call;
  const url = noun.attributes['waitUrl']?.trim();
  if (url === undefined || url === '') {
    // An empty URL means silence.
    call.leg.heard.push(...(url === undefined ? ['[hold music]'] : []));
    timeline.advance(seconds);
    return;
  }
  const timer = timeline.set(timeline.at + (seconds === 0 ? 1 : seconds) * 1000, () => new TimeOver());
  try {
    while (true) {
      const startedAt = timeline.at;
      await call.play({ ...line, verbs: waitingVerbs }, { url, method: methodOf(noun, 'waitMethod'), params: {} });
      timeline.advance(timeline.at === startedAt || seconds === 0 ? 1 : 0);
    }
  } catch (err) {
    if (!(err instanceof TimeOver)) {
      throw err;
    }
  } finally {
    timeline.clear(timer);
  }
}

async function join(line: Line, noun: TwimlElement, conference: Conference, sid: string): Promise<void> {
  const { call } = line;
  conference.participants.add(sid);
  await sendStatus(line, noun, conference, 'join', { ...participantParams(noun, sid) });
  if (
    conference.started === undefined &&
    conference.participants.size > 1 &&
    noun.attributes['startConferenceOnEnter'] !== 'false'
  ) {
    conference.started = call.timeline.at;
    await sendStatus(line, noun, conference, 'start', {});
  }
}

async function leave(line: Line, noun: TwimlElement, conference: Conference, sid: string): Promise<void> {
  const { call } = line;
  if (!conference.participants.delete(sid)) {
    return;
  }
  await sendStatus(line, noun, conference, 'leave', {
    ...participantParams(noun, sid),
    ReasonParticipantLeft: 'participant_hung_up',
  });
  const last = conference.participants.size === 0;
  const ends = sid === call.leg.sid && attribute(noun, 'endConferenceOnExit') === 'true';
  if (conference.ended || !(last || ends)) {
    return;
  }
  call.account.conferences.delete(conference.name);
  conference.end();
  await sendStatus(line, noun, conference, 'end', {
    CallSidEndingConference: sid,
    ReasonConferenceEnded: last ? 'last-participant-left' : 'participant-with-end-conference-on-exit-left',
  });
  if (attribute(noun, 'record') === 'record-from-start' && conference.started !== undefined) {
    const recording = call.account.recordings.add({
      callSid: call.leg.sid,
      conferenceSid: conference.sid,
      source: 'Conference',
      channels: 1,
      started: conference.started,
      duration: Math.round((call.timeline.at - conference.started) / 1000),
    });
    await sendRecordingStatus(line, noun, recording);
  }
}

function participantParams(noun: TwimlElement, sid: string): Record<string, string> {
  return {
    CallSid: sid,
    Coaching: 'false',
    EndConferenceOnExit: attribute(noun, 'endConferenceOnExit') ?? 'false',
    Hold: 'false',
    Muted: attribute(noun, 'muted') ?? 'false',
    StartConferenceOnEnter: attribute(noun, 'startConferenceOnEnter') ?? 'true',
  };
}

async function sendStatus(
  { call, base }: Line,
  noun: TwimlElement,
  conference: Conference,
  event: 'start' | 'end' | 'join' | 'leave',
  params: Record<string, string>,
): Promise<void> {
  const sequence = conference.next();
  const url = attribute(noun, 'statusCallback');
  if (url === undefined || !wordsOf(noun, 'statusCallbackEvent', '').has(event)) {
    return;
  }
  const eventName = event === 'start' || event === 'end' ? `conference-${event}` : `participant-${event}`;
  await call.callback(`${conference.sid}/${sequence}`, address(url, base), methodOf(noun, 'statusCallbackMethod'), {
    AccountSid: call.leg.accountSid,
    ConferenceSid: conference.sid,
    FriendlyName: conference.name,
    SequenceNumber: sequence,
    StatusCallbackEvent: eventName,
    Timestamp: timestamp(call.timeline.at),
    ...params,
  });
}
