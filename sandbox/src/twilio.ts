// SPDX-License-Identifier: Apache-2.0 OR MIT
import { createHmac, randomBytes } from 'node:crypto';
import { hex } from './seed.ts';

/** The account that the sandbox plays, whose numbers nobody has. */
export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  /** The TwiML app of browser calls. */
  applicationSid: string;
  numbers: string[];
}

export const kinds = ['phone', 'client'] as const;
export type CallKind = (typeof kinds)[number];

export function twilioAccount(seed: string): TwilioAccount {
  return {
    accountSid: `AC${hex(seed, 'twilio/account', 32)}`,
    authToken: hex(seed, 'twilio/token', 32),
    applicationSid: `AP${hex(seed, 'twilio/application', 32)}`,
    numbers: ['+15550100001', '+15550100002'],
  };
}

/** The parameters of the first webhook of a call. */
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
    // A browser's call has no number called, and names the app that it came by.
    Called: call.kind === 'client' ? '' : call.to,
    ...(call.kind === 'client' && { ApplicationSid: account.applicationSid }),
    Caller: from,
    Direction: 'inbound',
    From: from,
    To: call.to,
  };
}

/** X-Twilio-Signature of a form post, as Twilio's own documentation describes it. */
export function sign(authToken: string, url: string, params: Record<string, string>): string {
  const text = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .reduce((signed, [name, value]) => signed + name + value, url);
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}
