// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Writes a call as readable text, from its first request to its records. */
import { Census } from './common.ts';
import type { Common, Parts } from './common.ts';
import { readDocument, soundsOf } from './document.ts';
import { Heard } from './heard.ts';
import { withNames } from './names.ts';
import type { NamedRecording } from './names.ts';
import { Parameters } from './parameters.ts';
import type { Recording } from './recording.ts';
import { recordLines } from './records.ts';
import { Requests, isEnd, legOf } from './requests.ts';
import { quoted } from './text.ts';
import { Verbs } from './verbs.ts';

type NamedCall = NamedRecording['call'];

/** The common parts of the recordings. */
export function commonOf(recordings: Recording[]): Common {
  const census = new Census();
  recordings.forEach((recording) => transcript(recording, census));
  return census.common();
}

export function transcript(recording: Recording, parts: Parts): string {
  const { call, log, records } = withNames(recording);
  const parameters = new Parameters(call.callSid);
  const first = records.find(({ resourceType }) => resourceType === 'Communication');
  const record = `Communication/${first?.id ?? ''}`;
  const lines = [
    ...callLines(call, parameters, parts),
    ...endLines(call, parameters),
    ...log.map((line) => `log ${quoted(line).slice(1, -1)}`),
    ...records.flatMap((one) => recordLines(one, { parts, parameters, record })),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The requests, responses and outputs in the order of the requests. */
function callLines(call: NamedCall, parameters: Parameters, parts: Parts): string[] {
  const asked = call.requests.filter(({ callback }) => !callback);
  const exchanges = call.requests.map((request) => {
    const next = request.callback ? undefined : asked[asked.indexOf(request) + 1];
    return { request, document: readDocument(request, next) };
  });
  const heard = new Heard(
    call.heard,
    exchanges.flatMap(({ document }) => soundsOf(document)),
  );
  const requests = new Requests(parts, parameters);
  const verbs = new Verbs(parts, heard);
  const lines: string[] = [];
  /** The leg of the last line. */
  let leg: string | undefined;
  /** Whether the last document ended with a conversation. It comes after the callbacks of its leg. */
  let connects = false;
  for (const { request, document } of exchanges) {
    const now = legOf(request);
    if (now !== undefined) {
      lines.push(`${now === leg ? `${lines.pop() ?? ''},` : `${now}:`} ${requests.progress(request)}`);
    } else {
      const over = !request.callback || isEnd(request, parameters);
      const connected = connects && over && request.params['DialBridged'] !== 'false';
      lines.push(...(connected ? heard.rest() : []), requests.line(request));
    }
    const body = verbs.lines(document);
    leg = body.length > 0 ? undefined : now;
    const last = document.verbs[document.reached - 1]?.name;
    connects = request.callback ? connects : last === 'Dial' || last === 'Enqueue';
    lines.push(...body, ...(last === 'Reject' ? heard.rest() : []));
  }
  return [...lines, ...heard.rest()];
}

/** The sandbox's results for the call and its legs that differ from the requests. */
function endLines({ callSid, status, duration, legs, errors }: NamedCall, parameters: Parameters): string[] {
  const ended = (sid: string, how: string, seconds: number): boolean => {
    const { CallStatus, CallDuration } = parameters.reported(sid);
    return CallStatus === how && CallDuration === String(seconds);
  };
  const dialed = legs.map((leg) => leg.callSid).join(' ');
  return [
    ...(parameters.first?.['CallSid'] === callSid ? [] : [`call ${quoted(callSid)}`]),
    ...(ended(callSid, status, duration) ? [] : [`call ${quoted(status)}, ${duration} s`]),
    ...(dialed === parameters.legs.join(' ') ? [] : [`legs ${dialed}`]),
    ...legs.flatMap((leg) => [
      ...(ended(leg.callSid, leg.status, leg.duration) && leg.to === parameters.reported(leg.callSid)['To']
        ? []
        : [`leg ${leg.callSid} ${leg.to}: ${leg.status}, ${leg.duration} s`]),
      ...leg.heard.map((text) => `leg ${leg.callSid} hears ${quoted(text)}`),
    ]),
    ...errors.map((code) => `error ${code}`),
  ];
}
