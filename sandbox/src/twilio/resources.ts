// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Twilio's API resources: snake case, dates by RFC 2822, and some numbers as text, as in Twilio's API. */

import { phoneNumberSid } from './calls.ts';
import type { Leg } from './call/leg.ts';
import { timestamp } from './call/leg.ts';
import { segments } from './messages.ts';
import type { Message } from './messages.ts';
import type { AccountNumber } from './call/account.ts';
import type { Network } from './network.ts';
import type { Member, Queue } from './call/queues.ts';
import type { Recording } from './call/recordings.ts';

type Json = Record<string, unknown>;

const date = (at: number | undefined): string | null => (at === undefined ? null : timestamp(at));

export function callResource(network: Network, leg: Leg): Json {
  const uri = `/2010-04-01/Accounts/${leg.accountSid}/Calls/${leg.sid}`;
  const began = leg.status !== 'queued';
  return {
    sid: leg.sid,
    date_created: date(leg.started),
    date_updated: date(leg.ended ?? leg.answered ?? leg.started),
    parent_call_sid: leg.parent?.sid ?? null,
    account_sid: leg.accountSid,
    to: leg.to,
    to_formatted: formatted(leg.to),
    from: leg.from,
    from_formatted: formatted(leg.from),
    phone_number_sid: leg.phoneNumberSid ?? null,
    status: leg.status,
    start_time: began ? date(leg.answered ?? leg.started) : null,
    end_time: date(leg.ended),
    duration: leg.ended === undefined ? null : String(leg.duration),
    price: null,
    price_unit: 'USD',
    direction: leg.direction,
    answered_by: leg.answeredBy ?? null,
    api_version: '2010-04-01',
    forwarded_from: leg.extra['ForwardedFrom'] ?? null,
    group_sid: null,
    caller_name: leg.extra['CallerName'] ?? null,
    queue_time: '0',
    trunk_sid: null,
    annotation: null,
    uri: `${uri}.json`,
    subresource_uris: {
      notifications: `${uri}/Notifications.json`,
      recordings: `${uri}/Recordings.json`,
    },
  };
}

export function numberResource(network: Network, number: AccountNumber, createdAt: number): Json {
  const webhook = network.webhook();
  const sid = phoneNumberSid(number.number);
  return {
    sid,
    account_sid: network.accountSid,
    friendly_name: number.friendlyName ?? formatted(number.number),
    phone_number: number.number,
    voice_url: number.voiceUrl ?? webhook,
    voice_method: number.voiceMethod ?? 'POST',
    voice_fallback_url: number.voiceFallbackUrl ?? '',
    voice_fallback_method: number.voiceFallbackMethod ?? 'POST',
    voice_application_sid: number.applicationSid ?? '',
    voice_caller_id_lookup: false,
    voice_receive_mode: 'voice',
    status_callback: number.statusCallback ?? webhook,
    status_callback_method: number.statusCallbackMethod ?? 'POST',
    sms_url: '',
    sms_method: 'POST',
    sms_fallback_url: '',
    sms_fallback_method: 'POST',
    sms_application_sid: '',
    date_created: date(createdAt),
    date_updated: date(createdAt),
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    address_requirements: 'none',
    address_sid: null,
    api_version: '2010-04-01',
    beta: false,
    origin: 'twilio',
    trunk_sid: null,
    status: 'in-use',
    uri: `/2010-04-01/Accounts/${network.accountSid}/IncomingPhoneNumbers/${sid}.json`,
  };
}

export function recordingResource(network: Network, recording: Recording): Json {
  const uri = `/2010-04-01/Accounts/${network.accountSid}/Recordings/${recording.sid}`;
  return {
    sid: recording.sid,
    account_sid: network.accountSid,
    api_version: '2010-04-01',
    call_sid: recording.callSid,
    conference_sid: recording.conferenceSid ?? null,
    date_created: date(recording.started),
    date_updated: date(recording.started + recording.duration * 1000),
    start_time: date(recording.started),
    duration: String(recording.duration),
    channels: recording.channels,
    source: recording.source,
    status: 'completed',
    price: null,
    price_unit: 'USD',
    error_code: null,
    encryption_details: null,
    media_url: network.recordings.url(recording.sid),
    uri: `${uri}.json`,
    subresource_uris: { transcriptions: `${uri}/Transcriptions.json` },
  };
}

export function queueResource(network: Network, queue: Queue): Json {
  return {
    sid: queue.sid,
    account_sid: network.accountSid,
    friendly_name: queue.name,
    current_size: queue.members.length,
    max_size: queue.maxSize,
    average_wait_time: queue.averageWait,
    date_created: date(queue.created),
    date_updated: date(queue.created),
    uri: `/2010-04-01/Accounts/${network.accountSid}/Queues/${queue.sid}.json`,
  };
}

export function memberResource(network: Network, queue: Queue, { call, entered }: Member): Json {
  return {
    call_sid: call.leg.sid,
    queue_sid: queue.sid,
    date_enqueued: date(entered),
    position: queue.members.findIndex((member) => member.call === call) + 1,
    wait_time: Math.max(0, Math.round((network.now() - entered) / 1000)),
    uri: `/2010-04-01/Accounts/${network.accountSid}/Queues/${queue.sid}/Members/${call.leg.sid}.json`,
  };
}

export function messageResource(network: Network, message: Message): Json {
  const uri = `/2010-04-01/Accounts/${network.accountSid}/Messages/${message.sid}`;
  return {
    sid: message.sid,
    account_sid: network.accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: date(message.created),
    date_updated: date(message.created),
    date_sent: null,
    direction: 'outbound-api',
    error_code: null,
    error_message: null,
    from: message.from ?? null,
    messaging_service_sid: message.messagingServiceSid ?? null,
    num_media: String(message.media.length),
    // A messaging service selects the sender later, so the segments are not counted yet.
    num_segments: message.from === undefined ? '0' : String(segments(message.body)),
    price: null,
    price_unit: 'USD',
    status: message.status,
    to: message.to,
    uri: `${uri}.json`,
    subresource_uris: { media: `${uri}/Media.json` },
  };
}

/** Formats a North American number as Twilio does: `(555) 010-0001`. Other addresses are not changed. */
function formatted(address: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(address);
  return parts ? `(${parts[1] ?? ''}) ${parts[2] ?? ''}-${parts[3] ?? ''}` : address;
}
