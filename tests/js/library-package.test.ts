// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The npm tarball, installed in an isolated project. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const project = mkdtempSync(path.join(tmpdir(), 'plumline-package-'));
after(() => rmSync(project, { recursive: true, force: true }));

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(project, name), text);
  }
}

/** Uses the imported functions and prints one line. */
const USE = `
  const url = 'https://example.com/v';
  const signature = signTwilio({ url, params: { a: ['1', '2'] }, token: 'token' });
  console.log(
    verifyTwilio({ url, params: { a: ['2', '1'] }, signature, tokens: ['token'] }).ok,
    validateRequest('token', signature, url, { a: ['1', '2'] }),
    getExpectedTwilioSignature('token', url, { a: ['1', '2'] }) === signature,
    twiml({ name: 'Response' }).endsWith('<Response/>'),
    routeCall({ params: {}, numbers: ['+15550100001'] }).kind,
    versions.plumline === versions.core,
  );
`;
const USED = 'true true true true refuse true\n';
const NAMES = '{ routeCall, signTwilio, twiml, verifyTwilio, versions }';
const TWILIO_NAMES = '{ getExpectedTwilioSignature, validateRequest }';

/** A TypeScript caller, and mistakes that the compiler must reject. */
const TYPES = `
import {
  accessToken, checkConfig, checkTwiml, countSegments, parsePhone, routeCall, signTwilio, twiml, verifyTwilio, versions,
  type AccessTokenInput, type Config, type ConfigCheck, type ConfigFinding, type Params, type PhoneReading, type PlumlineError, type Refusal, type RouteInput,
  type Routing, type SegmentCount, type SharedKey, type SignInput, type TwimlAttribute, type TwimlCheckOptions,
  type TwimlElement, type TwimlFinding, type TwimlNode, type TwimlOptions, type Verdict, type VerifyInput,
  type VerifySettings, type Versions,
} from 'plumline';
import * as twilio from 'plumline/twilio';

interface Webhook { CallSid: string; Digits?: string }
const webhook: Webhook = { CallSid: 'CA1' };
const forms: Params[] = [webhook, {}, { a: ['1', 2] }, new URLSearchParams(), new Map([['a', 1]]), [['a', 'b']]];
const key: SharedKey = { secret: 's', algorithm: 'HMAC_SHA256' };
const settings: VerifySettings = { header: undefined, keys: { id: key } };
const sign: SignInput = { url: 'https://example.com', token: 't', params: forms[0] };
const signature: string = signTwilio(sign);
const inputs: VerifyInput[] = [
  { url: '', signature, tokens: 't' },
  { url: '', signature: undefined, tokens: ['t'] as const, body: new Uint8Array(), settings },
  { url: '', signature: null, body: '{}' },
];
export function verified(input: VerifyInput): string | number {
  const verdict: Verdict = verifyTwilio(input);
  if (!verdict.ok) {
    const refusal: Refusal = verdict;
    return refusal.code + refusal.help;
  }
  // @ts-expect-error: only a rejection has a code
  verdict.code;
  return verdict.url + (verdict.token === undefined ? verdict.key.toUpperCase() : verdict.token.toFixed());
}
const config: Config = {
  greeting: { text: 'Hello.' }, client: 'desk', outbound: { callerId: '+15550100001', pool: 'leastRecentlyUsed' },
  numbers: { '+15550100001': { name: 'Desk', dialplan: 'main' } },
  dialplans: { main: [{ when: { open: 'day', verification: ['full'] }, then: 'ring' }, { then: 'end' }] },
  hours: { day: { weekly: [{ days: ['mon'], from: '09:00', to: '17:00' }], timeZone: 'Europe/London' } },
  actions: {
    ring: [{ dial: { targets: [{ client: 'desk' }, { lastToCall: {} }], order: 'allAtOnce', on: { busy: 'end' }, otherwise: 'end' } }],
    end: [{ say: { text: { 'en-GB': 'Goodbye.' } } }, { hangup: {} }],
  },
};
// @ts-expect-error: no verb of that name
const shouting: Config = { actions: { end: [{ shout: {} }] } };
// @ts-expect-error: a verb has exactly one key
const both: Config = { actions: { end: [{ pause: 1, language: 'en' }, { dial: { targets: [] } }] } };
// @ts-expect-error: no such member
const misspelt: Config = { timezone: 'UTC' };
// @ts-expect-error: no such day
const never: Config = { hours: { day: { weekly: [{ days: ['someday'], from: '09:00', to: '17:00' }] } } };
const checked: ConfigCheck = checkConfig(config, { numbers: ['+15550100001'] });
const wrong: readonly ConfigFinding[] = checked.ok ? checked.warnings : checked.findings;
export const first: string | undefined = wrong[0] && wrong[0].path + wrong[0].code + wrong[0].help;
// @ts-expect-error: a valid result has no errors
if (checked.ok) checked.findings;
const route: RouteInput = { params: webhook, numbers: '+15550100001', config, applicationSid: undefined, now: Date.now() };
const routing: Routing = routeCall(route);
if (routing.ok && routing.kind === 'dial') {
  const dialed: [string, string] = [routing.to, routing.callerId];
  // @ts-expect-error: a dial cannot reject a caller
  routing.says;
}
export const where: string | undefined = routing.ok ? routing.twiml : routing.path;
const attribute: TwimlAttribute = ['a', 1, true];
const comment: TwimlNode = { comment: 'c' };
const tree: TwimlElement = { name: 'Response', attributes: { attribute, none: null }, children: [comment, { text: 't' }, { name: 'Say', text: 'x' }] };
const writing: TwimlOptions = { check: 'form', document: 'voice' };
const checking: TwimlCheckOptions = { document: undefined };
export const xml: string = twiml(tree, writing);
export const findings: TwimlFinding[] = [...checkTwiml(tree), ...checkTwiml(xml, checking)];
// @ts-expect-error: there are two kinds of documents
checkTwiml(tree, { document: 'fax' });
// @ts-expect-error: an attribute is no object
twiml({ name: 'Say', attributes: { voice: {} } });
// @ts-expect-error: an element has a name
twiml({ children: [] });
// @ts-expect-error: a token is text
signTwilio({ url: '', token: 7 });
// @ts-expect-error: MD5 is not a Twilio algorithm
verifyTwilio({ url: '', signature, settings: { keys: { id: { secret: '', algorithm: 'MD5' } } } });
export const place = (error: PlumlineError): string => error.code + error.path + error.message;
export const known: Versions = versions;
export const valid: boolean = twilio.validateRequest('t', signature, 'https://example.com', webhook)
  && twilio.validateRequestWithBody('t', undefined, 'https://example.com', '{}');
export const texts: string[] = [twilio.getExpectedTwilioSignature('t', 'u', {}), twilio.getExpectedBodyHash('{}')];
inputs.forEach(verified);

const reading: PhoneReading = parsePhone('(212) 555-0123', 'US');
export const dialed: string = !reading.ok ? reading.code : reading.kind === 'emergency' ? reading.number : (reading.e164 ?? '');
if (reading.ok && reading.kind === 'short-code') {
  // @ts-expect-error: it cannot be dialed
  dialed === reading.e164.length;
}
const counted: SegmentCount = countSegments('a');
export const dear: string = counted.encoding === 'UCS-2' ? counted.unicode.character : counted.segments.toFixed();

const minted: AccessTokenInput = {
  accountSid: 'AC1', keySid: 'SK1', secret: 's', identity: 'a', now: Date.now(),
  grants: { voice: { incomingAllow: true } },
};
// @ts-expect-error: a lifetime is a number of seconds
export const token: string = accessToken({ ...minted, ttl: '1h' });
const options: twilio.jwt.AccessToken.VoiceGrantOptions = { incomingAllow: true };
const grant: twilio.jwt.AccessToken.VoiceGrant = new twilio.jwt.AccessToken.VoiceGrant(options);
const held: twilio.jwt.AccessToken = new twilio.jwt.AccessToken('AC1', 'SK1', 's', { identity: 'a' });
held.addGrant(grant);
export const signed: string = held.toJwt('HS512') + (grant.toPayload().outgoing?.application_sid ?? grant.key);
// @ts-expect-error: Twilio has no such algorithm
held.toJwt('RS256');
// @ts-expect-error: a grant has a key
held.addGrant({ toPayload: () => ({}) });
const worker = new twilio.jwt.taskrouter.TaskRouterCapability({ accountSid: '', authToken: '', workspaceSid: '', channelId: '' });
twilio.jwt.taskrouter.util.defaultWorkerPolicies('v1', 'WS1', 'WK1').forEach((policy) => worker.addPolicy(policy));
`;

before(() => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as { filename: string }[];
  write({ 'package.json': JSON.stringify({ name: 'clinic', private: true }) });
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', `./${packed?.filename ?? ''}`);
});

describe('the tarball', () => {
  test('has no dependencies', () => {
    const installed = readdirSync(path.join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, ['plumline']);
  });

  test('contains the files of build.json and no wasm-pack metadata', () => {
    const pkg = path.join(project, 'node_modules/plumline/pkg');
    const { files } = JSON.parse(readFileSync(path.join(pkg, 'build.json'), 'utf8')) as {
      files: Record<string, { sha256: string; size: number }>;
    };
    for (const [file, { sha256, size }] of Object.entries(files)) {
      if (file.startsWith('bots/')) {
        // These wasm files are inside the bundles.
        assert.ok(!existsSync(path.join(pkg, file)), file);
        continue;
      }
      const bytes = readFileSync(path.join(pkg, file));
      assert.deepEqual([createHash('sha256').update(bytes).digest('hex'), bytes.length], [sha256, size], file);
      assert.ok(!bytes.includes(root), `${file} contains a local path`);
    }
    assert.ok('plumline_bg.wasm' in files && 'bots/webhook.wasm' in files);
    assert.ok(!existsSync(path.join(pkg, '.gitignore')) && !existsSync(path.join(pkg, 'package.json')));
  });

  test('works with import', () => {
    write({ 'esm.mjs': `import ${NAMES} from 'plumline'; import ${TWILIO_NAMES} from 'plumline/twilio';${USE}` });
    assert.equal(run(process.execPath, 'esm.mjs'), USED);
  });

  test('works with require', () => {
    write({
      'cjs.cjs': `const ${NAMES} = require('plumline'); const ${TWILIO_NAMES} = require('plumline/twilio');${USE}`,
    });
    assert.equal(run(process.execPath, 'cjs.cjs'), USED);
  });

  test('exports its wasm, its bots and its package.json', () => {
    write({
      'files.mjs': `
        import { readFileSync } from 'node:fs';
        import { createRequire } from 'node:module';
        import { fileURLToPath } from 'node:url';
        const file = (name) => readFileSync(fileURLToPath(import.meta.resolve(name)));
        const { handler } = createRequire(import.meta.url)('plumline/bots/webhook.cjs');
        const schema = JSON.parse(file('plumline/schema/config.json'));
        console.log(WebAssembly.validate(file('plumline/plumline.wasm')), typeof handler, JSON.parse(file('plumline/package.json')).name, schema.$id);
      `,
    });
    assert.equal(
      run(process.execPath, 'files.mjs'),
      'true function plumline https://plumline.dev/schema/config.json\n',
    );
  });

  for (const [resolution, module] of [
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['bundler', 'preserve'],
  ] as const) {
    test(`has types for moduleResolution ${resolution}`, () => {
      const compilerOptions = {
        ...{
          module,
          moduleResolution: resolution,
          target: 'es2022',
          lib: ['es2022', 'dom', 'dom.iterable'],
          types: [],
        },
        ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false },
      };
      // A bundler's project has no .cts files.
      const sources = resolution === 'bundler' ? ['types.mts'] : ['types.mts', 'types.cts'];
      write({
        ...Object.fromEntries(sources.map((name) => [name, TYPES])),
        'tsconfig.json': JSON.stringify({ compilerOptions, files: sources }),
      });
      run(process.execPath, path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json');
    });
  }
});
