// SPDX-License-Identifier: Apache-2.0 OR MIT
import { twiml } from 'plumline';
import type { Jobs } from '../peers.ts';
import { dialTree, ivr50Tree } from '../trees.ts';

export const jobs: Jobs = {
  dial: () => twiml(dialTree(), { check: 'form' }),
  ivr50: () => twiml(ivr50Tree(), { check: 'form' }),
};
