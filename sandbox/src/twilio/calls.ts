// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Account, VoiceUrls } from './call/account.ts';
import type { Next } from './call/endings.ts';
import { Leg } from './call/leg.ts';
import type { Progress } from './call/leg.ts';
import { LiveCall } from './call/live-call.ts';
import type { Fallback } from './call/live-call.ts';
import type { Answered, Script } from './call/script.ts';
import { perform } from './verbs/perform.ts';
import { sendRecordingStatus } from './verbs/record.ts';

/** A call from the telephone network. */
export interface IncomingOptions {
  /** As Twilio sends it: a number, `sip:…`, or its value for an anonymous caller. */
  from: string;
  to: string;
  script?: Script;
  /** Additional or different parameters from Twilio: `StirVerstat`, `ForwardedFrom`, `CallerName`, … */
  params?: Record<string, string>;
}

/** A call from Twilio's SDK. */
export interface BrowserOptions {
  /** From the access token. */
  identity: string;
  /** The parameters that the page sends, such as `To`. */
  params?: Record<string, string>;
  script?: Script;
}

/** A call that was placed by REST, with validated parameters. */
export interface PlacedOptions {
  from: string;
  to: string;
  /** The first document. */
  next: Next;
  fallback?: Fallback | undefined;
  progress?: Progress | undefined;
  /** Seconds. */
  timeout?: number;
  sendDigits?: string | undefined;
  /** Answering-machine detection: before the document, or asynchronous with a callback. */
  detection?: 'before' | { url: string; method: 'GET' | 'POST' } | undefined;
  /** Recording of the whole call. The attributes are those of TwiML's recording callback. */
  record?: { channels: 1 | 2; attributes: Record<string, string> } | undefined;
  applicationSid?: string | undefined;
}

/** Parameters that a browser cannot set. */
const reservedParams = new Set(['AccountSid', 'ApiVersion', 'CallSid', 'CallStatus', 'Caller', 'Direction', 'From']);

export class IncomingCall {
  readonly call: LiveCall;
  readonly start: () => Promise<Next>;

  constructor(
    account: Account,
    options: (IncomingOptions & { kind: 'phone' }) | (BrowserOptions & { kind: 'browser' }),
  ) {
    const number = options.kind === 'phone' ? account.numbers.get(options.to) : undefined;
    const browser = options.kind === 'browser';
    const urls: VoiceUrls =
      browser || number?.applicationSid === account.applicationSid ? account.application : (number ?? {});
    const params = Object.entries(options.params ?? {}).filter(([name]) => !browser || !reservedParams.has(name));
    const applicationSid = browser ? account.applicationSid : number?.applicationSid;
    const sid = account.sid('CA');
    const leg = new Leg({
      sid,
      accountSid: account.accountSid,
      from: browser ? `client:${encodeURIComponent(options.identity)}` : options.from,
      to: browser ? (options.params?.['To'] ?? '') : options.to,
      direction: 'inbound',
      started: account.now(),
      created: account.now(),
      phoneNumberSid: number && phoneNumberSid(number.number),
      progress: progressOf(account, urls),
      extra: {
        ...(browser || options.from.startsWith('sip:') ? {} : { StirVerstat: 'TN-Validation-Passed-A' }),
        ...Object.fromEntries(params),
        ...(applicationSid !== undefined && { ApplicationSid: applicationSid }),
      },
    });
    const fallback = urls.voiceFallbackUrl
      ? { url: urls.voiceFallbackUrl, method: urls.voiceFallbackMethod ?? 'POST' }
      : undefined;
    this.call = new LiveCall(account, perform, leg, options.script ?? {}, fallback);
    this.start = () =>
      Promise.resolve({
        url: urls.voiceUrl || account.webhook(),
        method: urls.voiceMethod ?? 'POST',
        params: { CallToken: JSON.stringify({ parentCallInfoToken: sid, identityHeaderTokens: [] }) },
      });
  }
}

/** Returns the SID of an account number. The same number always has the same SID. */
export function phoneNumberSid(number: string): string {
  return `PN${number.replace(/\D/g, '').padStart(32, '0')}`;
}

function progressOf(account: Account, urls: VoiceUrls): Progress | undefined {
  const url = urls.statusCallback ?? account.webhook();
  return url === '' ? undefined : { url, method: urls.statusCallbackMethod ?? 'POST', events: new Set(['completed']) };
}

export class PlacedCall {
  readonly call: LiveCall;
  readonly start: () => Promise<Next>;

  constructor(account: Account, options: PlacedOptions) {
    const leg = new Leg({
      sid: account.sid('CA'),
      accountSid: account.accountSid,
      from: options.from,
      to: options.to,
      direction: 'outbound-api',
      started: account.now(),
      created: account.now(),
      phoneNumberSid: account.numbers.has(options.from) ? phoneNumberSid(options.from) : undefined,
      progress: options.progress,
      ...(options.applicationSid !== undefined && { extra: { ApplicationSid: options.applicationSid } }),
    });
    const person = account.people.get(options.to) ?? {};
    this.call = new LiveCall(account, perform, leg, person, options.fallback);
    this.start = () => ringPerson(this.call, person, options);
  }
}

/** Rings the called person until there is an answer. Returns the first document. */
async function ringPerson(call: LiveCall, person: Script, options: PlacedOptions): Promise<Next> {
  const { leg, timeline } = call;
  const timeout = options.timeout ?? 60;
  const answer = person.pickUp ?? 'no-answer';
  // The REST response must be sent before the call continues.
  await new Promise((resolve) => setImmediate(resolve));
  call.check();
  await call.progress(leg, 'initiated');
  if (answer === 'failed' || answer === 'busy') {
    leg.sipResponseCode = answer === 'busy' ? '486' : '404';
    timeline.advance(1);
    throw call.ending(answer);
  }
  leg.status = 'ringing';
  await call.progress(leg, 'ringing');
  if (answer === 'ringing') {
    await call.wait();
  }
  call.check();
  if (answer === 'declined') {
    leg.sipResponseCode = '603';
    timeline.advance(2);
    throw call.ending('busy');
  }
  const after = typeof answer === 'object' ? (answer.after ?? 3) : Infinity;
  timeline.advance(Math.min(after, timeout));
  if (typeof answer !== 'object' || after > timeout) {
    leg.sipResponseCode = '480';
    throw call.ending('no-answer');
  }
  call.answer();
  const { record } = options;
  if (record) {
    call.closing.push(() => saveRecording(call, record));
  }
  await call.progress(leg, 'answered');
  await onAnswered(call, answer, options);
  return options.next;
}

async function saveRecording(
  call: LiveCall,
  { channels, attributes }: { channels: 1 | 2; attributes: Record<string, string> },
): Promise<void> {
  const { leg, account } = call;
  const recording = account.recordings.add({
    callSid: leg.sid,
    source: 'OutboundAPI',
    channels,
    started: leg.answered ?? leg.started,
    duration: leg.duration,
  });
  leg.recording = account.recordings.params(recording);
  await sendRecordingStatus(call.line(), { name: 'Record', attributes, children: [] }, recording);
}

async function onAnswered(call: LiveCall, answer: Answered, options: PlacedOptions): Promise<void> {
  const { leg, timeline } = call;
  if (typeof answer.talk === 'number') {
    timeline.set(timeline.at + answer.talk * 1000, () => call.ending('completed'));
  }
  if (options.sendDigits !== undefined) {
    leg.heard.push(`[dtmf ${options.sendDigits}]`);
  }
  if (options.detection !== undefined) {
    const answeredBy = answer.answeredBy ?? 'human';
    if (options.detection === 'before') {
      timeline.advance(2);
      leg.answeredBy = answeredBy;
    } else {
      await call.callback(`${leg.sid}/amd`, options.detection.url, options.detection.method, {
        AccountSid: leg.accountSid,
        CallSid: leg.sid,
        AnsweredBy: answeredBy,
        MachineDetectionDuration: '2400',
      });
      leg.answeredBy = answeredBy;
    }
  }
}
