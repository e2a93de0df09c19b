// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The access policy in the quick start of the README allows exactly the documented calls. */
import type { AccessPolicy } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { bundlePath } from '../../sandbox/src/plumline-bots.ts';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { CallResult } from '../../sandbox/src/twilio.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';

const root = path.resolve(import.meta.dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const built = existsSync(bundlePath('webhook'));

const policy = (): AccessPolicy => {
  const blocks = [...readme.matchAll(/^ {3}```json\n([^]*?)^ {3}```$/gm)].map(([, block = '']) => block);
  const written = blocks.find((block) => block.includes('"AccessPolicy"'));
  return JSON.parse(written ?? '') as AccessPolicy;
};

/** An incoming call and a browser call with the settings of steps 3 and 7. */
async function play(config?: string): Promise<{ calls: CallResult[]; logged: string }> {
  const account = twilioAccount('readme');
  const logged: string[] = [];
  const sandbox = await startSandbox({
    seed: 'readme',
    // No server handles the status callback.
    twilio: {
      numbers: account.numbers.map((number) => ({ number, statusCallback: '' })),
      application: { statusCallback: '' },
    },
    onLog: (_bot, line) => logged.push(line),
    bots: [
      {
        name: 'webhook',
        file: bundlePath('webhook'),
        runtimeVersion: 'vmcontext',
        publicWebhook: true,
        accessPolicy: policy(),
        secrets: {
          TWILIO_NUMBER: account.numbers.join(','),
          TWILIO_AUTH_TOKEN: account.authToken,
          ...(config !== undefined && { PLUMLINE_CONFIG: config }),
        },
      },
    ],
  });
  try {
    const script = { answers: { '*': { after: 2, talk: 5 } } };
    const calls = [
      await sandbox.twilio.incoming({ from: '+15550100099', to: '+15550100001', script }),
      await sandbox.twilio.browser({ identity: 'jo', params: { To: '+15550100123' }, script }),
    ];
    return { calls, logged: logged.join('\n') };
  } finally {
    await sandbox.stop();
  }
}

describe('the policy of the README', { skip: built ? false : 'pkg/bots/webhook.cjs is not built' }, () => {
  test('is sufficient for the default dialplan', async () => {
    const { calls, logged } = await play();
    assert.deepEqual(
      calls.map(({ heard }) => heard.at(-1)),
      ['[talks to client:+15550100001]', '[talks to +15550100123]'],
    );
    assert.ok(calls.every(({ requests }) => requests.every(({ status }) => status === 200)));
    assert.equal(logged, '');
  });

  test('is not sufficient for a config, as documented', async () => {
    assert.match(readme.replaceAll(/\s+/g, ' '), /reports with 500 \(`CHART_REFUSED`\)/);
    const { calls, logged } = await play('{"client":"front-desk"}');
    assert.ok(calls.some(({ requests }) => requests.some(({ status, callback }) => callback && status === 500)));
    assert.match(logged, /CHART_REFUSED/);
  });
});
