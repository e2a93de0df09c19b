// SPDX-License-Identifier: Apache-2.0 OR MIT

/** plumline/slim: initialization with the wasm, and the errors without it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type { PlumlineError } from 'plumline';

type Slim = typeof import('plumline/slim');
type Twilio = typeof import('plumline/twilio');

const require = createRequire(import.meta.url);
const file = path.resolve(import.meta.dirname, '../../pkg/plumline_bg.wasm');
const bytes = readFileSync(file);
const XML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
/** A wasm module that is not Plumline's. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** A new copy of the package without a loaded wasm. */
function fresh(entry = 'plumline/slim'): Slim {
  for (const name of Object.keys(require.cache)) {
    if (name.includes(`${path.sep}pkg${path.sep}npm${path.sep}`)) {
      Reflect.deleteProperty(require.cache, name);
    }
  }
  return require(entry) as Slim;
}

function worksAt(slim: Slim): void {
  assert.equal(slim.twiml({ name: 'Response' }), XML);
  const signature = slim.signTwilio({ url: 'https://example.com/v', token: 'token' });
  const { validateRequest } = require('plumline/slim/twilio') as Twilio;
  assert.ok(validateRequest('token', signature, 'https://example.com/v', {}));
}

function isFailure(code: string) {
  return (err: unknown): boolean => {
    const { code: given, help, path: place, message } = err as PlumlineError;
    assert.equal(given, code);
    assert.ok(err instanceof Error && help.endsWith('.') && message.includes(help));
    assert.equal(place, code === 'CORE_INVALID' ? 'source' : '');
    return true;
  };
}

const server = createServer(({ url }, response) => {
  const type = url === '/typed.wasm' ? 'application/wasm' : 'application/octet-stream';
  const body = url === '/page.wasm' ? '<!doctype html>' : bytes;
  response.writeHead(url?.endsWith('.wasm') ? 200 : 404, { 'content-type': type }).end(body);
});
let origin = '';
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

describe('before init', () => {
  test('every function throws an error about the missing init', () => {
    const slim = fresh();
    const { validateRequest } = require('plumline/slim/twilio') as Twilio;
    for (const call of [
      () => slim.twiml({ name: 'Response' }),
      () => slim.signTwilio({ url: 'https://example.com', token: 'token' }),
      () => slim.verifyTwilio({ url: '', signature: '' }),
      () => slim.routeCall(undefined as never),
      () => slim.versions.core,
      () => validateRequest('token', 'x'.repeat(28), 'https://example.com', {}),
    ]) {
      assert.throws(call, isFailure('CORE_NOT_LOADED'));
    }
  });

  test('a program that also imports plumline needs no init', () => {
    const slim = fresh();
    require('plumline');
    worksAt(slim);
  });
});

describe('init accepts', () => {
  const sources: Record<string, () => Parameters<Slim['init']>[0]> = {
    'a module': () => new WebAssembly.Module(bytes),
    'a Uint8Array': () => bytes,
    'an ArrayBuffer': () => new Uint8Array(bytes).buffer,
    'bytes of another realm': () => vm.runInNewContext('Uint8Array.from(bytes)', { bytes }) as Uint8Array,
    'a streaming Response': () => fetch(`${origin}/typed.wasm`),
    'a Response with another content type': () => fetch(`${origin}/other.wasm`),
    'a URL': () => new URL(`${origin}/typed.wasm`),
    'a URL string': () => `${origin}/other.wasm`,
    'a file: URL': () => pathToFileURL(file),
    'a promise': () => Promise.resolve(bytes),
  };
  for (const [name, source] of Object.entries(sources)) {
    test(name, async () => {
      const slim = fresh();
      await slim.init(source());
      worksAt(slim);
    });
  }

  test('a repeated init with the same source, also concurrently', async () => {
    const slim = fresh();
    await Promise.all([slim.init(bytes), slim.init(`${origin}/typed.wasm`)]);
    await slim.init('nowhere');
    slim.initSync({});
    worksAt(slim);
  });

  test('initSync accepts a module and bytes', () => {
    for (const source of [new WebAssembly.Module(bytes), bytes, new Uint8Array(bytes).buffer]) {
      const slim = fresh();
      slim.initSync(source);
      worksAt(slim);
    }
  });
});

describe('init rejects', () => {
  test('a wasm other than the core', async () => {
    const slim = fresh();
    const read = await fetch(`${origin}/typed.wasm`);
    await read.text();
    for (const source of [
      read,
      undefined,
      null,
      7,
      {},
      EMPTY,
      new WebAssembly.Module(EMPTY),
      bytes.subarray(0, 1000),
      new Uint8Array(),
      'no URL at all',
      'file:///nowhere/plumline.wasm',
      `${origin}/nowhere`,
      `${origin}/page.wasm`,
      fetch(`${origin}/nowhere`),
    ]) {
      await assert.rejects(slim.init(source as string), isFailure('CORE_INVALID'));
    }
    for (const source of [undefined, 'file:///plumline.wasm', EMPTY, new WebAssembly.Module(EMPTY), {}]) {
      assert.throws(() => slim.initSync(source as WebAssembly.Module), isFailure('CORE_INVALID'));
    }
    assert.throws(() => slim.versions.core, isFailure('CORE_NOT_LOADED'), 'the rejected wasm is not used');
    await slim.init(bytes);
    worksAt(slim);
  });

  test('the wasm of another version', async () => {
    const { version } = require('plumline/package.json') as { version: string };
    const other = Buffer.from(bytes);
    const at = other.lastIndexOf(version);
    assert.ok(at > 0);
    other.write('9', at);
    const slim = fresh();
    await assert.rejects(slim.init(other), isFailure('CORE_INVALID'));
    worksAt(fresh('plumline'));
  });
});

test('a host that cannot compile gets an error about plumline/slim', async (context) => {
  const refuse = (): never => {
    throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
  };
  const module = new WebAssembly.Module(bytes);
  context.mock.method(WebAssembly, 'Module', refuse);
  context.mock.method(WebAssembly, 'compile', refuse);
  for (let call = 0; call < 2; call++) {
    assert.throws(() => fresh('plumline').twiml({ name: 'Response' }), isFailure('CORE_FORBIDDEN'));
  }
  assert.throws(() => fresh().initSync(bytes), isFailure('CORE_FORBIDDEN'));
  await assert.rejects(fresh().init(bytes), isFailure('CORE_FORBIDDEN'));
  context.mock.restoreAll();
  const slim = fresh();
  await slim.init(module);
  worksAt(slim);
});

test('errors without the core equal the errors of the core', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  const core = readFileSync(path.resolve(import.meta.dirname, '../../pkg/npm/core.mjs'), 'utf8');
  for (const code of ['CORE_FORBIDDEN', 'CORE_INVALID', 'CORE_NOT_LOADED']) {
    const help = new RegExp(`## ${code}\n[^#]*?\n> (.*)\n`).exec(page)?.[1] ?? code;
    assert.ok(core.includes(help) && bytes.includes(help), help);
  }
});
