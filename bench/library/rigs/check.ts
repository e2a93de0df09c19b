// SPDX-License-Identifier: Apache-2.0 OR MIT
// argv: peer, requests file. Every job once, and every request; the answers go to the parent as they are.
import { readFileSync } from 'node:fs';
import type { Jobs, Signed } from '../peers.ts';

const [peer = '', requestsFile = ''] = process.argv.slice(2);
const requests = Object.entries(JSON.parse(readFileSync(requestsFile, 'utf8')) as Record<string, Signed>);

// A token holds the time.
Date.now = () => 1_795_284_000_000;
const { jobs } = (await import(peer)) as { jobs: Jobs };
const answers = {
  dial: jobs.dial(),
  ivr50: jobs.ivr50(),
  accessToken: jobs.accessToken?.(),
  verdicts: jobs.validate && Object.fromEntries(requests.map(([name, one]) => [name, jobs.validate?.(one)])),
};
process.stdout.write(JSON.stringify(answers));
