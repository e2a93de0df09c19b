// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request name. Handles one webhook and exits, to measure a cold start.
const startedAt = process.hrtime.bigint();
const fs = require('node:fs');
const { MedplumClient, baseUrl, botConsole, createEvent, readRequests } = require('./server.cjs');
const [bundle, requestsFile, name] = process.argv.slice(2);

globalThis.console = botConsole;
const event = createEvent(readRequests(requestsFile)[name]);
let answer;
process.on('exit', () => {
  const ended = process.hrtime.bigint();
  // Use writeSync, because the first use of process.stdout loads streams.
  fs.writeSync(1, JSON.stringify({ startedNs: String(startedAt), endedNs: String(ended), answer }));
});
void (async () => {
  const result = await require(bundle).handler(new MedplumClient({ baseUrl }), event);
  answer = result?.data;
})();
