// SPDX-License-Identifier: Apache-2.0 OR MIT

/** deploy/deploy.mjs against a fake server with recorded responses of a real one. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientId, clientSecret, FakeMedplum, recordedCase } from './fake-medplum.ts';
import type { FakeOptions, Json } from './fake-medplum.ts';

const root = new URL('../../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const file = (path: string): Json => JSON.parse(text(`deploy/${path}.json`)) as Json;
const script = fileURLToPath(new URL('deploy/deploy.mjs', root));

const botSystem = 'https://plumline.dev/fhir/bot';
const authToken = 'invented-auth-token-0123456789';
const confidential = {
  TWILIO_AUTH_TOKEN: authToken,
  TWILIO_API_KEY: 'SK00000000000000000000000000000001',
  TWILIO_API_SECRET: 'invented-api-secret-98765',
  PLUMLINE_SECRET: 'invented-sealing-secret-of-32-chars',
};
const settings = {
  ...confidential,
  TWILIO_NUMBER: '+15550100001, +15550100002',
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000001',
};

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let server: FakeMedplum;
beforeEach(async () => {
  server = await new FakeMedplum().start();
  server.secrets = settings;
});
afterEach(() => server.stop());

/** Runs the script and asserts that it prints no secret. */
async function deploy(args = ['--no-call'], more: Record<string, string> = {}, file = script): Promise<Run> {
  const env = {
    PATH: process.env['PATH'],
    MEDPLUM_BASE_URL: `${server.base}/`,
    MEDPLUM_CLIENT_ID: clientId,
    MEDPLUM_CLIENT_SECRET: clientSecret,
    ...more,
  };
  const run = await new Promise<Run>((resolve) => {
    execFile(process.execPath, [file, ...args], { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
  });
  for (const secret of [clientSecret, server.token, 'Bearer', ...Object.values(confidential)]) {
    assert.ok(!run.out.includes(secret) && !run.err.includes(secret), `${secret}: ${run.out} ${run.err}`);
  }
  return run;
}

async function deployed(args?: string[], more?: Record<string, string>): Promise<Run> {
  const run = await deploy(args, more);
  assert.equal(run.code, 0, `${run.out}${run.err}`);
  assert.equal(run.err, '');
  return run;
}

const bot = (name: string): ReturnType<FakeMedplum['only']> =>
  server.only(
    'Bot',
    ({ identifier }) => JSON.stringify(identifier) === JSON.stringify(file(`bots/${name}`)['identifier']),
  );
const membershipOf = (id: string): ReturnType<FakeMedplum['only']> =>
  server.only('ProjectMembership', ({ profile }) => (profile as Json)['reference'] === `Bot/${id}`);
const subscriptions = ['ended-calls', 'changed-roles', 'new-pages'];
const subscription = (name: string): ReturnType<FakeMedplum['only']> =>
  server.only('Subscription', ({ criteria }) => criteria === file(`subscriptions/${name}`)['criteria']);
const counts = (): number[] =>
  ['AccessPolicy', 'Bot', 'ProjectMembership', 'Subscription'].map((type) => server.of(type).length);

/** Requests with a write method. */
const writes = (): string[] =>
  server.seen
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);

describe('the fake server', () => {
  /** Whether a response matches the recorded one: the same keys, and the same values except placeholders. */
  function same(expected: unknown, found: unknown, at: string): void {
    if (typeof expected === 'string' && /[<…]/.test(expected)) {
      assert.equal(typeof found, 'string', at);
    } else if (Array.isArray(expected)) {
      assert.ok(Array.isArray(found) && found.length === expected.length, at);
      expected.forEach((one, index) => same(one, found[index], `${at}[${index}]`));
    } else if (typeof expected === 'object' && expected !== null) {
      const keys = (of: object): string[] =>
        Object.keys(of)
          .filter((key) => key !== 'link')
          .sort();
      assert.deepEqual(keys(found as object), keys(expected), at);
      for (const key of keys(expected)) {
        same((expected as Json)[key], (found as Json)[key], `${at}.${key}`);
      }
    } else {
      assert.equal(found, expected, at);
    }
  }

  test('responds like the recorded server', async () => {
    const ids: Record<string, string> = { project: server.project };
    const put = (of: unknown): unknown =>
      JSON.parse(JSON.stringify(of).replaceAll(/<([\w-]+)>/g, (all, name: string) => ids[name] ?? all));
    const play = async (id: string): Promise<Json> => {
      const { request, response } = recordedCase(id);
      const { auth: _, ...headers } = request.headers as Record<string, string>;
      const answer = await fetch(`${server.base}${put(request.path) as string}`, {
        method: request.method,
        headers: { ...headers, Authorization: `Bearer ${server.token}` },
        ...(request.body !== undefined && { body: JSON.stringify(put(request.body)) }),
      });
      assert.equal(answer.status, response.status, id);
      const body = (await answer.json()) as Json;
      same(response.body, body, id);
      return body;
    };
    ids['policy'] = (await play('policy/create'))['id'] as string;
    await play('policy/search-none');
    await play('policy/update');
    await play('policy/unknown-property');
    ids['bot'] = (await play('bot/create'))['id'] as string;
    await play('membership/of-bot');
    await play('bot/update');
    await play('deploy/ok');
    ids['subscription'] = (await play('subscription/create'))['id'] as string;
    await play('subscription/update');
    await play('subscription/identifier');
    await play('policy/search-identifier');
    const byFhir = server.put({ resourceType: 'Bot', name: 'Example' });
    ids['bot-without-membership'] = byFhir.id;
    await play('membership/of-bot-by-fhir');
    await play('membership/create');
    server.options = { rawBody: false };
    server.put({ resourceType: 'Bot', id: ids['bot'], name: 'Example' });
    await play('bot/raw-body');
  });
});

describe('deploy/deploy.mjs', () => {
  test('creates all resources and completes the test call', async () => {
    const { out } = await deployed([]);
    assert.deepEqual(counts(), [3, 3, 3, 3]);
    const policy = (name: string): string => {
      const wanted = file(`policies/${name}`);
      const deployedBot = server.only('AccessPolicy', (one) => one['name'] === wanted['name']);
      assert.deepEqual(deployedBot['resource'], wanted['resource']);
      return `AccessPolicy/${deployedBot.id}`;
    };
    policy('staff');
    const policies = { webhook: policy('webhook'), operations: policy('webhook'), automation: policy('automation') };
    for (const [botName, reference] of Object.entries(policies)) {
      const deployedBot = bot(botName);
      for (const [name, value] of Object.entries(file(`bots/${botName}`))) {
        assert.deepEqual(deployedBot[name], value, `${botName} ${name}`);
      }
      assert.equal(deployedBot['publicWebhook'], botName === 'webhook' ? true : undefined);
      assert.equal(server.codeOf(deployedBot.id), text(`pkg/bots/${botName}.cjs`));
      assert.equal((deployedBot['executableCode'] as Json)['title'], `${botName}.cjs`);
      assert.deepEqual(membershipOf(deployedBot.id)['accessPolicy'], { reference });
    }
    for (const name of subscriptions) {
      assert.deepEqual(subscription(name)['channel'], {
        type: 'rest-hook',
        endpoint: `Bot/${bot('automation').id}`,
      });
    }
    const url = `${server.base}/webhook/${membershipOf(bot('webhook').id).id}`;
    assert.ok(out.includes(`webhook URL: ${url}\n`), out);
    assert.match(out, /accepted: the signature is valid/);
    assert.equal(server.seen.at(-1)?.path, url.slice(server.base.length + 1));
    assert.ok(!out.includes('note:'), out);
  });

  test('changes nothing on a second run', async () => {
    const first = await deployed();
    const before = server.snapshot();
    server.seen.length = 0;
    const second = await deployed();
    assert.deepEqual(server.snapshot(), before);
    assert.deepEqual(writes(), ['POST oauth2/token']);
    assert.equal(second.out.match(/unchanged/g)?.length, 12);
    assert.equal(/webhook URL: .*/.exec(second.out)?.[0], /webhook URL: .*/.exec(first.out)?.[0]);
  });

  test('restores changed values and keeps unrelated settings', async () => {
    await deployed();
    const { id } = bot('automation');
    const other = { system: 'https://example.com/bots', value: '7' };
    server.put({
      ...bot('automation'),
      identifier: [other, ...(bot('automation')['identifier'] as Json[])],
      publicWebhook: true,
      timeout: 1,
      auditEventDestination: ['log'],
    });
    server.put({ ...membershipOf(id), accessPolicy: { reference: 'AccessPolicy/gone' } });
    server.put({ ...subscription('changed-roles'), status: 'off' });
    const policy = server.only('AccessPolicy', ({ name }) => name === 'Plumline webhook');
    server.put({ ...policy, resource: [{ resourceType: 'Patient' }] });
    const webhook = bot('webhook');
    server.put({ ...webhook, executableCode: { ...(webhook['executableCode'] as Json), title: 'index.cjs' } });
    server.seen.length = 0;
    await deployed();
    assert.deepEqual(counts(), [3, 3, 3, 3]);
    const automation = server.only('Bot', (one) => one.id === id);
    assert.deepEqual(automation['identifier'], [other, { system: botSystem, value: 'automation' }]);
    assert.equal(automation['publicWebhook'], undefined);
    assert.equal(automation['timeout'], 30);
    assert.deepEqual(automation['auditEventDestination'], ['log']);
    const reference = (membershipOf(id)['accessPolicy'] as Json)['reference'];
    assert.equal(
      reference,
      `AccessPolicy/${server.only('AccessPolicy', ({ name }) => name === 'Plumline automation').id}`,
    );
    assert.equal(subscription('changed-roles')['status'], 'active');
    assert.deepEqual(
      server.only('AccessPolicy', ({ name }) => name === 'Plumline webhook')['resource'],
      file('policies/webhook')['resource'],
    );
    // AWS Lambda applies a new timeout only with a code deployment.
    const deploys = writes().filter((line) => line.endsWith('$deploy'));
    assert.deepEqual(
      deploys.sort(),
      [`POST fhir/R4/Bot/${id}/$deploy`, `POST fhir/R4/Bot/${webhook.id}/$deploy`].sort(),
    );
  });

  test('continues after an incomplete run', async () => {
    // One bot from a run that stopped after its creation, and one without a membership.
    const half = server.put({ resourceType: 'Bot', name: 'Plumline webhook', runtimeVersion: 'vmcontext' });
    await deployed();
    assert.deepEqual(counts(), [3, 3, 3, 3]);
    assert.equal(bot('webhook').id, half.id);
    assert.deepEqual((membershipOf(half.id)['project'] as Json)['reference'], `Project/${server.project}`);
  });

  test('keeps the URL of an existing webhook bot', async () => {
    const deployedBot = server.put({ resourceType: 'Bot', name: 'plumline-webhook', publicWebhook: true });
    const profile = { reference: `Bot/${deployedBot.id}` };
    const member = server.put({
      resourceType: 'ProjectMembership',
      profile,
      accessPolicy: { reference: 'AccessPolicy/old' },
    });
    for (let run = 0; run < 2; run += 1) {
      const { out } = await deployed(['--webhook-bot', deployedBot.id, '--no-call']);
      assert.ok(out.includes(`webhook URL: ${server.base}/webhook/${member.id}\n`), out);
      assert.deepEqual(counts(), [3, 3, 3, 3]);
    }
    assert.equal(bot('webhook').id, deployedBot.id);
    // Another bot exists by now.
    const { code, err } = await deploy(['--webhook-bot', bot('operations').id]);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`Bot/${deployedBot.id} is already the webhook bot`));
  });

  /** Each step, the recorded error response, and the expected message. */
  const refusals: [step: string, request: RegExp, answer: string, shown: RegExp][] = [
    ['token', /^POST oauth2\/token/, 'token/wrong-secret', /POST oauth2\/token: 400 Invalid secret/],
    ['project', /^GET fhir\/R4\/Project\//, 'project/read-as-client', /GET fhir\/R4\/Project\/[\w-]+: 403 Forbidden/],
    [
      'policy search',
      /^GET fhir\/R4\/AccessPolicy/,
      'policy/search-identifier',
      /GET .*: 400 Unknown search parameter/,
    ],
    ['policy', /^POST fhir\/R4\/AccessPolicy/, 'policy/create-as-member', /POST fhir\/R4\/AccessPolicy: 403 Forbidden/],
    ['bot search', /^GET fhir\/R4\/Bot/, 'bot/create-as-client', /GET fhir\/R4\/Bot\?identifier=.*: 403 Forbidden/],
    ['bot', /^POST admin\//, 'bot/create-as-client', /POST admin\/projects\/[\w-]+\/bot: 403 Forbidden/],
    ['membership', /^GET fhir\/R4\/ProjectM/, 'membership/search-as-client', /ProjectMembership\?profile=.*: 403 Forb/],
    ['bot settings', /^PUT fhir\/R4\/Bot/, 'bot/if-match-stale', /PUT fhir\/R4\/Bot\/[\w-]+: 412 Precondition Failed/],
    [
      'code',
      /^POST .*\$deploy/,
      'deploy/size-1030k',
      /POST fhir\/R4\/Bot\/[\w-]+\/\$deploy: 413 Request body too large/,
    ],
    ['subscription', /^POST fhir\/R4\/Subsc/, 'subscription/create-as-member', /POST fhir\/R4\/Subscription: 403 Forb/],
    ['secrets', /^PATCH fhir\/R4\/Project/, 'secrets/by-fhir-patch-as-client', /PATCH fhir\/R4\/Project\/[\w-]+: 403/],
  ];
  for (const [step, request, answer, shown] of refusals) {
    test(`stops when the server refuses: ${step}`, async () => {
      const refuse: FakeOptions['refuse'] = [request, answer];
      server.options = { refuse };
      const { code, err } = await deploy(['--set-secrets'], { TWILIO_TWIML_APP_SID: 'AP1' });
      assert.equal(code, 1);
      assert.match(err, shown);
      // No request follows it.
      const { method, path } = server.seen.at(-1) ?? { method: '', path: '' };
      assert.match(`${method} ${path}`, request);
      // After the server allows it, the next run completes.
      server.options = {};
      await deployed(['--set-secrets', '--no-call'], { TWILIO_TWIML_APP_SID: 'AP1' });
      assert.deepEqual(counts(), [3, 3, 3, 3]);
    });
  }

  test('hides a secret in a server response', async () => {
    const issue = [{ details: { text: `no ${clientSecret} ${authToken} ${server.token}` }, expression: ['Bot.name'] }];
    server.options = { refuse: [/^POST admin/, [400, { resourceType: 'OperationOutcome', issue }]] };
    const { err } = await deploy();
    assert.match(err, /bot: 400 no \*\*\* \*\*\* \*\*\* at Bot\.name\n/);
    // An error page of a proxy.
    server.options = { refuse: [/^POST oauth2/, [502, `Bad gateway ${clientSecret}`]] };
    assert.match((await deploy()).err, /POST oauth2\/token: 502 Bad gateway \*\*\*\n/);
  });

  test('stops with a reason if the test call is refused', async () => {
    await deployed();
    server.options = { refuse: [/^POST webhook\//, 'webhook/not-public'] };
    const refused = await deploy([]);
    assert.equal(refused.code, 1);
    assert.match(refused.out, /403.*\n.*not configured for public webhook access/);
    assert.match(refused.err, /the test call failed/);
    // The test call uses the URL that the bot checks signatures against.
    server.options = {};
    server.secrets = { ...settings, PLUMLINE_WEBHOOK_URL: `${server.base}/webhook/other` };
    const other = await deploy([]);
    assert.equal(other.code, 1);
    assert.match(other.out, /note: the secret PLUMLINE_WEBHOOK_URL is different/);
    assert.match(other.out, /404/);
  });

  test('deploys to a server without rawBody and reports it', async () => {
    server.options = { rawBody: false };
    for (let run = 0; run < 2; run += 1) {
      const { out } = await deployed([]);
      assert.equal(out.match(/note: .*older than Medplum 5\.2.*/g)?.length, 1, out);
      assert.match(out, /accepted: the signature is valid/);
      assert.equal(bot('webhook')['rawBody'], undefined);
      assert.equal(bot('webhook')['publicWebhook'], true);
      assert.deepEqual(counts(), [3, 3, 3, 3]);
    }
    const before = server.snapshot();
    await deployed();
    assert.deepEqual(server.snapshot(), before);
    // After a server update, the script sets it.
    server.options = {};
    await deployed();
    assert.equal(bot('webhook')['rawBody'], true);
  });

  test('requires a project admin and the feature bots', async () => {
    server.options = { admin: false };
    const client = await deploy();
    assert.equal(client.code, 1);
    assert.match(client.err, /not a project admin/);
    server.options = { features: [] };
    const bare = await deploy();
    assert.equal(bare.code, 1);
    assert.match(bare.err, /does not have the feature "bots"/);
    assert.deepEqual(counts(), [0, 0, 0, 0]);
    server.options = { features: ['bots'] };
    const { out } = await deployed();
    assert.match(out, /note: the project does not have the feature "cron"/);
    assert.match(out, /note: the project does not have the feature "transaction-bundles"/);
  });

  test('stops at a duplicate resource', async () => {
    await deployed();
    server.put({ ...bot('operations'), id: 'another' });
    const { code, err } = await deploy();
    assert.equal(code, 1);
    assert.match(err, /The bot operations exists 2 times: Bot\/[\w-]+, Bot\/another\. Delete all but one/);
  });

  test('names the missing secrets', async () => {
    const { TWILIO_NUMBER: _, PLUMLINE_SECRET: __, ...some } = settings;
    server.secrets = some;
    const { code, out, err } = await deploy([]);
    assert.equal(code, 1);
    assert.match(out, /webhook URL: http/);
    assert.match(out, /secret TWILIO_NUMBER: missing, required by: webhook\n/);
    assert.match(out, /secret PLUMLINE_SECRET: missing, required by: tickets\n/);
    assert.equal(out.match(/: missing/g)?.length, 2);
    assert.match(err, /Set them/);
    assert.ok(!server.seen.some(({ path }) => path.startsWith('webhook/')));
  });

  test('sets secrets only on request and keeps the others', async () => {
    const { project } = server;
    const twice = [
      { name: 'OTHER', valueString: 'stays' },
      { name: 'TWILIO_NUMBER', valueString: '+15550100009' },
      { name: 'TWILIO_NUMBER', valueString: '+15550100008' },
    ];
    server.put({ ...server.only('Project'), id: project, secret: twice });
    await deploy([], settings);
    assert.deepEqual(server.only('Project')['secret'], twice);
    const { out } = await deployed(['--set-secrets'], settings);
    const numbers = { name: 'TWILIO_NUMBER', valueString: settings.TWILIO_NUMBER };
    const set = server.only('Project')['secret'] as Json[];
    assert.deepEqual(set.slice(0, 3), [twice[0], numbers, numbers]);
    assert.deepEqual(server.secrets, { OTHER: 'stays', ...settings });
    assert.equal(set.length, 8);
    assert.match(out, /secrets: set TWILIO_AUTH_TOKEN, TWILIO_NUMBER, /);
    assert.match(out, /accepted: the signature is valid/);
    const before = server.snapshot();
    assert.match((await deployed(['--set-secrets'], settings)).out, /secrets: unchanged/);
    assert.deepEqual(server.snapshot(), before);
    // A project without secrets.
    const { secret: ___, ...bare } = server.only('Project');
    server.put({ ...bare, id: project });
    await deployed(['--set-secrets'], settings);
    assert.deepEqual(server.secrets, settings);
  });

  test('gives the automation bot access to appointments if the config uses them', async () => {
    const named = (name: string): string =>
      `AccessPolicy/${server.only('AccessPolicy', (one) => one['name'] === name).id}`;
    const reference = (): unknown => (membershipOf(bot('automation').id)['accessPolicy'] as Json)['reference'];
    await deployed();
    assert.equal(reference(), named('Plumline automation'));
    server.secrets = { ...settings, PLUMLINE_CONFIG: '{"appointment":{"callExtension":true}}' };
    await deployed();
    assert.equal(reference(), named('Plumline automation with appointments'));
    // The script reads the new config.
    await deployed(['--set-secrets', '--no-call'], { PLUMLINE_CONFIG: '{"client":"front-desk"}' });
    assert.equal(reference(), named('Plumline automation'));
    server.secrets = { ...settings, PLUMLINE_CONFIG: 'not JSON' };
    await deployed();
    assert.equal(reference(), named('Plumline automation'));
  });

  test('uses the first auth token during a rotation', async () => {
    server.secrets = { ...settings, TWILIO_AUTH_TOKEN: `${authToken}, invented-next-token-123` };
    const { out } = await deployed([], { TWILIO_AUTH_TOKEN: 'one of another shell' });
    assert.match(out, /accepted: the signature is valid/);
    assert.ok(!out.includes('invented-next-token-123'));
  });

  test('reports invalid settings', async () => {
    const without = await deploy([], { MEDPLUM_CLIENT_SECRET: '' });
    assert.equal(without.code, 1);
    assert.match(without.err, /Set MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET/);
    const url = await deploy([], { MEDPLUM_BASE_URL: 'api.medplum.com' });
    assert.match(
      url.err,
      /^deploy: MEDPLUM_BASE_URL is not a valid URL: "api\.medplum\.com"\. Use a URL such as https:\/\//,
    );
    const password = await deploy([], { MEDPLUM_BASE_URL: 'https://user:pw-17@api.medplum.com' });
    assert.match(password.err, /is not a valid URL: "https:\/\/\*\*\*@api\.medplum\.com"/);
    const invalid = await deploy([], { MEDPLUM_BASE_URL: 'https://exa mple' });
    assert.match(invalid.err, /^deploy: MEDPLUM_BASE_URL is not a valid URL: "https:\/\/exa mple"/);
    const down = await deploy([], { MEDPLUM_BASE_URL: 'http://127.0.0.1:9' });
    assert.equal(down.code, 1);
    assert.match(
      down.err,
      /POST oauth2\/token: no response from http:\/\/127\.0\.0\.1:9: .+\. Is MEDPLUM_BASE_URL correct, and is the server running\?\n$/,
    );
    server.options = { refuse: [/^GET fhir\/R4\/Bot/, [200, 'Sign in']] };
    assert.match((await deploy()).err, /GET fhir\/R4\/Bot.*: the response is not JSON/);
    const option = await deploy(['--unknown']);
    assert.equal(option.code, 1);
    assert.match(option.err, /--unknown/);
  });

  test('sends secrets over http only to this machine', async () => {
    for (const address of [
      'http://203.0.113.9',
      'HTTP://medplum.example.com/',
      'http://localhost.example.com:8103',
      'http://127.0.0.1.example.com',
      'http://128.0.0.1',
      'http://[::2]:8103',
      'http://0.0.0.0:8103',
    ]) {
      const { code, out, err } = await deploy([], { MEDPLUM_BASE_URL: address });
      assert.deepEqual(
        { code, out, err },
        { code: 1, out: '', err: 'deploy: MEDPLUM_BASE_URL must start with https://\n' },
        address,
      );
    }
    // fetch refuses port 9 after the script accepts the address.
    for (const host of ['localhost', '127.0.0.2', '[::1]']) {
      assert.match((await deploy([], { MEDPLUM_BASE_URL: `http://${host}:9` })).err, /no response from/, host);
    }
  });

  test('prints no password of the webhook URL', async () => {
    await deployed();
    const { host } = new URL(server.base);
    for (const userinfo of [
      'clinic:pw-17',
      'clinic:a%2Fb%40c-long-password',
      'clinic:p@ss:word/x',
      'token-4711-only',
    ]) {
      const PLUMLINE_WEBHOOK_URL = `http://${userinfo}@${host}/webhook/other`;
      server.secrets = { ...settings, PLUMLINE_WEBHOOK_URL };
      const { out, err } = await deploy([]);
      assert.ok(!/clinic|pw-17|a%2Fb|a\/b|p@ss|word\/x|4711/.test(out + err), `${userinfo}: ${out}${err}`);
      assert.match(out, /Twilio must call that URL: http:\/\/\*\*\*@127\.0\.0\.1:\d+\/webhook\/other\n/);
      assert.match(out, /test call to http:\/\/\*\*\*@127\.0\.0\.1:\d+\/webhook\/other\n/);
    }
  });

  test('masks every encoding of a secret, before it truncates', async () => {
    const secret = 'a+b/c d&e<f>"g\'h\\i%j-invented';
    const html = secret.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
    const named = secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
    const base64 = (before: string, type: BufferEncoding = 'base64'): string =>
      Buffer.from(`${before}${secret}`).toString(type);
    const percent = encodeURIComponent(secret);
    const spellings = {
      plain: secret,
      form: new URLSearchParams({ x: secret }).toString().slice(2),
      percent,
      lower: percent.replace(/%../g, (one) => one.toLowerCase()),
      every: [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(''),
      twice: encodeURIComponent(percent),
      html,
      named,
      json: JSON.stringify(secret).slice(1, -1),
      base64: base64(''),
      basic: base64(`${clientId}:`),
      aligned: base64('x'),
      url: base64('xy', 'base64url'),
      escaped: encodeURIComponent(base64('')),
    };
    for (const [name, spelling] of Object.entries(spellings)) {
      const issue = [{ details: { text: `begin ${spelling} end` } }];
      server.options = { refuse: [/^POST oauth2/, [400, { resourceType: 'OperationOutcome', issue }]] };
      const { err } = await deploy([], { PLUMLINE_SECRET: secret });
      const shown = /begin (.*) end/.exec(err)?.[1] ?? err;
      assert.match(shown, /^[\w+/%]{0,60}\*\*\*[\w=%]{0,4}$/, `${name}: ${err}`);
      assert.ok(!/invent|aW52ZW50/.test(shown), `${name}: ${err}`);
      if (!['basic', 'aligned', 'url', 'base64', 'escaped'].includes(name)) {
        assert.equal(shown, '***', name);
      }
    }
    // The length limit falls inside the secret.
    server.options = { refuse: [/^POST oauth2/, [502, `${'x'.repeat(290)}${secret}`]] };
    const cut = await deploy([], { PLUMLINE_SECRET: secret });
    assert.match(cut.err, /502 x{290}\*\*\*\n/);
    // A long secret, such as a config.
    const long = JSON.stringify({ greeting: 'good day, '.repeat(6000) });
    server.options = { refuse: [/^POST oauth2/, [400, { issue: [{ diagnostics: `[${encodeURIComponent(long)}]` }] }]] };
    assert.match((await deploy([], { PLUMLINE_CONFIG: long })).err, /400 \[\*\*\*\]\n/);
  });

  test('hides the query and the password of a redirect', async () => {
    const location = `https://user:pw-17@login.example.com/start?client_secret=${clientSecret}&next=abc#frag`;
    server.options = { refuse: [/^POST oauth2/, [302, '', { Location: location }]] };
    const { err } = await deploy();
    assert.equal(
      err,
      'deploy: POST oauth2/token: 302: the server has another address, https://login.example.com/start\n',
    );
    server.options = {
      refuse: [/^POST oauth2/, [302, '', { Location: `/${Buffer.from(clientSecret).toString('hex')}` }]],
    };
    assert.match((await deploy()).err, /another address, http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+\n/);
    server.options = { refuse: [/^POST oauth2/, [302, '', {}]] };
    assert.match((await deploy()).err, /302: the server has another address\n/);
  });

  test('reports a response of any form without a crash', async () => {
    for (const body of [
      { issue: { code: 'x' } },
      { issue: 'x' },
      { issue: 7 },
      { issue: [null, 'x', 7] },
      { issue: [{ expression: 'Bot.name' }] },
      { issue: [{ details: 'x', expression: 7 }] },
      { error: { message: 'x' } },
      [],
      null,
      7,
    ]) {
      server.options = { refuse: [/^POST oauth2/, [400, body]] };
      const { code, err } = await deploy();
      assert.equal(code, 1);
      assert.match(err, /^deploy: POST oauth2\/token: 400.*\n$/, JSON.stringify(body));
    }
    server.options = {};
    await deployed();
    for (const entry of ['x', 7, { resource: {} }, [null], [{}], [{ resource: 'x' }]]) {
      server.options = { refuse: [/^GET fhir\/R4\/Subscription/, [200, { resourceType: 'Bundle', entry }]] };
      await deployed();
      // The bot was not found, so it was created again.
      subscriptions.forEach(() => server.remove(server.of('Subscription').at(-1)));
    }
    server.options = { refuse: [/^GET fhir\/R4\/Project/, [200, { resourceType: 'Project', secret: 'x' }]] };
    assert.match((await deploy()).err, /^deploy: the webhook bot needs these secrets/);
  });

  test('prints no HTML', async () => {
    const page = `\n<!doctype html><html><body>${'Sign in '.repeat(100)}</body></html>`;
    for (const [request, status] of [
      [/^POST oauth2/, 502],
      [/^POST oauth2/, 200],
      [/^GET auth/, 404],
      [/^GET fhir\/R4\/Bot/, 200],
    ] as const) {
      server.options = { refuse: [request, [status, page]] };
      const { err, out } = await deploy();
      assert.match(err, /: (502 |404 )?the response is HTML\. Is this a Medplum server\?\n$/);
      assert.ok(!/Sign in/.test(err + out));
    }
  });

  test('refuses an unknown runtime before any request', async () => {
    const { code, err } = await deploy(['--runtime', 'foo']);
    assert.equal(code, 1);
    assert.equal(err, 'deploy: --runtime must be awslambda, vmcontext or fission, not "foo"\n');
    assert.deepEqual(server.seen, []);
    for (const runtime of ['awslambda', 'vmcontext', 'fission']) {
      await deployed(['--runtime', runtime, '--no-call']);
      assert.equal(bot('webhook')['runtimeVersion'], runtime);
    }
  });

  test('reports that the environment has no secret to set', async () => {
    const { out } = await deployed(['--set-secrets', '--no-call'], { TWILIO_NUMBER: ' ' });
    assert.match(out, /^secrets: none found in the environment$/m);
    assert.deepEqual(server.secrets, settings);
  });

  test('reports that the bundles are not built', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'plumline-deploy-'));
    try {
      cpSync(fileURLToPath(new URL('deploy', root)), path.join(folder, 'deploy'), { recursive: true });
      const copy = path.join(folder, 'deploy/deploy.mjs');
      const missing = await deploy([], {}, copy);
      assert.equal(missing.code, 1);
      assert.equal(missing.err, 'deploy: pkg/bots/webhook.cjs is missing. Run npm run build.\n');
      mkdirSync(path.join(folder, 'pkg/bots'), { recursive: true });
      for (const name of ['webhook', 'operations', 'automation']) {
        writeFileSync(path.join(folder, `pkg/bots/${name}.cjs`), '1');
      }
      assert.match((await deploy([], {}, copy)).err, /pkg\/cli\/plumline\.mjs is missing. Run npm run build./);
      assert.deepEqual(server.seen, []);
      assert.equal((await deploy(['--no-call'], {}, copy)).code, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
