// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The Express functions of plumline/twilio, compared with npm twilio on the same requests. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, describe, test } from 'node:test';
import url from 'node:url';
import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import ours from 'plumline/twilio';
import theirs from 'twilio';
import { Random } from '../../scripts/parity/random.ts';

const TOKEN = 'an-invented-auth-token';

interface Library {
  webhook: typeof ours.webhook;
  validateIncomingRequest: typeof ours.validateIncomingRequest;
  validateExpressRequest: typeof ours.validateExpressRequest;
}
const LIBRARIES = [ours, theirs as unknown as Library];

/** The settings of an app. */
interface Setting {
  readonly trustProxy?: boolean;
  readonly parser?: RequestHandler;
  readonly token?: string;
  readonly options?: Parameters<typeof ours.validateIncomingRequest>[2];
  readonly middleware?: readonly unknown[];
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The signed URL (default: the app's URL) and parameters. */
  readonly signedUrl?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly signature?: string | null;
}

const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

const form = express.urlencoded({ extended: true });
const json = express.json({
  verify: (request, _response, body) => {
    (request as unknown as Record<string, unknown>).rawBody = body.toString('utf8');
  },
});

/** An app that returns the result of each library, under one path each. */
async function serve({
  trustProxy = false,
  parser = form,
  token = TOKEN,
  options,
  middleware,
}: Setting): Promise<number> {
  const app = express();
  app.set('trust proxy', trustProxy);
  app.use(parser);
  const failed: ErrorRequestHandler = (_error, _request, response, _next) => {
    response.status(599).send('threw');
  };
  for (const [index, library] of LIBRARIES.entries()) {
    app.use((request, response, next) => {
      if (request.get('x-library') !== String(index)) {
        next();
        return;
      }
      const pass = (): unknown => response.send('passed');
      if (middleware) {
        // npm twilio modifies the options.
        const given = structuredClone(middleware);
        (library.webhook as (...given: unknown[]) => RequestHandler)(...given)(request, response, pass);
        return;
      }
      const verdicts = [library.validateIncomingRequest, library.validateExpressRequest].map((validate) =>
        validate(request, token, options),
      );
      response.send(verdicts.join());
    });
  }
  app.use(failed);
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The status, content type and body of each library's response. */
async function answers(port: number, sent: Sent): Promise<string[]> {
  const { method = 'POST', path = '/voice', body = '', type = 'application/x-www-form-urlencoded', params = {} } = sent;
  const called = sent.signedUrl ?? `http://127.0.0.1:${port}${path}`;
  const signature =
    sent.signature === undefined ? theirs.getExpectedTwilioSignature(TOKEN, called, params) : sent.signature;
  const headers = {
    ...(body === '' ? {} : { 'content-type': type }),
    ...(signature === null ? {} : { 'x-twilio-signature': signature }),
    ...sent.headers,
  };
  return Promise.all(
    LIBRARIES.map(async (_library, index) => {
      const request = httpRequest({
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...headers, 'x-library': String(index) },
      });
      request.end(body);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const chunks = (await response.toArray()) as Buffer[];
      return [response.statusCode, response.headers['content-type'], Buffer.concat(chunks).toString()].join(' ');
    }),
  );
}

/** Sends one request to both libraries and asserts their result. */
async function same(setting: Setting, sent: Sent, expected: RegExp): Promise<void> {
  const port = await serve(setting);
  const [mine, its] = await answers(port, sent);
  assert.equal(mine, its);
  assert.match(mine ?? '', expected);
}

const YES = /^200 .* true,true$/;
const NO = /^200 .* false,false$/;

describe('an Express request', () => {
  test('a form post', async () => {
    const params = { CallSid: 'CA1', From: '+15550100001', Body: 'ä & 😀', Empty: '', Digits: ['1', '2'] };
    const body = 'CallSid=CA1&From=%2B15550100001&Body=%C3%A4+%26+%F0%9F%98%80&Empty=&Digits=2&Digits=1';
    await same({}, { body, params }, YES);
    await same({ parser: express.urlencoded({ extended: false }) }, { body, params }, YES);
    await same({}, { body: `${body}&Extra=1`, params }, NO);
    await same({}, { body, params, signature: 'x'.repeat(28) }, NO);
    await same({}, { body, params, signature: null }, NO);
    await same({ token: 'another-invented-token' }, { body, params }, NO);
  });

  test('a GET with its query signed as part of the URL', async () => {
    await same({}, { method: 'GET', path: '/voice?a=1&b=%20x&c=%3F' }, YES);
    await same({}, { method: 'GET', path: '/voice%3F?a=1' }, NO);
    await same({}, { method: 'GET', path: '/voice?a=1&b=%20x' }, YES);
    await same({}, { method: 'GET', path: '/voice%3Fa' }, YES);
    await same({}, { method: 'GET', path: "/it's?q='%27'" }, YES);
    await same({}, { method: 'GET', path: '/voice?a=1', signedUrl: 'http://127.0.0.1/voice?a=2' }, NO);
  });

  test('a JSON post with its body hash', async () => {
    const body = '{"EventType":"é"}';
    const path = `/voice?bodySHA256=${theirs.getExpectedBodyHash(body)}`;
    await same({ parser: json }, { path, body, type: 'application/json' }, YES);
    await same({ parser: json }, { path, body: '{"EventType":"e"}', type: 'application/json' }, NO);
    // Without the raw body, it is an empty object.
    await same({ parser: express.json() }, { path, body, type: 'application/json' }, NO);
    const empty = `/voice?bodySHA256=${theirs.getExpectedBodyHash('{}')}`;
    await same({ parser: express.json() }, { path: empty, body: '{}', type: 'application/json' }, YES);
  });

  test('a body that is not a form', async () => {
    await same({ parser: express.text() }, { body: 'ab', type: 'text/plain', params: { 0: 'a', 1: 'b' } }, YES);
    await same(
      { parser: express.json() },
      { body: '[1,[2]]', type: 'application/json', params: [1, [2]] as never },
      YES,
    );
    await same({ parser: (_request, _response, next) => next() }, { body: 'a=1' }, YES);
    const nested = { a: '[object Object]' };
    await same({}, { body: 'a%5Bb%5D=1', params: nested }, YES);
  });

  test('behind a proxy', async () => {
    const signedUrl = 'https://hook.example.com/voice';
    const headers = { host: 'hook.example.com', 'x-forwarded-proto': 'https' };
    await same({ trustProxy: true }, { signedUrl, headers }, YES);
    await same({ trustProxy: false }, { signedUrl, headers }, NO);
    await same({ options: { protocol: 'https' } }, { signedUrl, headers }, YES);
    await same({ options: { protocol: 'https:' } }, { signedUrl, headers }, YES);
    await same({ options: { protocol: 'HTTPS' } }, { signedUrl, headers }, YES);
    await same({ options: { protocol: 'https', host: 'hook.example.com:443' } }, { signedUrl }, YES);
    await same({ options: { protocol: 'https', host: 'hook.example.com' } }, { signedUrl }, YES);
    await same({ options: { url: signedUrl } }, { signedUrl }, YES);
    await same({ options: { url: signedUrl, host: 'other.example.com', protocol: 'http' } }, { signedUrl }, YES);
    await same({ options: { url: '', host: 'hook.example.com', protocol: 'https' } }, { signedUrl }, YES);
    await same({ options: { host: 'hook.example.com' } }, { signedUrl }, NO);
    await same({ trustProxy: true }, { signedUrl: 'http://[::1]:8080/voice', headers: { host: '[::1]:8080' } }, YES);
  });

  test('a URL from random parts', () => {
    const random = new Random(randomInt(2 ** 32));
    const attempt = (validate: () => boolean): boolean => {
      try {
        return validate();
      } catch {
        return false;
      }
    };
    let accepted = 0;
    for (let count = 0; count < 3000; count++) {
      const protocol = random.pick(['http', 'https', 'https', 'https:', 'HTTPS', 'wss', 'ftp:', 'x-app', '']);
      const host = random.pick(['example.com', 'EXAMPLE.com:443', 'a:80', '[::1]:8080', 'a b', 'ä.example', '']);
      const parts = ['/', 'voice', '?', '%3F', '#', '%23', 'a=1', '&b=%20', "'", 'ä', '%', '//', '@', 'bodySHA256=x'];
      const originalUrl = `${protocol === 'HTTPS' || random.chance(0.9) ? '/' : ''}${random.some(parts, 6).join('')}`;
      const formatted = url.format({ protocol, host, pathname: originalUrl });
      const written = originalUrl.includes('?') ? formatted.replace(/%3F/g, '?') : formatted;
      // No URL is signed in the form that it assembles. It matches the form of `new URL()`.
      const called = written.replace(/^HTTPS:/, 'https://');
      const signature = theirs.getExpectedTwilioSignature(TOKEN, called, { a: '1' });
      const inOptions = random.chance(0.5);
      const request = {
        header: () => signature,
        headers: { host: inOptions ? 'other.example.com' : host },
        protocol: inOptions ? 'http' : protocol,
        originalUrl,
        body: { a: '1' },
      };
      const options = inOptions && host !== '' && protocol !== '' ? { host, protocol } : {};
      const [mine, its] = LIBRARIES.map((library) =>
        attempt(() => library.validateIncomingRequest(request, TOKEN, options)),
      );
      // A URL without scheme and host, or with two hashes, is rejected here.
      const authority = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(called)?.[1] ?? '';
      const listed = !/^[^:]/.test(authority.slice(authority.lastIndexOf('@') + 1));
      const hashes = called.split('bodySHA256').length > 2;
      assert.equal(mine, its === true && !listed && !hashes, JSON.stringify([protocol, host, originalUrl]));
      accepted += Number(mine);
    }
    assert.ok(accepted > 500, `only ${accepted} were accepted`);
  });

  test('input that makes npm twilio throw is rejected', async () => {
    const hosts = { host: 'hook.example.com:port' };
    for (const setting of [{}, { middleware: [TOKEN] }]) {
      const port = await serve(setting);
      const [mine, its] = await answers(port, { headers: hosts });
      assert.match(its ?? '', /^599 /);
      assert.match(mine ?? '', /false,false$|^403 /);
    }
  });

  test('invalid arguments have an error code', () => {
    const request = { header: () => 'x'.repeat(28), headers: {}, protocol: 'http', originalUrl: '/' };
    const attempts: [given: unknown[], path: string][] = [
      [[undefined, TOKEN], 'request'],
      [[{}, TOKEN], 'request'],
      [[request], 'authToken'],
      [[request, TOKEN, { url: 7 }], 'opts.url'],
      [[{ ...request, originalUrl: undefined }, TOKEN], 'request.originalUrl'],
    ];
    for (const [given, path] of attempts) {
      const call = ours.validateIncomingRequest as (...args: unknown[]) => boolean;
      assert.throws(() => call(...given), { code: 'ARGUMENT_INVALID', path });
      assert.throws(() => (theirs.validateIncomingRequest as typeof call)(...given));
    }
    assert.equal(ours.validateIncomingRequest(request, TOKEN), false);
  });
});

describe('the middleware', () => {
  const usual = process.env.TWILIO_AUTH_TOKEN;
  const complain = console.error;
  afterEach(() => {
    if (usual === undefined) {
      delete process.env.TWILIO_AUTH_TOKEN;
    } else {
      process.env.TWILIO_AUTH_TOKEN = usual;
    }
    console.error = complain;
  });
  const verified: Sent = { body: 'a=1', params: { a: '1' } };
  const forged: Sent = { body: 'a=2', params: { a: '1' } };

  test('passes verified requests and rejects others', async () => {
    for (const middleware of [
      [TOKEN],
      [TOKEN, {}],
      [{}, TOKEN],
      [null, TOKEN],
      [undefined, TOKEN],
      ['another', TOKEN],
    ]) {
      await same({ middleware }, verified, /^200 .*passed$/);
      await same({ middleware }, forged, /^403 text\/plain; charset=utf-8 Twilio Request Validation Failed\.$/);
      await same(
        { middleware },
        { ...verified, signature: null },
        /^400 text\/plain; charset=utf-8 No signature header/,
      );
      await same({ middleware }, { ...verified, signature: '' }, /^400 /);
    }
  });

  test('reads the token from the environment and returns 500 without it', async () => {
    process.env.TWILIO_AUTH_TOKEN = TOKEN;
    for (const middleware of [[], [''], [{}], [{ authToken: 'is not looked at' }]]) {
      await same({ middleware }, verified, /^200 /);
      await same({ middleware }, forged, /^403 /);
    }
    await same({ middleware: ['another-invented-token'] }, verified, /^403 /);
    delete process.env.TWILIO_AUTH_TOKEN;
    const output: unknown[] = [];
    console.error = (...words) => output.push(words);
    for (const middleware of [[], [''], [{ authToken: TOKEN }]]) {
      await same({ middleware }, verified, /^500 text\/plain; charset=utf-8 Webhook Error - /);
      await same({ middleware }, { ...verified, signature: null }, /^400 /);
    }
    assert.equal(output.length, 6);
    assert.ok(!JSON.stringify(output).includes(TOKEN));
  });

  test('follows its options', async () => {
    const signedUrl = 'https://hook.example.com/voice';
    const off = { validate: false };
    for (const middleware of [[off], [off, TOKEN], [TOKEN, off], [off, { host: 'x' }], [{ host: 'x' }, off]]) {
      await same({ middleware }, { ...forged, signature: null }, /^200 .*passed$/);
    }
    await same({ middleware: [TOKEN, { validate: 0 }] }, forged, /^200 /);
    for (const on of [undefined, null, true, 1]) {
      await same({ middleware: [TOKEN, { validate: on }] }, forged, /^403 /);
      await same({ middleware: [{ validate: on }, TOKEN] }, verified, /^200 /);
    }
    for (const options of [
      { url: signedUrl },
      { protocol: 'https', host: 'hook.example.com' },
      { protocol: 'https', host: 'hook.example.com', includeHelpers: false },
    ]) {
      await same({ middleware: [TOKEN, options] }, { ...verified, signedUrl }, /^200 /);
      await same({ middleware: [options, TOKEN] }, { ...forged, signedUrl }, /^403 /);
    }
    // If both are objects, the first one's members apply.
    const [right, wrong] = [{ host: 'hook.example.com' }, { host: 'other.example.com', protocol: 'https' }];
    process.env.TWILIO_AUTH_TOKEN = TOKEN;
    await same({ middleware: [right, wrong] }, { ...verified, signedUrl }, /^200 /);
    await same({ middleware: [wrong, right] }, { ...verified, signedUrl }, /^403 /);
  });

  test('does not modify the options and uses their initial values', async () => {
    const options = Object.freeze({ host: 'hook.example.com' });
    ours.webhook(TOKEN, options);
    assert.deepEqual(options, { host: 'hook.example.com' });
  });

  test('calls the next handler of an app', async () => {
    const app = express();
    app.post('/voice', form, ours.webhook(TOKEN), (request: Request, response) => {
      const twiml = new ours.twiml.VoiceResponse();
      twiml.say(`${(request.body as { a: string }).a} & more`);
      response.type('text/xml').send(twiml.toString());
    });
    const server = app.listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const [answer] = await answers((server.address() as AddressInfo).port, verified);
    assert.match(
      answer ?? '',
      /^200 text\/xml; charset=utf-8 <\?xml .*<Response><Say>1 &amp; more<\/Say><\/Response>$/,
    );
  });
});
