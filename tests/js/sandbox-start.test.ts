// SPDX-License-Identifier: Apache-2.0 OR MIT

/** `npm start` for users and programs. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnSyncReturns } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readRate } from '../../sandbox/src/faults.ts';
import { runtimeVersions } from '../../sandbox/src/wrappers/wrapper.ts';

const root = path.resolve(import.meta.dirname, '../..');
const main = path.join(root, 'sandbox/src/main.ts');
const cli = path.join(root, 'cli/main.ts');
const built = existsSync(path.join(root, 'pkg/bots/webhook.cjs'));

interface Line {
  console: string;
  fhir: string;
  webhook: string;
  authToken: string;
  accountSid: string;
  numbers: string[];
  sent: string;
}

/** A response of /console/play: a call or an error. */
interface Played {
  heard?: string[];
  legs?: object[];
  requests?: { status: number }[];
  communication?: { status: string; sender?: { reference?: string } };
  issue?: { details?: { text?: string } }[];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs the sandbox during `use` and returns its output. */
async function run(args: string[], use: (written: string) => Promise<void>): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let written = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      written += chunk.toString();
      if (/\n$/.test(written)) {
        resolve();
      }
    });
    child.on('exit', () => reject(new Error('The sandbox ended')));
  });
  try {
    await ready;
    await use(written);
  } finally {
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  }
  return written;
}

function sign(token: string, url: string, params: Record<string, string>): string {
  const text =
    url +
    Object.keys(params)
      .sort()
      .map((name) => `${name}${params[name] ?? ''}`)
      .join('');
  return createHmac('sha1', token).update(text).digest('base64');
}

async function call(line: Line, token: string, to: string, address = line.webhook): Promise<Response> {
  const params = {
    AccountSid: line.accountSid,
    CallSid: 'CA00000000000000000000000000000002',
    CallStatus: 'ringing',
    Direction: 'inbound',
    From: '+15550100099',
    To: to,
  };
  const headers = { 'X-Twilio-Signature': sign(token, line.webhook, params) };
  return fetch(address, { method: 'POST', headers, body: new URLSearchParams(params) });
}

describe('npm start', { skip: built ? false : 'pkg/bots/webhook.cjs is not built' }, () => {
  for (const wrapper of runtimeVersions) {
    test(`--json under ${wrapper}: prints one line, answers signed calls and rejects others`, async () => {
      const written = await run(['--', '--json', '--port', '0', '--seed', '1', '--wrapper', wrapper], async (text) => {
        const line = JSON.parse(text) as Line;
        assert.deepEqual(Object.keys(line), [
          'console',
          'fhir',
          'webhook',
          'authToken',
          'accountSid',
          'numbers',
          'sent',
        ]);
        assert.match(line.accountSid, /^AC[0-9a-f]{32}$/);
        assert.match(line.authToken, /^[0-9a-f]{32}$/);
        assert.deepEqual(line.numbers, ['+15550100001', '+15550100002']);
        assert.deepEqual(await (await fetch(new URL('/sandbox.json', line.console))).json(), line);
        assert.deepEqual(await (await fetch(line.sent)).json(), []);
        assert.equal((await fetch(`${line.fhir}/Patient`)).status, 200);

        const answered = await call(line, line.authToken, '+15550100001');
        assert.equal(answered.status, 200);
        assert.equal(answered.headers.get('content-type'), 'text/xml; charset=utf-8');
        assert.match(await answered.text(), /<Response>.*<\/Response>|<Response\/>/s);
        assert.equal((await call(line, 'f'.repeat(32), '+15550100001')).status, 403);
      });
      assert.equal(written.trim().split('\n').length, 1, written);
    });
  }

  test('the same seed creates the same webhook and token', async () => {
    const lines: Line[] = [];
    for (let count = 0; count < 2; count++) {
      await run(['--json', '--port', '0', '--seed', '7'], async (text) => void lines.push(JSON.parse(text) as Line));
    }
    const [one, two] = lines.map(({ webhook, authToken }) => ({ path: new URL(webhook).pathname, authToken }));
    assert.deepEqual(one, two);
  });

  test('it starts and serves at every fault rate and seed', async () => {
    for (const [rate, seed] of [
      ['0', '1'],
      ['0.05', '1'],
      ['.5', '7'],
      ['1', '2'],
    ] as const) {
      await run(['--json', '--port', '0', '--seed', seed, '--faults', rate], async (text) => {
        const line = JSON.parse(text) as Line;
        const statuses = await Promise.all(
          Array.from({ length: 60 }, async () => (await fetch(`${line.fhir}/Patient`)).status),
        );
        const failed = statuses.filter((status) => status !== 200).length;
        assert.ok(rate === '0' ? failed === 0 : failed > 0, `${rate}: ${failed} of 60`);
        assert.ok(Number(rate) < 1 || failed === 60, `${rate}: ${failed} of 60`);
        // A webhook bot that cannot request its own URL returns 500.
        const { status } = await call(line, line.authToken, '+15550100001');
        assert.ok(status === 200 || (status === 500 && rate !== '0'), `${rate}: ${status}`);
        const account = (await (await fetch(new URL('/console/account', line.console))).json()) as {
          patients: object[];
        };
        assert.equal(account.patients.length, 2);
        const played = await fetch(new URL('/console/play', line.console), {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ kind: 'phone', from: '+15550100099', to: '+15550100001' }),
        });
        assert.equal(played.status, 200);
        assert.ok(((await played.json()) as Played).requests?.length);
      });
    }
  });

  test('--public-url sets the signed URL', async () => {
    await run(['--json', '--port', '0', '--public-url', 'https://sandbox.example.com'], async (text) => {
      const line = JSON.parse(text) as Line;
      assert.equal(line.webhook.startsWith('https://sandbox.example.com/webhook/'), true);
      const local = new URL(new URL(line.webhook).pathname, line.console).href;
      assert.equal((await call(line, line.authToken, '+15550100001', local)).status, 200);
    });
  });

  test('the console places calls and lists executions', async () => {
    await run(['--json', '--port', '0'], async (text) => {
      const line = JSON.parse(text) as Line;
      const page = await fetch(line.console);
      assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/);
      assert.match(await page.text(), /<title>/);
      const place = async (wrongSignature: boolean): Promise<{ status: number }> => {
        const body = { from: '+15550100099', to: '+15550100001', kind: 'phone', wrongSignature };
        const answer = await fetch(new URL('/console/call', line.console), {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
        return (await answer.json()) as { status: number };
      };
      assert.equal((await place(false)).status, 200);
      assert.equal((await place(true)).status, 403);
      const list = (await (await fetch(new URL('/console/executions', line.console))).json()) as { status: number }[];
      assert.deepEqual(
        list.map(({ status }) => status),
        [403, 200],
      );
      assert.equal((await fetch(new URL('/console/call', line.console), { method: 'POST' })).status, 400);
    });
  });

  test('the console plays whole calls with the bots of deploy/, and the command prints them', async () => {
    await run(['--json', '--port', '0', '--ticket', '--config', 'docs/dialplan/bilingual.json'], async (text) => {
      const line = JSON.parse(text) as Line;
      assert.deepEqual(line.numbers, ['+15550100001', '+15550100002', '+15550100021', '+15550100022']);
      const play = async (wish: object): Promise<{ status: number; call: Played }> => {
        const answer = await fetch(new URL('/console/play', line.console), {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(wish),
        });
        return { status: answer.status, call: (await answer.json()) as Played };
      };
      const phone = { kind: 'phone', from: '+15550100099', to: '+15550100021' };
      const { call: spanish } = await play({ ...phone, digits: ['9', '2'], voicemail: 8 });
      assert.ok(spanish.heard?.includes('Diga su nombre, su fecha de nacimiento y el nombre de su farmacia.'));
      assert.equal(spanish.communication?.status, 'completed');
      assert.ok(spanish.requests?.every(({ status }) => status === 200));

      const browser = { kind: 'browser', from: 'jo', to: '+15550100123', answers: { '*': 'answered' } };
      const { call: ticketed } = await play({ ...browser, ticket: 'number' });
      assert.deepEqual(ticketed.heard, ['[talks to +15550100123]']);
      assert.match(ticketed.communication?.sender?.reference ?? '', /^Practitioner\//);
      const { call: refused } = await play(browser);
      assert.deepEqual(refused.legs, []);

      for (const wrong of [
        { ...phone, kind: 'fax' },
        { ...phone, from: 7 },
        { ...phone, digits: '2' },
        { ...phone, voicemail: -1 },
        { ...phone, answers: { '*': 'toString' } },
        { ...phone, answers: { queue: 'busy' } },
        { ...browser, ticket: 'Practitioner/1' },
        { ...browser, ticket: 'Patient/nobody' },
      ]) {
        const { status, call } = await play(wrong);
        assert.equal(status, 400, JSON.stringify(wrong));
        assert.ok((call.issue?.[0]?.details?.text ?? '').length > 20, JSON.stringify(call));
      }

      const command = (args: string[]): SpawnSyncReturns<string> =>
        spawnSync(process.execPath, [cli, 'call', '--sandbox', line.console, ...args], { encoding: 'utf8' });
      const whole = command(['--to', '+15550100021', '--digits', '0', '--answers', '*=busy']);
      assert.equal(whole.status, 0, whole.stderr);
      assert.match(whole.stdout, /menu\.main, pressed 0[^]*chart: Communication\//);
      const single = command(['--to', '+15550100021']);
      assert.match(single.stdout, /^200 OK, text\/xml[^]*accepted[^]*<Gather/);
      assert.equal(single.status, 0, single.stderr);
      assert.match(command(['--to', '+15550100021', '--answers', 'desk']).stderr, /client:desk=answered/);
      assert.match(command(['--to', '+15550100021', '--whole', '--wrong-signature']).stderr, /single request/);
      assert.match(command(['--to', '+15550100021', '--ticket']).stderr, /--browser/);
    });
  });

  test('without the chart, a call is answered with --public-url, and no callback is stored', async () => {
    const command = (...args: string[]): SpawnSyncReturns<string> =>
      spawnSync(process.execPath, [cli, 'call', '--to', '+15550100001', ...args], { encoding: 'utf8' });
    await run(['--json', '--port', '0', '--faults', '1'], async (text) => {
      assert.equal(text.trim().split('\n').length, 1);
      const line = JSON.parse(text) as Line;
      const { status, stdout } = command('--sandbox', line.console);
      assert.equal(status, 1);
      assert.ok(!stdout.includes('<Response'), stdout);
      // A page that is not a webhook.
      const page = command('--url', `${line.console}no-page`, '--token', 'invented-token');
      assert.equal(page.status, 1);
      assert.match(
        page.stdout,
        /^404 [^]*\nrefused: the response is HTML\. Check that the URL is the webhook of a Medplum server\.\n$/,
      );
    });
    const port = await freePort();
    const publicUrl = `http://localhost:${port}`;
    await run(['--json', '--port', String(port), '--faults', '1', '--public-url', publicUrl], async (text) => {
      const line = JSON.parse(text) as Line;
      const { stdout } = command('--sandbox', line.console, '--whole');
      assert.match(stdout, /^200 incoming call$/m);
      assert.match(stdout, /^500 status callback/m);
      assert.match(stdout, /^chart: no record: every callback failed$/m);
    });
    const { stderr } = command('--sandbox', 'http://127.0.0.1:9');
    assert.match(stderr, /no sandbox at http:\/\/127\.0\.0\.1:9: .*--sandbox.*--url and --token/);
  });

  test('a call can be played at any time, with any StirVerstat value and queue position', async () => {
    const said = (text: string): object[] => [{ say: { text } }, { hangup: {} }];
    const queue = {
      name: 'desk',
      position: { text: 'You are number {position}.' },
      overflow: { position: 12, averageWait: 600, then: 'long' },
      otherwise: 'empty',
    };
    const config = {
      timeZone: 'America/New_York',
      numbers: { '+15550100011': { name: 'Desk', dialplan: 'main' } },
      dialplans: {
        main: [
          { when: { verification: ['failed'] }, then: 'spoofed' },
          { when: { closed: 'office' }, then: 'night' },
          { then: 'wait' },
        ],
      },
      hours: { office: { weekly: [{ days: ['tue'], from: '09:00', to: '17:00' }], holidays: ['12-22'] } },
      actions: {
        spoofed: said('Spoofed.'),
        night: said('Closed.'),
        long: said('Many are waiting.'),
        empty: said('Nobody is here.'),
        wait: [{ queue }],
      },
    };
    const folder = mkdtempSync(path.join(tmpdir(), 'plumline-config-'));
    const file = path.join(folder, 'config.json');
    writeFileSync(file, JSON.stringify(config));
    // A Tuesday, 10:00 in New York.
    const started = ['--at', '2026-12-15T10:00:00-05:00'];
    await run(['--json', '--port', '0', '--config', file, ...started], async (text) => {
      const line = JSON.parse(text) as Line;
      const command = (...args: string[]): SpawnSyncReturns<string> =>
        spawnSync(process.execPath, [cli, 'call', '--sandbox', line.console, '--to', '+15550100011', ...args], {
          encoding: 'utf8',
        });
      const heard = (...args: string[]): string[] => {
        const { stdout, stderr } = command(...args);
        assert.equal(stderr, '');
        return [...stdout.matchAll(/^heard: (.*)$/gm)].map(([, text = '']) => text);
      };
      assert.deepEqual(heard('--at', '2026-12-15T03:00:00Z'), ['Closed.']);
      assert.deepEqual(heard('--at', '2026-12-22T10:00-05:00'), ['Closed.']);
      // The clock returns to the time at which the sandbox was started.
      assert.deepEqual(heard('--answers', 'queue=answered').at(-1), '[talks to queue:desk]');
      assert.deepEqual(heard('--whole', '--param', 'StirVerstat=TN-Validation-Failed'), ['Spoofed.']);
      assert.deepEqual(heard('--queue-position', '14'), ['Many are waiting.']);
      assert.deepEqual(heard('--queue-wait', '900'), ['Many are waiting.']);
      const moving = heard('--queue-position', '3,2', '--queue-wait', '0', '--answers', 'queue=answered');
      assert.deepEqual(moving.filter((text) => text.startsWith('You are')).slice(0, 2), [
        'You are number 3.',
        'You are number 2.',
      ]);
      for (const [args, said] of [
        [['--at', 'tomorrow'], /an instant with its offset, such as 2026-12-25T03:00:00Z/],
        [['--at', '2026-12-25T03:00:00'], /an instant with its offset/],
        [['--at', '2026-02-30T03:00:00Z'], /an instant with its offset/],
        [['--whole', '--param', 'CallSid=CA1'], /CallSid cannot be set in params/],
        [['--queue-position', '0'], /positions in the queue/],
        [['--queue-position', '4', '--answers', 'queue=full'], /queue that is full/],
      ] as const) {
        const { status, stderr } = command(...args);
        assert.equal(status, 1, stderr);
        assert.match(stderr, said);
      }
    });
    rmSync(folder, { recursive: true });
  });

  test('records that a config references are created and printed', async () => {
    const written = await run(['--port', '0', '--config', 'docs/dialplan/nurse-line.json'], async (text) => {
      const [, url = ''] = /Console +(\S+)/.exec(text) ?? [];
      const args = ['call', '--sandbox', url, '--to', '+15550100031', '--queue-position', '3'];
      const { stdout } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
      assert.match(stdout, /^heard: You are number 3 in line\.$/m);
      assert.equal((await fetch(`${url}fhir/R4/CareTeam/nurse-line`)).status, 200);
    });
    assert.match(
      written,
      /HealthcareService\/nurse-line \(always open\)\n {2}CareTeam\/nurse-line \(has no participants\)\n/,
    );
  });

  test('an invalid config is rejected at startup', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'plumline-config-'));
    const file = path.join(folder, 'config.json');
    for (const [config, said] of [
      ['{"dialplans":{"main":[{"then":"nowhere"}]}}', /^dialplans\S*: [A-Z_]+: .*\n[^]*cannot be used/],
      ['{', /cannot be used/],
    ] as const) {
      writeFileSync(file, config);
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--config', file], { encoding: 'utf8' });
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, said);
    }
    rmSync(folder, { recursive: true });
  });

  test('the printed curl command works', async () => {
    await run(['--port', '0'], async (text) => {
      assert.match(text, /npx plumline call --from \+15550100099 --to \+15550100001/);
      const command = text.slice(text.indexOf('curl -H'));
      const { stdout, status } = spawnSync('bash', ['-c', command.replace('curl', 'curl -s')], { encoding: 'utf8' });
      assert.equal(status, 0);
      assert.match(stdout, /<Response/);
    });
  });

  test('a port in use prints one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, stderr } = spawnSync(process.execPath, [main, '--port', String(port)], { encoding: 'utf8' });
    other.close();
    assert.equal(status, 1);
    assert.equal(stderr, `Port ${port} is in use: choose another --port, or 0 for any free port\n`);
  });
});

test('a fault rate is a decimal number from 0 to 1', () => {
  for (const text of ['0', '0.05', '.5', '1', '1.0', '1.', '5e-2', '+0.1']) {
    assert.equal(readRate(text), Number(text), text);
  }
  for (const text of [
    '',
    ' ',
    '-0.1',
    '1.0001',
    '2',
    'NaN',
    'Infinity',
    '-Infinity',
    '0x1',
    '5%',
    '0,5',
    'some',
    '.',
  ]) {
    assert.equal(readRate(text), undefined, text);
  }
});

test('each invalid flag prints one line', () => {
  for (const [args, code] of [
    [['--colour'], 2],
    [['--port', 'x'], 2],
    [['--wrapper', 'docker'], 2],
    [['--faults', '2'], 2],
    [['--faults=-0.1'], 2],
    [['--faults', 'some'], 2],
    [['--server-speed', '0'], 2],
    [['--public-url', 'example.com'], 2],
    [['--at', '2026-12-25'], 2],
    [['--config', 'no-such-file.json'], 1],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    assert.equal(status, code, stderr);
    assert.equal(stdout, '');
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    if (args[0].startsWith('--faults')) {
      assert.match(stderr, /^--faults must be a rate from 0 to 1, such as 0\.05, not "/);
    }
  }
});
