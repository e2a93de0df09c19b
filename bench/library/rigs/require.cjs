// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: how to read its answer, package, requests file. How long a CommonJS program waits for a package, and for its
// first verdict.
const fs = require('node:fs');
const [verdict, name, requestsFile] = process.argv.slice(2);
const { url, token, signature, params } = JSON.parse(fs.readFileSync(requestsFile, 'utf8')).twenty;

const began = performance.now();
const loaded = require(name);
const loadedAt = performance.now();
const genuine =
  verdict === 'verifyTwilio'
    ? loaded.verifyTwilio({ url, params, signature, tokens: token }).ok
    : loaded.validateRequest(token, signature, url, params);
const answeredAt = performance.now();
process.stdout.write(JSON.stringify({ loadMs: loadedAt - began, verdictMs: answeredAt - began, genuine }));
