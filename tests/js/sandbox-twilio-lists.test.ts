// SPDX-License-Identifier: Apache-2.0 OR MIT

/** List endpoints of the fake Twilio API: calls, numbers, recordings, queues and messages. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { SegmentedMessage } from 'sms-segments-calculator';
import { basic, fails, key, openApi, secret } from './twilio-api.ts';
import { caller, ours, paramsOf, useServer } from './twilio-server.ts';

const server = useServer();

describe('lists', () => {
  test('of calls by number, status, parent and time, with pages', async () => {
    let now = Date.UTC(2026, 2, 1, 12);
    server.pages = { voice: '<Dial><Client>desk</Client></Dial>' };
    const { phone, client } = await openApi(server, { now: () => now });
    for (let day = 0; day < 5; day++, now += 24 * 3600 * 1000) {
      const from = `+1555010001${day}`;
      await phone.incoming({ from, to: ours, script: { answers: day < 2 ? { 'client:desk': { talk: 3 } } : {} } });
    }
    const all = await client.calls.list();
    assert.equal(all.length, 10);
    assert.equal(all.at(-1)?.from, '+15550100010');
    assert.deepEqual(
      (await client.calls.list({ pageSize: 3 })).map(({ sid }) => sid),
      all.map(({ sid }) => sid),
    );
    assert.equal((await client.calls.list({ from: '+15550100011' })).length, 2);
    assert.equal((await client.calls.list({ to: 'client:desk', status: 'no-answer' })).length, 3);
    const parent = all.find(({ from, direction }) => from === '+15550100011' && direction === 'inbound');
    const [child] = await client.calls.list({ parentCallSid: parent?.sid ?? '' });
    assert.deepEqual([child?.parentCallSid, child?.duration, child?.direction], [parent?.sid, '3', 'outbound-dial']);
    const days = async (query: Parameters<typeof client.calls.list>[0]): Promise<number[]> => {
      const found = await client.calls.list({ ...query, to: ours });
      return found.map(({ startTime }) => startTime.getUTCDate()).reverse();
    };
    assert.deepEqual(await days({ startTimeAfter: new Date(Date.UTC(2026, 2, 3, 12)) }), [3, 4, 5]);
    assert.deepEqual(await days({ startTimeBefore: new Date(Date.UTC(2026, 2, 3, 11)) }), [1, 2]);
    assert.deepEqual(await days({ startTime: new Date(Date.UTC(2026, 2, 4)) }), [4]);
  });

  test('of calls can be delayed', async () => {
    let now = Date.UTC(2026, 2, 1, 12);
    const { phone, client } = await openApi(server, { now: () => now, networkFaults: { listLateMs: 60_000 } });
    const { callSid } = await phone.incoming({ from: caller, to: ours });
    assert.equal((await client.calls(callSid).fetch()).sid, callSid);
    assert.deepEqual(await client.calls.list(), []);
    now += 60_000;
    assert.equal((await client.calls.list()).length, 1);
  });

  test('of phone numbers, whose webhook can be updated', async () => {
    const { client } = await openApi(server);
    assert.deepEqual(
      (await client.incomingPhoneNumbers.list({ pageSize: 1 })).map(({ phoneNumber }) => phoneNumber),
      [ours, '+15550100002'],
    );
    const [found] = await client.incomingPhoneNumbers.list({ phoneNumber: '+15550100002' });
    assert.equal(found?.voiceUrl, `${server.url}/voice`);
    await client.incomingPhoneNumbers(found.sid).update({ voiceUrl: `${server.url}/other` });
    assert.equal((await client.incomingPhoneNumbers(found.sid).fetch()).voiceUrl, `${server.url}/other`);
    await fails(client.incomingPhoneNumbers('PN0').fetch(), 404, 20404);
  });

  test('of recordings, which can be deleted', async () => {
    server.pages = { voice: '<Record action="/recorded"/>' };
    const { phone, client, url } = await openApi(server);
    const { callSid } = await phone.incoming({ from: caller, to: ours, script: { voicemail: 9 } });
    const [recording] = await client.recordings.list({ callSid });
    assert.deepEqual([recording?.callSid, recording?.duration, recording?.source], [callSid, '9', 'RecordVerb']);
    assert.equal((await client.recordings(recording?.sid ?? '').fetch()).sid, recording?.sid);
    const answer = await fetch(`${url}/Recordings/${recording?.sid ?? ''}.json`, {
      method: 'DELETE',
      headers: basic(key, secret),
    });
    assert.deepEqual([answer.status, await answer.text()], [204, '']);
    assert.deepEqual(await client.recordings.list(), []);
    await fails(client.recordings(recording?.sid ?? '').fetch(), 404, 20404);
  });

  test('of the members of a queue, and each is taken once', async () => {
    server.pages = { voice: '<Enqueue action="/left">nurses</Enqueue>', taken: '<Say>Taken</Say>' };
    const { phone, client } = await openApi(server);
    const waiting = phone.incoming({ from: caller, to: ours, script: { queue: { until: 'dequeued' } } });
    while (!phone.queues.get('nurses')?.members.length) {
      await setTimeout(5);
    }
    const [queue] = await client.queues.list();
    const members = client.queues(queue?.sid ?? '').members;
    const listed = await members.list();
    assert.deepEqual(
      listed.map(({ callSid, position, queueSid }) => [callSid, position, queueSid]),
      [[waiting.callSid, 1, queue?.sid]],
    );
    const member = client.queues(queue?.sid ?? '').members(waiting.callSid);
    assert.equal((await member.fetch()).callSid, waiting.callSid);
    const url = `${server.url}/taken`;
    assert.equal((await member.update({ url })).callSid, waiting.callSid);
    await fails(member.update({ url }), 404, 20404);
    const { heard, requests } = await waiting;
    assert.equal(heard.at(-1), 'Taken');
    assert.equal(paramsOf(requests, '/left')['QueueResult'], 'redirected');
  });

  test('of queues with their members', async () => {
    server.pages = { voice: '<Enqueue maxQueueSize="7">nurses</Enqueue>' };
    const { phone, client } = await openApi(server);
    const waiting = phone.incoming({ from: caller, to: ours, script: { queue: { until: 'dequeued' } } });
    while (!phone.queues.get('nurses')?.members.length) {
      await setTimeout(1);
    }
    const [queue] = await client.queues.list();
    assert.deepEqual([queue?.friendlyName, queue?.currentSize, queue?.maxSize], ['nurses', 1, 7]);
    await client.calls(waiting.callSid).update({ status: 'completed' });
    assert.equal((await waiting).status, 'completed');
    assert.equal((await client.queues.list())[0]?.currentSize, 0);
  });

  test('of messages', async () => {
    const { client } = await openApi(server);
    const message = await client.messages.create({ to: caller, from: ours, body: 'Hello' });
    assert.deepEqual([message.status, message.direction, message.body], ['queued', 'outbound-api', 'Hello']);
    for (const body of ['x'.repeat(160), 'x'.repeat(161), '€'.repeat(77), '\u{1f600}'.repeat(36), 'né\n', 'ñandú']) {
      const { numSegments } = await client.messages.create({ to: caller, from: ours, body });
      assert.equal(numSegments, String(new SegmentedMessage(body).segmentsCount), body);
    }
    assert.equal((await client.messages(message.sid).fetch()).sid, message.sid);
    assert.equal((await client.messages.list({ to: caller })).length, 7);
    assert.equal((await client.messages.list({ to: ours })).length, 0);
    for (const [wrong, code] of [
      [{ to: '' }, 21604],
      [{ to: '555' }, 21211],
      [{ from: '' }, 21603],
      [{ from: '+15550100066' }, 21606],
      [{ body: '' }, 21602],
      [{ body: 'x'.repeat(1601) }, 21617],
    ] as const) {
      await fails(client.messages.create({ to: caller, from: ours, body: 'Hello', ...wrong }), 400, code);
    }
  });
});
