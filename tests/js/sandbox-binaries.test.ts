// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Binary resources of the sandbox, as measured on Medplum 5.1.29. */
import type { AccessPolicyResource, Binary, Communication } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { bearer, create, executeUrl, fhirRequest } from './sandbox-client.ts';

const audio = Buffer.from('ID3 example audio');

describe('a Binary', () => {
  let sandbox: Sandbox;
  let call: Communication & { id: string };
  const send = (method: string, target: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${sandbox.fhir}/${target}`, {
      method,
      headers: { 'Content-Type': 'audio/mpeg', ...headers },
      ...(method !== 'GET' && method !== 'DELETE' && { body: audio }),
    });
  const createBinary = async (): Promise<Binary & { id: string; url: string }> => {
    const answer = await send('POST', 'Binary', { 'X-Security-Context': `Communication/${call.id}` });
    assert.equal(answer.status, 201);
    return (await answer.json()) as Binary & { id: string; url: string };
  };

  before(async () => {
    sandbox = await startSandbox({ seed: 'binaries' });
    call = await create<Communication>(sandbox, { resourceType: 'Communication', status: 'completed' });
  });
  after(() => sandbox.stop());

  test('has the content, its type and its security context', async () => {
    const { id, securityContext, contentType, url } = await createBinary();
    assert.deepEqual([securityContext?.reference, contentType], [`Communication/${call.id}`, 'audio/mpeg']);
    for (const target of [url, `${sandbox.fhir}/Binary/${id}`]) {
      const answer = await fetch(target);
      assert.deepEqual([answer.status, answer.headers.get('Content-Type')], [200, 'audio/mpeg']);
      assert.equal(await answer.text(), audio.toString());
    }
    assert.equal(
      (await fetch(url.replace(/Signature=./, (start) => (start.endsWith('A') ? 'Signature=B' : 'Signature=A'))))
        .status,
      401,
    );
    sandbox.setTime(sandbox.now() + 2 * 3_600_000);
    assert.equal((await fetch(url)).status, 401);
    sandbox.setTime(undefined);
  });

  test('gets new content by PUT, and answers 410 after it was deleted', async () => {
    const { body } = await fhirRequest<Binary>(sandbox, 'POST', 'Binary', {
      resourceType: 'Binary',
      contentType: 'audio/mpeg',
      securityContext: { reference: `Communication/${call.id}` },
    });
    const target = `Binary/${body.id}`;
    assert.equal((await send('PUT', target, { 'X-Security-Context': `Communication/${call.id}` })).status, 200);
    assert.equal(await (await send('GET', target)).text(), audio.toString());
    assert.equal((await send('PUT', 'Binary/00000000-0000-4000-8000-000000000000')).status, 404);
    assert.equal((await send('DELETE', target)).status, 200);
    assert.equal((await send('GET', target)).status, 410);
  });

  test('has a presigned URL in an attachment, which is stored as a reference', async () => {
    const { id } = await createBinary();
    const contentAttachment = { contentType: 'audio/mpeg', url: `Binary/${id}` };
    const path = `Communication/${call.id}`;
    const first = await fhirRequest<Communication>(sandbox, 'PUT', path, { ...call, payload: [{ contentAttachment }] });
    assert.match(first.body.payload?.[0]?.contentAttachment?.url ?? '', /\/storage\/.*Signature=/);
    const second = await fhirRequest<Communication>(sandbox, 'PUT', path, first.body);
    assert.equal(second.body.meta.versionId, first.body.meta.versionId);
    const { payload } = await sandbox.chart.readResource<Communication>('Communication', call.id);
    assert.equal(payload?.[0]?.contentAttachment?.url, `Binary/${id}`);
  });

  test('is readable with the right to read it and its security context', async () => {
    const { id } = await createBinary();
    const read = (resourceType: string, criteria?: string): AccessPolicyResource => ({
      resourceType,
      interaction: ['read'],
      ...(criteria !== undefined && { criteria }),
    });
    for (const [status, ...resource] of [
      [200, read('Binary'), read('Communication')],
      [403, read('Binary')],
      [403, read('Communication')],
      [404, read('Binary'), read('Communication', 'Communication?status=preparation')],
    ] as const) {
      const accessPolicy = { resourceType: 'AccessPolicy' as const, resource: [...resource] };
      const { token } = await sandbox.addPractitioner({ name: 'Reader', accessPolicy });
      assert.equal((await send('GET', `Binary/${id}`, bearer(token))).status, status, JSON.stringify(resource));
    }
  });

  test('gets two bytes from a bot that uploads an ArrayBuffer', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'plumline-')), 'bot.cjs');
    writeFileSync(
      file,
      `exports.handler = async (medplum) => {
        const { Buffer } = require('node:buffer');
        const upload = (data) => medplum.createBinary({ data, contentType: 'audio/mpeg' });
        const bytes = Buffer.from('x'.repeat(5000));
        return { ids: [(await upload(bytes)).id, (await upload(new Uint8Array(bytes).buffer)).id] };
      };`,
    );
    const bot = await sandbox.addBot({ name: 'uploads', file, runtimeVersion: 'vmcontext' });
    const answer = await fetch(executeUrl(sandbox, bot), {
      method: 'POST',
      headers: bearer(sandbox.practitioner.token),
    });
    const lengths: number[] = [];
    const { ids } = (await answer.json()) as { ids: string[] };
    for (const id of ids) {
      lengths.push((await (await send('GET', `Binary/${id}`)).arrayBuffer()).byteLength);
    }
    assert.deepEqual(lengths, [5000, 2]);
  });
});
