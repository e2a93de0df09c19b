// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The host's services for the core: local times of a time zone, and HTTP requests. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { http } from '../../bot-wrapper/http.ts';
import { zone } from '../../bot-wrapper/zone.ts';

const at = (text: string): number => Date.parse(text);

describe('local times', () => {
  const localTimes = (name: string, ...instants: string[]): string[] =>
    zone({ zone: name, instants: instants.map(at), localTimes: [] }).localTimes;
  const instants = (name: string, ...times: string[]): string[][] =>
    zone({ zone: name, instants: [], localTimes: times }).instants.map((found) =>
      found.map((instant) => new Date(instant).toISOString()),
    );

  test('convert an instant to local time', () => {
    assert.deepEqual(localTimes('Europe/London', '2026-11-21T02:00:00Z', '2026-07-01T23:30:00Z'), [
      '2026-11-21T02:00:00',
      '2026-07-02T00:30:00',
    ]);
    assert.deepEqual(localTimes('America/New_York', '2026-11-21T02:00:59.999Z'), ['2026-11-20T21:00:59']);
    assert.deepEqual(localTimes('Asia/Kathmandu', '2026-01-01T00:00:00Z'), ['2026-01-01T05:45:00']);
    // Midnight is 00:00 of the new day in every locale.
    assert.deepEqual(localTimes('Pacific/Auckland', '2026-06-30T12:00:00Z'), ['2026-07-01T00:00:00']);
  });

  test('match no instant, one instant or two', () => {
    assert.deepEqual(instants('America/New_York', '2026-11-21T09:00:00'), [['2026-11-21T14:00:00.000Z']]);
    assert.deepEqual(instants('America/New_York', '2026-11-01T01:30:00'), [
      ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'],
    ]);
    assert.deepEqual(instants('America/New_York', '2026-03-08T02:30:00'), [[]]);
    assert.deepEqual(instants('Australia/Lord_Howe', '2026-04-05T01:45:00'), [
      ['2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z'],
    ]);
  });

  test('convert back to the same instant for every hour of a year', () => {
    for (const name of ['Europe/London', 'America/Sao_Paulo', 'Asia/Kolkata', 'Africa/Casablanca', 'Pacific/Apia']) {
      const hours = Array.from({ length: 8784 }, (_, hour) => at('2026-01-01T00:00:00Z') + hour * 3_600_000);
      const shown = zone({ zone: name, instants: hours, localTimes: [] }).localTimes;
      const back = zone({ zone: name, instants: [], localTimes: shown }).instants;
      assert.ok(hours.every((hour, index) => back[index]?.includes(hour)));
    }
  });

  test('are undefined for an unknown time zone', () => {
    assert.throws(() => localTimes('Europe/Nowhere', '2026-01-01T00:00:00Z'), RangeError);
  });
});

describe('an HTTP request', () => {
  let closed = 0;
  const seen: { method: string | undefined; url: string | undefined; header: unknown; body: string }[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      seen.push({ method: req.method, url: req.url, header: req.headers['x-asked'], body });
      res.statusCode = Number(/\d+/.exec(req.url ?? '')?.[0] ?? 200);
      res.setHeader('Location', '/elsewhere');
      if (req.url === '/endless') {
        const timer = setInterval(() => res.write('x'.repeat(1_000)), 5);
        res.on('close', () => {
          clearInterval(timer);
          closed++;
        });
        return;
      }
      if (req.url === '/long') {
        const more = (): void => {
          while (!res.destroyed && res.write('x'.repeat(1_000_000)));
        };
        res.on('drain', more).on('close', () => closed++);
        more();
        return;
      }
      res.end(req.url === '/text' ? 'all well' : '{"sid":"CA1"}');
    });
  });
  let url = '';

  async function connectionClosed(): Promise<void> {
    for (let waited = 0; closed === 0 && waited < 100; waited++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(closed, 1);
  }

  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  test('is sent as specified and returns JSON or text', async () => {
    const headers = { 'X-Asked': 'yes' };
    assert.deepEqual(await http({ method: 'POST', url: `${url}/201`, headers, body: 'a=1' }), {
      status: 201,
      body: { sid: 'CA1' },
    });
    assert.deepEqual(seen.at(-1), { method: 'POST', url: '/201', header: 'yes', body: 'a=1' });
    assert.deepEqual(await http({ method: 'GET', url: `${url}/text`, headers }), { status: 200, body: 'all well' });
  });

  test('is read up to the maximum response size', async () => {
    closed = 0;
    await assert.rejects(http({ method: 'GET', url: `${url}/long`, headers: {} }), RangeError);
    await connectionClosed();
  });

  test('is not read further after a timeout', async () => {
    closed = 0;
    const stop = new AbortController();
    const answer = http({ method: 'GET', url: `${url}/endless`, headers: {} }, stop.signal);
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(answer, { name: 'AbortError' });
    await connectionClosed();
  });

  test('does not follow redirects with its credentials', async () => {
    const before = seen.length;
    assert.equal((await http({ method: 'GET', url: `${url}/302`, headers: {} })).status, 302);
    assert.equal(seen.length, before + 1);
  });
});
