// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request names (comma-separated), warm-up ms, batches, batch ms.
// The bundle is loaded once, as on Lambda. Events are made outside the timed stretches, a new one for each request.
const { MedplumClient, baseUrl, botConsole, freshEvent, readRequests } = require('./server.cjs');
const [bundle, requestsFile, names, warmUpMs, batches, batchMs] = process.argv.slice(2);
const requests = readRequests(requestsFile);
globalThis.console = botConsole;
const { handler } = require(bundle);
const medplum = new MedplumClient({ baseUrl });

/** Handles requests for so many milliseconds, the making of events included; tells the microseconds one took. */
async function batch(request, milliseconds) {
  const atOnce = request.params.length > 100 ? 20 : 200;
  let spentNs = 0;
  let handled = 0;
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const events = [];
    for (let i = 0; i < atOnce; i++) {
      events.push(freshEvent(request));
    }
    const began = process.hrtime.bigint();
    for (let i = 0; i < atOnce; i++) {
      await handler(medplum, events[i]);
    }
    spentNs += Number(process.hrtime.bigint() - began);
    handled += atOnce;
    // Lets the event loop turn, as it does between a server's requests, so that V8 frees what it only frees there.
    await new Promise(setImmediate);
  }
  return spentNs / handled / 1e3;
}

async function main() {
  const microseconds = {};
  for (const name of names.split(',')) {
    await batch(requests[name], Number(warmUpMs));
    microseconds[name] = [];
    for (let i = 0; i < Number(batches); i++) {
      microseconds[name].push(await batch(requests[name], Number(batchMs)));
    }
  }
  process.stdout.write(JSON.stringify(microseconds));
}

void main();
