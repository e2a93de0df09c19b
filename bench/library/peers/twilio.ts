// SPDX-License-Identifier: Apache-2.0 OR MIT
import twilio from 'twilio';
import type { Jobs } from '../peers.ts';
import { dial, ivr50 } from '../scripts.ts';
import { account, voice } from '../token.ts';

const { AccessToken } = twilio.jwt;
const { VoiceResponse } = twilio.twiml;

export const jobs: Required<Jobs> = {
  dial: () => dial(new VoiceResponse()).toString(),
  ivr50: () => ivr50(new VoiceResponse()).toString(),
  accessToken() {
    const { accountSid, keySid, secret, identity, ttl } = account;
    const token = new AccessToken(accountSid, keySid, secret, { identity, ttl });
    token.addGrant(new AccessToken.VoiceGrant(voice));
    return token.toJwt();
  },
  // Its types ask for the header, its code does without.
  validate: ({ token, signature, url, params }) => twilio.validateRequest(token, signature as string, url, params),
};
