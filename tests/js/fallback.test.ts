// SPDX-License-Identifier: Apache-2.0 OR MIT

/** `plumline fallback`: the document itself, and a call to a clinic whose server is down. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fallback } from '../../cli/fallback.ts';
import type { FallbackOptions } from '../../cli/fallback.ts';
import { caller, network, ours, useServer } from './twilio-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumline-fallback-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const config = {
  language: 'en-US',
  voice: 'Polly.Joanna-Neural',
  timeZone: 'UTC',
  numbers: { [ours]: { name: 'Clinic', dialplan: 'main' }, '+15550100009': { name: 'Spanish', dialplan: 'main' } },
  dialplans: { main: [{ when: { patient: true }, then: 'vip' }, { then: 'menu' }] },
  actions: {
    vip: [{ dial: { targets: [{ client: 'doctor' }], otherwise: 'message' } }],
    menu: [
      { say: { text: { 'en-US': 'Welcome to the clinic.', 'es-US': 'Bienvenido a la clínica.' } } },
      { when: { if: { anonymous: true }, then: 'message' } },
      {
        menu: {
          prompt: { text: 'Press 1.', language: 'en-US' },
          options: [{ digits: '1', then: 'message' }],
          otherwise: 'on-call',
        },
      },
    ],
    'on-call': [
      { say: { ssml: '<s>Please hold &amp; wait.</s>', language: 'en-US' } },
      {
        dial: {
          targets: [{ number: '+15550100177' }, { available: 'Organization/7' }, { client: 'desk' }],
          timeout: 30,
          callerId: ours,
          otherwise: 'message',
        },
      },
    ],
    message: [{ voicemail: { greeting: { text: 'Speak.', language: 'en-US' } } }],
  },
};

function run(options: Partial<FallbackOptions> = {}, document: unknown = config): { code: number; lines: string[] } {
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(document));
  const lines: string[] = [];
  const all: FallbackOptions = { number: ours, ring: [], closing: 'Please call again later.', ...options };
  return { code: fallback(file, all, (line) => lines.push(line)), lines };
}

const response = (content: string): string => `<?xml version="1.0" encoding="UTF-8"?><Response>${content}</Response>`;
const attributes = 'voice="Polly.Joanna-Neural" language="en-US"';
const welcome = `<Say ${attributes}>Welcome to the clinic.</Say>`;
const closing = `<Say ${attributes}>Please call again later.</Say>`;

describe('plumline fallback', () => {
  test('follows the caller who presses no key', () => {
    assert.deepEqual(run(), {
      code: 0,
      lines: [
        response(
          `${welcome}<Say ${attributes}>Please hold &amp; wait.</Say>` +
            `<Dial timeout="30" callerId="${ours}"><Number>+15550100177</Number><Client>desk</Client></Dial>${closing}`,
        ),
      ],
    });
  });

  test('rings another phone, and starts at another action', () => {
    assert.deepEqual(run({ ring: ['+1 202 555 0119'] }).lines, [
      response(
        `${welcome}<Say ${attributes}>Please hold &amp; wait.</Say>` +
          `<Dial timeout="20"><Number>+12025550119</Number></Dial>${closing}`,
      ),
    ]);
    assert.deepEqual(run({ action: 'vip' }).lines, [
      response(`<Dial timeout="20"><Client>doctor</Client></Dial>${closing}`),
    ]);
  });

  test('speaks the language of the number', () => {
    const spanish = structuredClone(config) as typeof config & { voices?: object };
    Object.assign(spanish.numbers[ours], { language: 'es-US' });
    spanish.voices = { 'es-US': 'Polly.Lupe-Neural' };
    const [xml = ''] = run({}, spanish).lines;
    assert.match(xml, /<Say voice="Polly.Lupe-Neural" language="es-US">Bienvenido a la clínica.<\/Say>/);
  });

  test('writes a file', () => {
    const out = join(folder, 'fallback.xml');
    assert.deepEqual(run({ out }), { code: 0, lines: [] });
    assert.match(readFileSync(out, 'utf8'), /^<\?xml .*<\/Response>\n$/);
  });

  for (const [name, options, message] of [
    [
      'without a number',
      { number: undefined },
      /^Error: Write --number with one of the numbers of the config. It has 2.$/,
    ],
    ['with an unknown number', { number: '+15550100777' }, /Write --number/],
    ['with an unknown action', { action: 'nowhere' }, /The config has no action "nowhere"/],
    ['if no phone rings', { action: 'message' }, /No phone rings .* Write --ring/],
    ['with an emergency number', { ring: ['911'] }, /--ring needs the number of an ordinary phone/],
    ['with a premium-rate number', { ring: ['+19005550100'] }, /--ring needs the number of an ordinary phone/],
  ] as const) {
    test(`fails ${name}`, () => {
      assert.throws(() => run(options as Partial<FallbackOptions>), message);
    });
  }

  test('prints the errors of a config', () => {
    const { code, lines } = run({}, { ...config, timeZone: 'Mars' });
    assert.equal(code, 1);
    assert.match(lines[0] ?? '', /^timeZone: CONFIG_TIME_ZONE/);
  });
});

describe('a clinic whose server is down', () => {
  const server = useServer();

  test('rings the phone of the fallback document, without another request', async () => {
    const [xml = ''] = run().lines;
    server.pages = { voice: 500, fallback: xml.replace(/^.*<Response>/, '').replace('</Response>', '') };
    const numbers = [{ number: ours, voiceFallbackUrl: `${server.url}/fallback`, voiceFallbackMethod: 'GET' as const }];
    const played = await network(server, { numbers }).incoming({
      from: caller,
      to: ours,
      script: { answers: { '+15550100177': { after: 5, talk: 60 }, 'client:desk': 'no-answer' } },
    });
    assert.deepEqual(
      played.legs.filter(({ status }) => status === 'completed').map(({ to }) => to),
      ['+15550100177'],
    );
    assert.ok(played.heard.includes('Welcome to the clinic.'), played.heard.join('\n'));
  });
});
