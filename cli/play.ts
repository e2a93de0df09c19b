// SPDX-License-Identifier: Apache-2.0 OR MIT
import { formatTwiml } from './format-twiml.ts';

export interface PlayOptions {
  readonly from: string;
  readonly to: string;
  readonly browser?: string;
  readonly sandbox: string;
  readonly digits?: string;
  readonly speech?: string;
  readonly answers?: Readonly<Record<string, string>>;
  readonly voicemail?: number;
  readonly hangUpAfter?: number;
  readonly queuePosition?: string;
  readonly queueWait?: number;
  readonly at?: string;
  readonly param: Readonly<Record<string, string>>;
  readonly ticket: boolean;
}

/** The response of the sandbox's `/console/play`. See sandbox/src/play.ts. */
interface PlayResult {
  readonly status: string;
  readonly duration: number;
  readonly heard: readonly string[];
  readonly errors: readonly string[];
  readonly legs: readonly { to: string; status: string; duration: number }[];
  readonly requests: readonly {
    url: string;
    status: number;
    body: string;
    callback: boolean;
    params: Readonly<Record<string, string>>;
  }[];
  readonly communication: { id: string; payload?: readonly { contentString?: string }[] } | null;
  readonly tasks: readonly { id: string }[];
}

interface ErrorBody {
  readonly issue?: readonly { details?: { text?: string } }[];
}

/** Lets the sandbox play a whole call and prints the result. Returns the exit code: 0 if there were no errors. */
export async function playCall(options: PlayOptions, print: (line: string) => void): Promise<number> {
  const { from, to, browser, digits, speech, answers, voicemail, hangUpAfter, ticket } = options;
  const { queuePosition, queueWait, at, param } = options;
  const answer = await fetch(new URL('/console/play', options.sandbox), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      kind: browser === undefined ? 'phone' : 'browser',
      from: browser ?? from,
      to,
      digits: digits === undefined ? undefined : entries(digits),
      speech: speech === undefined ? undefined : entries(speech),
      answers,
      voicemail,
      hangUpAfter,
      queuePositions: queuePosition === undefined ? undefined : entries(queuePosition).map(Number),
      queueWait,
      at,
      params: param,
      ...(ticket && { ticket: 'number' }),
    }),
  }).catch(() => {
    throw new Error(`no sandbox at ${options.sandbox}: start it with npm start, or set its URL with --sandbox`);
  });
  if (!answer.ok) {
    const body = (await answer.json().catch(() => ({}))) as ErrorBody;
    throw new Error(
      body.issue?.[0]?.details?.text ??
        `the sandbox responded with ${answer.status}: check that it has the same version`,
    );
  }
  const call = (await answer.json()) as PlayResult;
  printResult(call, print);
  return call.errors.length === 0 && call.requests.every(({ status }) => status === 200) ? 0 : 1;
}

function printResult(call: PlayResult, print: (line: string) => void): void {
  const { requests, heard, legs, errors, communication, tasks } = call;
  for (const { url, status, body, callback, params } of requests) {
    const step = new URL(url).searchParams.get('step') ?? (callback ? 'status callback' : 'incoming call');
    const pressed = params.Digits ? `, pressed ${params.Digits}` : '';
    print(`${status} ${step}${pressed}${callback ? `: ${params.CallStatus ?? 'sent'}` : ''}`);
    if (!callback) {
      print(formatTwiml(body));
    }
  }
  print('');
  heard.forEach((text) => print(`heard: ${text}`));
  legs.forEach(({ to, status, duration }) => print(`dialed: ${to}, ${status}, ${duration} s`));
  errors.forEach((code) => print(`Twilio would report error ${code}`));
  print(`ended: ${call.status}, ${call.duration} s`);
  const line = communication?.payload?.[0]?.contentString ?? '';
  const noRecord = requests.some(({ callback }) => callback)
    ? 'chart: no record: every callback failed'
    : 'chart: no record: there was no callback';
  print(communication ? `chart: Communication/${communication.id}: ${line}` : noRecord);
  tasks.forEach(({ id }) => print(`chart: Task/${id}`));
}

/** Parses a list such as `2, 1, -`. A dash is silence. */
function entries(list: string): string[] {
  return list.split(',').map((entry) => entry.trim().replace(/^-$/, ''));
}
