// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Conflicting writes: which succeed, the errors of the others, and rollback of failed transactions. */
import { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry, Communication, OperationOutcome, Patient } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { fhirRequest, bundle, create, search, statuses } from './sandbox-client.ts';
import type { Answer } from './sandbox-client.ts';

let sandbox: Sandbox;

before(async () => {
  sandbox = await startSandbox({ seed: 'races' });
});
after(() => sandbox.stop());

const system = 'https://www.twilio.com/';
const twilioCall = (sid: string): Communication => ({
  resourceType: 'Communication',
  status: 'in-progress',
  identifier: [{ system, value: sid }],
});

async function together<T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_none, index) => one(index)));
}

function tally(answers: { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) {
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

function patch(...operations: object[]): BundleEntry['resource'] {
  return {
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: Buffer.from(JSON.stringify(operations)).toString('base64'),
  };
}

describe('ten concurrent writes', () => {
  test('with If-Match, one succeeds and the others fail with 412', async () => {
    const { id, meta } = await create(sandbox, twilioCall('CA1'));
    const guard = { 'If-Match': `W/"${meta.versionId}"` };
    const put = await together(10, (index) =>
      fhirRequest(
        sandbox,
        'PUT',
        `Communication/${id}`,
        { ...twilioCall('CA1'), id, sent: `2026-01-0${(index % 9) + 1}` },
        guard,
      ),
    );
    assert.deepEqual(tally(put), { 200: 1, 412: 9 });
    const { body } = await fhirRequest(sandbox, 'GET', `Communication/${id}`);
    const newer = { 'If-Match': `W/"${body.meta.versionId}"` };
    const patched = await together(10, () =>
      fhirRequest(
        sandbox,
        'PATCH',
        `Communication/${id}`,
        [{ op: 'replace', path: '/status', value: 'completed' }],
        newer,
      ),
    );
    assert.deepEqual(tally(patched), { 200: 1, 412: 9 });
  });

  test('with a test in the patch, one succeeds and the others fail with 400', async () => {
    const { id } = await create(sandbox, twilioCall('CA2'));
    const answers = await together(10, () =>
      fhirRequest<OperationOutcome>(sandbox, 'PATCH', `Communication/${id}`, [
        { op: 'test', path: '/status', value: 'in-progress' },
        { op: 'replace', path: '/status', value: 'completed' },
      ]),
    );
    assert.deepEqual(tally(answers), { 200: 1, 400: 9 });
    const lost = answers.find(({ status }) => status === 400)?.body;
    assert.match(lost?.issue[0]?.details?.text ?? '', /^Test failed: completed != in-progress$/);
  });

  test('all appending patches succeed', async () => {
    const { id } = await create(sandbox, { ...twilioCall('CA3'), payload: [{ contentString: 'first' }] });
    const answers = await together(10, (index) =>
      fhirRequest(sandbox, 'PATCH', `Communication/${id}`, [
        { op: 'add', path: '/payload/-', value: { contentString: `${index}` } },
      ]),
    );
    assert.deepEqual(tally(answers), { 200: 10 });
    const { body } = await fhirRequest<Communication>(sandbox, 'GET', `Communication/${id}`);
    assert.equal(body.payload?.length, 11);
  });

  test('a conditional create makes one resource and never fails', async () => {
    const key = { 'If-None-Exist': `identifier=${system}|CA4` };
    const answers = await together(20, () => fhirRequest(sandbox, 'POST', 'Communication', twilioCall('CA4'), key));
    assert.deepEqual(tally(answers), { 200: 19, 201: 1 });
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  });

  test('a transaction of conditional creates makes each resource once', async () => {
    const url = 'Communication';
    const thread = 'urn:uuid:0d4ff07a-6f3c-4d9b-8a77-0a4ac2f0b0aa';
    const answers = await together(20, () =>
      fhirRequest<Bundle<Communication>>(
        sandbox,
        'POST',
        '',
        bundle(
          'transaction',
          {
            fullUrl: thread,
            request: { method: 'POST', url, ifNoneExist: `identifier=${system}|CA5` },
            resource: twilioCall('CA5'),
          },
          {
            request: { method: 'POST', url, ifNoneExist: `identifier=${system}|CA6` },
            resource: { ...twilioCall('CA6'), partOf: [{ reference: thread }] },
          },
        ),
      ),
    );
    const all = answers.map(({ body }) => statuses(body).join());
    assert.deepEqual(all.sort(), [...Array<string>(19).fill('200,200'), '201,201']);
    const { entry = [] } = await search<Communication>(sandbox, `Communication?identifier=${system}|CA5,${system}|CA6`);
    assert.equal(entry.length, 2);
    const parent = entry.find(({ resource }) => !resource?.partOf)?.resource;
    const child = entry.find(({ resource }) => resource?.partOf)?.resource;
    assert.equal(child?.partOf?.[0]?.reference, `Communication/${parent?.id ?? ''}`);
  });
});

describe('some conflicting transactions fail with 409', () => {
  const text = 'could not serialize access due to concurrent update';

  async function puts(own: Sandbox, id: string): Promise<Answer<OperationOutcome>[]> {
    return together(10, (index) =>
      fhirRequest<OperationOutcome>(own, 'PUT', `Patient/${id}`, {
        resourceType: 'Patient',
        id,
        name: [{ family: `Invented ${index}` }],
      }),
    );
  }

  test('about one in ten conflicting updates fails, and no other update does', async () => {
    const { id } = await create<Patient>(sandbox, { resourceType: 'Patient' });
    let lost = 0;
    for (let round = 0; round < 20; round++) {
      const counts = tally(await puts(sandbox, id));
      assert.deepEqual(
        Object.keys(counts).filter((status) => status !== '409'),
        ['200'],
      );
      lost += counts[409] ?? 0;
    }
    assert.ok(lost >= 8 && lost <= 36, `${lost} of 200`);
    const others = await together(10, async () => (await create<Patient>(sandbox, { resourceType: 'Patient' })).id);
    for (let round = 0; round < 10; round++) {
      const apart = await together(10, (index) =>
        fhirRequest(sandbox, 'PUT', `Patient/${others[index] ?? ''}`, {
          resourceType: 'Patient',
          id: others[index],
          multipleBirthInteger: round,
        }),
      );
      assert.deepEqual(tally(apart), { 200: 10 });
      const alone = await fhirRequest(sandbox, 'PUT', `Patient/${id}`, {
        resourceType: 'Patient',
        id,
        multipleBirthInteger: round,
      });
      assert.equal(alone.status, 200);
    }
  });

  test('about six of twenty upserts fail, and none creates a second resource', async () => {
    let lost = 0;
    for (let round = 0; round < 6; round++) {
      const answers = await together(20, (index) =>
        fhirRequest<OperationOutcome>(sandbox, 'PUT', `Communication?identifier=${system}|CB${round}`, {
          ...twilioCall(`CB${round}`),
          payload: [{ contentString: `${index}` }],
        }),
      );
      const counts = tally(answers);
      assert.equal((counts[200] ?? 0) + (counts[201] ?? 0) + (counts[409] ?? 0), 20);
      assert.equal(counts[201], 1);
      lost += counts[409] ?? 0;
      const conflictText = answers.find(({ status }) => status === 409)?.body.issue[0]?.details?.text;
      assert.ok(conflictText === undefined || conflictText === text);
      const { entry = [] } = await search(sandbox, `Communication?identifier=${system}|CB${round}`);
      assert.equal(entry.length, 1);
    }
    assert.ok(lost >= 18 && lost <= 54, `${lost} of 120`);
  });
});

describe('batch entries', () => {
  test('ifMatch, ifNoneExist and patches apply per entry', async () => {
    const { id, meta } = await create(sandbox, twilioCall('CA7'));
    const url = `Communication/${id}`;
    const stale = { ...twilioCall('CA7'), id, status: 'stopped' as const };
    const { body } = await fhirRequest<Bundle>(
      sandbox,
      'POST',
      '',
      bundle(
        'batch',
        {
          request: { method: 'PUT', url, ifMatch: `W/"${meta.versionId}"` },
          resource: { ...twilioCall('CA7'), id, status: 'completed' },
        },
        { request: { method: 'PUT', url, ifMatch: `W/"${meta.versionId}"` }, resource: stale },
        {
          request: { method: 'POST', url: 'Communication', ifNoneExist: `identifier=${system}|CA7` },
          resource: twilioCall('CA7'),
        },
        {
          request: { method: 'PATCH', url },
          resource: patch({ op: 'test', path: '/status', value: 'in-progress' }) as Communication,
        },
        {
          request: { method: 'PATCH', url },
          resource: patch({ op: 'add', path: '/sent', value: '2026-01-01T00:00:00Z' }) as Communication,
        },
        {
          request: { method: 'PATCH', url, ifMatch: `W/"${meta.versionId}"` },
          resource: patch({ op: 'remove', path: '/sent' }) as Communication,
        },
      ),
    );
    assert.deepEqual(statuses(body), ['200', '412', '200', '400', '200', '412']);
  });
});

describe('a transaction', () => {
  test('changes nothing if one entry fails', async () => {
    const patient = await create<Patient>(sandbox, { resourceType: 'Patient', active: true });
    const deletedPatient = await create<Patient>(sandbox, { resourceType: 'Patient' });
    const before = await search(sandbox, 'Patient?_summary=count');
    const answer = await fhirRequest<OperationOutcome>(
      sandbox,
      'POST',
      '',
      bundle(
        'transaction',
        { request: { method: 'DELETE', url: `Patient/${deletedPatient.id}` } },
        { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient' } },
        { request: { method: 'PUT', url: `Patient/${patient.id}` }, resource: { ...patient, active: false } },
        {
          request: { method: 'PATCH', url: `Patient/${patient.id}` },
          resource: patch({ op: 'test', path: '/active', value: true }) as Patient,
        },
      ),
    );
    // A duplicate resource is rejected immediately, so another entry must fail.
    assert.equal(answer.status, 400);
    const failing = await fhirRequest<OperationOutcome>(
      sandbox,
      'POST',
      '',
      bundle(
        'transaction',
        { request: { method: 'DELETE', url: `Patient/${deletedPatient.id}` } },
        { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient' } },
        { request: { method: 'PUT', url: `Patient/${patient.id}` }, resource: { ...patient, active: false } },
        { request: { method: 'GET', url: 'Patient/0d4ff07a-6f3c-4d9b-8a77-0a4ac2f0b0ab' } },
      ),
    );
    assert.equal(failing.status, 404);
    assert.equal(failing.body.resourceType, 'OperationOutcome');
    const now = await fhirRequest<Patient>(sandbox, 'GET', `Patient/${patient.id}`);
    assert.deepEqual(now.body, patient);
    assert.deepEqual((await fhirRequest(sandbox, 'GET', `Patient/${deletedPatient.id}`)).body, deletedPatient);
    const history = await fhirRequest<Bundle>(sandbox, 'GET', `Patient/${patient.id}/_history`);
    assert.equal(history.body.entry?.length, 1);
    assert.equal((await search(sandbox, 'Patient?_summary=count')).total, before.total);
  });

  test('is atomic for readers', async () => {
    const ids = await together(2, async () => (await create<Patient>(sandbox, { resourceType: 'Patient' })).id);
    let mixed = 0;
    for (let round = 0; round < 10; round++) {
      const write = fhirRequest(
        sandbox,
        'POST',
        '',
        bundle(
          'transaction',
          ...ids.map((id): BundleEntry => ({
            request: { method: 'PUT', url: `Patient/${id}` },
            resource: { resourceType: 'Patient', id, multipleBirthInteger: round },
          })),
        ),
      );
      const reads = await together(5, () => search<Patient>(sandbox, `Patient?_id=${ids.join()}`));
      await write;
      mixed += reads.filter(
        ({ entry = [] }) => new Set(entry.map(({ resource }) => resource?.multipleBirthInteger)).size > 1,
      ).length;
    }
    assert.equal(mixed, 0);
  });

  test('allows at most fifty updates', async () => {
    const ids = await together(51, async () => (await create<Patient>(sandbox, { resourceType: 'Patient' })).id);
    const send = async (count: number): Promise<number> => {
      const entries = ids.slice(0, count).map((id): BundleEntry => ({
        request: { method: 'PUT', url: `Patient/${id}` },
        resource: { resourceType: 'Patient', id, active: true },
      }));
      return (await fhirRequest(sandbox, 'POST', '', bundle('transaction', ...entries))).status;
    };
    assert.equal(await send(51), 400);
    assert.equal(await send(50), 200);
  });

  test('runs as a batch in a project without the feature', async () => {
    const plain = await startSandbox({ seed: 'plain', features: [] });
    try {
      const { status, body } = await fhirRequest<Bundle>(
        plain,
        'POST',
        '',
        bundle(
          'transaction',
          { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient' } },
          { request: { method: 'GET', url: 'Patient/0d4ff07a-6f3c-4d9b-8a77-0a4ac2f0b0ab' } },
        ),
      );
      assert.equal(status, 200);
      assert.deepEqual(statuses(body), ['201', '404']);
      assert.equal((await search(plain, 'Patient')).entry?.length, 1);
    } finally {
      await plain.stop();
    }
  });
});

test('an update without changes creates no version, and a deleted resource returns 410', async () => {
  const patient = await create<Patient>(sandbox, { resourceType: 'Patient', active: true });
  const again = await fhirRequest<Patient>(sandbox, 'PUT', `Patient/${patient.id}`, patient);
  assert.equal(again.body.meta.versionId, patient.meta.versionId);
  await fhirRequest(sandbox, 'DELETE', `Patient/${patient.id}`);
  assert.equal((await fhirRequest(sandbox, 'GET', `Patient/${patient.id}`)).status, 410);
});

test("Medplum's client can upsert and conditionally create", async () => {
  const medplum = new MedplumClient({ baseUrl: `${sandbox.url}/`, fetch });
  medplum.setAccessToken(sandbox.practitioner.token);
  const query = `identifier=${system}|CA8`;
  const one = await medplum.createResourceIfNoneExist(twilioCall('CA8'), query);
  const same = await medplum.createResourceIfNoneExist(twilioCall('CA8'), query);
  assert.equal(one.id, same.id);
  const upserted = await medplum.upsertResource({ ...twilioCall('CA8'), status: 'completed' }, query);
  assert.equal(upserted.id, one.id);
  assert.equal(upserted.meta?.author?.reference, sandbox.practitioner.reference);
  await assert.rejects(
    medplum.patchResource('Communication', one.id, [{ op: 'test', path: '/status', value: 'in-progress' }]),
    /Test failed/,
  );
});
