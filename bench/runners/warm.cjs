// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request names (comma-separated), warm-up ms, batches, batch ms.
// Loads the bundle once, as on Lambda. Creates a new event for each request, outside the measured time.
const { MedplumClient, baseUrl, botConsole, createEvent, readRequests } = require('./server.cjs');
const [bundle, requestsFile, names, warmUpMs, batches, batchMs] = process.argv.slice(2);
const requests = readRequests(requestsFile);
globalThis.console = botConsole;
const { handler } = require(bundle);
const medplum = new MedplumClient({ baseUrl });

/** Handles requests for a time that includes creating the events. Returns the microseconds of one request. */
async function batch(request, milliseconds) {
  const atOnce = request.params.length > 100 ? 20 : 200;
  let spentNs = 0;
  let handled = 0;
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const events = [];
    for (let i = 0; i < atOnce; i++) {
      events.push(createEvent(request));
    }
    const startedAt = process.hrtime.bigint();
    for (let i = 0; i < atOnce; i++) {
      await handler(medplum, events[i]);
    }
    spentNs += Number(process.hrtime.bigint() - startedAt);
    handled += atOnce;
    // Run the event loop, as between requests on a server, because V8 frees some memory only there.
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
