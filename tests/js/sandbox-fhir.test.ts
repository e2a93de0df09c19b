// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The sandbox's FHIR server for bots and for unauthenticated loopback requests. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';

/** Runs the requested call with the bot's client and returns the result. */
const code = `exports.handler = async (medplum, { input: { method, path, body } }) => {
  try {
    return { value: method === 'post' ? await medplum.post(path, body) : await medplum.get(path, { cache: 'reload' }) };
  } catch (err) {
    return { failed: err.outcome };
  }
};`;

/** The members of a response that these tests use. */
interface Said {
  id: string;
  resourceType: string;
  meta: { versionId: string };
  issue: { expression: string[] }[];
  entry: { response: { status: string }; resource: { meta: { author: { reference: string } } } }[];
  membership: unknown;
  profile: { resourceType: string; id: string };
}

interface Answer {
  status: number;
  headers: Headers;
  body: Said;
}

let sandbox: Sandbox;
let bot: SandboxBot;

before(async () => {
  sandbox = await startSandbox({ seed: 'fhir' });
  bot = await sandbox.addBot({ name: 'asks', code, runtimeVersion: 'vmcontext' });
});
after(() => sandbox.stop());

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(path.startsWith('http') ? path : `${sandbox.fhir}/${path}`, {
    method,
    headers: { 'Content-Type': 'application/fhir+json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: JSON.parse(text || '{}') as Said };
}

async function askBot(method: 'get' | 'post', path: string, body?: unknown): Promise<{ value: Said; failed: Said }> {
  const { body: said } = await ask('POST', bot.webhook, { method, path, body }, { 'Content-Type': 'application/json' });
  return said as unknown as { value: Said; failed: Said };
}

test('auth/me returns the bot’s profile, and is refused without authentication', async () => {
  const { value } = await askBot('get', 'auth/me');
  const reference = { reference: `Bot/${bot.id}`, display: 'asks' };
  assert.deepEqual(value.membership, {
    resourceType: 'ProjectMembership',
    id: bot.membershipId,
    user: reference,
    profile: reference,
  });
  assert.equal(value.profile.resourceType, 'Bot');
  assert.equal(value.profile.id, bot.id);
  assert.deepEqual(Object.keys(value).sort(), ['accessPolicy', 'config', 'membership', 'profile', 'project']);
  assert.equal((await ask('GET', `${sandbox.url}/auth/me`)).status, 401);
  assert.equal((await ask('GET', `${sandbox.url}/auth/me`, undefined, { Authorization: 'Bearer x' })).status, 401);
});

test('a bot cannot read memberships, also not in a batch; an unauthenticated loopback request can', async () => {
  const path = `ProjectMembership/${bot.membershipId}`;
  assert.equal((await askBot('get', `fhir/R4/${path}`)).failed.id, 'forbidden');
  assert.equal((await askBot('get', `fhir/R4/ProjectMembership`)).failed.id, 'forbidden');
  const entry = [{ request: { method: 'GET', url: path } }];
  const { value } = await askBot('post', 'fhir/R4', { resourceType: 'Bundle', type: 'batch', entry });
  assert.equal(value.entry[0]?.response.status, '403');
  assert.equal((await ask('GET', path)).status, 200);
});

test('writes are validated', async () => {
  const missing = await ask('POST', 'Communication', { resourceType: 'Communication' });
  assert.equal(missing.status, 400);
  const unknown = await ask('POST', 'Patient', { resourceType: 'Patient', shoeSize: 42 });
  assert.equal(unknown.status, 400);
  assert.equal(unknown.body.issue[0]?.expression[0], 'Patient.shoeSize');
  const wrong = await ask('POST', 'Patient', { resourceType: 'Patient', active: 'yes' });
  assert.equal(wrong.status, 400);
});

test('create, read, update, patch and delete', async () => {
  const created = await ask('POST', 'Patient', { resourceType: 'Patient', name: [{ family: 'Invented' }] });
  assert.equal(created.status, 201);
  const { id, meta } = created.body;
  assert.equal(created.headers.get('etag'), `W/"${meta.versionId}"`);
  assert.equal(created.headers.get('location'), `${sandbox.fhir}/Patient/${id}`);
  const updated = await ask(
    'PUT',
    `Patient/${id}`,
    { ...created.body, active: true },
    { 'If-Match': `W/"${meta.versionId}"` },
  );
  assert.equal(updated.status, 200);
  const stale = await ask('PUT', `Patient/${id}`, created.body, { 'If-Match': `W/"${meta.versionId}"` });
  assert.equal(stale.status, 412);
  const patch = [{ op: 'test', path: '/active', value: false }];
  const failed = await ask('PATCH', `Patient/${id}`, patch, { 'Content-Type': 'application/json-patch+json' });
  assert.equal(failed.status, 400);
  const broken = [{ op: 'add', path: '/shoeSize', value: 42 }];
  const invalid = await ask('PATCH', `Patient/${id}`, broken, { 'Content-Type': 'application/json-patch+json' });
  assert.equal(invalid.status, 400);
  assert.equal((await ask('DELETE', `Patient/${id}`)).status, 200);
  assert.equal([404, 410].includes((await ask('GET', `Patient/${id}`)).status), true);
});

test('an update of an unknown id returns 404 and creates nothing', async () => {
  const id = '0d4ff07a-6f3c-4d9b-8a77-0a4ac2f0b001';
  const answer = await ask('PUT', `Patient/${id}`, { resourceType: 'Patient', id });
  assert.equal(answer.status, 404);
  assert.equal((await ask('GET', `Patient/${id}`)).status, 404);
});

test('a batch responds per entry, and a conditional create makes one resource', async () => {
  const system = 'https://www.twilio.com/';
  const resource = {
    resourceType: 'Communication',
    status: 'in-progress',
    identifier: [{ system, value: 'CA00000000000000000000000000000001' }],
  };
  const ifNoneExist = `identifier=${system}|CA00000000000000000000000000000001`;
  const bundle = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { request: { method: 'POST', url: 'Communication', ifNoneExist }, resource },
      { request: { method: 'POST', url: 'Communication' }, resource: { resourceType: 'Communication' } },
      { request: { method: 'GET', url: 'Patient/0d4ff07a-6f3c-4d9b-8a77-0a4ac2f0b002' } },
    ],
  };
  const statuses = [];
  for (const { value } of [await askBot('post', 'fhir/R4', bundle), await askBot('post', 'fhir/R4', bundle)]) {
    statuses.push(value.entry.map(({ response }) => response.status));
  }
  assert.deepEqual(statuses, [
    ['201', '400', '404'],
    ['200', '400', '404'],
  ]);
  const found = await ask('GET', `Communication?identifier=${encodeURIComponent(ifNoneExist.slice(11))}`);
  assert.equal(found.body.entry.length, 1);
  assert.deepEqual(found.body.entry[0]?.resource.meta.author.reference, `Bot/${bot.id}`);
});

test('faults follow their rate and do not affect the webhook', async () => {
  const faulty = await startSandbox({ seed: 'faults', faults: 1 });
  try {
    const statuses = [];
    for (let count = 0; count < 4; count++) {
      statuses.push((await ask('GET', `${faulty.fhir}/Patient`)).status);
    }
    assert.deepEqual(statuses, [500, 409, 429, 500]);
    assert.equal((await ask('GET', `${faulty.url}/auth/me`)).status, 409);
    const still = await faulty.addBot({ code: 'exports.handler = async () => ({});', runtimeVersion: 'vmcontext' });
    assert.equal((await fetch(still.webhook, { method: 'POST' })).status, 200);
  } finally {
    await faulty.stop();
  }
});
