// SPDX-License-Identifier: Apache-2.0 OR MIT
// argv: peer, requests file, job names (comma-separated; of a request: `validate:` and its name), warm-up ms, batches,
// batch ms. One job after the other, again and again; requests are made outside the timed stretches, a new one for
// each verdict. Documents and grants are made inside: that is the user's own code.
import { readFileSync } from 'node:fs';
import type { Jobs, Signed } from '../peers.ts';

const [peer = '', requestsFile = '', names = '', warmUpMs, batches, batchMs] = process.argv.slice(2);
const requests = JSON.parse(readFileSync(requestsFile, 'utf8')) as Record<string, Signed>;
const { jobs } = (await import(peer)) as { jobs: Jobs };

/** As a body parser makes one: V8 keeps an object that has grown otherwise than a literal. */
function fresh(request: Signed): Signed {
  const params: Record<string, string> = {};
  for (const name of Object.keys(request.params)) {
    params[name] = request.params[name] ?? '';
  }
  return { ...request, params };
}

function named(name: string): (request: Signed) => unknown {
  const job = name.startsWith('validate:') ? jobs.validate : jobs[name as keyof Jobs];
  if (!job) {
    throw new Error(`no job ${name}`);
  }
  return job;
}

/** Runs a job for so many milliseconds, the making of requests included; tells the microseconds it took once. */
async function batch(job: (request: Signed) => unknown, request: Signed, milliseconds: number): Promise<number> {
  const atOnce = 50;
  let spentNs = 0;
  let done = 0;
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const each = Array.from({ length: atOnce }, () => fresh(request));
    const began = process.hrtime.bigint();
    for (const one of each) {
      job(one);
    }
    spentNs += Number(process.hrtime.bigint() - began);
    done += atOnce;
    // Lets the event loop turn, as it does between a server's requests, so that V8 frees what it only frees there.
    await new Promise(setImmediate);
  }
  return spentNs / done / 1e3;
}

const none: Signed = { url: '', token: '', signature: '', params: {} };
const microseconds: Record<string, number[]> = {};
for (const name of names.split(',')) {
  const job = named(name);
  const request = requests[name.slice('validate:'.length)] ?? none;
  await batch(job, request, Number(warmUpMs));
  const list: number[] = (microseconds[name] = []);
  for (let i = 0; i < Number(batches); i++) {
    list.push(await batch(job, request, Number(batchMs)));
  }
}
process.stdout.write(JSON.stringify(microseconds));
