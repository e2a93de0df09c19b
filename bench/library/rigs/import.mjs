// SPDX-License-Identifier: Apache-2.0 OR MIT
// As require.cjs, for a program that is an ES module.
import { readFileSync } from 'node:fs';
const [verdict, name, requestsFile] = process.argv.slice(2);
const { url, token, signature, params } = JSON.parse(readFileSync(requestsFile, 'utf8')).twenty;

const began = performance.now();
const loaded = await import(name);
const loadedAt = performance.now();
const genuine =
  verdict === 'verifyTwilio'
    ? loaded.verifyTwilio({ url, params, signature, tokens: token }).ok
    : loaded.default.validateRequest(token, signature, url, params);
const answeredAt = performance.now();
process.stdout.write(JSON.stringify({ loadMs: loadedAt - began, verdictMs: answeredAt - began, genuine }));
