// SPDX-License-Identifier: Apache-2.0 OR MIT
import { randomBytes } from 'node:crypto';
import { hex } from './base/seed.ts';

export { Network } from './twilio/network.ts';
export type { NetworkOptions, PhoneCall } from './twilio/network.ts';
export type { AccountNumber, VoiceUrls } from './twilio/call/account.ts';
export type { BrowserOptions, IncomingOptions } from './twilio/calls.ts';
export type {
  Answer,
  Answered,
  CallResult,
  LegResult,
  PhoneRequest,
  Queued,
  Script,
  Voicemail,
} from './twilio/call/script.ts';
export { rest } from './twilio/rest.ts';
export { sign } from './twilio/call/signature.ts';
export type { NetworkFaults } from './twilio/call/network-faults.ts';

/** The sandbox's Twilio account. Its numbers are fictional. */
export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  /** The TwiML app for browser calls. */
  applicationSid: string;
  numbers: string[];
  /** API credentials, in addition to the account SID and token. */
  apiKey: string;
  apiSecret: string;
}

export const kinds = ['phone', 'client'] as const;
export type CallKind = (typeof kinds)[number];

export function twilioAccount(seed: string): TwilioAccount {
  return {
    accountSid: `AC${hex(seed, 'twilio/account', 32)}`,
    authToken: hex(seed, 'twilio/token', 32),
    applicationSid: `AP${hex(seed, 'twilio/application', 32)}`,
    numbers: ['+15550100001', '+15550100002'],
    apiKey: `SK${hex(seed, 'twilio/key', 32)}`,
    apiSecret: hex(seed, 'twilio/secret', 32),
  };
}

/** Returns the parameters of the first webhook request of a call. */
export function incomingCall(
  account: TwilioAccount,
  call: { from: string; to: string; kind: CallKind },
): Record<string, string> {
  const from = call.kind === 'client' && !call.from.startsWith('client:') ? `client:${call.from}` : call.from;
  return {
    AccountSid: account.accountSid,
    ApiVersion: '2010-04-01',
    CallSid: `CA${randomBytes(16).toString('hex')}`,
    CallStatus: 'ringing',
    // A browser call has no called number. It has the SID of its app.
    Called: call.kind === 'client' ? '' : call.to,
    ...(call.kind === 'client' && { ApplicationSid: account.applicationSid }),
    Caller: from,
    Direction: 'inbound',
    From: from,
    To: call.to,
  };
}
