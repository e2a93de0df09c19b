// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, methodOf, numberOf, wordsOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { CallEnded } from '../call/endings.ts';
import type { Next } from '../call/endings.ts';
import { address } from '../call/live-call.ts';
import type { Line } from '../call/live-call.ts';
import { timestamp } from '../call/leg.ts';
import type { Recording } from '../call/recordings.ts';
import type { Voicemail } from '../call/script.ts';

/** `<Record>`: what the caller says after the tone. */
export async function record(line: Line, verb: TwimlElement): Promise<Next | undefined> {
  const { call, leg } = line;
  call.answer();
  if (attribute(verb, 'playBeep') !== 'false') {
    leg.heard.push('[beep]');
  }
  const started = call.timeline.at;
  const voicemail = line.input.voicemail();
  const spoken = Math.min(voicemail.seconds, numberOf(verb, 'maxLength', 3600));
  const recording = (): Recording =>
    call.account.recordings.add({
      callSid: leg.sid,
      source: 'RecordVerb',
      channels: 1,
      started,
      duration: Math.min(spoken, Math.round((call.timeline.at - started) / 1000)),
    });
  let ending: { ended?: CallEnded; digits?: string };
  try {
    ending = listen(line, verb, voicemail, spoken);
  } catch (err) {
    if (!(err instanceof CallEnded)) {
      throw err;
    }
    ending = { ended: err, digits: 'hangup' };
  }
  if (spoken === 0 || call.timeline.at === started) {
    await announce(line, verb, { started, duration: 0, channels: 1, source: 'RecordVerb' });
    if (ending.ended) {
      throw ending.ended;
    }
    // Silence is no recording, and the document goes on.
    return undefined;
  }
  const made = recording();
  const figures = call.account.recordings.params(made);
  leg.recording = figures;
  const params = { ...figures, ...(ending.digits !== undefined && { Digits: ending.digits }) };
  if (ending.ended) {
    await call.report(line, verb, params);
    await announce(line, verb, made);
    await transcribe(line, verb, made, voicemail.text);
    throw ending.ended;
  }
  await announce(line, verb, made);
  await transcribe(line, verb, made, voicemail.text);
  return { url: attribute(verb, 'action') ?? line.base, method: methodOf(verb), params };
}

/** Lets the caller speak; says with which key it ended, and whether the call did. */
function listen(
  { call }: Line,
  verb: TwimlElement,
  { seconds, then }: Voicemail,
  spoken: number,
): { ended?: CallEnded; digits?: string } {
  call.timeline.advance(spoken);
  if (spoken < seconds) {
    return {};
  }
  if (then === 'hang up') {
    return { ended: call.ending('completed'), digits: 'hangup' };
  }
  const keys = verb.attributes['finishOnKey'] ?? '1234567890*#';
  if (then && keys.includes(then)) {
    return { digits: then };
  }
  call.timeline.advance(numberOf(verb, 'timeout', 5));
  return {};
}

/** The recording's own status callback. One that holds nothing is `absent`. */
export async function announce(
  { call, leg, base }: Line,
  verb: TwimlElement,
  made: Pick<Recording, 'started' | 'duration' | 'channels' | 'source'> & { sid?: string; conferenceSid?: string },
): Promise<void> {
  const url = attribute(verb, 'recordingStatusCallback');
  const events = wordsOf(verb, 'recordingStatusCallbackEvent', 'completed');
  if (url === undefined) {
    return;
  }
  const { recordings } = call.account;
  const sid = made.sid ?? call.account.sid('RE');
  for (const status of made.sid === undefined ? ['absent'] : ['in-progress', 'completed']) {
    if (events.has(status)) {
      await call.callback(`${sid}/${status}`, address(url, base), methodOf(verb, 'recordingStatusCallbackMethod'), {
        AccountSid: leg.accountSid,
        CallSid: leg.sid,
        ...(made.conferenceSid !== undefined && { ConferenceSid: made.conferenceSid }),
        RecordingSid: sid,
        RecordingUrl: recordings.url(sid),
        RecordingStatus: status,
        ...(status === 'completed' && { RecordingDuration: String(made.duration) }),
        RecordingChannels: String(made.channels),
        RecordingSource: made.source,
        RecordingStartTime: timestamp(made.started),
        RecordingTrack: 'both',
        ErrorCode: '0',
      });
    }
  }
}

async function transcribe(
  { call, leg, base }: Line,
  verb: TwimlElement,
  made: Recording,
  text: string | undefined,
): Promise<void> {
  const url = attribute(verb, 'transcribeCallback');
  // Longer than two minutes is not transcribed, nor is a word of two seconds.
  if (url === undefined || made.duration <= 2 || made.duration >= 120) {
    return;
  }
  const sid = call.account.sid('TR');
  await call.callback(sid, address(url, base), 'POST', {
    ...leg.params(),
    TranscriptionSid: sid,
    TranscriptionText: text ?? '',
    TranscriptionStatus: text === undefined ? 'failed' : 'completed',
    TranscriptionType: 'fast',
    TranscriptionUrl: call.account.resource(`Recordings/${made.sid}/Transcriptions/${sid}`),
    RecordingSid: made.sid,
    RecordingUrl: call.account.recordings.url(made.sid),
  });
}
