// SPDX-License-Identifier: Apache-2.0 OR MIT
// argv: peer, requests file. Runs every task and validates every request once, and prints the results.
import { readFileSync } from 'node:fs';
import type { Tasks, Signed } from '../peers.ts';

const [peer = '', requestsFile = ''] = process.argv.slice(2);
const requests = Object.entries(JSON.parse(readFileSync(requestsFile, 'utf8')) as Record<string, Signed>);

// A token contains the time.
Date.now = () => 1_795_284_000_000;
const { tasks } = (await import(peer)) as { tasks: Tasks };
const answers = {
  dial: tasks.dial(),
  ivr50: tasks.ivr50(),
  accessToken: tasks.accessToken?.(),
  results: tasks.validate && Object.fromEntries(requests.map(([name, one]) => [name, tasks.validate?.(one)])),
};
process.stdout.write(JSON.stringify(answers));
