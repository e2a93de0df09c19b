// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { PlacedOptions } from './calls.ts';
import type { Next } from './call/endings.ts';
import type { Progress } from './call/leg.ts';
import type { Member, Queue } from './call/queues.ts';
import type { Network } from './network.ts';
import { badRequest, notFound } from './rest-errors.ts';

/** The fields of a form. A repeated name has a list. */
export type Fields = Record<string, string | string[] | undefined>;

const phone = /^\+[1-9]\d{6,14}$/;
const namedAddress = /^(client|sips?):.+/;

export function firstValue(fields: Fields, name: string): string | undefined {
  return [fields[name]].flat()[0] || undefined;
}

/**
 * Validates the parameters of a new call. Throws Twilio's error. https://www.twilio.com/docs/voice/api/call-resource
 */
export function readCall(network: Network, fields: Fields): PlacedOptions {
  const field = (name: string): string | undefined => firstValue(fields, name);
  const [to, from] = [field('To'), field('From')];
  if (to === undefined) {
    throw badRequest(21201, "No 'To' number is specified");
  }
  if (from === undefined) {
    throw badRequest(21213, "'From' phone number is required");
  }
  if (!phone.test(from) && !namedAddress.test(from)) {
    throw badRequest(21212, "The source 'from' phone number provided is not a valid, voice-capable number");
  }
  if (phone.test(from) && !network.numbers.has(from)) {
    throw badRequest(21210, 'Source phone number not yet verified for your account');
  }
  if (!phone.test(to) && !namedAddress.test(to)) {
    throw badRequest(21211, "The phone number you are attempting to call is not valid. Invalid 'To' Phone Number");
  }
  const timeout = field('Timeout');
  if (timeout !== undefined && !(/^\d+$/.test(timeout) && Number(timeout) <= 600)) {
    throw badRequest(20001, 'Timeout is out of range');
  }
  const digits = field('SendDigits');
  if (digits !== undefined && !/^[0-9A-D#*wW]{1,32}$/.test(digits)) {
    throw badRequest(20001, 'SendDigits is not valid');
  }
  return {
    from,
    to,
    ...(timeout !== undefined && { timeout: Number(timeout) }),
    sendDigits: digits,
    ...documents(network, fields),
    record:
      field('Record') === 'true'
        ? {
            channels: field('RecordingChannels') === 'dual' ? 2 : 1,
            attributes: {
              recordingStatusCallback: field('RecordingStatusCallback') ?? '',
              recordingStatusCallbackMethod: field('RecordingStatusCallbackMethod') ?? 'POST',
              recordingStatusCallbackEvent: [fields['RecordingStatusCallbackEvent'] ?? 'completed'].flat().join(' '),
            },
          }
        : undefined,
    detection: detection(fields),
  };
}

/** Reads the URLs of a call. A TwiML app replaces the call's own URLs. */
function documents(
  network: Network,
  fields: Fields,
): Pick<PlacedOptions, 'next' | 'fallback' | 'progress' | 'applicationSid'> {
  const field = (name: string): string | undefined => firstValue(fields, name);
  const application = field('ApplicationSid');
  if (application !== undefined) {
    if (application !== network.applicationSid) {
      throw badRequest(21218, 'Invalid ApplicationSid');
    }
    const { voiceUrl, voiceMethod, voiceFallbackUrl, statusCallback } = network.application;
    return {
      applicationSid: application,
      next: { url: voiceUrl || network.webhook(), method: voiceMethod ?? 'POST', params: {} },
      fallback: voiceFallbackUrl ? { url: voiceFallbackUrl, method: 'POST' } : undefined,
      progress:
        statusCallback === ''
          ? undefined
          : { url: statusCallback ?? network.webhook(), method: 'POST', events: new Set(['completed']) },
    };
  }
  const fallback = field('FallbackUrl');
  return {
    next: nextOf(fields),
    fallback: fallback === undefined ? undefined : { url: checkUrl(fallback), method: method(field('FallbackMethod')) },
    progress: progressOf(fields),
  };
}

/** Reads `Twiml` or `Url` of a new call, or of a redirected call. */
function nextOf(fields: Fields): Next {
  const [url, twiml] = [firstValue(fields, 'Url'), firstValue(fields, 'Twiml')];
  if (twiml !== undefined) {
    return { twiml };
  }
  if (url === undefined) {
    throw badRequest(21205, 'Url parameter is required.');
  }
  return { url: checkUrl(url), method: method(firstValue(fields, 'Method')), params: {} };
}

function progressOf(fields: Fields): Progress | undefined {
  const url = firstValue(fields, 'StatusCallback');
  if (url === undefined) {
    return undefined;
  }
  if (!isUrl(url)) {
    throw badRequest(21609, 'StatusCallback URL is not valid');
  }
  const events = [fields['StatusCallbackEvent'] ?? 'completed'].flat();
  return { url, method: method(firstValue(fields, 'StatusCallbackMethod')), events: new Set(events) };
}

function detection(fields: Fields): PlacedOptions['detection'] {
  const kind = firstValue(fields, 'MachineDetection');
  if (kind !== 'Enable' && kind !== 'DetectMessageEnd') {
    return undefined;
  }
  if (firstValue(fields, 'AsyncAmd') !== 'true') {
    return 'before';
  }
  const url = firstValue(fields, 'AsyncAmdStatusCallback');
  return url === undefined
    ? undefined
    : { url: checkUrl(url), method: method(firstValue(fields, 'AsyncAmdStatusCallbackMethod')) };
}

/** Updates a call in progress: redirects it, or ends it. */
export function updateCall(network: Network, sid: string, fields: Fields): void {
  const leg = network.legs.get(sid);
  if (!leg) {
    throw notFound(`/Calls/${sid}.json`);
  }
  const status = firstValue(fields, 'Status');
  if (status !== undefined && status !== 'completed' && status !== 'canceled') {
    throw badRequest(21220, 'Invalid call state');
  }
  const call = network.live.get(leg.parent?.sid ?? sid);
  if (!call || leg.ended !== undefined || (status === 'canceled' && leg.answered !== undefined)) {
    if (status !== undefined && leg.ended !== undefined) {
      return;
    }
    throw badRequest(21220, 'Call is not in-progress. Cannot redirect.');
  }
  if (leg.parent) {
    // A dialed leg can be hung up. A redirect would make it a separate call, which is not supported.
    if (status === undefined) {
      throw badRequest(21220, 'The sandbox cannot redirect a dialed leg');
    }
    leg.hangUp();
    return;
  }
  call.interrupt(status === undefined ? { next: nextOf(fields) } : { end: 'canceled' });
}

/** Takes a waiting caller out of a queue and redirects the call. Only the first request succeeds. */
export function dequeueMember(network: Network, queue: Queue, member: Member, fields: Fields): void {
  const url = firstValue(fields, 'Url');
  if (url === undefined) {
    throw badRequest(21205, 'Url parameter is required.');
  }
  const call = network.live.get(member.call.leg.sid);
  if (!call) {
    throw badRequest(21220, 'Call is not in-progress. Cannot redirect.');
  }
  const next = { url: checkUrl(url), method: method(firstValue(fields, 'Method')), params: {} };
  queue.leave(member, Math.round((network.now() - member.entered) / 1000));
  call.interrupt({ next });
}

function method(text: string | undefined): 'GET' | 'POST' {
  return text?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}

function checkUrl(url: string): string {
  if (!isUrl(url)) {
    throw badRequest(21205, `Url is not a valid URL`);
  }
  return url;
}

/** Twilio also rejects a host with an underscore. */
function isUrl(text: string): boolean {
  const host = URL.parse(text)?.hostname;
  return /^https?:\/\//i.test(text) && host !== undefined && !host.includes('_');
}
