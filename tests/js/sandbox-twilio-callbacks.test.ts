// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Callback faults and retries of the fake Twilio, and a call through the built bundle. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../../sandbox/src/server.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';
import type { CallResult, NetworkFaults } from '../../sandbox/src/twilio.ts';
import { caller, network, ours, requestLog, useServer } from './twilio-server.ts';

const server = useServer();

describe('callbacks', () => {
  async function sequence(
    networkFaults: NetworkFaults,
    seed = 'test',
  ): Promise<{ order: string[]; result: CallResult }> {
    server.seen = [];
    server.pages['voice'] =
      '<Dial action="/dialed"><Client statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">desk</Client></Dial>';
    const result = await network(server, { networkFaults, seed }).incoming({
      from: caller,
      to: ours,
      script: { answers: { 'client:desk': { talk: 5 } } },
    });
    const order = server.seen.map(({ path, params }) => `${path} ${params['SequenceNumber'] ?? ''}`.trim());
    return { order, result };
  }
  const kind = ['/voice', '/leg 0', '/leg 1', '/leg 2', '/leg 3', '/dialed', '/status 0'];

  test('arrive once and in order by default', async () => {
    assert.deepEqual((await sequence({})).order, kind);
  });

  test('arrive twice with the same content', async () => {
    const { order, result } = await sequence({ twice: 1 });
    assert.deepEqual(order, [
      '/voice',
      ...['/leg 0', '/leg 1', '/leg 2', '/leg 3'].flatMap((leg) => [leg, leg]),
      '/dialed',
      '/status 0',
      '/status 0',
    ]);
    assert.deepEqual(result.requests[1]?.params, result.requests[2]?.params);
  });

  test('arrive late but before the call is complete', async () => {
    const { order } = await sequence({ late: 1 });
    assert.deepEqual(order.slice(0, 2), ['/voice', '/dialed']);
    assert.deepEqual([...order].sort(), [...kind].sort());
  });

  test('arrive out of order', async () => {
    const { order } = await sequence({ shuffle: 1 });
    assert.deepEqual(order, ['/voice', '/dialed', '/status 0', '/leg 3', '/leg 2', '/leg 1', '/leg 0']);
    const { order: some } = await sequence({ shuffle: 0.5 });
    assert.notDeepEqual(some, kind);
    assert.deepEqual([...some].sort(), [...kind].sort());
  });

  test('are lost', async () => {
    assert.deepEqual((await sequence({ drop: 1 })).order, ['/voice', '/dialed']);
  });

  test('repeat for the same seed and differ for another', async () => {
    const networkFaults = { twice: 0.5, drop: 0.3, shuffle: 0.5 };
    const { order } = await sequence(networkFaults, 'a');
    assert.deepEqual((await sequence(networkFaults, 'a')).order, order);
    const others: string[][] = [];
    for (const seed of ['b', 'c', 'd']) {
      others.push((await sequence(networkFaults, seed)).order);
    }
    assert.equal(
      others.some((other) => other.join() !== order.join()),
      true,
    );
  });
});

describe('connection overrides', () => {
  async function status(fragment: string, answers: number[]): Promise<string[]> {
    server.seen = [];
    server.pages = { voice: '<Say>Hello</Say>', status: answers };
    const numbers = [{ number: ours, statusCallback: `${server.url}/status${fragment}` }];
    const { requests } = await network(server, { numbers }).incoming({ from: caller, to: ours });
    return requestLog(requests).slice(1);
  }

  test('a failed callback is not retried by default', async () => {
    assert.deepEqual(await status('', [500, 200]), ['[/status 500]']);
  });

  test('#rc and #rp set the retries and are not sent', async () => {
    const [bad, refused, good] = ['[/status 500]', '[/status 403]', '[/status 200]'];
    assert.deepEqual(await status('#rc=3&rp=all', [500, 403, 200]), [bad, refused, good]);
    assert.deepEqual(await status('#rc=3&rp=all', [500]), [bad, bad, bad, bad]);
    assert.deepEqual(await status('#rc=3&rp=5xx', [500, 403, 200]), [bad, refused]);
    assert.deepEqual(await status('#rc=2&rp=4xx,rt', [403]), [refused, refused, refused]);
    assert.deepEqual(await status('#rc=0&rp=all', [500]), [bad]);
    assert.deepEqual(await status('#rc=9&rp=all', [500, 200]), [bad, good], 'an invalid value is ignored');
    assert.equal(
      server.seen.some(({ path }) => path.includes('#')),
      false,
    );
  });

  test('each attempt has the request’s idempotency token', async () => {
    await status('#rc=2&rp=all', [500]);
    const tokens = server.seen.map(({ idempotency }) => idempotency);
    assert.match(tokens[0] ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(new Set(tokens.slice(1)).size, 1);
    assert.notEqual(tokens[0], tokens[1]);
    assert.equal(tokens.length, 4);
  });

  test('a callback that times out is retried', async () => {
    server.pages['voice'] = '<Say>Hello</Say>';
    let asked = 0;
    const silent = createServer(() => {
      asked++;
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    const numbers = [{ number: ours, statusCallback: `http://127.0.0.1:${port}/status#rt=100&rc=1&rp=rt` }];
    const { requests } = await network(server, { numbers }).incoming({ from: caller, to: ours });
    assert.deepEqual(requestLog(requests), ['/voice 200', '[/status 0]', '[/status 0]']);
    assert.equal(asked, 2);
    silent.close();
    silent.closeAllConnections();
  });

  test('a document’s URL supports them too', async () => {
    server.pages = { voice: '<Redirect>/next#rc=1&amp;rp=all</Redirect>', next: [500, '<Say>Hello</Say>'] };
    const { heard, requests } = await network(server).incoming({ from: caller, to: ours });
    assert.deepEqual(requestLog(requests), ['/voice 200', '/next 500', '/next 200', '[/status 200]']);
    assert.deepEqual(heard, ['Hello']);
  });
});

const bundle = fileURLToPath(new URL('../../pkg/bots/webhook.cjs', import.meta.url));

describe('the built bundle', { skip: existsSync(bundle) ? false : 'pkg/bots/webhook.cjs is not built' }, () => {
  test('answers a patient and places a clinician’s call, also behind a public URL', async () => {
    for (const publicUrl of [undefined, 'https://sandbox.example.com']) {
      const account = twilioAccount('bundle');
      const [number = ''] = account.numbers;
      const sandbox = await startSandbox({ seed: 'bundle', ...(publicUrl !== undefined && { publicUrl }) });
      await sandbox.addBot({
        name: 'webhook',
        file: bundle,
        runtimeVersion: 'vmcontext',
        secrets: {
          TWILIO_AUTH_TOKEN: account.authToken,
          TWILIO_NUMBER: number,
          TWILIO_ACCOUNT_SID: account.accountSid,
        },
      });
      const patient = await sandbox.twilio.incoming({
        from: caller,
        to: number,
        script: { answers: { [`client:${number}`]: { after: 2, talk: 30 } } },
      });
      assert.deepEqual(patient.heard, [
        'Thanks for calling. Please hold while we connect you.',
        `[talks to client:${number}]`,
      ]);
      assert.deepEqual(
        patient.requests.map(({ status }) => status),
        [200, 200],
      );
      assert.equal(patient.status, 'completed');
      const clinician = await sandbox.twilio.browser({
        identity: 'desk',
        params: { To: caller },
        script: { answers: { [caller]: 'busy' } },
      });
      assert.deepEqual(
        clinician.legs.map(({ to, status }) => [to, status]),
        [[caller, 'busy']],
      );
      const { status } = await fetch(
        `${sandbox.url}/fake/twilio/2010-04-01/Accounts/${account.accountSid}/Calls/${patient.callSid}.json`,
        {
          headers: {
            Authorization: `Basic ${Buffer.from(`${account.apiKey}:${account.apiSecret}`).toString('base64')}`,
          },
        },
      );
      assert.equal(status, 200);
      await sandbox.stop();
    }
  });

  test('the caller hears an error if the auth token is wrong', async () => {
    const account = twilioAccount('bundle');
    const sandbox = await startSandbox({ seed: 'bundle', twilio: { authToken: 'f'.repeat(32) } });
    await sandbox.addBot({
      name: 'webhook',
      file: bundle,
      runtimeVersion: 'vmcontext',
      secrets: { TWILIO_AUTH_TOKEN: account.authToken, TWILIO_NUMBER: ours, TWILIO_ACCOUNT_SID: account.accountSid },
    });
    const result = await sandbox.twilio.incoming({ from: caller, to: ours });
    assert.deepEqual([result.heard, result.requests[0]?.status], [['[error]'], 403]);
    await sandbox.stop();
  });
});
