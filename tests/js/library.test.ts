// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The package's functions for JavaScript callers. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import vm from 'node:vm';
import {
  routeCall,
  signTwilio,
  verifyTwilio,
  versions,
  type Config,
  type RouteInput,
  type VerifyInput,
} from 'plumline';
import { validateRequest } from 'plumline/twilio';
import { decodeByHand } from '../../npm/base64.ts';

const TOKEN = 'an-invented-auth-token';
const URL_ = 'https://example.com/v';
const root = path.resolve(import.meta.dirname, '../..');

/** Calls a function without types. */
const untyped = (call: (input: never) => unknown, input: unknown) => (): unknown => call(input as never);

describe('verifyTwilio', () => {
  const params = { To: '+15550100001', From: '+15550100123' };
  const signature = signTwilio({ url: URL_, params, token: TOKEN });

  test('returns the matching token during a rotation', () => {
    const input = { url: URL_, params, signature };
    assert.deepEqual(verifyTwilio({ ...input, tokens: TOKEN }), { ok: true, url: URL_, token: 0 });
    assert.deepEqual(verifyTwilio({ ...input, tokens: ['old', TOKEN] }), { ok: true, url: URL_, token: 1 });
  });

  test('accepts parameters in the formats of common frameworks', () => {
    const repeated = { a: ['2', '1', '2'], b: 7, c: true, d: null, e: [], f: '' };
    const signed = signTwilio({ url: URL_, params: repeated, token: TOKEN });
    const text = `${URL_}a1a2b7ctruednullf`;
    assert.equal(signed, createHmac('sha1', TOKEN).update(text).digest('base64'));
    for (const same of [
      new URLSearchParams('f=&a=2&a=1&b=7&c=true&d=null'),
      new Map<string, unknown>([
        ['a', ['1', ['2']]],
        ['b', '7'],
        ['c', 'true'],
        ['d', 'null'],
        ['f', ''],
      ]),
      Object.entries({ b: '7', c: 'true', d: 'null', f: '', a: ['1', '2'] }),
      vm.runInNewContext(`({ a: ['1', '2'], b: '7', c: 'true', d: 'null', f: '' })`) as Record<string, unknown>,
    ]) {
      assert.deepEqual(verifyTwilio({ url: URL_, params: same, signature: signed, tokens: TOKEN }).ok, true);
    }
  });

  test('verifies a raw body of any bytes', () => {
    for (const body of ['{"name":"Zoë 😀"}', '', Uint8Array.of(0xff, 0, 0x80), Uint8Array.of(1, 2).buffer]) {
      const bytes = typeof body === 'string' ? body : new Uint8Array(body);
      const url = `${URL_}?bodySHA256=${createHash('sha256').update(bytes).digest('hex')}`;
      const signed = signTwilio({ url, token: TOKEN });
      const input: VerifyInput = { url, body, signature: signed, tokens: TOKEN };
      assert.deepEqual(verifyTwilio(input), { ok: true, url, token: 0 });
      const altered = verifyTwilio({ ...input, body: '{}' });
      assert.equal(!altered.ok && altered.code, 'BODY_HASH_MISMATCH');
    }
    const without = verifyTwilio({ url: URL_, body: '{}', signature, tokens: TOKEN });
    assert.equal(!without.ok && without.code, 'BODY_HASH_MISSING');
    const signed = signTwilio({ url: `${URL_}?bodySHA256=x`, token: TOKEN });
    for (const params of [undefined, {}, { CallSid: 'CA1' }]) {
      const input = { url: `${URL_}?bodySHA256=x`, params, signature: signed, tokens: TOKEN };
      const left = verifyTwilio(input);
      assert.equal(left.ok || left.code, 'BODY_MISSING');
    }
    // npm twilio's result differs: it does not check the body here.
    assert.equal(validateRequest(TOKEN, signed, `${URL_}?bodySHA256=x`, {}), true);
    const twice = verifyTwilio({ url: `${URL_}?bodySHA256=a&bodySHA256=b`, body: '{}', signature, tokens: TOKEN });
    assert.equal(!twice.ok && twice.code, 'BODY_HASH_REPEATED');
  });

  test('returns the matching shared key', () => {
    const signed = createHmac('sha256', 'a shared secret').update(URL_).digest('base64');
    const keys = {
      webhooks_sharedkey_1: { secret: 'another', algorithm: 'HMAC_SHA256' },
      webhooks_sharedkey_2: { secret: 'a shared secret', algorithm: 'HMAC_SHA256' },
    } as const;
    const verify = (header: string | undefined, tokens?: string): unknown => {
      const verdict = verifyTwilio({ url: URL_, signature: signed, tokens, settings: { header, keys } });
      return verdict.ok ? verdict : verdict.code;
    };
    const header = 'key=webhooks_sharedkey_2,algorithm=HMAC_SHA256';
    assert.deepEqual(verify(header), { ok: true, url: URL_, key: 'webhooks_sharedkey_2' });
    assert.deepEqual(verify(header, TOKEN), { ok: true, url: URL_, key: 'webhooks_sharedkey_2' });
    // The header is not signed, so only configured algorithms are allowed.
    assert.equal(verify('key=webhooks_sharedkey_2,algorithm=HMAC_SHA1'), 'SHARED_KEY_UNKNOWN');
    assert.equal(verify('key=webhooks_sharedkey_2'), 'SHARED_KEY_UNKNOWN');
    assert.equal(verify('key=webhooks_sharedkey_3,algorithm=HMAC_SHA256'), 'SHARED_KEY_UNKNOWN');
    assert.equal(verify('key=webhooks_sharedkey_1,algorithm=HMAC_SHA256'), 'SIGNATURE_MISMATCH');
    assert.equal(verify(undefined, TOKEN), 'SIGNATURE_MISMATCH');
    assert.equal(verify(undefined), 'TOKEN_MISSING');
  });

  test('returns the reason for a rejection if known', () => {
    const code = (input: Partial<VerifyInput>): string => {
      const verdict = verifyTwilio({ url: URL_, params, signature, tokens: TOKEN, ...input });
      assert.ok(!verdict.ok);
      assert.deepEqual(Object.keys(verdict), ['ok', 'code', 'help']);
      return verdict.code;
    };
    assert.equal(code({ url: 'http://example.com/v' }), 'SIGNATURE_SCHEME');
    assert.equal(code({ url: 'https://example.com/v/' }), 'SIGNATURE_PATH');
    assert.equal(code({ params: { ...params, To: ' 15550100001' } }), 'SIGNATURE_PARAMS_ALTERED');
    assert.equal(code({ signature: signTwilio({ url: URL_, token: TOKEN }) }), 'SIGNATURE_BODY_IGNORED');
    assert.equal(code({ tokens: 'another' }), 'SIGNATURE_MISMATCH');
    assert.equal(code({ tokens: [] }), 'TOKEN_MISSING');
    assert.equal(code({ tokens: [TOKEN, ' '] }), 'TOKEN_BLANK');
    assert.equal(code({ url: '/v' }), 'URL_NOT_ABSOLUTE');
    for (const header of [undefined, null, '']) {
      assert.equal(code({ signature: header }), 'SIGNATURE_MISSING');
    }
  });

  test('diagnoses the mistake that makes a signature invalid, without accepting it', () => {
    const code = (input: Partial<VerifyInput>, signed = URL_, token = TOKEN): string => {
      const signature = signTwilio({ url: signed, params, token });
      const verdict = verifyTwilio({ url: URL_, params, signature, tokens: TOKEN, ...input });
      return verdict.ok ? 'ACCEPTED' : verdict.code;
    };
    const proxied = { host: 'inside.example:8080', 'x-forwarded-host': 'Example.COM, inside.example' };
    const query = (...pairs: string[]): string => `${URL_}?${pairs.join('&')}`;
    for (const [expected, input, signed, token] of [
      ['SIGNATURE_SCHEME', {}, 'http://example.com/v'],
      ['SIGNATURE_SCHEME', { url: 'wss://example.com/v' }, 'https://example.com/v'],
      ['SIGNATURE_PATH', {}, `${URL_}/`],
      ['SIGNATURE_PATH', { url: `${URL_}/?a=1` }, `${URL_}?a=1`],
      ['SIGNATURE_PORT', {}, 'https://example.com:8443/v'],
      ['SIGNATURE_PORT', { headers: { 'x-forwarded-port': '9443' } }, 'https://example.com:9443/v'],
      ['SIGNATURE_HOST', { url: 'https://inside.example/v', headers: proxied }, 'https://Example.COM/v'],
      ['SIGNATURE_HOST', { headers: new Headers({ host: 'hook.example.net' }) }, 'https://hook.example.net/v'],
      // The host keeps the case of the request.
      ['SIGNATURE_HOST', { headers: { host: 'EXAMPLE.com' } }, 'https://EXAMPLE.com/v'],
      ['SIGNATURE_QUERY', { url: query('a=1', 'b=2') }, query('b=2', 'a=1')],
      ['SIGNATURE_QUERY', { url: query('b=2', 'c=3', 'a=1') }, query('c=3', 'a=1', 'b=2')],
      ['SIGNATURE_QUERY', { url: query('d=', 'b', 'c=3', 'a=1') }, query('a=1', 'b', 'c=3', 'd=')],
      ['SIGNATURE_TOKEN_SPACE', { tokens: ['old', `${TOKEN}\n`] }, URL_],
      ['SIGNATURE_TOKEN_SPACE', { tokens: `\u00a0${TOKEN}` }, URL_],
      ['SIGNATURE_TEST_TOKEN', {}, URL_, '12345'],
      ['SIGNATURE_PARAMS_ALTERED', { params: { ...params, To: ' 15550100001' } }, URL_],
      [
        'SIGNATURE_BODY_IGNORED',
        { params: { ...params, extra: '' }, signature: signTwilio({ url: URL_, token: TOKEN }) },
      ],
      ['SIGNATURE_MISMATCH', { headers: proxied }, 'https://other.example/v'],
      [
        'SIGNATURE_MISMATCH',
        { headers: { host: ['a', 'b'], 'x-forwarded-host': undefined } },
        'https://other.example/v',
      ],
    ] as [string, Partial<VerifyInput>, string?, string?][]) {
      assert.equal(code(input, signed, token), expected, `${expected} ${JSON.stringify(input)}`);
    }
  });

  test('never throws for request input', () => {
    const bare = Object.create(null) as object;
    let deep: unknown = 'x';
    for (let depth = 0; depth < 100_000; depth++) {
      deep = [deep];
    }
    // Values that a JSON parser can create from request input.
    for (const list of [[1], ['ab'], [null], [['a', 'b', 'c']], [['a', 'b']], [{}], [[]]]) {
      assert.equal(verifyTwilio({ url: URL_, params: list as never, signature, tokens: TOKEN }).ok, false);
    }
    const values = ['\ud800', '\udc00', bare, Symbol('s'), deep, { toString: () => { throw new Error('no'); } }]; // prettier-ignore
    for (const value of values) {
      for (const url of [URL_, `${URL_}?\ud800`, '', 'x'.repeat(10_000), '\0']) {
        const odd = { a: value, '\udc00': 'b', c: [value] };
        assert.equal(verifyTwilio({ url, params: odd, signature: value as string, tokens: TOKEN }).ok, false);
      }
    }
  });

  test('a value without text is not treated as a signed empty value', () => {
    const signed = { ...params, FromCity: '' };
    const made = { url: URL_, signature: signTwilio({ url: URL_, params: signed, token: TOKEN }), tokens: TOKEN };
    assert.equal(verifyTwilio({ ...made, params: signed }).ok, true);
    for (const value of [{ toString: 1, CallSid: 'CA1' }, { CallSid: 'CA1' }, Object.create(null) as object]) {
      assert.equal(verifyTwilio({ ...made, params: { ...signed, FromCity: value } as never }).ok, false);
      assert.equal(verifyTwilio({ ...made, params: { ...signed, '': value } as never }).ok, false);
    }
  });

  test('an endless list is truncated', () => {
    const endless: unknown[] = ['x'];
    endless.push(endless);
    let shared: unknown[] = ['x'];
    for (let depth = 0; depth < 40; depth++) {
      shared = [shared, shared];
    }
    for (const list of [endless, shared, new Array(2 ** 32 - 1)]) {
      assert.equal(verifyTwilio({ url: URL_, params: { a: list } as never, signature, tokens: TOKEN }).ok, false);
    }
  });

  test('a frame that is written during another frame', () => {
    const nested = { toString: () => String(verifyTwilio({ url: URL_, params, signature, tokens: TOKEN }).ok) };
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`p${index}`, index % 2 ? 'x' : nested]));
    const plain = Object.fromEntries(Object.entries(many).map(([name, value]) => [name, value === 'x' ? 'x' : 'true']));
    const inputs = [many, plain].map((one) => signTwilio({ url: URL_, params: one, token: TOKEN }));
    assert.equal(inputs[0], inputs[1]);
  });

  test('invalid arguments throw an error with a code and a path', () => {
    const good = { url: URL_, params, signature, tokens: TOKEN };
    for (const [call, input, place] of [
      [verifyTwilio, undefined, 'the argument'],
      [verifyTwilio, { ...good, url: undefined }, 'url'],
      [verifyTwilio, { ...good, params: 'a=b' }, 'params'],
      [verifyTwilio, { ...good, params: null }, 'params'],
      [verifyTwilio, { ...good, body: '{}' }, 'body'],
      [verifyTwilio, { ...good, params: undefined, body: {} }, 'body'],
      [verifyTwilio, { ...good, tokens: 7 }, 'tokens'],
      [verifyTwilio, { ...good, tokens: [TOKEN, undefined] }, 'tokens[1]'],
      [verifyTwilio, { ...good, settings: 'key=1' }, 'settings'],
      [verifyTwilio, { ...good, settings: { keys: 1 } }, 'settings.keys'],
      [verifyTwilio, { ...good, settings: { keys: { k: { algorithm: 'HMAC_SHA1' } } } }, 'settings.keys.k.secret'],
      [
        verifyTwilio,
        { ...good, settings: { keys: { k: { secret: 's', algorithm: 'MD5' } } } },
        'settings.keys.k.algorithm',
      ],
      [signTwilio, { url: URL_ }, 'token'],
      [signTwilio, { token: TOKEN }, 'url'],
      [routeCall, { numbers: ['+15550100001'] }, 'params'],
      [routeCall, { params }, 'numbers'],
      [routeCall, { params, numbers: [] }, 'numbers'],
      [routeCall, { params, numbers: ['+15550100001', '911'] }, 'numbers[1]'],
      [routeCall, { params, numbers: '+15550100001', applicationSid: 7 }, 'applicationSid'],
      [routeCall, { params, numbers: '+15550100001', now: 'today' }, 'now'],
      [routeCall, { params, numbers: '+15550100001', config: 7n }, 'config'],
      [routeCall, { params, numbers: '+15550100001', facts: 7 }, 'facts'],
      [routeCall, { params, numbers: '+15550100001', url: 7 }, 'url'],
    ] as const) {
      assert.throws(untyped(call, input), { code: 'ARGUMENT_INVALID', path: place, name: 'Error' }, place);
    }
    assert.throws(() => signTwilio({ url: '/v', token: TOKEN }), { code: 'URL_NOT_ABSOLUTE' });
    assert.throws(() => signTwilio({ url: URL_, token: '\n' }), { code: 'TOKEN_BLANK' });
  });
});

describe('routeCall', () => {
  const numbers = '+1 555 010 0001, +1 (555) 010-0002';
  const call = { CallSid: 'CA1', From: '+15550100123', To: '+15550100002' };

  test('connects a caller according to the config', () => {
    const config = { greeting: { text: '' }, client: 'desk' };
    const twiml_ = '<?xml version="1.0" encoding="UTF-8"?><Response><Dial><Client>desk</Client></Dial></Response>';
    const expected = { ok: true, direction: 'inbound', kind: 'connect', client: 'desk', twiml: twiml_ };
    assert.deepEqual(routeCall({ params: call, numbers, config, now: Date.now() }), expected);
  });

  test('dials only for a browser client of the configured app', () => {
    const params = { ...call, From: 'client:a', To: '+15550100123', ApplicationSid: 'AP1' };
    const routing = routeCall({ params, numbers, applicationSid: 'AP1' });
    assert.ok(routing.ok && routing.kind === 'dial');
    assert.deepEqual([routing.to, routing.callerId], ['+15550100123', '+15550100001']);
    const refused = routeCall({ params, numbers, applicationSid: 'AP2' });
    assert.ok(refused.ok && refused.kind === 'refuse');
    assert.deepEqual([refused.reason, refused.code], ['not-allowed', 'APPLICATION_MISMATCH']);
    assert.ok(refused.twiml.includes(refused.says));
  });

  test('dials according to the config’s policy', () => {
    const dials = (to: string, config = {}): string => {
      const routing = routeCall({ params: { ...call, From: 'client:a', To: to }, numbers, config });
      assert.ok(routing.ok);
      return routing.kind === 'refuse' ? routing.reason : routing.kind;
    };
    assert.equal(dials('+442079460123'), 'country');
    assert.equal(dials('+442079460123', { outbound: { countries: ['GB'] } }), 'dial');
    assert.equal(dials('+19005550123', { outbound: { countries: ['US'] } }), 'blocked');
    assert.equal(dials('+15550100123', { outbound: { blocked: ['+1555'] } }), 'blocked');
    assert.equal(dials('911'), 'emergency');
    assert.equal(dials('+15550100001'), 'own-number');
    assert.equal(dials('0123'), 'invalid-number');
  });

  test('returns TwiML for every direction', () => {
    const direction = (params: Record<string, string>): string => {
      const routing = routeCall({ params: { ...call, ...params }, numbers });
      return routing.ok ? `${routing.direction} ${routing.kind}` : routing.code;
    };
    assert.equal(direction({ CallStatus: 'completed' }), 'status-callback acknowledge');
    assert.equal(direction({ DialCallStatus: 'busy' }), 'dial-action acknowledge');
    assert.equal(direction({ From: 'sip:a@example.com' }), 'inbound connect');
    assert.equal(direction({ From: 'sip:a@example.com', To: 'sip:+15550100001@example.com' }), 'sip refuse');
    assert.equal(direction({ Direction: 'outbound-api' }), 'placed refuse');
    assert.equal(direction({ To: '+15550100999' }), 'unknown refuse');
    assert.equal(direction({ From: 'client:a', To: '911' }), 'outbound refuse');
  });

  test('follows a dialplan with the known facts', () => {
    const config: Config = {
      timeZone: 'America/New_York',
      numbers: { '+15550100002': { name: 'front', dialplan: 'main' } },
      hours: { desk: { weekly: [{ days: ['mon'], from: '09:00', to: '17:00' }] } },
      dialplans: {
        main: [
          { when: { open: 'desk', patient: true }, then: 'greet' },
          { when: { open: 'desk' }, then: 'ring' },
          { then: 'late' },
        ],
      },
      actions: {
        greet: [{ greet: { patient: 'Hello, {name}.', neutral: 'Hello.' } }, { goto: 'ring' }],
        ring: [{ dial: { targets: [{ client: 'desk' }], otherwise: 'late' } }],
        late: [{ say: { text: 'We are closed.' } }, { hangup: {} }],
      },
    };
    const route = (more: Partial<RouteInput>): [string | undefined, string, string | undefined] => {
      const routing = routeCall({ params: call, numbers, config, ...more });
      assert.ok(routing.ok && routing.kind === 'plan');
      return [routing.action, routing.twiml, routing.code];
    };
    const [day, night] = [Date.UTC(2026, 10, 16, 14), Date.UTC(2026, 10, 16, 13, 59)];
    const url = 'https://fhir.example.com/webhook/1';
    assert.deepEqual(route({})[2], 'HOURS_UNKNOWN');
    assert.deepEqual([route({ now: day })[0], route({ now: night })[0]], ['ring', 'late']);
    assert.equal(route({ now: night, facts: { open: { desk: true } } })[0], 'ring');
    const [action, greeting] = route({ now: day, url, facts: { patient: { given: 'Ada' } } });
    assert.equal(action, 'greet');
    assert.ok(greeting.includes('<Say>Hello, Ada.</Say>') && greeting.includes(`"${url}?step=dial.ring"`), greeting);
    assert.equal(route({ now: day, facts: { patient: null } })[0], 'ring');
    const nowhere = { ...config, timeZone: 'Nowhere/Town' };
    assert.equal(route({ now: day, config: nowhere })[2], 'HOURS_UNKNOWN');
  });

  test('returns the path of a config error and rejects invalid calls', () => {
    const invalid = 'CONFIG_INVALID';
    for (const [config, place, code] of [
      [{ greeting: { text: 7 } }, 'greeting.text', invalid],
      [{ outbound: { callerId: '911' } }, 'outbound.callerId', 'CONFIG_NUMBER'],
      [{ greating: {} }, 'an unknown or repeated member of the document', invalid],
      ['{}', 'the document', invalid],
      [null, 'the document', invalid],
      [{ numbers: { '+15550100002': null }, hours: 7 }, 'numbers[0]', invalid],
    ] as const) {
      const routing = routeCall({ params: call, numbers, config: config as object, now: 0 });
      assert.ok(!routing.ok);
      assert.deepEqual([routing.code, routing.path], [code, place]);
    }
    const message = routeCall({ params: { MessageSid: 'SM1' }, numbers });
    assert.equal(!message.ok && message.code, 'NOT_A_CALL');
    const repeated = routeCall({ params: { ...call, To: ['+15550100001', '+15550100002'] }, numbers });
    assert.ok(repeated.ok && repeated.kind === 'refuse');
    assert.deepEqual([repeated.reason, repeated.code], ['failure', 'PARAMETER_REPEATED']);
  });
});

describe('the package', () => {
  test('exports its version', () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    assert.deepEqual({ plumline: versions.plumline, core: versions.core }, { plumline: version, core: version });
  });

  test('decodes its wasm on a host without a decoder', () => {
    const bytes = readFileSync(path.join(root, 'pkg/plumline_bg.wasm'));
    for (const length of [bytes.length, 0, 1, 2, 3, 4, 5]) {
      const part = bytes.subarray(0, length);
      assert.deepEqual(Buffer.from(decodeByHand(part.toString('base64'))), part);
    }
  });

  test('runs in a minimal context and recovers from a trap', () => {
    const traps = { left: 0 };
    const instances: unknown[] = [];
    class Instance extends WebAssembly.Instance {
      constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
        super(module, imports);
        instances.push(this);
      }
      override get exports(): WebAssembly.Exports {
        const exports = super.exports;
        const verify = exports.verify as (...args: number[]) => number;
        const trapping = (...args: number[]): number => {
          if (traps.left-- > 0) {
            throw new WebAssembly.RuntimeError('unreachable');
          }
          return verify(...args);
        };
        return { ...exports, verify: trapping };
      }
    }
    const loaded = new Map<string, unknown>();
    const load = (file: string): unknown => {
      const module = { exports: {} };
      const require = (name: string): unknown => {
        if (!/^\.\/[a-z-]+\.cjs$/.test(name)) {
          throw new Error(name);
        }
        return loaded.get(name) ?? load(name);
      };
      const sandbox = {
        module,
        exports: module.exports,
        require,
        TextEncoder,
        TextDecoder,
        WebAssembly: { Module: WebAssembly.Module, Instance },
      };
      vm.runInNewContext(readFileSync(path.join(root, 'pkg/npm', file), 'utf8'), sandbox);
      loaded.set(file, module.exports);
      return module.exports;
    };
    const library = load('./index.cjs') as typeof import('plumline');

    const signature = signTwilio({ url: URL_, token: TOKEN });
    const verify = (): unknown => ({ ...library.verifyTwilio({ url: URL_, signature, tokens: TOKEN }) });
    assert.equal(instances.length, 0, 'an import creates no instance');
    assert.deepEqual(verify(), { ok: true, url: URL_, token: 0 });
    assert.deepEqual(verify(), { ok: true, url: URL_, token: 0 });
    assert.equal(instances.length, 1);
    traps.left = 1;
    assert.equal((verify() as { code: string }).code, 'CORE_TRAPPED');
    assert.deepEqual(verify(), { ok: true, url: URL_, token: 0 });
    assert.equal(instances.length, 2);
  });
});
