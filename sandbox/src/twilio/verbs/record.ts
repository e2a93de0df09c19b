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

/** `<Record>`: records the caller after the tone. */
export async function record(line: Line, verb: TwimlElement): Promise<Next | undefined> {
  const { call, leg } = line;
  call.answer();
  if (attribute(verb, 'playBeep') !== 'false') {
    leg.heard.push('[beep]');
  }
  const started = call.timeline.at;
  const voicemail = line.input.voicemail();
  const spoken = Math.min(voicemail.seconds, numberOf(verb, 'maxLength', 3600));
  const addRecording = (): Recording =>
    call.account.recordings.add({
      callSid: leg.sid,
      source: 'RecordVerb',
      channels: 1,
      started,
      duration: Math.min(spoken, Math.round((call.timeline.at - started) / 1000)),
    });
  let outcome: { ended?: CallEnded; digits?: string };
  try {
    outcome = recordSpeech(line, verb, voicemail, spoken);
  } catch (err) {
    if (!(err instanceof CallEnded)) {
      throw err;
    }
    outcome = { ended: err, digits: 'hangup' };
  }
  if (spoken === 0 || call.timeline.at === started) {
    await sendRecordingStatus(line, verb, { started, duration: 0, channels: 1, source: 'RecordVerb' });
    if (outcome.ended) {
      throw outcome.ended;
    }
    // Silence creates no recording, and the document continues.
    return undefined;
  }
  const recording = addRecording();
  const recordingParams = call.account.recordings.params(recording);
  leg.recording = recordingParams;
  const params = { ...recordingParams, ...(outcome.digits !== undefined && { Digits: outcome.digits }) };
  if (outcome.ended) {
    await call.report(line, verb, params);
    await sendRecordingStatus(line, verb, recording);
    await sendTranscription(line, verb, recording, voicemail.text);
    throw outcome.ended;
  }
  await sendRecordingStatus(line, verb, recording);
  await sendTranscription(line, verb, recording, voicemail.text);
  return { url: attribute(verb, 'action') ?? line.base, method: methodOf(verb), params };
}

/** Simulates the speech. Returns the key that ended the recording, and whether the call ended. */
function recordSpeech(
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

/** Sends the recording status callback. An empty recording has the status `absent`. */
export async function sendRecordingStatus(
  { call, leg, base }: Line,
  verb: TwimlElement,
  recording: Pick<Recording, 'started' | 'duration' | 'channels' | 'source'> & { sid?: string; conferenceSid?: string },
): Promise<void> {
  const url = attribute(verb, 'recordingStatusCallback');
  const events = wordsOf(verb, 'recordingStatusCallbackEvent', 'completed');
  if (url === undefined) {
    return;
  }
  const { recordings } = call.account;
  const sid = recording.sid ?? call.account.sid('RE');
  for (const status of recording.sid === undefined ? ['absent'] : ['in-progress', 'completed']) {
    if (events.has(status)) {
      await call.callback(`${sid}/${status}`, address(url, base), methodOf(verb, 'recordingStatusCallbackMethod'), {
        AccountSid: leg.accountSid,
        CallSid: leg.sid,
        ...(recording.conferenceSid !== undefined && { ConferenceSid: recording.conferenceSid }),
        RecordingSid: sid,
        RecordingUrl: recordings.publicUrl(sid),
        RecordingStatus: status,
        ...(status === 'completed' && { RecordingDuration: String(recording.duration) }),
        RecordingChannels: String(recording.channels),
        RecordingSource: recording.source,
        RecordingStartTime: timestamp(recording.started),
        RecordingTrack: 'both',
        ErrorCode: '0',
      });
    }
  }
}

async function sendTranscription(
  { call, leg, base }: Line,
  verb: TwimlElement,
  recording: Recording,
  text: string | undefined,
): Promise<void> {
  const url = attribute(verb, 'transcribeCallback');
  // Twilio transcribes only recordings between 2 seconds and 2 minutes.
  if (url === undefined || recording.duration <= 2 || recording.duration >= 120) {
    return;
  }
  const sid = call.account.sid('TR');
  await call.callback(sid, address(url, base), 'POST', {
    ...leg.params(),
    TranscriptionSid: sid,
    TranscriptionText: text ?? '',
    TranscriptionStatus: text === undefined ? 'failed' : 'completed',
    TranscriptionType: 'fast',
    TranscriptionUrl: call.account.resource(`Recordings/${recording.sid}/Transcriptions/${sid}`),
    RecordingSid: recording.sid,
    RecordingUrl: call.account.recordings.publicUrl(recording.sid),
  });
}
