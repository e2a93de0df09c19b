// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request name. One process, one webhook, then the end: a cold start as a whole.
const began = process.hrtime.bigint();
const fs = require('node:fs');
const { MedplumClient, baseUrl, botConsole, freshEvent, readRequests } = require('./server.cjs');
const [bundle, requestsFile, name] = process.argv.slice(2);

globalThis.console = botConsole;
const event = freshEvent(readRequests(requestsFile)[name]);
let answer;
process.on('exit', () => {
  const ended = process.hrtime.bigint();
  // writeSync, because the first use of process.stdout loads streams.
  fs.writeSync(1, JSON.stringify({ beganNs: String(began), endedNs: String(ended), answer }));
});
void (async () => {
  const result = await require(bundle).handler(new MedplumClient({ baseUrl }), event);
  answer = result?.data;
})();
