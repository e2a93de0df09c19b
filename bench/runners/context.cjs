// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// Handles one webhook as the server's `vmcontext` runtime does: it reads the code, wraps it in the same lines, and runs it in
// a new context with the globals of a real server. Buffer, crypto and timers are not among them.
const fs = require('node:fs');
const vm = require('node:vm');
const { createRequire } = require('node:module');
const { MedplumClient, baseUrl, botConsole, createEvent } = require('./server.cjs');

const ContentType = { HL7_V2: 'x-application/hl7-v2+er7', FHIR_JSON: 'application/fhir+json' };
class Hl7Message {
  static parse() {
    throw new Error('the benchmark has no HL7 messages');
  }
}
async function noFetch() {
  throw new Error('the default dialplan sends no requests');
}

const before = `
const exports = {};
const module = { exports };
`;
const after = `
(async () => {
  const { bot, baseUrl, accessToken, requester, contentType, secrets, traceId, headers } = event;
  const medplum = new MedplumClient({
    baseUrl,
    fetch(url, options = {}) {
      options.headers = { ...options.headers, 'X-Trace-Id': traceId };
      return fetch(url, options);
    },
  });
  medplum.setAccessToken(accessToken);
  try {
    const input = contentType === ContentType.HL7_V2 ? Hl7Message.parse(event.input) : event.input;
    return await exports.handler(medplum, { bot, requester, input, contentType, secrets, traceId, headers });
  } catch (error) {
    console.log('Unhandled error: ' + (error?.stack ?? error));
    throw error;
  }
})();
`;

function answerInContext(bundle, request) {
  const code = fs.readFileSync(bundle, 'utf8');
  const sandbox = {
    console: botConsole,
    fetch: noFetch,
    require: createRequire(bundle),
    process,
    ContentType,
    Hl7Message,
    MedplumClient,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    event: { ...createEvent(request), baseUrl, accessToken: 'none' },
  };
  return vm.runInNewContext(before + code + after, sandbox, { timeout: 10_000 });
}

module.exports = { answerInContext };
