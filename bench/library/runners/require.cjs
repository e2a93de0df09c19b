// SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
// argv: function name, package, requests file. Measures how long a CommonJS program waits for loading a package, and for the
// first validation.
const fs = require('node:fs');
const [validate, name, requestsFile] = process.argv.slice(2);
const { url, token, signature, params } = JSON.parse(fs.readFileSync(requestsFile, 'utf8')).twenty;

const startedAt = performance.now();
const loaded = require(name);
const loadedAt = performance.now();
const isValid =
  validate === 'verifyTwilio'
    ? loaded.verifyTwilio({ url, params, signature, tokens: token }).ok
    : loaded.validateRequest(token, signature, url, params);
const answeredAt = performance.now();
process.stdout.write(JSON.stringify({ loadMs: loadedAt - startedAt, validatedMs: answeredAt - startedAt, isValid }));
