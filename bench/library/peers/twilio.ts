// SPDX-License-Identifier: Apache-2.0 OR MIT
import twilio from 'twilio';
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
  // The types require the header, but the code does not.
  validate: ({ token, signature, url, params }) => twilio.validateRequest(token, signature as string, url, params),
};
