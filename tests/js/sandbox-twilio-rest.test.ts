// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The fake Twilio's API, asked by Twilio's own client and by hand, and the calls that are placed by it. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import express from 'express';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { rest } from '../../sandbox/src/twilio.ts';
import type { Network, NetworkOptions } from '../../sandbox/src/twilio.ts';
import { caller, network, openServer, ours, token } from './twilio-server.ts';
import type { TestServer } from './twilio-server.ts';

const key = `SK${'1'.repeat(32)}`;
const secret = 'a secret of the key';

let server: TestServer;
const apis: Server[] = [];
before(async () => {
  server = await openServer();
});
after(() => {
  server.close();
  for (const api of apis) {
    api.close();
    api.closeAllConnections();
  }
});
afterEach(() => {
  assert.deepEqual(server.unsigned.splice(0), []);
  server.pages = {};
  server.seen = [];
});

interface Api {
  phone: Network;
  url: string;
  client: twilio.Twilio;
}

/** Twilio's own client, whose requests go to the fake instead. */
async function openApi(options: Partial<NetworkOptions> = {}): Promise<Api> {
  const phone = network(server, { numbers: [ours, '+15550100002'], ...options });
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use('/fake/twilio', rest(phone, { [phone.accountSid]: token, [key]: secret }));
  const api = createServer(app).listen(0, '127.0.0.1');
  await once(api, 'listening');
  apis.push(api);
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/fake/twilio`;
  class Redirected extends twilio.RequestClient {
    override request<T>(opts: twilio.RequestClient.RequestOptions): ReturnType<twilio.RequestClient['request']> {
      return super.request<T>({ ...opts, uri: opts.uri.replace('https://api.twilio.com', url) });
    }
  }
  const client = twilio(key, secret, { accountSid: phone.accountSid, httpClient: new Redirected() });
  return { phone, url: `${url}/2010-04-01/Accounts/${phone.accountSid}`, client };
}

async function fails(asked: Promise<unknown>, status: number, code: number): Promise<void> {
  await assert.rejects(asked, (err: { status: number; code: number; moreInfo: string }) => {
    assert.deepEqual([err.status, err.code], [status, code]);
    assert.equal(err.moreInfo, `https://www.twilio.com/docs/errors/${code}`);
    return true;
  });
}

const basic = (user: string, password: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('who may ask', () => {
  test('a key with its secret, the account with its token, and nobody else', async () => {
    const { url, phone } = await openApi();
    for (const [user, password, status] of [
      [key, secret, 200],
      [phone.accountSid, token, 200],
      [key, 'wrong', 401],
      [key, '', 401],
      ['toString', '', 401],
      ['', '', 401],
    ] as const) {
      const answer = await fetch(`${url}/Calls.json`, { headers: basic(user, password) });
      assert.equal(answer.status, status, user);
      if (status === 401) {
        assert.deepEqual(await answer.json(), {
          code: 20003,
          message: 'Authenticate',
          more_info: 'https://www.twilio.com/docs/errors/20003',
          status: 401,
        });
      }
    }
    assert.equal((await fetch(`${url}/Calls.json`)).status, 401);
    const stranger = url.replace(phone.accountSid, `AC${'0'.repeat(32)}`);
    assert.equal((await fetch(`${stranger}/Calls.json`, { headers: basic(key, secret) })).status, 404);
    assert.equal((await fetch(`${url}/Faxes.json`, { headers: basic(key, secret) })).status, 404);
  });

  test('when it is busy, nobody', async () => {
    const { client } = await openApi({ unkind: { busy: 1 } });
    await fails(client.calls.list(), 429, 20429);
  });
});

describe('a call that is placed', () => {
  const progress = ['initiated', 'ringing', 'answered', 'completed'];

  test('is queued, rings, is answered, and plays its document', async () => {
    server.pages = { answered: '<Say>Hello</Say>' };
    const { phone, client } = await openApi({ people: { [caller]: { pickUp: { after: 7 }, hangUpAfter: 200 } } });
    const queued = await client.calls.create({
      to: caller,
      from: ours,
      url: `${server.url}/answered`,
      statusCallback: `${server.url}/progress`,
      statusCallbackEvent: progress,
      sendDigits: '12#',
    });
    assert.deepEqual([queued.status, queued.direction, queued.startTime], ['queued', 'outbound-api', null]);
    await phone.idle();
    const [result] = phone.results;
    assert.deepEqual(result?.heard, ['[dtmf 12#]', 'Hello']);
    assert.deepEqual(
      server.seen.map(({ path, params }) => [path, params['CallStatus'], params['SequenceNumber']]),
      [
        ['/progress', 'initiated', '0'],
        ['/progress', 'ringing', '1'],
        ['/progress', 'in-progress', '2'],
        ['/answered', 'in-progress', undefined],
        ['/progress', 'completed', '3'],
      ],
    );
    assert.equal(server.seen[3]?.params['Direction'], 'outbound-api');
    const call = await client.calls(queued.sid).fetch();
    assert.deepEqual([call.status, call.duration, call.to, call.from], ['completed', '1', caller, ours]);
    assert.deepEqual(call.startTime, new Date(Date.UTC(2026, 2, 25, 9, 53, 26)));
    assert.deepEqual(call.endTime, new Date(Date.UTC(2026, 2, 25, 9, 53, 27)));
  });

  for (const [pickUp, status, code] of [
    ['busy', 'busy', '486'],
    ['declined', 'busy', '603'],
    ['failed', 'failed', '404'],
    ['no-answer', 'no-answer', '480'],
    [{ after: 50 }, 'no-answer', '480'],
  ] as const) {
    test(`${JSON.stringify(pickUp)} is ${status}`, async () => {
      const { phone, client } = await openApi({ people: { [caller]: { pickUp } } });
      await client.calls.create({
        to: caller,
        from: ours,
        twiml: '<Response><Say>Never</Say></Response>',
        timeout: 20,
        statusCallback: `${server.url}/progress`,
      });
      await phone.idle();
      assert.deepEqual([phone.results[0]?.status, phone.results[0]?.heard], [status, []]);
      assert.deepEqual(
        server.seen.map(({ params }) => [params['CallStatus'], params['SipResponseCode']]),
        [[status, code]],
      );
    });
  }

  test('finds a machine: before the document, or beside it', async () => {
    const people = { [caller]: { pickUp: { answeredBy: 'machine_start' } } };
    const { phone, client } = await openApi({ people });
    const call = { to: caller, from: ours, url: `${server.url}/answered`, machineDetection: 'Enable' };
    await client.calls.create(call);
    await phone.idle();
    assert.equal(server.seen.find(({ path }) => path === '/answered')?.params['AnsweredBy'], 'machine_start');
    await client.calls.create({ ...call, asyncAmd: 'true', asyncAmdStatusCallback: `${server.url}/amd` });
    await phone.idle();
    assert.equal(server.seen.find(({ path }) => path === '/amd')?.params['AnsweredBy'], 'machine_start');
  });

  test('by a TwiML app, whose URLs it takes', async () => {
    server.pages = { app: '<Say>The app</Say>' };
    const application = { voiceUrl: `${server.url}/app`, statusCallback: '' };
    const { phone, client } = await openApi({ application, people: { [caller]: { pickUp: {} } } });
    await client.calls.create({ to: caller, from: ours, applicationSid: phone.applicationSid });
    await phone.idle();
    assert.deepEqual(phone.results[0]?.heard, ['The app']);
    assert.equal(server.seen[0]?.params['ApplicationSid'], phone.applicationSid);
  });

  test('is refused by Twilio’s own codes', async () => {
    const { client, url } = await openApi();
    const good = { to: caller, from: ours, url: `${server.url}/answered` };
    for (const [wrong, code] of [
      [{ to: '' }, 21201],
      [{ from: '' }, 21213],
      [{ from: 'nobody' }, 21212],
      [{ from: '+15550100066' }, 21210],
      [{ to: '555' }, 21211],
      [{ url: '' }, 21205],
      [{ url: 'clinic' }, 21205],
      [{ url: 'https://my_clinic.example/' }, 21205],
      [{ statusCallback: 'clinic' }, 21609],
      [{ url: '', applicationSid: 'AP0' }, 21218],
      [{ timeout: 601 }, 20001],
      [{ sendDigits: '1'.repeat(33) }, 20001],
    ] as const) {
      await fails(client.calls.create({ ...good, ...wrong }), 400, code);
    }
    const list = await fetch(`${url}/Calls.json`, { headers: basic(key, secret) });
    assert.deepEqual(((await list.json()) as { calls: unknown[] }).calls, []);
  });

  test('is recorded, if it shall be', async () => {
    const { phone, client } = await openApi({ people: { [caller]: { pickUp: { talk: 12 } } } });
    await client.calls.create({
      to: caller,
      from: ours,
      twiml: '<Response><Pause length="60"/></Response>',
      record: true,
      recordingStatusCallback: `${server.url}/recording`,
    });
    await phone.idle();
    const { RecordingDuration, RecordingSource } = server.seen[0]?.params ?? {};
    assert.deepEqual([RecordingDuration, RecordingSource], ['12', 'OutboundAPI']);
  });
});

describe('a call that goes on', () => {
  const talking = {
    [caller]: { pickUp: {}, answers: { 'client:desk': { talk: 'until ended' } } },
  } as const;
  const dial = '<Response><Dial action="/dialled"><Client>desk</Client></Dial></Response>';

  async function begun(phone: Network, status: string): Promise<void> {
    while (![...phone.legs.values()].some((leg) => leg.parent && leg.status === status)) {
      await setTimeout(1);
    }
  }

  test('is ended', async () => {
    const { phone, client } = await openApi({ people: talking });
    const { sid } = await client.calls.create({ to: caller, from: ours, twiml: dial });
    await begun(phone, 'in-progress');
    await client.calls(sid).update({ status: 'completed' });
    await phone.idle();
    const { DialCallStatus, CallStatus } = server.seen.find(({ path }) => path === '/dialled')?.params ?? {};
    assert.deepEqual([DialCallStatus, CallStatus], ['completed', 'completed']);
    assert.equal(phone.results[0]?.status, 'completed');
    assert.equal((await client.calls(sid).fetch()).status, 'completed');
    await fails(client.calls(sid).update({ twiml: '<Response/>' }), 400, 21220);
  });

  test('is given another document', async () => {
    const { phone, client } = await openApi({ people: talking });
    const { sid } = await client.calls.create({ to: caller, from: ours, twiml: dial });
    await begun(phone, 'in-progress');
    await client.calls(sid).update({ twiml: '<Response><Say>Goodbye</Say></Response>' });
    await phone.idle();
    assert.deepEqual(phone.results[0]?.heard, ['[talks to client:desk]', 'Goodbye']);
    assert.equal(phone.results[0].legs[0]?.status, 'completed');
  });

  test('is canceled while it rings', async () => {
    const { phone, client } = await openApi({ people: { [caller]: { pickUp: 'ringing' } } });
    const { sid } = await client.calls.create({ to: caller, from: ours, twiml: dial });
    while ((await client.calls(sid).fetch()).status !== 'ringing') {
      await setTimeout(1);
    }
    await client.calls(sid).update({ status: 'canceled' });
    await phone.idle();
    assert.equal((await client.calls(sid).fetch()).status, 'canceled');
  });

  test('is unknown', async () => {
    const { client } = await openApi();
    await fails(client.calls('CA0').fetch(), 404, 20404);
    await fails(client.calls('CA0').update({ status: 'completed' }), 404, 20404);
  });
});

describe('lists', () => {
  test('of calls, by number, state, parent and time, page by page', async () => {
    let now = Date.UTC(2026, 2, 1, 12);
    server.pages = { voice: '<Dial><Client>desk</Client></Dial>' };
    const { phone, client } = await openApi({ now: () => now });
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

  test('of calls are behind', async () => {
    let now = Date.UTC(2026, 2, 1, 12);
    const { phone, client } = await openApi({ now: () => now, unkind: { listLateMs: 60_000 } });
    const { callSid } = await phone.incoming({ from: caller, to: ours });
    assert.equal((await client.calls(callSid).fetch()).sid, callSid);
    assert.deepEqual(await client.calls.list(), []);
    now += 60_000;
    assert.equal((await client.calls.list()).length, 1);
  });

  test('of our numbers, which can be told where to ask', async () => {
    const { client } = await openApi();
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
    const { phone, client, url } = await openApi();
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

  test('of queues, with who waits in them', async () => {
    server.pages = { voice: '<Enqueue maxQueueSize="7">nurses</Enqueue>' };
    const { phone, client } = await openApi();
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
    const { client } = await openApi();
    const message = await client.messages.create({ to: caller, from: ours, body: 'Hello' });
    assert.deepEqual([message.status, message.direction, message.body], ['queued', 'outbound-api', 'Hello']);
    assert.equal((await client.messages(message.sid).fetch()).sid, message.sid);
    assert.equal((await client.messages.list({ to: caller })).length, 1);
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

test('an answer is lost: what was asked for is done all the same', async () => {
  const { phone, url } = await openApi({ unkind: { loseAnswer: 1 }, people: { [caller]: { pickUp: {} } } });
  const body = new URLSearchParams({ To: caller, From: ours, Twiml: '<Response><Say>Hello</Say></Response>' });
  await assert.rejects(fetch(`${url}/Calls.json`, { method: 'POST', headers: basic(key, secret), body }));
  await phone.idle();
  assert.deepEqual(phone.results[0]?.heard, ['Hello']);
  const list = await fetch(`${url}/Calls.json`, { headers: basic(key, secret) });
  assert.equal(((await list.json()) as { calls: unknown[] }).calls.length, 1);
});
