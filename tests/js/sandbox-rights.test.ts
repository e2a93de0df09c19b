// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Access policies of bots and people for single requests, batches and transactions. */
import type { AccessPolicy, Bundle, Communication, Patient, ProjectMembership } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import {
  fhirRequest,
  bearer,
  bundle,
  create,
  executeUrl,
  runRequests,
  requestBot,
  search,
  statuses,
} from './sandbox-client.ts';

const voice = 'https://plumline.dev/fhir/communication-category|twilio-voice';
const call: Communication = {
  resourceType: 'Communication',
  status: 'in-progress',
  category: [{ coding: [{ system: 'https://plumline.dev/fhir/communication-category', code: 'twilio-voice' }] }],
};
const letter: Communication = { resourceType: 'Communication', status: 'completed' };

const minimalPolicy: AccessPolicy = {
  resourceType: 'AccessPolicy',
  name: 'Least',
  resource: [
    {
      resourceType: 'Communication',
      criteria: `Communication?category=${voice}`,
      interaction: ['read', 'search', 'create', 'update'],
    },
    { resourceType: 'Patient', interaction: ['search', 'read'] },
    {
      resourceType: 'Task',
      interaction: ['read', 'update'],
      writeConstraint: [
        { language: 'text/fhirpath', expression: "%before.status != 'completed' or %after.status = 'completed'" },
      ],
    },
  ],
};

let sandbox: Sandbox;
let bot: SandboxBot;

before(async () => {
  sandbox = await startSandbox({ seed: 'rights' });
  bot = await sandbox.addBot({ code: requestBot, runtimeVersion: 'vmcontext', accessPolicy: minimalPolicy });
});
after(() => sandbox.stop());

describe('a bot with a policy', () => {
  test('has the policy of its membership and can read it', async () => {
    const membership = await fhirRequest<ProjectMembership>(sandbox, 'GET', `ProjectMembership/${bot.membershipId}`);
    const policy = await fhirRequest<AccessPolicy>(sandbox, 'GET', membership.body.accessPolicy?.reference ?? '');
    assert.equal(policy.body.name, 'Least');
    const [me] = await runRequests(bot.webhook, [{ method: 'GET', path: 'auth/me' }]);
    const { accessPolicy } = me?.value as unknown as { accessPolicy: AccessPolicy };
    assert.deepEqual(accessPolicy.resource?.slice(0, 3), minimalPolicy.resource);
  });

  test('reads, searches and writes only what the policy allows', async () => {
    const patient = await create<Patient>(sandbox, { resourceType: 'Patient' });
    const mine = await create(sandbox, call);
    const other = await create(sandbox, letter);
    const task = await create(sandbox, { resourceType: 'Task', status: 'completed', intent: 'order' });
    const fhir = (path: string): string => `fhir/R4/${path}`;
    const done = await runRequests(bot.webhook, [
      { method: 'GET', path: fhir(`Patient/${patient.id}`) },
      { method: 'PUT', path: fhir(`Patient/${patient.id}`), body: { ...patient, active: true } },
      { method: 'GET', path: fhir(`Communication/${mine.id}`) },
      { method: 'GET', path: fhir(`Communication/${other.id}`) },
      { method: 'PUT', path: fhir(`Communication/${other.id}`), body: { ...other, ...call } },
      { method: 'PUT', path: fhir(`Communication/${mine.id}`), body: { ...mine, status: 'completed' } },
      { method: 'PUT', path: fhir(`Communication/${mine.id}`), body: { ...letter, id: mine.id } },
      { method: 'PATCH', path: fhir(`Communication/${mine.id}`), body: [{ op: 'remove', path: '/category' }] },
      { method: 'DELETE', path: fhir(`Communication/${mine.id}`) },
      { method: 'POST', path: fhir('Communication'), body: call },
      { method: 'POST', path: fhir('Communication'), body: letter },
      { method: 'GET', path: fhir('Task') },
      { method: 'PUT', path: fhir(`Task/${task.id}`), body: { ...task, status: 'requested' } },
      { method: 'PUT', path: fhir(`Task/${task.id}`), body: { ...task, description: 'Called back' } },
      { method: 'GET', path: fhir('Appointment') },
      { method: 'GET', path: fhir(`Communication/${mine.id}/_history`) },
    ]);
    assert.deepEqual(
      done.map(({ failed }) => failed),
      [
        undefined,
        'forbidden',
        undefined,
        'not-found',
        'not-found',
        undefined,
        'forbidden',
        'forbidden',
        'forbidden',
        undefined,
        'forbidden',
        'forbidden',
        'forbidden',
        undefined,
        'forbidden',
        'forbidden',
      ],
    );
    const { body } = await fhirRequest<Communication>(sandbox, 'GET', `Communication/${mine.id}`);
    assert.equal(body.status, 'completed');
    assert.equal(body.category?.length, 1);
  });

  test('finds and counts only resources that match the criteria', async () => {
    await create(sandbox, letter);
    const all = await search(sandbox, 'Communication?_total=accurate&_count=1');
    const [found] = await runRequests(bot.webhook, [
      { method: 'GET', path: 'fhir/R4/Communication?_total=accurate&_count=1000' },
    ]);
    const { entry = [], total } = found?.value as unknown as Bundle<Communication>;
    assert.equal(total, entry.length);
    assert.ok(entry.length > 0 && entry.length < (all.total ?? 0));
    assert.ok(entry.every(({ resource }) => resource?.category?.length === 1));
  });

  test('a batch returns 403 per entry, and a transaction fails as a whole without changes', async () => {
    const entries = [
      { request: { method: 'POST' as const, url: 'Communication' }, resource: call },
      { request: { method: 'POST' as const, url: 'Communication' }, resource: letter },
      { request: { method: 'GET' as const, url: 'Appointment?status=booked' } },
      { request: { method: 'GET' as const, url: 'Patient' } },
    ];
    const count = async (): Promise<number | undefined> =>
      (await search(sandbox, 'Communication?_summary=count')).total;
    const [first] = await runRequests(bot.webhook, [
      { method: 'POST', path: 'fhir/R4', body: bundle('batch', ...entries) },
    ]);
    assert.deepEqual(statuses(first?.value as unknown as Bundle), ['201', '403', '403', '200']);
    const written = await count();
    const [second] = await runRequests(bot.webhook, [
      { method: 'POST', path: 'fhir/R4', body: bundle('transaction', ...entries) },
    ]);
    assert.equal(second?.failed, 'forbidden');
    assert.equal(await count(), written);
  });

  test('a policy change applies immediately', async () => {
    const own = await sandbox.addBot({
      code: requestBot,
      runtimeVersion: 'vmcontext',
      accessPolicy: { resourceType: 'AccessPolicy', resource: [{ resourceType: 'Patient' }] },
    });
    const requests = [{ method: 'POST', path: 'fhir/R4/Patient', body: { resourceType: 'Patient' } }];
    assert.equal((await runRequests(own.webhook, requests))[0]?.failed, undefined);
    const membership = await fhirRequest<ProjectMembership>(sandbox, 'GET', `ProjectMembership/${own.membershipId}`);
    const reference = membership.body.accessPolicy?.reference ?? '';
    const { body: policy } = await fhirRequest<AccessPolicy>(sandbox, 'GET', reference);
    await fhirRequest(sandbox, 'PUT', reference, {
      ...policy,
      resource: [{ resourceType: 'Patient', readonly: true }],
    });
    assert.equal((await runRequests(own.webhook, requests))[0]?.failed, 'forbidden');
  });

  test('a wildcard does not include resources for administrators', async () => {
    const wild = await sandbox.addBot({ code: requestBot, runtimeVersion: 'vmcontext' });
    const done = await runRequests(
      wild.webhook,
      ['Patient', 'ProjectMembership', 'AccessPolicy', 'Project', 'User', 'Login'].map((type) => ({
        method: 'GET',
        path: `fhir/R4/${type}`,
      })),
    );
    assert.deepEqual(
      done.map(({ failed }) => failed),
      [undefined, ...Array<string>(5).fill('forbidden')],
    );
  });

  test('an unsupported restriction is rejected', async () => {
    const accessPolicy: AccessPolicy = {
      resourceType: 'AccessPolicy',
      resource: [{ resourceType: 'Patient', hiddenFields: ['telecom'] }],
    };
    await assert.rejects(
      sandbox.addBot({ code: requestBot, runtimeVersion: 'vmcontext', accessPolicy }),
      /does not enforce hiddenFields/,
    );
  });
});

describe('people', () => {
  test('a practitioner has the rights of a policy, which can reference the profile', async () => {
    const mine: AccessPolicy = {
      resourceType: 'AccessPolicy',
      resource: [{ resourceType: 'Task', criteria: 'Task?owner=%profile' }],
    };
    const { reference, token } = await sandbox.addPractitioner({ name: 'Ada Invented', accessPolicy: mine });
    const headers = bearer(token);
    const own = { resourceType: 'Task', status: 'requested', intent: 'order', owner: { reference } };
    assert.equal((await fhirRequest(sandbox, 'POST', 'Task', own, headers)).status, 201);
    const foreign = { ...own, owner: { reference: sandbox.practitioner.reference } };
    assert.equal((await fhirRequest(sandbox, 'POST', 'Task', foreign, headers)).status, 403);
    assert.equal((await fhirRequest(sandbox, 'GET', 'Patient', undefined, headers)).status, 403);
    const me = await fetch(`${sandbox.url}/auth/me`, { headers });
    const { profile } = (await me.json()) as { profile: { id: string; name: unknown } };
    assert.equal(`Practitioner/${profile.id}`, reference);
    assert.deepEqual(profile.name, [{ text: 'Ada Invented' }]);
  });

  test('only an administrator can read memberships', async () => {
    const { token } = await sandbox.addPractitioner({ name: 'Grace Invented', admin: true });
    const seen = (headers: Record<string, string>): Promise<{ status: number }> =>
      fhirRequest(sandbox, 'GET', 'ProjectMembership', undefined, headers);
    assert.equal((await seen(bearer(token))).status, 200);
    assert.equal((await seen(bearer(sandbox.practitioner.token))).status, 403);
    assert.equal((await seen(bearer('nobody'))).status, 401);
  });

  test('a user without read access to a bot cannot execute it', async () => {
    const accessPolicy: AccessPolicy = { resourceType: 'AccessPolicy', resource: [{ resourceType: 'Patient' }] };
    const { token } = await sandbox.addPractitioner({ name: 'Mary Invented', accessPolicy });
    const answer = await fetch(executeUrl(sandbox, bot), {
      method: 'POST',
      headers: { ...bearer(token), 'Content-Type': 'application/json' },
      body: '{"requests":[]}',
    });
    assert.equal(answer.status, 403);
  });
});

for (const runtimeVersion of ['vmcontext', 'awslambda', 'fission'] as const) {
  test(`${runtimeVersion}: a runAsUser bot has the rights of the requester and is recorded as that user`, async () => {
    const runs = await sandbox.addBot({
      code: requestBot,
      runtimeVersion,
      accessPolicy: minimalPolicy,
      runAsUser: true,
    });
    const requests = [
      { method: 'POST', path: 'fhir/R4/Patient', body: { resourceType: 'Patient' } },
      { method: 'GET', path: 'auth/me' },
    ];
    const { token, reference } = sandbox.practitioner;
    const [written, me] = await runRequests(executeUrl(sandbox, runs), requests, bearer(token));
    assert.equal(written?.value?.meta?.author?.reference, reference);
    const { profile } = me?.value as unknown as { profile: { id: string } };
    assert.equal(`Practitioner/${profile.id}`, reference);
    // A webhook has no user, so the bot is the author.
    assert.equal((await runRequests(runs.webhook, requests))[0]?.failed, 'forbidden');
    const accessPolicy: AccessPolicy = {
      resourceType: 'AccessPolicy',
      resource: [{ resourceType: 'Bot', interaction: ['read'] }],
    };
    const less = await sandbox.addPractitioner({ name: 'Rosa Invented', accessPolicy });
    const [refused] = await runRequests(executeUrl(sandbox, runs), requests, bearer(less.token));
    assert.equal(refused?.failed, 'forbidden');
  });
}
