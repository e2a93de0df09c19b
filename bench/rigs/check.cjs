// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file. Every request once, in a plain process and in the server's context; the answers go
// to the parent as they are.
const { MedplumClient, baseUrl, botConsole, freshEvent, readRequests } = require('./server.cjs');
const { answerInContext } = require('./context.cjs');
const [bundle, requestsFile] = process.argv.slice(2);

async function main() {
  globalThis.console = botConsole;
  const { handler } = require(bundle);
  const requests = readRequests(requestsFile);
  const answers = {};
  for (const [name, request] of Object.entries(requests)) {
    answers[name] = {
      plain: await handler(new MedplumClient({ baseUrl }), freshEvent(request)),
      context: await answerInContext(bundle, request),
    };
  }
  process.stdout.write(JSON.stringify(answers));
}

void main();
