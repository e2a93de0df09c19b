// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A program that uses npm twilio's types also compiles against Plumline's types. Only the import changes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
// Inside the project, so that both packages resolve.
mkdirSync(path.join(root, 'target'), { recursive: true });
const folder = mkdtempSync(path.join(root, 'target/builders-types-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `
import express from 'express';
import twilio from 'PACKAGE';

const { VoiceResponse, MessagingResponse, FaxResponse } = twilio.twiml;
const app = express();
app.use(express.urlencoded({ extended: false }));

function greet(response: twilio.twiml.VoiceResponse, name: string): void {
  response.say({ voice: 'Polly.Amy', language: 'en-GB', loop: 2 }, name);
  response.say(name).break({ strength: 'weak', time: '1s' });
}

const options = { incomingAllow: true, outgoingApplicationSid: 'AP1' };
const minted: twilio.jwt.AccessToken = new twilio.jwt.AccessToken('AC1', 'SK1', 'secret', { identity: 'desk', ttl: 60 });
minted.addGrant(new twilio.jwt.AccessToken.VoiceGrant(options));
const text: string = minted.toJwt();

app.post('/voice', twilio.webhook({ protocol: 'https', host: 'hook.example.com' }), (_request, answer) => {
  const response = new VoiceResponse();
  response.comment('to the desk');
  response.commentBefore('a');
  response.commentAfter('b');
  greet(response, 'Hello.');
  const gather = response.gather({ input: ['dtmf', 'speech'], numDigits: 1, action: '/step', actionOnEmptyResult: true });
  gather.say('Press one.');
  gather.pause({ length: 1 });
  gather.pause();
  const dial = response.dial({ callerId: '+15550100001', record: 'record-from-answer', timeLimit: 60 });
  dial.number({ statusCallbackEvent: ['initiated', 'completed'], sendDigits: 'ww1' }, '+15550100002');
  const client = dial.client({ statusCallback: '/status' });
  client.identity('desk');
  client.parameter({ name: 'a', value: 'b' });
  dial.sip({ username: 'u', password: 'p' }, 'sip:desk@example.com');
  dial.conference({ beep: 'onEnter', waitUrl: '' }, 'room');
  response.dial('+15550100002');
  response.connect({ action: '/after' }).stream({ url: 'wss://example.com/s' }).parameter({ name: 'a', value: 'b' });
  response.connect().conversationRelay({ url: 'wss://example.com/r' }).language({ code: 'en-GB' });
  response.enqueue({ workflowSid: 'WW1' }).task({ priority: 1 }, '{}');
  response.pay({ paymentMethod: 'credit-card', validCardTypes: ['visa', 'amex'] }).prompt({ for: 'payment-card-number' });
  response.refer().sip('sip:a@example.com');
  response.start().transcription({ track: 'both_tracks' });
  const prosody = response.say('a').prosody({ rate: '90%' }, 'b');
  prosody.sayAs({ 'interpret-as': 'date', format: 'ymd' }, '20261121');
  prosody.lang({ 'xml:lang': 'de-DE' }, 'c').w({ role: 'x' }, 'd');
  response.queue({ url: '/whisper' }, 'support');
  response.play({ digits: 'w1' });
  response.play({ loop: 2 }, 'https://example.com/a.mp3');
  response.record({ trim: 'trim-silence', maxLength: 30 });
  response.sms({ to: '+15550100002', from: '+15550100001' }, 'text');
  response.addChild('Custom', { a: 1 }).addText('free');
  response.addText('text');
  response.redirect({ method: 'POST' }, '/next');
  response.redirect('/next');
  response.hangup();
  response.leave();
  response.reject({ reason: 'busy' });
  answer.type('text/xml').send(response.toString());
});

app.post('/message', twilio.webhook('an-invented-token', { validate: true }), (request, answer) => {
  const valid: boolean = twilio.validateExpressRequest(request, 'an-invented-token', { url: 'https://example.com/message' });
  const again: boolean = twilio.validateIncomingRequest(request, 'an-invented-token');
  const response = new MessagingResponse();
  const message = response.message({ to: '+15550100002', action: '/sent' }, valid && again ? 'yes' : 'no');
  message.body('more');
  message.media('https://example.com/a.png');
  response.message('alone');
  response.redirect({ method: 'GET' }, '/next');
  answer.type('text/xml').send(response.toString());
});

const fax = new FaxResponse();
fax.receive({ action: '/fax', mediaType: 'application/pdf', pageSize: 'a4', storeMedia: false });

const checks: boolean[] = [
  twilio.validateRequest('t', 's', 'https://example.com', { a: '1', b: ['1', '2'] }),
  twilio.validateRequestWithBody('t', 's', 'https://example.com', '{}'),
  twilio.validateBody('{}', twilio.getExpectedBodyHash('{}')),
];
const signature: string = twilio.getExpectedTwilioSignature('t', 'https://example.com', {});

// @ts-expect-error: no such input
new VoiceResponse().gather({ input: ['voice'] });
// @ts-expect-error: no such attribute
new VoiceResponse().dial({ callerID: '+15550100001' });
// @ts-expect-error: a number
new VoiceResponse().dial({ timeLimit: '60' });
// @ts-expect-error: without a text
new VoiceResponse().say();
// @ts-expect-error: without a text
new VoiceResponse().say({ voice: 'alice' });
// @ts-expect-error: a text
new MessagingResponse().message(5);
// @ts-expect-error: null would drop the verb
new VoiceResponse().say({}, null);

export { checks, fax, signature };
`;

const DEEP = `
import VoiceResponse from 'PACKAGE';
export const attributes: VoiceResponse.GatherAttributes = { input: ['dtmf'], timeout: 5 };
attributes.input?.push('speech');
export const voice: VoiceResponse.SayAttributes['voice'] = 'Polly.Amy';
export function ask(gather: VoiceResponse.Gather, text: string): VoiceResponse.Say {
  return gather.say({ voice }, text);
}
export const response: VoiceResponse = new VoiceResponse();
ask(response.gather(attributes), 'Press one.');
`;

/** Errors that our types report. npm twilio's types do not, because its classes accept any member. */
const OURS = `
import { twiml, VoiceResponse, type IncomingRequest, type TwimlCheck } from 'plumline/twilio';
const response: twiml.VoiceResponse = new VoiceResponse({ check: 'schema' });
// @ts-expect-error: no such method
response.sayy('x');
// @ts-expect-error: a pause has no nouns
response.pause().number('+15550100001');
// @ts-expect-error: an element needs a parent
new VoiceResponse.Say('x');
// @ts-expect-error: no such check
const check: TwimlCheck = { check: 'loose' };
export const parts: [twiml.VoiceResponse.Say, VoiceResponse.SayAttributes] = [response.say('x'), { voice: 'alice' }];
export const request: IncomingRequest = { header: () => undefined, headers: {}, originalUrl: '/', protocol: 'https' };
export { check };
`;

interface Compiled {
  readonly files: Record<string, string>;
  readonly bundler?: boolean;
  /** npm twilio's declarations have an error if @types/jsonwebtoken is not installed. */
  readonly skipLibCheck?: boolean;
}

function compile({ files, bundler = false, skipLibCheck = false }: Compiled): void {
  const kind = bundler ? { module: 'preserve', moduleResolution: 'bundler' } : { module: 'nodenext' };
  const strict = { strict: true, noEmit: true, esModuleInterop: true, skipLibCheck };
  const compilerOptions = { ...kind, ...strict, target: 'es2022', lib: ['es2022', 'dom'], types: ['node'] };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), text);
  }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (err) {
    assert.fail((err as { stdout: string }).stdout);
  }
}

describe('the types', () => {
  const ours = PROGRAM.replace('PACKAGE', 'plumline/twilio');
  const deep = DEEP.replace("VoiceResponse from 'PACKAGE'", "{ VoiceResponse } from 'plumline/twilio'");

  test('the programs compile against npm twilio', () => {
    const files = {
      'theirs.mts': PROGRAM.replace('PACKAGE', 'twilio'),
      'deep.cts': DEEP.replace('PACKAGE', 'twilio/lib/twiml/VoiceResponse'),
    };
    compile({ files, skipLibCheck: true });
  });

  test('the programs compile against ours as ESM and CommonJS', () => {
    compile({ files: { 'ours.mts': ours, 'ours.cts': ours, 'deep.mts': deep, 'deep.cts': deep } });
  });

  test('the programs compile for a bundler', () => {
    compile({ files: { 'ours.ts': ours, 'deep.ts': deep }, bundler: true });
  });

  test('our types reject more mistakes', () => {
    compile({ files: { 'more.mts': OURS, 'more.cts': OURS } });
  });

  test('every method has a description', () => {
    const lines = readFileSync(path.join(root, 'pkg/npm/twilio.d.mts'), 'utf8').split('\n');
    const start = lines.indexOf('export declare namespace twiml {');
    let methods = 0;
    for (const [index, line] of lines.entries()) {
      const [, name] = /^(\w+)\(.*\): \w+Response\.\w+;$/.exec(line) ?? [];
      if (index > start && name !== undefined) {
        methods++;
        // An overload shares the description of the method before it.
        const before = lines[index - 1] ?? '';
        assert.ok(before.startsWith('/** Adds `<') || before.startsWith(`${name}(`), `no description: ${line}`);
      }
    }
    assert.ok(methods > 131);
  });
});
