// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Conference } from '../call/conferences.ts';
import { attribute, methodOf, textOf, wordsOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { TimeOver } from '../call/endings.ts';
import { address } from '../call/live-call.ts';
import type { Line } from '../call/live-call.ts';
import { timestamp } from '../call/leg.ts';
import { announce } from './record.ts';
import { talk } from './talk.ts';

const patience = 600;
const waitingVerbs = new Set(['Play', 'Say', 'Pause', 'Redirect']);

/** `<Dial><Conference>`: a room, with those of the script and the other calls of this network in it. */
export async function dialConference(line: Line, noun: TwimlElement, outcome: Record<string, string>): Promise<void> {
  const { call } = line;
  call.answer();
  const room = call.account.conference(textOf(noun));
  const joined = call.timeline.at;
  // The call was connected, however long anybody was there.
  Object.assign(outcome, { DialCallStatus: 'answered', DialBridged: 'true' });
  await enter(line, noun, room, call.leg.sid);
  try {
    await stay(line, noun, room);
  } finally {
    outcome['DialCallDuration'] = String(Math.round((call.timeline.at - joined) / 1000));
    await leave(line, noun, room, call.leg.sid);
  }
}

async function stay(line: Line, noun: TwimlElement, room: Conference): Promise<void> {
  const { call } = line;
  const answer = call.answerOf(`conference:${room.name}`);
  const script = typeof answer === 'object' ? answer : undefined;
  const heard = (): void => void call.leg.heard.push(`[talks in conference:${room.name}]`);
  if (room.participants.size > 1) {
    heard();
    await talk(line, script?.talk ?? 'until ended', Infinity, room.over);
    return;
  }
  if (script?.talk === 'until ended') {
    await music(line, noun, 0);
    heard();
    await talk(line, 'until ended', Infinity, room.over);
    return;
  }
  if (!script) {
    const impatient = call.timeline.set(call.timeline.at + patience * 1000, () => call.ending('completed'));
    try {
      await music(line, noun, Infinity);
    } finally {
      call.timeline.clear(impatient);
    }
    return;
  }
  await music(line, noun, script.after ?? 3);
  const other = call.account.sid('CA');
  await enter(line, noun, room, other);
  try {
    heard();
    await talk(line, script.talk, Infinity, room.over);
  } finally {
    await leave(line, noun, room, other);
  }
}

/** What a participant who is alone in the room hears, for so many seconds, or once if they are none. */
async function music(line: Line, noun: TwimlElement, seconds: number): Promise<void> {
  const { call } = line;
  const { timeline } = call;
  const url = noun.attributes['waitUrl']?.trim();
  if (url === undefined || url === '') {
    // An empty URL is silence.
    call.leg.heard.push(...(url === undefined ? ['[hold music]'] : []));
    timeline.advance(seconds);
    return;
  }
  const over = timeline.set(timeline.at + (seconds === 0 ? 1 : seconds) * 1000, () => new TimeOver());
  try {
    while (true) {
      const before = timeline.at;
      await call.play({ ...line, verbs: waitingVerbs }, { url, method: methodOf(noun, 'waitMethod'), params: {} });
      timeline.advance(timeline.at === before || seconds === 0 ? 1 : 0);
    }
  } catch (err) {
    if (!(err instanceof TimeOver)) {
      throw err;
    }
  } finally {
    timeline.clear(over);
  }
}

async function enter(line: Line, noun: TwimlElement, room: Conference, sid: string): Promise<void> {
  const { call } = line;
  room.participants.add(sid);
  await report(line, noun, room, 'join', { ...participant(noun, sid) });
  if (
    room.started === undefined &&
    room.participants.size > 1 &&
    noun.attributes['startConferenceOnEnter'] !== 'false'
  ) {
    room.started = call.timeline.at;
    await report(line, noun, room, 'start', {});
  }
}

async function leave(line: Line, noun: TwimlElement, room: Conference, sid: string): Promise<void> {
  const { call } = line;
  if (!room.participants.delete(sid)) {
    return;
  }
  await report(line, noun, room, 'leave', { ...participant(noun, sid), ReasonParticipantLeft: 'participant_hung_up' });
  const last = room.participants.size === 0;
  const ends = sid === call.leg.sid && attribute(noun, 'endConferenceOnExit') === 'true';
  if (room.ended || !(last || ends)) {
    return;
  }
  call.account.conferences.delete(room.name);
  room.end();
  await report(line, noun, room, 'end', {
    CallSidEndingConference: sid,
    ReasonConferenceEnded: last ? 'last-participant-left' : 'participant-with-end-conference-on-exit-left',
  });
  if (attribute(noun, 'record') === 'record-from-start' && room.started !== undefined) {
    const made = call.account.recordings.add({
      callSid: call.leg.sid,
      conferenceSid: room.sid,
      source: 'Conference',
      channels: 1,
      started: room.started,
      duration: Math.round((call.timeline.at - room.started) / 1000),
    });
    await announce(line, noun, made);
  }
}

function participant(noun: TwimlElement, sid: string): Record<string, string> {
  return {
    CallSid: sid,
    Coaching: 'false',
    EndConferenceOnExit: attribute(noun, 'endConferenceOnExit') ?? 'false',
    Hold: 'false',
    Muted: attribute(noun, 'muted') ?? 'false',
    StartConferenceOnEnter: attribute(noun, 'startConferenceOnEnter') ?? 'true',
  };
}

async function report(
  { call, base }: Line,
  noun: TwimlElement,
  room: Conference,
  event: 'start' | 'end' | 'join' | 'leave',
  params: Record<string, string>,
): Promise<void> {
  const sequence = room.next();
  const url = attribute(noun, 'statusCallback');
  if (url === undefined || !wordsOf(noun, 'statusCallbackEvent', '').has(event)) {
    return;
  }
  const name = event === 'start' || event === 'end' ? `conference-${event}` : `participant-${event}`;
  await call.callback(`${room.sid}/${sequence}`, address(url, base), methodOf(noun, 'statusCallbackMethod'), {
    AccountSid: call.leg.accountSid,
    ConferenceSid: room.sid,
    FriendlyName: room.name,
    SequenceNumber: sequence,
    StatusCallbackEvent: name,
    Timestamp: timestamp(call.timeline.at),
    ...params,
  });
}
