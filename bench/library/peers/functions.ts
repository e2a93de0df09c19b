// SPDX-License-Identifier: Apache-2.0 OR MIT
import { accessToken, twiml, verifyTwilio } from 'plumline';
import type { Tasks } from '../peers.ts';
import { account, voice } from '../token.ts';
import { dialTree, ivr50Tree } from '../trees.ts';

export const tasks: Required<Tasks> = {
  dial: () => twiml(dialTree()),
  ivr50: () => twiml(ivr50Tree()),
  accessToken: () => accessToken({ ...account, now: Date.now(), grants: { voice } }),
  validate: ({ token, signature, url, params }) => verifyTwilio({ url, params, signature, tokens: token }).ok,
};
