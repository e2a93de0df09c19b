// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The sandbox's webhook, compared with recorded responses of a Medplum server. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';

interface Parsing {
  name: string;
  method?: string;
  contentType?: string | null;
  body?: string;
  bodyIsRule?: boolean;
  status: number;
  responseType: string;
  input?: unknown;
  inputKeys?: number;
  event?: { contentType?: string; keys?: string[]; inputIsObject?: boolean };
  error?: unknown;
}

interface Recording {
  globals: Record<string, string>;
  parsing: Parsing[];
  results: { returns: string; status: number; contentType: string; body: string }[];
  responseHeaders: Record<string, string>;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Echo {
  input: unknown;
  contentType?: string;
  keys: string[];
  inputIsObject: boolean;
}

const recorded = JSON.parse(
  readFileSync(new URL('../vectors/medplum-webhook.json', import.meta.url), 'utf8'),
) as Recording;

const echo = `exports.handler = async (medplum, event) => ({
  input: event.input,
  contentType: event.contentType,
  keys: Object.keys(event).sort(),
  inputIsObject: event.input instanceof Object,
});`;

const results = `
const outcome = (id, code) => ({
  resourceType: 'OperationOutcome', id, issue: [{ severity: 'error', code, details: { text: 'x' } }],
});
const binary = (contentType, data) => ({ resourceType: 'Binary', contentType, data });
const xml = require('node:buffer').Buffer.from('<Response/>').toString('base64');
const made = {
  'binary-text-xml': () => binary('text/xml', xml),
  'binary-application-xml': () => binary('application/xml', xml),
  'binary-empty': () => binary('text/xml', ''),
  'binary-no-data': () => binary('text/xml'),
  string: () => '<Response/>',
  number: () => 42,
  true: () => true,
  false: () => false,
  null: () => null,
  undefined: () => undefined,
  object: () => ({ a: 1 }),
  patient: () => ({ resourceType: 'Patient' }),
  'throw-error': () => { throw new Error('boom'); },
  'throw-string': () => { throw 'boom'; },
  'throw-outcome': () => { throw outcome('forbidden', 'invalid'); },
  'oo-exception': () => outcome('whatever', 'exception'),
};
exports.handler = async (medplum, { input: { r } }) => (made[r] ?? (() => outcome(r.slice(3), 'invalid')))();
`;

/** Global names that a script can check without an effect of the test itself. */
const globals = `exports.handler = async (medplum, { input }) =>
  Object.fromEntries(input.map((name) => [name, eval('typeof ' + name)]));`;

/** Bodies that the recording describes only by a rule. */
const bodies: Record<string, string> = {
  '1000 params': params(1000),
  '1001 params': params(1001),
  '100 kB': `a=${'x'.repeat(102398)}`,
  'over 100 kB': `a=${'x'.repeat(102399)}`,
};

function params(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}=v`).join('&');
}

let sandbox: Sandbox;
const bots: Record<string, SandboxBot> = {};

before(async () => {
  sandbox = await startSandbox({ seed: 'webhook' });
  for (const [name, code] of Object.entries({ echo, results, globals })) {
    bots[name] = await sandbox.addBot({ name, code, runtimeVersion: 'vmcontext' });
  }
});
after(() => sandbox.stop());

/** Uses node:http, because fetch adds a content type and normalizes paths. */
function send(
  path: string,
  { method = 'POST', type, body = '' }: { method?: string; type?: string | undefined; body?: string } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(sandbox.url);
  const headers = { 'Content-Length': Buffer.byteLength(body), ...(type !== undefined && { 'Content-Type': type }) };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function pathOf(name: string, bot = 'echo'): string {
  const id = bots[bot]?.membershipId ?? '';
  switch (name) {
    case 'path: trailing slash':
      return `/webhook/${id}/`;
    case 'path: extra segment':
      return `/webhook/${id}/more`;
    case 'path: double slash':
      return `//webhook/${id}`;
    case 'path: query':
      return `/webhook/${id}?step=menu`;
    case 'path: api prefix':
      return `/api/webhook/${id}`;
    case 'path: unknown id':
      return '/webhook/2a6e0c1c-6f64-4a39-a1f4-6f8b21b0a111';
    case 'path: not an id':
      return '/webhook/nobody';
    default:
      return `/webhook/${id}`;
  }
}

const form = 'application/x-www-form-urlencoded';

describe('parsing', () => {
  for (const entry of recorded.parsing) {
    test(entry.name, async () => {
      const isPath = entry.name.startsWith('path: ');
      const rule = entry.bodyIsRule ? bodies[entry.name] : entry.body;
      assert.notEqual(entry.bodyIsRule && rule === undefined, true, 'unknown rule');
      const answer = await send(pathOf(entry.name), {
        method: entry.method ?? 'POST',
        type: entry.contentType ?? (isPath ? form : undefined),
        body: rule ?? (isPath ? 'a=1' : ''),
      });
      assert.equal(answer.status, entry.status);
      assert.equal(answer.headers['content-type'], entry.responseType);
      if (typeof entry.error === 'string') {
        assert.equal(answer.body.startsWith(entry.error), true, answer.body);
      } else if (entry.error) {
        const outcome = JSON.parse(answer.body) as { issue: unknown[] };
        assert.deepEqual(outcome.issue[0], entry.error);
      }
      if (entry.input !== undefined || entry.inputKeys !== undefined) {
        const seen = JSON.parse(answer.body) as Echo;
        if (entry.inputKeys === undefined) {
          assert.deepEqual(seen.input, entry.input);
        } else {
          assert.equal(Object.keys(seen.input as object).length, entry.inputKeys);
        }
        if (entry.event) {
          assert.deepEqual(seen.keys, entry.event.keys);
          assert.equal(seen.contentType, entry.event.contentType);
          assert.equal(seen.inputIsObject, entry.event.inputIsObject);
        }
      }
    });
  }
});

describe('results', () => {
  for (const entry of recorded.results) {
    test(entry.returns, async () => {
      const answer = await send(pathOf('', 'results'), { type: form, body: `r=${entry.returns}` });
      assert.deepEqual(
        {
          returns: entry.returns,
          status: answer.status,
          contentType: answer.headers['content-type'],
          body: answer.body,
        },
        entry,
      );
    });
  }
});

test('response headers', async () => {
  const { headers } = await send(pathOf('', 'results'), { type: form, body: 'r=binary-text-xml' });
  for (const [name, value] of Object.entries(recorded.responseHeaders)) {
    assert.equal(headers[name], value, name);
  }
});

test('globals', async () => {
  const names = JSON.stringify(Object.keys(recorded.globals));
  const answer = await send(pathOf('', 'globals'), { type: 'application/json', body: names });
  assert.deepEqual(JSON.parse(answer.body), recorded.globals);
});

describe('paths', () => {
  for (const prefix of ['', '/api', '/projects/p', '/api/projects/p']) {
    test(`${prefix}/webhook`, async () => {
      const answer = await send(prefix + pathOf(''), { type: form, body: 'a=1' });
      assert.equal(answer.status, 200);
    });
  }

  test('a bot that is not public, and one without an access policy', async () => {
    for (const refusal of [{ publicWebhook: false }, { accessPolicy: false }]) {
      const bot = await sandbox.addBot({ code: echo, runtimeVersion: 'vmcontext', ...refusal });
      assert.equal((await send(`/webhook/${bot.membershipId}`)).status, 403);
    }
  });
});

test('executions are listed with their input, log and response', async () => {
  const code = `exports.handler = async () => { console.log('one', { a: 1 }); console.log('two'); return { ok: true }; };`;
  const bot = await sandbox.addBot({ name: 'logs', code, runtimeVersion: 'vmcontext' });
  await send(`/webhook/${bot.membershipId}`, { type: form, body: 'From=%2B15550100099' });
  const { time, duration, ...execution } = sandbox.executions.at(-1) ?? assert.fail();
  assert.deepEqual(execution, {
    bot: 'logs',
    trigger: 'webhook',
    status: 200,
    contentType: 'application/json; charset=utf-8',
    body: '{"ok":true}',
    log: ['one [object Object]', 'two'],
    params: { From: '+15550100099' },
    fhir: [],
  });
  assert.equal(Number.isNaN(Date.parse(time)), false);
  assert.equal(duration > 0, true);
});
