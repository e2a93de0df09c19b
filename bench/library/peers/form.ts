// SPDX-License-Identifier: Apache-2.0 OR MIT
import { twiml } from 'plumline';
import type { Tasks } from '../peers.ts';
import { dialTree, ivr50Tree } from '../trees.ts';

export const tasks: Tasks = {
  dial: () => twiml(dialTree(), { check: 'form' }),
  ivr50: () => twiml(ivr50Tree(), { check: 'form' }),
};
