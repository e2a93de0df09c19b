// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The sandbox's project: authentication, sent requests and logs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import { incomingCall, twilioAccount } from '../../sandbox/src/twilio.ts';

const code = `const { spawn } = require('node:child_process');
exports.handler = async (medplum, { input, requester, traceId }) => {
  switch (input.r) {
    case 'log':
      for (let count = 0; count < 2000; count++) console.log('line ' + count);
      console.log('\\u001b[2Jcleared');
      return {};
    case 'child':
      return { pid: spawn('sleep', ['600'], { stdio: 'ignore' }).pid };
    default:
      return { requester, hasTrace: traceId !== undefined };
  }
};`;

let sandbox: Sandbox;
let bot: SandboxBot;
const printed: string[] = [];

before(async () => {
  sandbox = await startSandbox({ seed: 'project', onLog: (_bot, line) => printed.push(line) });
  bot = await sandbox.addBot({ name: 'asked', code, runtimeVersion: 'vmcontext' });
});
after(() => sandbox.stop());

function post(
  url: string,
  params: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(params) });
}

function basic(id: string, secret: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

describe('$execute', () => {
  const execute = (headers: Record<string, string>): Promise<Response> =>
    post(`${sandbox.fhir}/Bot/${bot.id}/$execute`, {}, headers);

  test('passes the staff member as requester to the bot', async () => {
    const answer = await execute({ Authorization: `Bearer ${sandbox.practitioner.token}` });
    assert.deepEqual(await answer.json(), {
      requester: { reference: sandbox.practitioner.reference, display: 'Jo Invented' },
      hasTrace: true,
    });
  });

  test('passes the app as requester to the bot', async () => {
    const answer = await execute(basic(sandbox.client.id, sandbox.client.secret));
    assert.deepEqual(await answer.json(), {
      requester: { reference: sandbox.client.reference, display: 'Sandbox app' },
      hasTrace: true,
    });
  });

  test('rejects unknown credentials', async () => {
    assert.equal((await execute(basic(sandbox.client.id, 'wrong'))).status, 401);
    assert.equal((await execute({ Authorization: 'Bearer wrong' })).status, 401);
  });

  test('a webhook has no requester, even with credentials', async () => {
    const answer = await post(bot.webhook, {}, { Authorization: `Bearer ${sandbox.practitioner.token}` });
    assert.deepEqual(await answer.json(), { hasTrace: false });
  });
});

test('auth/me returns a staff member’s profile under both prefixes', async () => {
  for (const prefix of ['', '/api']) {
    const answer = await fetch(`${sandbox.url}${prefix}/auth/me`, {
      headers: { Authorization: `Bearer ${sandbox.practitioner.token}` },
    });
    const { profile } = (await answer.json()) as { profile: { resourceType: string } };
    assert.equal(profile.resourceType, 'Practitioner');
    assert.equal((await fetch(`${sandbox.url}${prefix}/fhir/R4/Practitioner`)).status, 200);
  }
});

test('the membership of a person is not a webhook', async () => {
  const found = await fetch(`${sandbox.fhir}/ProjectMembership?profile=${sandbox.practitioner.reference}`);
  const { entry } = (await found.json()) as { entry: { resource: { id: string } }[] };
  assert.equal((await post(`${sandbox.url}/webhook/${entry[0]?.resource.id ?? ''}`)).status, 403);
});

test('requests to the fake services are listed without credentials', async () => {
  const { accountSid, apiKey, apiSecret, numbers } = twilioAccount('project');
  const message = { To: '+15550100099', From: numbers[0] ?? '', Body: 'Hello' };
  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const answer = await post(`${sandbox.url}/fake/twilio${path}`, message, basic(apiKey, apiSecret));
  assert.equal(answer.status, 201);
  assert.match(((await answer.json()) as { sid: string }).sid, /^SM[0-9a-f]{32}$/);
  await fetch(`${sandbox.url}/fake/meta/v1/1/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"type":"text"}',
  });
  await fetch(`${sandbox.url}/fake/vapi/call?limit=1`);
  assert.equal((await fetch(`${sandbox.url}/fake/nobody`)).status, 404);
  assert.deepEqual(
    sandbox.sent.map(({ service, method, path, body }) => ({ service, method, path, body })),
    [
      {
        service: 'twilio',
        method: 'POST',
        path,
        body: message,
      },
      { service: 'meta', method: 'POST', path: '/v1/1/messages', body: { type: 'text' } },
      { service: 'vapi', method: 'GET', path: '/call?limit=1', body: {} },
    ],
  );
  assert.equal(JSON.stringify(sandbox.sent).includes('Authorization'), false);
});

test('requests that reach no bot are listed', async () => {
  const id = '2a6e0c1c-6f64-4a39-a1f4-6f8b21b0a112';
  assert.equal((await post(`${sandbox.url}/webhook/${id}`, { a: '1' })).status, 404);
  assert.equal((await post(bot.webhook, { a: 'x'.repeat(102_400) })).status, 413);
  const listed = sandbox.executions.slice(-2).map(({ bot: name, status, body, log }) => ({
    name,
    status,
    text: (JSON.parse(body) as { issue: { details: { text: string } }[] }).issue[0]?.details.text,
    log,
  }));
  assert.deepEqual(listed, [
    { name: '', status: 404, text: 'Not found', log: [] },
    { name: '', status: 413, text: 'Request body too large', log: [] },
  ]);
});

test('the end of a log is stored, and control characters are not printed', async () => {
  await post(bot.webhook, { r: 'log' });
  const log = sandbox.executions.at(-1)?.log ?? [];
  assert.equal(log.join('\n').length, 10 * 1024);
  assert.equal(log.at(-1), '\u001B[2Jcleared');
  assert.equal(printed.at(-1), '\uFFFD[2Jcleared');
});

test('POST assigns a new id, and a history has a stable order', async () => {
  const headers = { 'Content-Type': 'application/fhir+json' };
  const write = async (method: string, path: string, resource: object): Promise<{ id: string; active?: boolean }> => {
    const answer = await fetch(`${sandbox.fhir}/${path}`, { method, headers, body: JSON.stringify(resource) });
    return (await answer.json()) as { id: string; active?: boolean };
  };
  const { id } = await write('POST', 'Patient', { resourceType: 'Patient', id: 'mine' });
  assert.notEqual(id, 'mine');
  await write('PUT', `Patient/${id}`, { resourceType: 'Patient', id, active: true });
  for (let count = 0; count < 3; count++) {
    const history = await fetch(`${sandbox.fhir}/Patient/${id}/_history`);
    const { entry } = (await history.json()) as { entry: { resource: { active?: boolean } }[] };
    assert.deepEqual(
      entry.map(({ resource }) => resource.active),
      [true, undefined],
    );
  }
});

test('a browser call has Twilio’s format', () => {
  const call = { from: 'Jo_Invented', to: '+15550100098', kind: 'client' } as const;
  const params = incomingCall(twilioAccount('1'), call);
  assert.equal(params['From'], 'client:Jo_Invented');
  assert.equal(params['Called'], '');
  assert.match(params['ApplicationSid'] ?? '', /^AP[0-9a-f]{32}$/);
});

for (const runtimeVersion of ['awslambda', 'fission'] as const) {
  test(`${runtimeVersion}: concurrent events share one deployed bundle`, async () => {
    const together = await sandbox.addBot({ code, runtimeVersion });
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(together.webhook)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      answers.map(() => 200),
    );
  });
}

for (const runtimeVersion of ['vmcontext', 'awslambda', 'fission'] as const) {
  test(`${runtimeVersion}: stop() ends a bot’s remaining processes`, async () => {
    const own = await startSandbox({ seed: runtimeVersion });
    const leaves = await own.addBot({ code, runtimeVersion });
    const { pid } = (await (await post(leaves.webhook, { r: 'child' })).json()) as { pid: number };
    process.kill(pid, 0);
    await own.stop();
    // A killed process can be a zombie until its new parent reaps it.
    await assertEnds(pid);
  });
}

async function assertEnds(pid: number): Promise<void> {
  for (let count = 0; count < 50; count++) {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    if (stdout.trim() === '' || stdout.startsWith('Z')) {
      return;
    }
    await setTimeout(20);
  }
  assert.fail(`${pid} still runs`);
}
