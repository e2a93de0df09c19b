// SPDX-License-Identifier: Apache-2.0 OR MIT
// twilio.ts with its import changed, which is all that a migration changes.
import twilio from 'plumline/twilio';
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
  validate: ({ token, signature, url, params }) => twilio.validateRequest(token, signature, url, params),
};
