// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The requests that the sandbox accepts: hosts, origins, content types and nesting depth. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { openConsole } from '../../sandbox/src/console.ts';
import { bundlePath, addPeople, deployBots } from '../../sandbox/src/plumline-bots.ts';
import type { PlumlineBots } from '../../sandbox/src/plumline-bots.ts';
import { Hosts } from '../../sandbox/src/hosts.ts';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';
import { runtimeVersions } from '../../sandbox/src/wrappers/wrapper.ts';
import { executeUrl, search } from './sandbox-client.ts';

type Headers = Record<string, string>;

interface Answer {
  status: number;
  body: string;
}

const form = 'application/x-www-form-urlencoded';
const account = twilioAccount('requests');
const echo = `exports.handler = async (medplum, { input }) => ({ input });`;

let sandbox: Sandbox;
let bots: PlumlineBots;
let bot: SandboxBot;
let port: string;

before(async () => {
  sandbox = await startSandbox({ seed: 'requests' });
  bots = await deployBots(sandbox, { account, runtimeVersion: 'vmcontext' });
  openConsole(sandbox, { account, bots, people: await addPeople(sandbox), tickets: false });
  bot = await sandbox.addBot({ name: 'echo', code: echo, runtimeVersion: 'vmcontext' });
  ({ port } = new URL(sandbox.url));
});
after(() => sandbox.stop());

/** Uses node:http, because fetch sets its own Host and Origin. */
function send(method: string, path: string, headers: Headers = {}, body = '', to = sandbox): Promise<Answer> {
  const { hostname, port } = new URL(to.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

async function patients(): Promise<number> {
  return (await search(sandbox, 'Patient?_count=100')).entry?.length ?? 0;
}

const paths = ['/', '/sandbox.json', '/console/account', '/fhir/R4/Patient', '/api/fhir/R4/Patient', '/sandbox/sent'];

describe('the Host header', () => {
  test('every name of this machine is accepted', async () => {
    const names = ['localhost', 'LOCALHOST', '127.0.0.1', '127.0.0.2', '[::1]', '[0:0:0:0:0:0:0:1]', '127.1'];
    for (const name of names) {
      for (const path of paths) {
        assert.equal((await send('GET', path, { Host: `${name}:${port}` })).status, 200, `${name} ${path}`);
      }
    }
  });

  test('every other host is rejected on every route, and the error names the option', async () => {
    const others = [
      `rebound.example.com:${port}`,
      'rebound.example.com',
      'localhost',
      '127.0.0.1',
      `localhost:${Number(port) + 1}`,
      `localhost.example.com:${port}`,
      `127.0.0.1.example.com:${port}`,
      `example.com@127.0.0.1:${port}`,
      `127.0.0.1:${port}/x`,
      `0.0.0.0:${port}`,
      `10.0.0.1:${port}`,
      `[::2]:${port}`,
      ':',
    ];
    for (const host of others) {
      for (const [method, path] of [
        ...paths.map((one) => ['GET', one] as const),
        ['POST', '/fhir/R4/Patient'],
        ['POST', '/console/play'],
        ['POST', `/webhook/${bot.membershipId}`],
        ['POST', `/fhir/R4/Bot/${bot.id}/$execute`],
        ['OPTIONS', '/fhir/R4/Patient'],
        ['POST', '/fake/meta/messages'],
      ] as const) {
        // An attacker's page could also set X-Forwarded-Host.
        const headers = { Host: host, 'X-Forwarded-Host': `localhost:${port}`, 'Content-Type': 'application/json' };
        const { status, body } = await send(method, path, headers, method === 'POST' ? '{}' : '');
        assert.equal(status, 403, `${host} ${method} ${path}`);
        assert.match(body, /--public-url/);
        assert.ok(!body.includes('example.com'));
      }
    }
  });

  test('a request without a Host header is rejected', async () => {
    assert.match(await raw('GET /sandbox.json HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 403/);
    assert.match(await raw('GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 403/);
    assert.match(await raw('GET /sandbox.json HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 400/);
  });

  test('a tunnel is accepted only with the host of the public URL', async () => {
    for (const [publicUrl, own, other] of [
      ['https://sandbox.example.com', 'sandbox.example.com', 'other.example.com'],
      ['https://Sandbox.Example.com/', 'sandbox.example.com:443', 'sandbox.example.com:80'],
      ['http://sandbox.example.com:8080/base', 'sandbox.example.com:8080', 'sandbox.example.com'],
    ] as const) {
      const tunnel = await startSandbox({ seed: 'tunnel', publicUrl });
      try {
        assert.equal((await send('GET', '/fhir/R4/Patient', { Host: own }, '', tunnel)).status, 200, own);
        assert.equal((await send('GET', '/fhir/R4/Patient', { Host: other }, '', tunnel)).status, 403, other);
        const local = await send('GET', '/fhir/R4/Patient', { Host: new URL(tunnel.url).host }, '', tunnel);
        assert.equal(local.status, 200);
      } finally {
        await tunnel.stop();
      }
    }
  });

  test('a host on port 80 needs no port', () => {
    const statusOf = (hosts: Hosts, host: string): number => {
      let status = 200;
      const res = { status: (code: number) => ((status = code), res), type: () => res, send: () => res };
      hosts.checkHost({ headers: { host } } as never, res as never, () => undefined);
      return status;
    };
    assert.equal(statusOf(new Hosts(80, undefined), 'localhost'), 200);
    assert.equal(statusOf(new Hosts(80, undefined), 'localhost:80'), 200);
    assert.equal(statusOf(new Hosts(80, undefined), 'localhost:8080'), 403);
  });
});

describe('a state-changing request', () => {
  const request = JSON.stringify({ kind: 'phone', from: '+15550100099', to: '+15550100001' });
  const patient = '{"resourceType":"Patient"}';

  test('is accepted only as JSON', async () => {
    const before = { patients: await patients(), sent: sandbox.sent.length, executions: sandbox.executions.length };
    const simple = [
      form,
      'text/plain',
      'text/plain; charset=utf-8; x=application/json',
      'multipart/form-data',
      undefined,
    ];
    for (const type of simple) {
      const headers: Headers = type === undefined ? {} : { 'Content-Type': type };
      for (const [method, path, body, status] of [
        ['POST', '/console/play', request, 400],
        ['POST', '/console/call', request, 400],
        ['POST', '/fhir/R4/Patient', type === form ? 'resourceType=Patient' : patient, 415],
        ['POST', '/api/fhir/R4/Patient', type === form ? 'resourceType=Patient' : patient, 415],
        ['POST', '/fhir/R4', 'resourceType=Bundle&type=batch', 415],
        ['POST', '/fhir/R4/$graphql', 'query={PatientList{id}}', 415],
        ['PUT', '/fhir/R4/Patient/1', patient, 415],
        ['PATCH', '/fhir/R4/Patient/1', '[]', 415],
        ['POST', '/fake/meta/messages', '{}', 415],
        ['POST', '/fake/vapi/call', '{}', 415],
        ['POST', `/fake/twilio/2010-04-01/Accounts/${account.accountSid}/Messages.json`, 'To=1', 401],
      ] as const) {
        assert.equal((await send(method, path, headers, body)).status, status, `${type} ${method} ${path}`);
      }
    }
    const now = { patients: await patients(), sent: sandbox.sent.length, executions: sandbox.executions.length };
    assert.deepEqual(now, before);
  });

  test('is accepted as any JSON type, and a search as a form', async () => {
    for (const type of ['application/json', 'application/fhir+json', 'application/fhir+json; charset=utf-8']) {
      assert.equal((await send('POST', '/fhir/R4/Patient', { 'Content-Type': type }, patient)).status, 201, type);
    }
    const searched = await send('POST', '/fhir/R4/Patient/_search', { 'Content-Type': form }, '_count=1');
    assert.equal(searched.status, 200);
    assert.equal((await send('POST', '/console/call', { 'Content-Type': 'application/json' }, request)).status, 200);
    const tip = { 'Content-Type': 'application/json; charset=utf-8', 'Sec-Fetch-Site': 'same-origin' };
    assert.equal((await send('POST', '/console/play', { ...tip, Origin: sandbox.url }, request)).status, 200);
  });

  test('is rejected from another origin', async () => {
    const before = await patients();
    const executions = (): number => sandbox.executions.filter(({ trigger }) => trigger === 'execute').length;
    const executed = executions();
    const json = { 'Content-Type': 'application/json' };
    const id = (await search(sandbox, 'Patient')).entry?.[0]?.resource?.id ?? '';
    for (const page of [
      { Origin: 'https://example.com' },
      { Origin: 'null' },
      { Origin: `http://localhost:${Number(port) + 1}`, 'Sec-Fetch-Site': 'same-site' },
      { Origin: `https://localhost:${port}` },
      { 'Sec-Fetch-Site': 'cross-site' },
    ] as Headers[]) {
      for (const [method, path, body] of [
        ['POST', '/console/play', request],
        ['POST', '/console/call', request],
        ['POST', '/fhir/R4/Patient', patient],
        ['POST', `/fhir/R4/Bot/${bot.id}/$execute`, '{}'],
        ['GET', `/fhir/R4/Bot/${bot.id}/$execute`, ''],
        // Express matches route paths case-insensitively.
        ['GET', `/fhir/R4/Bot/${bot.id}/$EXECUTE`, ''],
        ['GET', `/fhir/R4/Bot/${bot.id}/$Execute/more?a=1`, ''],
        ['HEAD', `/API/FHIR/r4/bot/${bot.id}/$eXecute/`, ''],
        ['POST', '/fake/meta/messages', '{}'],
        ['DELETE', `/fhir/R4/Patient/${id}`, ''],
      ] as const) {
        const type = method === 'POST' ? json : {};
        const { status } = await send(method, path, { ...type, ...page }, body);
        // A GET for a page resource has no Origin.
        assert.equal(status, 403, `${JSON.stringify(page)} ${method} ${path}`);
      }
      // As on a server, which checks only the signature.
      assert.equal((await send('POST', `/webhook/${bot.membershipId}`, { ...json, ...page }, '{}')).status, 200);
    }
    assert.equal(await patients(), before);
    assert.equal(executions(), executed);
    for (const own of [`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`]) {
      assert.equal((await send('POST', '/fhir/R4/Patient', { ...json, Origin: own }, patient)).status, 201, own);
    }
  });

  test('$execute accepts what the server accepts', async () => {
    for (const [type, body, input] of [
      [form, 'a=1', { a: '1' }],
      ['text/plain', 'a', 'a'],
      ['application/json', '{"a":1}', { a: 1 }],
    ] as const) {
      const answer = await send('POST', `/fhir/R4/Bot/${bot.id}/$execute`, { 'Content-Type': type }, body);
      assert.equal(answer.status, 200, type);
      assert.deepEqual(JSON.parse(answer.body), { input });
    }
  });
});

describe('a deeply nested body', () => {
  const list = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const object = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  const patient = (depth: number): string => `{"resourceType":"Patient","name":${list(depth)}}`;
  const bundle = (depth: number): string =>
    `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"POST","url":"Patient"},` +
    `"resource":${patient(depth)}}]}`;

  async function alive(): Promise<void> {
    const answer = await send(
      'POST',
      `/webhook/${bot.membershipId}`,
      { 'Content-Type': 'application/json' },
      '{"a":1}',
    );
    assert.deepEqual(answer, { status: 200, body: '{"input":{"a":1}}' });
    assert.equal(
      (
        await send(
          'POST',
          '/fhir/R4/Patient',
          { 'Content-Type': 'application/json' },
          patient(0).replace(',"name":', ''),
        )
      ).status,
      201,
    );
    for (const path of ['/console/executions', '/sandbox/sent', '/sandbox.json']) {
      const { status, body } = await send('GET', path);
      assert.equal(status, 200, path);
      JSON.parse(body);
    }
  }

  for (const depth of [5_000, 100_000]) {
    test(`${depth} levels: every route returns 400 and stays available`, async () => {
      const bots = [bot];
      for (const runtimeVersion of runtimeVersions) {
        bots.push(await sandbox.addBot({ code: echo, runtimeVersion }));
      }
      for (const { id, membershipId } of bots) {
        for (const path of [`/webhook/${membershipId}`, `/fhir/R4/Bot/${id}/$execute`]) {
          for (const make of [list, object]) {
            const { status, body } = await send('POST', path, { 'Content-Type': 'application/json' }, make(depth));
            assert.equal(status, 400, path);
            assert.match(body, /nests more than/);
          }
        }
      }
      await alive();
      for (const path of ['/fhir/R4/Patient', '/fhir/R4', '/fhir/R4/$graphql', '/fhir/R4/Patient/_search']) {
        for (const make of [list, object, patient, bundle]) {
          const { status, body } = await send('POST', path, { 'Content-Type': 'application/fhir+json' }, make(depth));
          assert.equal(status, 400, path);
          assert.match(body, /nests more than/);
        }
      }
      await alive();
      for (const path of ['/console/play', '/console/call', '/fake/meta/messages']) {
        assert.equal((await send('POST', path, { 'Content-Type': 'application/json' }, object(depth))).status, 400);
      }
      const noBot = '/webhook/2a6e0c1c-6f64-4a39-a1f4-6f8b21b0a113';
      assert.equal((await send('POST', noBot, { 'Content-Type': 'application/json' }, list(depth))).status, 404);
      await alive();
    });

    test(`${depth} levels: a bot with rawBody gets the text`, async () => {
      for (const runtimeVersion of runtimeVersions) {
        const code = `exports.handler = async (medplum, { input }) => ({ length: input.length });`;
        const takes = await sandbox.addBot({ code, runtimeVersion, rawBody: true });
        for (const url of [takes.webhook, executeUrl(sandbox, takes)]) {
          const path = new URL(url).pathname;
          const answer = await send('POST', path, { 'Content-Type': 'application/json' }, list(depth));
          assert.deepEqual(answer, { status: 200, body: `{"length":${2 * depth}}` }, runtimeVersion);
        }
      }
      await alive();
    });

    test(`${depth} levels: Plumline's bots reject it`, { skip: !existsSync(bundlePath('webhook')) }, async () => {
      for (const [path, status] of [
        [new URL(bots.webhook.webhook).pathname, 403],
        [`/fhir/R4/Bot/${bots.operations.id}/$execute`, 400],
      ] as const) {
        for (const make of [list, object]) {
          const answer = await send('POST', path, { 'Content-Type': 'application/json' }, make(depth));
          assert.equal(answer.status, status, `${path}: ${answer.body}`);
        }
      }
      await alive();
    });
  }

  test('a bot’s response that is nested too deeply fails', async () => {
    const code = `exports.handler = async (medplum, { input }) => {
      let made = {};
      for (let depth = 0; depth < input.depth; depth++) made = { made };
      return made;
    };`;
    for (const runtimeVersion of runtimeVersions) {
      const makes = await sandbox.addBot({ code, runtimeVersion });
      for (const depth of [5_000, 100_000]) {
        const path = new URL(makes.webhook).pathname;
        const { status } = await send('POST', path, { 'Content-Type': 'application/json' }, JSON.stringify({ depth }));
        assert.ok(status === 400 || status === 500 || status === 200, `${runtimeVersion}: ${status}`);
        await alive();
      }
    }
  });

  test('the maximum depth is accepted, also in a resource', async () => {
    const answer = await send(
      'POST',
      `/webhook/${bot.membershipId}`,
      { 'Content-Type': 'application/json' },
      list(499),
    );
    assert.deepEqual(answer, { status: 200, body: `{"input":${list(499)}}` });
    const nested = '{"url":"https://example.com/a","extension":['.repeat(240);
    const body = `{"resourceType":"Patient","extension":[${nested}${']}'.repeat(240)}]}`;
    const { status } = await send('POST', '/fhir/R4/Patient', { 'Content-Type': 'application/json' }, body);
    assert.ok(status === 201 || status === 400, String(status));
    assert.equal((await send('GET', '/fhir/R4/Patient?_count=100')).status, 200);
    await alive();
  });
});
