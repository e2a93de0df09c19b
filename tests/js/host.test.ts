// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The built bundle in a context that can fail: wasm traps, missing responses and forged events. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import vm from 'node:vm';
import twilio from 'twilio';

const root = path.resolve(import.meta.dirname, '../..');
const bundle = readFileSync(path.join(root, 'pkg/bots/webhook.cjs'), 'utf8');
const operations = readFileSync(path.join(root, 'pkg/bots/operations.cjs'), 'utf8');
const URL = 'https://fhir.example.com/webhook/5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02';
const TOKEN = 'an-invented-auth-token';
const PARAMS = { CallSid: 'CA1', From: '+15550100123', To: '+15550100001' };

interface Reply {
  resourceType: string;
  contentType?: string;
  data?: string;
  id?: string;
  issue?: { code: string; details: { text: string; coding?: { code: string }[] } }[];
}

interface Options {
  /** The bundle. Default: the webhook. */
  code?: string;
  /** The number of wasm calls that trap, from the first one. */
  traps?: number;
  /** The number of successful calls before the traps. */
  successes?: number;
  /** The Medplum client's response to `auth/me`. */
  me?: () => Promise<unknown>;
  /** Replaces the core's next script on every resume. */
  resumes?: string;
}

/** Loads the bundle as Medplum's VM runtime does, with only the globals that the bundle uses. */
interface Loaded {
  log: string[];
  count: { instances: number; asked: number };
  handle: (event: object) => Promise<Reply>;
}

function load({
  code = bundle,
  traps = 0,
  successes = 0,
  me = () => Promise.reject(new Error('not to be asked')),
  resumes,
}: Options = {}): Loaded {
  const log: string[] = [];
  const count = { instances: 0, asked: 0 };
  let left = traps;
  let before = successes;
  class Instance {
    exports: Record<string, unknown>;
    constructor(module: WebAssembly.Module) {
      count.instances++;
      const real = new WebAssembly.Instance(module).exports as Record<string, unknown>;
      const start = real['start'] as (...rest: number[]) => number;
      const resume = real['resume'] as (...rest: number[]) => number;
      let spoiled = false;
      this.exports = {
        ...real,
        start(...rest: number[]): number {
          assert.ok(!spoiled, 'a trapped instance is reused');
          if (before > 0) {
            before--;
          } else if (left > 0) {
            left--;
            spoiled = true;
            throw new WebAssembly.RuntimeError('unreachable');
          }
          return start(...rest);
        },
        resume(...rest: number[]): number {
          assert.ok(!spoiled, 'a trapped instance is reused');
          const length = resume(...rest);
          if (resumes === undefined) {
            return length;
          }
          const output = real['output'] as () => number;
          const { buffer } = real['memory'] as WebAssembly.Memory;
          return new TextEncoder().encodeInto(resumes, new Uint8Array(buffer, output())).written;
        },
      };
    }
  }
  const context = vm.createContext({
    console: { log: (line: string) => log.push(line) },
    require: createRequire(import.meta.url),
    TextDecoder,
    TextEncoder,
    WebAssembly: { Instance, Module: WebAssembly.Module },
  });
  const script = `const exports = {}; const module = { exports };\n${code}\nexports.handler`;
  const handler = vm.runInContext(script, context) as (medplum: unknown, event: unknown) => Promise<Reply>;
  const medplum = {
    getBaseUrl: () => 'https://fhir.example.com/',
    get: () => {
      count.asked++;
      return me();
    },
  };
  return { log, count, handle: (event: object) => handler(medplum, event) };
}

interface Event {
  params?: Record<string, unknown>;
  signature?: string;
  secrets?: Record<string, string | undefined>;
}

function event({ params = PARAMS, signature, secrets = {} }: Event = {}): object {
  const all = { TWILIO_AUTH_TOKEN: TOKEN, TWILIO_NUMBER: '+15550100001', PLUMLINE_WEBHOOK_URL: URL, ...secrets };
  const set = Object.entries<string | undefined>(all).filter(([, value]) => value !== undefined);
  return {
    contentType: 'application/x-www-form-urlencoded',
    headers: { 'x-twilio-signature': signature ?? twilio.getExpectedTwilioSignature(TOKEN, URL, params) },
    input: params,
    secrets: Object.fromEntries(set.map(([name, valueString]) => [name, { name, valueString }])),
  };
}

function twiml(reply: Reply): string {
  assert.equal(reply.resourceType, 'Binary');
  assert.equal(reply.contentType, 'text/xml');
  return Buffer.from(reply.data ?? '', 'base64').toString();
}

const code = (reply: Reply): string | undefined => reply.issue?.[0]?.details.coding?.[0]?.code;

describe('the webhook bundle', () => {
  test('has no wasm import and no local path, and stays small', () => {
    const wasm = readFileSync(path.join(root, 'pkg/bots/webhook.wasm'));
    assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(wasm)), []);
    assert.ok(wasm.length < 636_000, `the wasm has ${wasm.length} bytes`);
    // As the JSON of a `$deploy`. The server's default limit is 1 MB.
    for (const bot of ['webhook', 'operations', 'automation']) {
      const code = readFileSync(path.join(root, `pkg/bots/${bot}.cjs`), 'utf8');
      const deployed = JSON.stringify({ code, filename: `${bot}.cjs` }).length;
      assert.ok(deployed < 960_000, `${bot} deploys with ${deployed} bytes`);
    }
    for (const text of [bundle, wasm.toString('latin1')]) {
      assert.doesNotMatch(text, /\/(?:home|root|work|usr|tmp|Users)\//);
    }
  });

  test('responds to an event', async () => {
    const { count, handle, log } = load();
    assert.match(twiml(await handle(event())), /<Dial><Client>\+15550100001<\/Client><\/Dial>/);
    assert.deepEqual([count.asked, log], [0, []]);
  });

  test('creates a new instance after a trap and answers the same event', async () => {
    const { count, handle, log } = load({ traps: 1 });
    assert.match(twiml(await handle(event())), /<Client>/);
    assert.deepEqual([count.instances, log.length], [2, 1]);
    assert.match(log[0] ?? '', /^plumline: CORE_TRAPPED: RuntimeError$/);
    // The new instance is reused.
    assert.match(twiml(await handle(event())), /<Client>/);
    assert.equal(count.instances, 2);
  });

  test('apologizes to a verified caller if every instance traps', async () => {
    assert.match(twiml(await load({ traps: 2 }).handle(event())), /We are sorry\..*<Hangup\/>/);
    const unsigned = await load({ traps: 2 }).handle(event({ signature: 'x' }));
    assert.deepEqual([unsigned.id, code(unsigned)], ['forbidden', 'SIGNATURE_MISMATCH']);
  });

  test('fails with 500, never with an empty 200', async () => {
    const reply = await load({ traps: Infinity }).handle(event());
    assert.deepEqual(
      [reply.resourceType, reply.id, reply.issue?.[0]?.code],
      ['OperationOutcome', 'exception', 'exception'],
    );
  });

  test('requests its own URL once per process', async () => {
    const me = (): Promise<unknown> => Promise.resolve({ membership: { id: '5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02' } });
    const { count, handle } = load({ me });
    const found = event({ secrets: { PLUMLINE_WEBHOOK_URL: undefined } });
    assert.match(twiml(await handle(found)), /<Client>/);
    assert.match(twiml(await handle(found)), /<Client>/);
    assert.equal(count.asked, 1);
  });

  test('waits at most five seconds for its URL', async () => {
    const { handle } = load({ me: () => new Promise(() => undefined) });
    const reply = await handle(event({ secrets: { PLUMLINE_WEBHOOK_URL: undefined } }));
    assert.deepEqual([reply.id, code(reply)], ['exception', 'WEBHOOK_URL_UNKNOWN']);
  });

  test('answers concurrent events separately', async () => {
    let release: (value: unknown) => void = () => undefined;
    const me = (): Promise<unknown> => new Promise((resolve) => (release = resolve));
    const { handle } = load({ me });
    const waiting = handle(event({ secrets: { PLUMLINE_WEBHOOK_URL: undefined } }));
    const params = { From: 'client:practitioner_1', To: '+15550100123' };
    assert.match(twiml(await handle(event({ params }))), /<Number>\+15550100123<\/Number>/);
    release({ membership: { id: '5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02' } });
    assert.match(twiml(await waiting), /<Client>/);
  });

  test('restarts a waiting flow after another event traps its instance', async () => {
    let release: (value: unknown) => void = () => undefined;
    const me = (): Promise<unknown> => new Promise((resolve) => (release = resolve));
    const { count, handle, log } = load({ me, successes: 1, traps: 1 });
    const waiting = handle(event({ secrets: { PLUMLINE_WEBHOOK_URL: undefined } }));
    const first = release;
    assert.match(twiml(await handle(event())), /<Client>/);
    first({ membership: { id: '5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02' } });
    await new Promise((resolve) => setImmediate(resolve));
    release({ membership: { id: '5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02' } });
    assert.match(twiml(await waiting), /<Client>/);
    // `auth/me` is requested once for an event.
    assert.deepEqual([count.instances, count.asked, log.length], [2, 1, 1]);
  });

  test('accepts every result of a body parser', async () => {
    const { handle } = load();
    const odd = { ...PARAMS, a: ['2', '1', '2'], 'a[b]': '', nul: 'x\0To\0+15550100999', é: '😀', lone: '\ud800' };
    const signed = twilio.getExpectedTwilioSignature(TOKEN, URL, odd);
    assert.match(twiml(await handle(event({ params: odd, signature: signed }))), /<Client>/);
    // The two halves of a surrogate pair in adjacent fields, which no form post contains. Each half is an invalid
    // character.
    assert.equal((await handle(event({ params: { ...PARAMS, a: 'x\ud83d', '\ude00y': 'z' } }))).id, 'forbidden');
    for (const input of [null, undefined, [], 7, {}, { To: null }, { To: { a: 1 } }, 'text', '']) {
      const reply = await handle({ ...event(), input });
      assert.equal(reply.id, 'forbidden', JSON.stringify(input));
    }
    for (const broken of [{}, { headers: {} }, { secrets: {} }, { headers: {}, secrets: {}, input: {} }]) {
      const reply = await handle({ secrets: {}, ...broken });
      assert.equal(reply.resourceType, 'OperationOutcome');
    }
  });

  test('reads the names and values of each event independently of earlier events', async () => {
    const { handle } = load();
    const names = ['From', 'CallSid', 'CallStatus', 'Digits', 'é', '予約', 'constructor', 'a'];
    const values = ['', '1', 'x', 'é', '😀', '+15550100009', ['1', '2'], ['x'], 7];
    let state = 20261121;
    const any = <T>(list: readonly T[]): T => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return list[Math.floor((state / 2 ** 31) * list.length)] as T;
    };
    let params: Record<string, unknown> = PARAMS;
    let accepted = 0;
    for (let i = 0; i < 2_000; i++) {
      // Usually the names of the previous event, which are cached. Sometimes reversed or different.
      const kept = Object.keys(params);
      const chosen = any([kept, kept, kept, [...kept].reverse(), ['To', ...names.filter(() => any([true, false]))]]);
      const To = any(['+15550100001', '+15550100009']);
      params = Object.fromEntries(chosen.map((name) => [name, name === 'To' ? To : any(values)]));
      const signed = any([true, true, false]);
      const others = { ...params, To: '+15550100008' };
      const signature = twilio.getExpectedTwilioSignature(TOKEN, URL, signed ? params : others);
      const reply = await handle(event({ params, signature }));
      assert.equal(reply.resourceType, signed ? 'Binary' : 'OperationOutcome', `${i}: ${JSON.stringify(params)}`);
      if (signed && ['From', 'CallStatus', 'CallSid'].every((name) => params[name] === undefined)) {
        assert.equal(twiml(reply).includes('<Client>'), To === '+15550100001', `${i}`);
        accepted++;
      }
    }
    assert.ok(accepted > 20, `${accepted}`);
  });

  test('a resumed flow changes no names of concurrent events', async () => {
    let encode: (me: unknown) => void = () => undefined;
    const { handle } = load({ me: () => new Promise((resolve) => (encode = resolve)) });
    const others = { Called: '+15550100001', CallSid: 'CA2', From: '+15550100123' };
    const waiting = handle(event({ params: others, secrets: { PLUMLINE_WEBHOOK_URL: undefined } }));
    assert.match(twiml(await handle(event())), /<Client>/);
    encode({ membership: { id: URL.split('/').at(-1) } });
    assert.match(twiml(await waiting), /<Client>/);
    for (let i = 0; i < 3; i++) {
      assert.match(twiml(await handle(event())), /<Client>/);
      assert.match(twiml(await handle(event({ params: others }))), /<Client>/);
    }
  });

  test('a rejected event does not change the cached names', async () => {
    const { handle } = load();
    const others = { Called: '+15550100001', CallSid: 'CA2', From: '+15550100123' };
    assert.match(twiml(await handle(event())), /<Client>/);
    const refused = await handle(event({ params: others, secrets: { TWILIO_AUTH_TOKEN: undefined } }));
    assert.equal(code(refused), 'SECRET_MISSING');
    assert.match(twiml(await handle(event({ params: others }))), /<Client>/);
  });

  test('names that become equal after encoding are checked separately', async () => {
    const { handle } = load();
    const pairs = (second: string): Record<string, string> => ({ ...PARAMS, '\ud800': 'a', '\ud801': second });
    assert.match(twiml(await handle(event({ params: pairs('b') }))), /<Client>/);
    assert.match(twiml(await handle(event({ params: pairs('c') }))), /<Client>/);
    const signature = twilio.getExpectedTwilioSignature(TOKEN, URL, { ...PARAMS, '\ud800': 'a' });
    assert.equal((await handle(event({ params: pairs('altered'), signature }))).id, 'forbidden');
  });

  test('unsigned input is rejected quickly and traps no instance', async () => {
    const { handle, log, count } = load({ me: () => Promise.resolve({ membership: { id: URL.split('/').at(-1) } }) });
    let nested: unknown = 'x';
    for (let depth = 0; depth < 20_000; depth++) {
      nested = [nested];
    }
    for (const input of [{ a: { toString: 1, valueOf: 1 } }, { a: [{ toString: 1 }] }, { a: nested }, [[{}]]]) {
      const verified = handle(event({ secrets: { PLUMLINE_WEBHOOK_URL: undefined } }));
      assert.equal((await handle({ ...event(), input })).id, 'forbidden');
      assert.match(twiml(await verified), /<Client>/);
    }
    assert.equal(count.instances, 1);
    assert.ok(!log.some((line) => line.includes('CORE_TRAPPED')));
  });

  test('rejects an oversized body without a signature check', async () => {
    const { handle } = load();
    const params = (length: number): Record<string, string> => ({ ...PARAMS, Custom: 'x'.repeat(length) });
    assert.match(twiml(await handle(event({ params: params(32_000) }))), /<Client>/);
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`P${at}`, '']));
    const nested = { a: Array.from({ length: 200_000 }, () => ({})) };
    // As text, these would be 500 MB, which V8 refuses.
    const wide = { ['n'.repeat(500_000)]: Array.from({ length: 1_001 }, () => 0) };
    const list = Array.from({ length: 500_000 }, () => 0);
    const empty = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`P${at}`, []]));
    for (const input of [
      params(33_000),
      many,
      nested,
      wide,
      list,
      empty,
      'x'.repeat(300_000),
      { ...many, a: [['x']] },
    ]) {
      // The signature is not checked, so it can be valid or not.
      const signature = typeof input === 'string' ? 'x' : twilio.getExpectedTwilioSignature(TOKEN, URL, input);
      const reply = await handle({ ...event({ signature }), input });
      assert.deepEqual([reply.id, code(reply)], ['forbidden', 'BODY_TOO_LARGE']);
    }
    assert.match(twiml(await handle(event())), /<Client>/);
  });

  test('fails if the core waits without a request', async () => {
    // An old core continued without a request after an unreadable response.
    const output = '{"flow":0,"asks":[]}';
    const { count, handle, log } = load({
      me: () => Promise.resolve({ membership: { id: URL.split('/').at(-1) } }),
      resumes: output,
    });
    const reply = await handle(event({ secrets: { PLUMLINE_WEBHOOK_URL: undefined } }));
    assert.deepEqual([reply.id, reply.issue?.[0]?.code], ['exception', 'exception']);
    assert.ok(count.instances < 10 && log.every((line) => line.startsWith('plumline: CORE_TRAPPED')), log.join('\n'));
  });

  test('takes time proportional to its input', async () => {
    const { handle } = load();
    const timeOf = async (count: number): Promise<number> => {
      const params = {
        ...PARAMS,
        ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`P${i * 7919}`, 'v'])),
      };
      const signed = event({ params });
      const times: number[] = [];
      for (let round = 0; round < 60; round++) {
        const began = process.hrtime.bigint();
        for (let i = 0; i < 10; i++) {
          await handle(signed);
        }
        times.push(Number(process.hrtime.bigint() - began));
      }
      return times.sort((a, b) => a - b)[5] ?? 0;
    };
    await timeOf(240);
    const [quarter, whole] = [await timeOf(240), await timeOf(960)];
    // Four times the parameters need four times the work plus sorting. Quadratic work would be sixteen times.
    assert.ok(whole / quarter < 9, `960 parameters take ${(whole / quarter).toFixed(1)} times what 240 do`);
  });
});

describe('the operations bundle', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

  test('answers 400 to any JSON that is not an operation', async () => {
    for (const [input, expected] of [
      [{ operation: 'none' }, 'OPERATION_UNKNOWN'],
      [{ operation: 'history', patient: deep(200) }, 'OPERATION_ARGUMENT'],
      [{ operation: deep(2_000) }, 'OPERATION_UNKNOWN'],
      [{ operation: deep(5_000) }, 'EVENT_INVALID'],
      [{ operation: 'half an emoji \ud83d' }, 'OPERATION_UNKNOWN'],
    ] as const) {
      const { handle, log } = load({ code: operations });
      const reply = await handle({ input, secrets: {} });
      assert.deepEqual([reply.resourceType, reply.id, code(reply)], ['OperationOutcome', 'invalid', expected]);
      assert.equal(log.length, 1);
      assert.match(log[0] ?? '', new RegExp(`^plumline: ${expected}(?: at \\w+)?: `));
    }
  });
});
