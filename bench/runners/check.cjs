// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file. Handles every request once in a plain process and once in the context of the server, and
// prints the responses.
const { MedplumClient, baseUrl, botConsole, createEvent, readRequests } = require('./server.cjs');
const { answerInContext } = require('./context.cjs');
const [bundle, requestsFile] = process.argv.slice(2);

async function main() {
  globalThis.console = botConsole;
  const { handler } = require(bundle);
  const requests = readRequests(requestsFile);
  const answers = {};
  for (const [name, request] of Object.entries(requests)) {
    answers[name] = {
      plain: await handler(new MedplumClient({ baseUrl }), createEvent(request)),
      context: await answerInContext(bundle, request),
    };
  }
  process.stdout.write(JSON.stringify(answers));
}

void main();
