// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The fake Twilio API, with requests from Twilio's client and from fetch, and calls created through it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Network } from '../../sandbox/src/twilio.ts';
import { basic, fails, key, openApi, secret } from './twilio-api.ts';
import { caller, ours, token, useServer } from './twilio-server.ts';

const server = useServer();

describe('authentication', () => {
  test('accepts only an API key with its secret and the account with its token', async () => {
    const { url, phone } = await openApi(server);
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

  test('returns 429 when busy', async () => {
    const { client } = await openApi(server, { networkFaults: { busy: 1 } });
    await fails(client.calls.list(), 429, 20429);
  });
});

describe('a created call', () => {
  const progress = ['initiated', 'ringing', 'answered', 'completed'];

  test('is queued, rings, is answered and runs its document', async () => {
    server.pages = { answered: '<Say>Hello</Say>' };
    const { phone, client } = await openApi(server, {
      people: { [caller]: { pickUp: { after: 7 }, hangUpAfter: 200 } },
    });
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
      const { phone, client } = await openApi(server, { people: { [caller]: { pickUp } } });
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

  test('detects a machine before or during the document', async () => {
    const people = { [caller]: { pickUp: { answeredBy: 'machine_start' } } };
    const { phone, client } = await openApi(server, { people });
    const call = { to: caller, from: ours, url: `${server.url}/answered`, machineDetection: 'Enable' };
    await client.calls.create(call);
    await phone.idle();
    assert.equal(server.seen.find(({ path }) => path === '/answered')?.params['AnsweredBy'], 'machine_start');
    await client.calls.create({ ...call, asyncAmd: 'true', asyncAmdStatusCallback: `${server.url}/amd` });
    await phone.idle();
    assert.equal(server.seen.find(({ path }) => path === '/amd')?.params['AnsweredBy'], 'machine_start');
  });

  test('uses the URLs of a TwiML app', async () => {
    server.pages = { app: '<Say>The app</Say>' };
    const application = { voiceUrl: `${server.url}/app`, statusCallback: '' };
    const { phone, client } = await openApi(server, { application, people: { [caller]: { pickUp: {} } } });
    await client.calls.create({ to: caller, from: ours, applicationSid: phone.applicationSid });
    await phone.idle();
    assert.deepEqual(phone.results[0]?.heard, ['The app']);
    assert.equal(server.seen[0]?.params['ApplicationSid'], phone.applicationSid);
  });

  test('is rejected with Twilio’s error codes', async () => {
    const { client, url } = await openApi(server);
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

  test('is recorded on request', async () => {
    const { phone, client } = await openApi(server, { people: { [caller]: { pickUp: { talk: 12 } } } });
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

describe('a call in progress', () => {
  const talking = {
    [caller]: { pickUp: {}, answers: { 'client:desk': { talk: 'until ended' } } },
  } as const;
  const dial = '<Response><Dial action="/dialed"><Client>desk</Client></Dial></Response>';

  async function reached(phone: Network, status: string): Promise<void> {
    while (![...phone.legs.values()].some((leg) => leg.parent && leg.status === status)) {
      await setTimeout(1);
    }
  }

  test('can be ended', async () => {
    const { phone, client } = await openApi(server, { people: talking });
    const { sid } = await client.calls.create({ to: caller, from: ours, twiml: dial });
    await reached(phone, 'in-progress');
    await client.calls(sid).update({ status: 'completed' });
    await phone.idle();
    const { DialCallStatus, CallStatus } = server.seen.find(({ path }) => path === '/dialed')?.params ?? {};
    assert.deepEqual([DialCallStatus, CallStatus], ['completed', 'completed']);
    assert.equal(phone.results[0]?.status, 'completed');
    assert.equal((await client.calls(sid).fetch()).status, 'completed');
    await fails(client.calls(sid).update({ twiml: '<Response/>' }), 400, 21220);
  });

  test('continues after its dialed leg ends', async () => {
    for (const [answer, status] of [
      [{ talk: 'until ended' }, 'in-progress'],
      ['ringing', 'ringing'],
    ] as const) {
      const { phone, client } = await openApi(server, {
        people: { [caller]: { pickUp: {}, answers: { 'client:desk': answer } } },
      });
      server.pages['dialed'] = '<Say>They have gone</Say>';
      server.seen = [];
      server.pages['dial'] = '<Dial action="/dialed"><Client>desk</Client></Dial>';
      await client.calls.create({ to: caller, from: ours, url: `${server.url}/dial` });
      await reached(phone, status);
      const [leg] = await client.calls.list({ to: 'client:desk' });
      await fails(client.calls(leg?.sid ?? '').update({ twiml: '<Response/>' }), 400, 21220);
      await client.calls(leg?.sid ?? '').update({ status: 'completed' });
      await phone.idle();
      assert.equal(phone.results[0]?.heard.at(-1), 'They have gone');
      const dialStatus = server.seen.find(({ path }) => path === '/dialed')?.params['DialCallStatus'];
      assert.equal(dialStatus, status === 'ringing' ? 'canceled' : 'completed');
    }
  });

  test('can be redirected to another document', async () => {
    const { phone, client } = await openApi(server, { people: talking });
    const { sid } = await client.calls.create({ to: caller, from: ours, twiml: dial });
    await reached(phone, 'in-progress');
    await client.calls(sid).update({ twiml: '<Response><Say>Goodbye</Say></Response>' });
    await phone.idle();
    assert.deepEqual(phone.results[0]?.heard, ['[talks to client:desk]', 'Goodbye']);
    assert.equal(phone.results[0].legs[0]?.status, 'completed');
  });

  test('can be canceled while ringing', async () => {
    const { phone, client } = await openApi(server, { people: { [caller]: { pickUp: 'ringing' } } });
    const { sid } = await client.calls.create({ to: caller, from: ours, twiml: dial });
    while ((await client.calls(sid).fetch()).status !== 'ringing') {
      await setTimeout(1);
    }
    await client.calls(sid).update({ status: 'canceled' });
    await phone.idle();
    assert.equal((await client.calls(sid).fetch()).status, 'canceled');
  });

  test('returns 404 for an unknown SID', async () => {
    const { client } = await openApi(server);
    await fails(client.calls('CA0').fetch(), 404, 20404);
    await fails(client.calls('CA0').update({ status: 'completed' }), 404, 20404);
  });
});

test('a request with a lost response is applied', async () => {
  const { phone, url } = await openApi(server, {
    networkFaults: { loseAnswer: 1 },
    people: { [caller]: { pickUp: {} } },
  });
  const body = new URLSearchParams({ To: caller, From: ours, Twiml: '<Response><Say>Hello</Say></Response>' });
  await assert.rejects(fetch(`${url}/Calls.json`, { method: 'POST', headers: basic(key, secret), body }));
  await phone.idle();
  assert.deepEqual(phone.results[0]?.heard, ['Hello']);
  const list = await fetch(`${url}/Calls.json`, { headers: basic(key, secret) });
  assert.equal(((await list.json()) as { calls: unknown[] }).calls.length, 1);
});
