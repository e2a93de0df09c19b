// SPDX-License-Identifier: Apache-2.0 OR MIT
// The same as twilio.ts, except for the import, as after a migration.
import twilio from 'plumline/twilio';
import type { Tasks } from '../peers.ts';
import { dial, ivr50 } from '../scripts.ts';
import { account, voice } from '../token.ts';

const { AccessToken } = twilio.jwt;
const { VoiceResponse } = twilio.twiml;

export const tasks: Required<Tasks> = {
  dial: () => dial(new VoiceResponse()).toString(),
  ivr50: () => ivr50(new VoiceResponse()).toString(),
  accessToken() {
    const { accountSid, keySid, secret, identity, ttl } = account;
    const token = new AccessToken(accountSid, keySid, secret, { identity, ttl });
    token.addGrant(new AccessToken.VoiceGrant(voice));
    return token.toJwt();
  },
  validate: ({ token, signature, url, params }) => twilio.validateRequest(token, signature, url, params),
};
