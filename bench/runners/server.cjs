// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// The parts of a Medplum server that a bot with the default dialplan uses. Every runner loads only this file. So a peer
// loads all modules that it needs, and its time includes this.
const fs = require('node:fs');

/**
 * With the default dialplan, a bot sends no request before it responds. A peer that sends a request fails here and in
 * the check.
 */
class MedplumClient {
  #baseUrl;
  constructor(options) {
    this.#baseUrl = options.baseUrl;
  }
  getBaseUrl() {
    return this.#baseUrl;
  }
  setAccessToken() {}
}

// The server collects the log of a bot. It does not write it to a terminal while the bot runs.
const quiet = () => {};
const botConsole = { debug: quiet, error: quiet, info: quiet, log: quiet, trace: quiet, warn: quiet };

const baseUrl = 'https://fhir.example.com/';

/** Reads the signed requests that the parent process wrote. */
function readRequests(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

// Sets one key after the other, as a body parser does. V8 stores such objects differently from literals.
function createRecord(entries) {
  const record = {};
  for (let i = 0; i < entries.length; i++) {
    record[entries[i][0]] = entries[i][1];
  }
  return record;
}

/** A new bot event for each request, as on the server. */
function createEvent(request) {
  return {
    bot: { reference: 'Bot/0b7c0a5e-6c1f-4a53-9d0e-0d4c6f0f2a11', display: 'twilio-webhook' },
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    input: request.body === undefined ? createRecord(request.params) : request.body,
    secrets: createRecord(request.secrets.map(([name, valueString]) => [name, { name, valueString }])),
    headers: createRecord(request.headers),
    requester: undefined,
    traceId: undefined,
  };
}

module.exports = { MedplumClient, baseUrl, botConsole, createEvent, readRequests };
