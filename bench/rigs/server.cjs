// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// What a Medplum server puts around a bot, as far as a bot of the default plan can tell. Every rig loads this file
// and nothing else, so that a module which a peer needs is loaded, and paid for, by that peer alone.
const fs = require('node:fs');

/** The default plan asks the server for nothing before it answers; a peer that does fails here and in the check. */
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

// The server collects a bot's log; it never writes it to a terminal while the bot runs.
const quiet = () => {};
const botConsole = { debug: quiet, error: quiet, info: quiet, log: quiet, trace: quiet, warn: quiet };

const baseUrl = 'https://fhir.example.com/';

/** The requests as the parent wrote them: plain literals, signed already. */
function readRequests(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

// A body parser sets one key after the other on an empty object, and V8 keeps such objects otherwise than literals.
function freshRecord(entries) {
  const record = {};
  for (let i = 0; i < entries.length; i++) {
    record[entries[i][0]] = entries[i][1];
  }
  return record;
}

/** A bot event of its own for every request, as the server makes one. */
function freshEvent(request) {
  return {
    bot: { reference: 'Bot/0b7c0a5e-6c1f-4a53-9d0e-0d4c6f0f2a11', display: 'twilio-webhook' },
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    input: request.body === undefined ? freshRecord(request.params) : request.body,
    secrets: freshRecord(request.secrets.map(([name, valueString]) => [name, { name, valueString }])),
    headers: freshRecord(request.headers),
    requester: undefined,
    traceId: undefined,
  };
}

module.exports = { MedplumClient, baseUrl, botConsole, freshEvent, readRequests };
