// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request name, number of requests. Resident memory: with the bundle loaded and one
// webhook answered, and after many more. Nothing asks for a collection: the process is left to itself, as on a server.
const { MedplumClient, baseUrl, botConsole, freshEvent, readRequests } = require('./server.cjs');
const [bundle, requestsFile, name, count] = process.argv.slice(2);
const request = readRequests(requestsFile)[name];
globalThis.console = botConsole;
const { handler } = require(bundle);
const medplum = new MedplumClient({ baseUrl });

async function main() {
  await handler(medplum, freshEvent(request));
  const loaded = process.memoryUsage.rss();
  for (let i = 0; i < Number(count); i++) {
    await handler(medplum, freshEvent(request));
    // On a server every request is a turn of the event loop of its own; without one V8 puts off freeing things.
    await new Promise(setImmediate);
  }
  process.stdout.write(JSON.stringify({ loaded, grown: process.memoryUsage.rss() - loaded }));
}

void main();
