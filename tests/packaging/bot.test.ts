// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The installed tarball in a user's Medplum bot: one file bundled with esbuild, as in Medplum's examples. */
import { ContentType, Hl7Message, MedplumClient } from '@medplum/core';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import vm from 'node:vm';
import { build } from 'esbuild';
import twilio from 'twilio';
import { IMPORTED, PROGRAM } from './program.ts';
import { Project, root } from './project.ts';

const URL_ = 'https://api.example.com/webhook/1';
const TOKEN = 'an-invented-auth-token';
const input = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001', Tag: ['b', 'a'] };
const event = {
  contentType: 'application/x-www-form-urlencoded',
  headers: { 'x-twilio-signature': twilio.getExpectedTwilioSignature(TOKEN, URL_, input) },
  secrets: { TWILIO_AUTH_TOKEN: { name: 'TWILIO_AUTH_TOKEN', valueString: TOKEN } },
};

const BOT = `${IMPORTED}
export async function handler(medplum, event) {
  const verdict = verifyTwilio({
    url: '${URL_}',
    params: event.input,
    signature: event.headers['x-twilio-signature'],
    tokens: event.secrets.TWILIO_AUTH_TOKEN.valueString,
  });
  if (!verdict.ok) {
    return verdict.code;
  }
  ${PROGRAM}
  return result;
}
`;

interface Bot {
  handler(medplum: unknown, event: unknown): Promise<string>;
}

const project = new Project('bot');
const bundle = project.at('dist/bot.cjs');

before(async () => {
  project.write({ 'bot.mjs': BOT });
  await build({
    absWorkingDir: project.folder,
    entryPoints: ['bot.mjs'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2020',
    footer: { js: 'Object.assign(exports, module.exports);' },
    logLevel: 'error',
  });
});

async function answers(bot: Bot): Promise<void> {
  project.isRight(await bot.handler({}, { ...event, input }));
  const forged = { ...event, input: { ...input, To: '+15550100002' } };
  assert.equal(await bot.handler({}, forged), 'SIGNATURE_MISMATCH');
}

describe('a bundled bot', () => {
  test('runs in a VM context', async () => {
    const { globals } = JSON.parse(readFileSync(path.join(root, 'tests/vectors/medplum-webhook.json'), 'utf8')) as {
      globals: Record<string, string>;
    };
    const hosts = { console, fetch, process, ContentType, Hl7Message, MedplumClient };
    const shared = { TextDecoder, TextEncoder, URL, URLSearchParams, require: createRequire(bundle) };
    const script = `const exports = {}; const module = { exports };\n${readFileSync(bundle, 'utf8')}\nexports;`;
    const context = vm.createContext({ ...hosts, ...shared });
    const bot = vm.runInContext(script, context) as Bot;
    for (const [name, type] of Object.entries(globals)) {
      assert.equal(vm.runInContext(`typeof ${name}`, context), type, `${name} equals the value on a real server`);
    }
    await answers(bot);
  });

  test('runs with require, as on Lambda', async () => answers(createRequire(import.meta.url)(bundle) as Bot));
});
