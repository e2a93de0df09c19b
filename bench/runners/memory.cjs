// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request name, number of requests. Measures the resident memory after the first webhook and
// after many more. It does not force a garbage collection, because a server does not do so.
const { MedplumClient, baseUrl, botConsole, createEvent, readRequests } = require('./server.cjs');
const [bundle, requestsFile, name, count] = process.argv.slice(2);
const request = readRequests(requestsFile)[name];
globalThis.console = botConsole;
const { handler } = require(bundle);
const medplum = new MedplumClient({ baseUrl });

async function main() {
  await handler(medplum, createEvent(request));
  const loaded = process.memoryUsage.rss();
  for (let i = 0; i < Number(count); i++) {
    await handler(medplum, createEvent(request));
    // On a server, each request has its own turn of the event loop. Without it, V8 delays freeing memory.
    await new Promise(setImmediate);
  }
  process.stdout.write(JSON.stringify({ loaded, grown: process.memoryUsage.rss() - loaded }));
}

void main();
