// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Malformed or forged requests, and invalid configs. They are rejected or get the default dialplan. */
import type { Communication } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sign } from '../../../sandbox/src/twilio.ts';
import { example, openClinic, publicUrl } from './clinic.ts';
import type { Clinic } from './clinic.ts';

const sid = (number: number): string => `CA${number.toString(16).padStart(32, '0')}`;

describe('a malformed or forged request', () => {
  let clinic: Clinic;
  let count = 0;
  const to = '+15550100021';
  before(async () => {
    clinic = await openClinic({ seed: 'bad-input', config: example('bilingual'), numbers: [to] });
  });
  beforeEach(() => clinic.start());
  after(() => clinic.stop());

  interface Answered {
    status: number;
    body: string;
    log: string;
  }
  /** Posts as Twilio does. The signature is for the same URL by default. */
  async function post(suffix: string, more: Record<string, string> = {}, signedFor = suffix): Promise<Answered> {
    const { webhook } = clinic.bot('webhook');
    const params: Record<string, string> = {
      AccountSid: clinic.account.accountSid,
      ApiVersion: '2010-04-01',
      CallSid: sid(++count),
      CallStatus: 'in-progress',
      Direction: 'inbound',
      From: '+15550100123',
      To: to,
      ...more,
    };
    const before = clinic.executions('webhook').length;
    const answer = await fetch(clinic.sandbox.url + webhook.slice(publicUrl.length) + suffix, {
      method: 'POST',
      headers: { 'X-Twilio-Signature': sign(clinic.account.authToken, webhook + signedFor, params) },
      body: new URLSearchParams(params),
    });
    const body = await answer.text();
    await clinic.sandbox.settled();
    return { status: answer.status, body, log: clinic.executions('webhook').slice(before)[0]?.log.join('\n') ?? '' };
  }
  const calls = async (): Promise<number> => (await clinic.searchChart<Communication>('Communication')).length;

  const invalid: [string, string][] = [
    ['an unknown menu', '?step=menu.nowhere'],
    ['a menu repeat beyond its limit', '?step=menu.main.9'],
    ['an unknown kind of step', '?step=refund.main'],
    ['a menu step that names an action without a menu', '?step=menu.desk'],
    ['a dial step for an unknown action', '?step=dial.main'],
    ['an unconfigured language', '?step=menu.main&language=fr-FR'],
    ['text after the step', '?step=menu.main&admin=1'],
    ['another query parameter', '?debug=1'],
  ];
  for (const [scenario, suffix] of invalid) {
    test(`a signed request for an invalid step is rejected: ${scenario}`, async () => {
      const before = await calls();
      const { status, body, log } = await post(suffix, { Digits: '0' });
      assert.equal(status, 403);
      assert.ok(!body.includes('<Dial'), body);
      assert.match(body, /"code":"[A-Z_]+"/);
      assert.match(log, /[A-Z]+_[A-Z_]+/);
      assert.equal(await calls(), before);
    });
  }

  test('a step is rejected under the signature of another step', async () => {
    // Medplum does not pass the query to a bot, so the bot uses the step that was signed.
    const { status, body } = await post('?step=menu.appointments', { Digits: '2' }, '?step=menu.main');
    assert.equal(status, 200);
    assert.match(body, /Please say your name, your date of birth/);
  });

  test('digits that the menu does not offer are ignored', async () => {
    for (const Digits of ['7', '99', '#', '1'.repeat(400), '١', '1 OR 1=1', '<Dial>']) {
      const { status, body } = await post('?step=menu.main', { Digits });
      assert.equal(status, 200);
      assert.match(body, /I did not get that/);
      assert.ok(!body.includes('<Dial'), body);
    }
  });

  test('a request from another account is rejected', async () => {
    const { status, body, log } = await post('', { AccountSid: `AC${'0'.repeat(32)}`, CallStatus: 'ringing' });
    assert.equal(status, 403);
    assert.match(body, /ACCOUNT_MISMATCH/);
    assert.match(log, /ACCOUNT_MISMATCH/);
  });

  test('a missing signature, a wrong signature and the signature of another body are rejected', async () => {
    const { webhook } = clinic.bot('webhook');
    const params = { AccountSid: clinic.account.accountSid, CallSid: sid(999), From: '+15550100123', To: to };
    const url = clinic.sandbox.url + webhook.slice(publicUrl.length);
    for (const signature of [
      undefined,
      '',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      sign(clinic.account.authToken, webhook, {}),
    ]) {
      const headers = signature === undefined ? {} : { 'X-Twilio-Signature': signature };
      const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(params) });
      assert.equal(answer.status, 403);
    }
    assert.ok(
      !(await clinic.searchChart<Communication>('Communication')).some(
        ({ identifier }) => identifier?.[0]?.value === sid(999),
      ),
    );
  });

  test('a call to an unknown clinic number is answered without a dial', async () => {
    const { status, body } = await post('', { To: '+15550100777', CallStatus: 'ringing' });
    assert.equal(status, 200);
    assert.match(body, /<Say/);
    assert.ok(!body.includes('<Dial'), body);
  });
});

describe('an invalid config', () => {
  const sound = JSON.parse(example('front-desk')) as { actions: Record<string, unknown[]> };
  const wrong: [string, string, RegExp][] = [
    [
      'with an endless loop',
      JSON.stringify({ ...sound, actions: { ...sound.actions, 'take-message': [{ goto: 'after-hours' }] } }),
      /CONFIG_LOOP: (?:at )?actions\.|CONFIG_LOOP.*actions\./,
    ],
    [
      'with an unknown name',
      JSON.stringify({ ...sound, actions: { ...sound.actions, 'desk-busy': [{ goto: 'nowhere' }] } }),
      /CONFIG_NAME_UNKNOWN.*actions\.desk-busy\[0\]/,
    ],
    ['that is not JSON', '{"numbers":', /CONFIG_[A-Z_]+/],
  ];
  for (const [scenario, config, logLines] of wrong) {
    test(`${scenario} is not used: the default dialplan answers, and the log has the reason`, async () => {
      const clinic = await openClinic({ seed: 'wrong-config', config, numbers: ['+15550100011'] });
      try {
        const call = await clinic.call({ from: '+15550100123' });
        const [first] = clinic.executions('webhook');
        assert.match(first?.log.join('\n') ?? '', logLines);
        assert.match(call.requests[0]?.body ?? '', /<Dial/);
        assert.ok(!call.heard.some((line) => line.includes('Harbor Street')));
        const records = await clinic.searchChart<Communication>('Communication');
        assert.deepEqual(
          records.map(({ status }) => status),
          ['completed'],
        );
        const staff = await clinic.staff('Amber Invented');
        const refused = await clinic.execute(staff.token, { operation: 'access-token' });
        assert.deepEqual([refused.status, refused.code], [500, 'CONFIG_INVALID']);
        assert.match((await clinic.sweep()).log.join('\n'), logLines);
      } finally {
        await clinic.stop();
      }
    });
  }
});

describe('without a config', () => {
  test('the default dialplan answers before any chart request', async () => {
    const clinic = await openClinic({ seed: 'default-plan' });
    try {
      const call = await clinic.call(
        { from: '+15550100123' },
        { answers: { 'client:+15550100001': { after: 2, talk: 20 } } },
      );
      const [first, ...rest] = clinic.executions('webhook');
      assert.deepEqual(first?.fhir, []);
      assert.ok(rest.length > 0);
      assert.equal(call.requests[0]?.callback, false);
      const [record, ...more] = await clinic.searchChart<Communication>('Communication');
      assert.deepEqual([record?.status, more.length], ['completed', 0]);
    } finally {
      await clinic.stop();
    }
  });
});
