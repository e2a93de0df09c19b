// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request name, hot calls, idle calls. Measures the first call of the process, then hot calls
// without a pause, then idle calls. Before each idle call, V8 has time to drop its compiled code.
const { readRequests } = require('./server.cjs');
const { answerInContext } = require('./context.cjs');
const [bundle, requestsFile, name, hotCalls, idleCalls] = process.argv.slice(2);
const request = readRequests(requestsFile)[name];

async function timedCall() {
  const startedAt = process.hrtime.bigint();
  await answerInContext(bundle, request);
  return Number(process.hrtime.bigint() - startedAt) / 1e6;
}

async function main() {
  const firstMs = await timedCall();
  const hotMs = [];
  for (let i = 0; i < Number(hotCalls); i++) {
    hotMs.push(await timedCall());
  }
  const idleMs = [];
  for (let i = 0; i < Number(idleCalls); i++) {
    globalThis.gc();
    globalThis.gc();
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 90));
    idleMs.push(await timedCall());
  }
  process.stdout.write(JSON.stringify({ firstMs, hotMs, idleMs }));
}

void main();
