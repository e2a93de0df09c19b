// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Recordings in the chart: a caller leaves a message, staff listen to it, the retention period ends. */
import type { Attachment, Binary, Communication } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bearer, fhirRequest } from '../sandbox-client.ts';
import { openClinic, policy, workday } from './clinic.ts';
import type { Clinic, ClinicOptions } from './clinic.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const noon = Date.parse(workday);

const config = JSON.stringify({
  timeZone: 'America/New_York',
  numbers: { '+15550100001': { name: 'Desk', dialplan: 'desk' } },
  dialplans: { desk: [{ then: 'message' }] },
  actions: { message: [{ voicemail: { greeting: { text: 'Please speak after the tone.' } } }] },
  recording: { announcement: { text: 'This call is recorded.' }, retentionDays: 30 },
});

async function withClinic(seed: string, run: (clinic: Clinic) => Promise<void>, options = {}): Promise<void> {
  const clinic = await openClinic({ seed, config, ...options } satisfies ClinicOptions);
  try {
    await clinic.sweep(noon - 20 * minute);
    await run(clinic);
  } finally {
    await clinic.stop();
  }
}

async function leaveMessage(clinic: Clinic, at = noon): Promise<Communication> {
  await clinic.call({ from: '+15550100601' }, { voicemail: 27 }, at);
  return record(clinic);
}

async function record(clinic: Clinic): Promise<Communication> {
  const [call, ...more] = await clinic.searchChart<Communication>('Communication', 'status=completed');
  assert.ok(call && more.length === 0);
  return call;
}

const attachments = ({ payload = [] }: Communication): Attachment[] =>
  payload.flatMap(({ contentAttachment }) => contentAttachment ?? []);

/** The Binary resources that exist. There is no search for them. */
async function binaries(clinic: Clinic): Promise<Binary[]> {
  const { entry = [] } = await clinic.sandbox.chart.search<Binary>({ resourceType: 'Binary' });
  return entry.flatMap(({ resource }) => resource ?? []);
}

describe('a message', () => {
  test('reaches staff who may read the call, and no one else', () =>
    withClinic('recordings', async (clinic) => {
      const call = await leaveMessage(clinic);
      const reference = `Communication/${call.id ?? ''}`;
      const [binary, ...others] = await binaries(clinic);
      assert.deepEqual([binary?.securityContext?.reference, others.length], [reference, 0]);
      const path = `Binary/${binary?.id ?? ''}`;
      const own = policy('staff');
      const without = (type: string): typeof own => ({
        ...own,
        resource: (own.resource ?? []).filter(({ resourceType }) => resourceType !== type),
      });
      const staff = await clinic.staff('Amber Invented');
      const headers = bearer(staff.token);
      const { body } = await fhirRequest<Communication>(clinic.sandbox, 'GET', reference, undefined, headers);
      const [attachment, ...more] = attachments(body);
      assert.deepEqual([attachment?.contentType, attachment?.title, more.length], ['audio/mpeg', 'Voicemail, 27 s', 0]);
      // The URL is presigned: it needs no token.
      const audio = await fetch(attachment?.url ?? '');
      assert.deepEqual([audio.status, audio.headers.get('Content-Type')], [200, 'audio/mpeg']);
      const bytes = Buffer.from(await audio.arrayBuffer());
      assert.deepEqual([bytes.length, bytes.subarray(0, 2).toString('hex')], [attachment?.size, 'fffb']);
      assert.ok(bytes.length > 100_000);
      const direct = await fetch(`${clinic.sandbox.fhir}/${path}`, { headers });
      assert.equal((await direct.arrayBuffer()).byteLength, bytes.length);
      // Without either right, the audio is not readable.
      for (const type of ['Binary', 'Communication']) {
        const other = bearer((await clinic.staff(`No ${type}`, { policy: without(type) })).token);
        assert.equal((await fhirRequest(clinic.sandbox, 'GET', path, undefined, other)).status, 403, type);
      }
      const blind = bearer((await clinic.staff('Blind Invented', { policy: without('Binary') })).token);
      const seen = await fhirRequest<Communication>(clinic.sandbox, 'GET', reference, undefined, blind);
      assert.equal(attachments(seen.body)[0]?.url, path);
    }));

  test('is copied once although all events arrive twice and out of order', () =>
    withClinic('twice', async (clinic) => {
      Object.assign(clinic.sandbox.twilio.networkFaults, { twice: 1, late: 0.4, shuffle: 0.4 });
      Object.assign(clinic.sandbox.deliveries, { twice: 1, late: 40, outOfOrder: true });
      clinic.start(noon);
      await clinic.sandbox.twilio.incoming({ from: '+15550100601', to: '+15550100001', script: { voicemail: 27 } });
      await Promise.all([clinic.sweep(noon + 2 * minute), clinic.sweep(), clinic.sandbox.settled()]);
      await clinic.sweep(noon + 6 * minute);
      assert.deepEqual([attachments(await record(clinic)).length, (await binaries(clinic)).length], [1, 1]);
    }));

  for (const faults of [{ audioStatus: 404 }, { audioStatus: 500 }, { audioLateMs: 30_000 }]) {
    test(`is copied later after ${JSON.stringify(faults)}`, () =>
      withClinic('later', async (clinic) => {
        Object.assign(clinic.sandbox.twilio.networkFaults, faults);
        assert.equal(attachments(await leaveMessage(clinic)).length, 0);
        assert.ok(clinic.log.some((line) => line.includes('RECORDING_NOT_COPIED')));
        Object.assign(clinic.sandbox.twilio.networkFaults, { audioStatus: undefined, audioLateMs: 0 });
        await clinic.sweep(noon + 5 * minute);
        assert.deepEqual([attachments(await record(clinic)).length, (await binaries(clinic)).length], [1, 1]);
      }));
  }

  test('is attached although the record changes meanwhile, and keeps the changes', () =>
    withClinic('conflict', async (clinic) => {
      let edits = 0;
      clinic.sandbox.faults = ({ bot, method, url }) => {
        if (bot === 'Plumline automation' && method === 'PUT' && url.startsWith('Binary/') && edits === 0) {
          edits++;
          return { delay: 300 };
        }
        return undefined;
      };
      const call = clinic.call({ from: '+15550100601' }, { voicemail: 27 }, noon);
      while (edits === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const found = await clinic.searchChart<Communication>('Communication');
      const note = [{ text: 'Called back' }];
      const id = found[0]?.id ?? '';
      assert.equal(
        (await fhirRequest(clinic.sandbox, 'PUT', `Communication/${id}`, { ...found[0], note })).status,
        200,
      );
      await call;
      const after = await record(clinic);
      assert.deepEqual([after.note, attachments(after).length, (await binaries(clinic)).length], [note, 1, 1]);
    }));

  test('is deleted at Twilio and in the chart after the retention period', () =>
    withClinic('retention', async (clinic) => {
      const before = await leaveMessage(clinic);
      const [binary] = await binaries(clinic);
      const url = attachments(before)[0]?.url ?? '';
      await clinic.sweep(noon + 29 * day);
      assert.equal((await binaries(clinic)).length, 1);
      await clinic.sweep(noon + 31 * day);
      await clinic.sweep(noon + 31 * day + 2 * hour);
      assert.equal(clinic.sandbox.twilio.recordings.all.size, 0);
      const gone = await fhirRequest(clinic.sandbox, 'GET', `Binary/${binary?.id ?? ''}`);
      assert.equal(gone.status, 410);
      assert.notEqual((await fetch(url)).status, 200);
      const [attachment] = attachments(await record(clinic));
      assert.deepEqual([attachment?.url, attachment?.title], [undefined, 'Voicemail, 27 s, deleted']);
    }));

  for (const runtimeVersion of ['vmcontext', 'awslambda', 'fission'] as const) {
    test(`is copied completely on ${runtimeVersion}`, () =>
      withClinic(
        'runtimes',
        async (clinic) => {
          const [attachment] = attachments(await leaveMessage(clinic));
          const audio = await fetch(attachment?.url ?? '');
          assert.equal((await audio.arrayBuffer()).byteLength, attachment?.size);
        },
        { runtimeVersion },
      ));
  }
});
