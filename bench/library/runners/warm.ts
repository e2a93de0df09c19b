// SPDX-License-Identifier: Apache-2.0 OR MIT
// argv: peer, requests file, task names (comma-separated; for a request: `validate:` and its name), warm-up ms,
// batches, batch ms. Runs one task after the other. A new request is created for each validation, outside the measured
// time. Documents and grants are created inside the measured time, because a user's code creates them.
import { readFileSync } from 'node:fs';
import type { Tasks, Signed } from '../peers.ts';

const [peer = '', requestsFile = '', names = '', warmUpMs, batches, batchMs] = process.argv.slice(2);
const requests = JSON.parse(readFileSync(requestsFile, 'utf8')) as Record<string, Signed>;
const { tasks } = (await import(peer)) as { tasks: Tasks };

/** Copies a request as a body parser creates it. V8 stores an object that has grown differently from a literal. */
function fresh(request: Signed): Signed {
  const params: Record<string, string> = {};
  for (const name of Object.keys(request.params)) {
    params[name] = request.params[name] ?? '';
  }
  return { ...request, params };
}

function named(name: string): (request: Signed) => unknown {
  const task = name.startsWith('validate:') ? tasks.validate : tasks[name as keyof Tasks];
  if (!task) {
    throw new Error(`no task ${name}`);
  }
  return task;
}

/** Runs a task for a time that includes creating requests. Returns the microseconds of one run. */
async function batch(task: (request: Signed) => unknown, request: Signed, milliseconds: number): Promise<number> {
  const atOnce = 50;
  let spentNs = 0;
  let done = 0;
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const each = Array.from({ length: atOnce }, () => fresh(request));
    const startedAt = process.hrtime.bigint();
    for (const one of each) {
      task(one);
    }
    spentNs += Number(process.hrtime.bigint() - startedAt);
    done += atOnce;
    // Run the event loop, as between requests on a server, because V8 frees some memory only there.
    await new Promise(setImmediate);
  }
  return spentNs / done / 1e3;
}

const none: Signed = { url: '', token: '', signature: '', params: {} };
const microseconds: Record<string, number[]> = {};
for (const name of names.split(',')) {
  const task = named(name);
  const request = requests[name.slice('validate:'.length)] ?? none;
  await batch(task, request, Number(warmUpMs));
  const list: number[] = (microseconds[name] = []);
  for (let i = 0; i < Number(batches); i++) {
    list.push(await batch(task, request, Number(batchMs)));
  }
}
process.stdout.write(JSON.stringify(microseconds));
