// SPDX-License-Identifier: Apache-2.0 OR MIT
// The same as require.cjs, for an ES module.
import { readFileSync } from 'node:fs';
const [validate, name, requestsFile] = process.argv.slice(2);
const { url, token, signature, params } = JSON.parse(readFileSync(requestsFile, 'utf8')).twenty;

const startedAt = performance.now();
const loaded = await import(name);
const loadedAt = performance.now();
const isValid =
  validate === 'verifyTwilio'
    ? loaded.verifyTwilio({ url, params, signature, tokens: token }).ok
    : loaded.default.validateRequest(token, signature, url, params);
const answeredAt = performance.now();
process.stdout.write(JSON.stringify({ loadMs: loadedAt - startedAt, validatedMs: answeredAt - startedAt, isValid }));
