// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request name, hot calls, idle calls. The first call of the process comes first; then
// hot ones, one after the other; then idle ones, before each of which V8 had time to forget what it compiled.
const { readRequests } = require('./server.cjs');
const { answerInContext } = require('./context.cjs');
const [bundle, requestsFile, name, hotCalls, idleCalls] = process.argv.slice(2);
const request = readRequests(requestsFile)[name];

async function timedCall() {
  const began = process.hrtime.bigint();
  await answerInContext(bundle, request);
  return Number(process.hrtime.bigint() - began) / 1e6;
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
