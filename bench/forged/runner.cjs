// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: bundle, requests file, request name, calls. Handles each call in its own context, as on the server. Checks that each
// is refused, and prints the milliseconds of CPU time of each.
const { readRequests } = require('../runners/server.cjs');
const { answerInContext } = require('../runners/context.cjs');
const [bundle, requestsFile, name, calls] = process.argv.slice(2);
const request = readRequests(requestsFile)[name];

async function main() {
  const milliseconds = [];
  for (let i = 0; i <= Number(calls); i++) {
    const before = process.cpuUsage();
    const reply = await answerInContext(bundle, request);
    const { user, system } = process.cpuUsage(before);
    if (reply.issue?.[0]?.details?.coding?.[0]?.code !== request.code) {
      throw new Error(`${name} was answered: ${JSON.stringify(reply).slice(0, 200)}`);
    }
    // V8 compiles the bundle and its wasm in the first call of a process.
    if (i > 0) {
      milliseconds.push((user + system) / 1e3);
    }
  }
  process.stdout.write(JSON.stringify(milliseconds));
}

void main();
