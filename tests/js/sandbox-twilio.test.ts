// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Calls of the fake Twilio, and the verbs that speak, gather and record. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { caller, network, ours, paramsOf, requestLog, useServer } from './twilio-server.ts';

const server = useServer();

describe('a call', () => {
  test('from the phone network has Twilio’s parameters and an end callback', async () => {
    server.pages = { voice: '<Say>Hello <break/> there &amp; welcome</Say><Play>music.mp3</Play><Pause length="49"/>' };
    const result = await network(server).incoming({ from: caller, to: ours });
    assert.deepEqual(result.heard, ['Hello there & welcome', `[play ${server.url}/music.mp3]`]);
    assert.deepEqual(requestLog(result.requests), ['/voice 200', '[/status 200]']);
    assert.deepEqual([result.status, result.duration], ['completed', 61]);
    const first = result.requests[0]?.params ?? {};
    assert.deepEqual(
      { ...first, CallToken: '' },
      {
        AccountSid: first['AccountSid'],
        ApiVersion: '2010-04-01',
        CallSid: result.callSid,
        CallStatus: 'ringing',
        CallToken: '',
        Called: ours,
        CalledCity: '',
        CalledCountry: 'US',
        CalledState: '',
        CalledZip: '',
        Caller: caller,
        CallerCity: '',
        CallerCountry: 'US',
        CallerState: '',
        CallerZip: '',
        Direction: 'inbound',
        From: caller,
        FromCity: '',
        FromCountry: 'US',
        FromState: '',
        FromZip: '',
        StirVerstat: 'TN-Validation-Passed-A',
        To: ours,
        ToCity: '',
        ToCountry: 'US',
        ToState: '',
        ToZip: '',
      },
    );
    assert.match(result.callSid, /^CA[0-9a-f]{32}$/);
    const last = result.requests[1]?.params ?? {};
    assert.deepEqual(
      ['CallStatus', 'CallDuration', 'Duration', 'SequenceNumber', 'Timestamp', 'CallbackSource'].map((n) => last[n]),
      ['completed', '61', '2', '0', 'Wed, 25 Mar 2026 09:54:20 +0000', 'call-progress-events'],
    );
    assert.deepEqual(
      server.seen.map(({ params }) => params),
      result.requests.map(({ params }) => params),
    );
  });

  test('from a browser has its parameters, but cannot set Twilio’s', async () => {
    server.pages = { voice: '<Say>Hello</Say>' };
    const result = await network(server).browser({
      identity: 'desk_1',
      params: { To: '+15550100077', Ticket: 'abc', From: '+15550100078', CallStatus: 'completed' },
    });
    const { From, Caller, To, Called, Ticket, CallStatus, Direction, ApplicationSid, StirVerstat } =
      result.requests[0]?.params ?? {};
    assert.deepEqual([From, Caller, To, Called], ['client:desk_1', 'client:desk_1', '+15550100077', '']);
    assert.deepEqual([Ticket, CallStatus, Direction, StirVerstat], ['abc', 'ringing', 'inbound', undefined]);
    assert.match(ApplicationSid ?? '', /^AP[0-9a-f]{32}$/);
  });

  test('that is hung up, and one that is not answered', async () => {
    server.pages = { voice: '<Say>One two three four five</Say><Pause length="60"/><Say>Never</Say>' };
    const { heard, duration, status } = await network(server).incoming({
      from: caller,
      to: ours,
      script: { hangUpAfter: 20 },
    });
    assert.deepEqual([heard, duration, status], [['One two three four five'], 20, 'completed']);
    server.pages = { voice: '<Pause length="60"/><Say>Never</Say>' };
    const unanswered = await network(server).incoming({ from: caller, to: ours, script: { hangUpAfter: 20 } });
    assert.deepEqual([unanswered.status, unanswered.duration], ['no-answer', 0]);
  });

  test('that is rejected', async () => {
    for (const [reason, status] of [
      ['busy', 'busy'],
      ['rejected', 'no-answer'],
    ]) {
      server.pages = { voice: `<Reject reason="${reason ?? ''}"/><Say>Never</Say>` };
      const result = await network(server).incoming({ from: caller, to: ours });
      assert.equal(result.status, status);
      assert.equal(paramsOf(result.requests, '/status')['CallStatus'], status);
      assert.equal(result.heard.includes('Never'), false);
    }
  });

  test('that is redirected and hung up', async () => {
    server.pages = { voice: '<Redirect>/other?step=a</Redirect><Say>Never</Say>', other: '<Hangup/><Say>Never</Say>' };
    const result = await network(server).incoming({ from: caller, to: ours });
    assert.deepEqual(requestLog(result.requests), ['/voice 200', '/other?step=a 200', '[/status 200]']);
    assert.deepEqual([result.heard, result.status], [[], 'completed']);
  });

  test('by GET has signed parameters in the query', async () => {
    server.pages = { voice: '<Redirect method="GET">/other?a=1</Redirect>', other: '<Say>Got</Say>' };
    const result = await network(server).incoming({ from: caller, to: ours });
    assert.deepEqual(result.heard, ['Got']);
    assert.match(server.seen[1]?.path ?? '', /^\/other\?a=1&AccountSid=/);
  });

  test('an endless loop ends', async () => {
    server.pages = { voice: '<Redirect>/voice</Redirect>' };
    const result = await network(server).incoming({ from: caller, to: ours });
    assert.deepEqual([result.heard, result.errors], [['[error]'], ['11200']]);
  });
});

describe('an unusable response', () => {
  for (const [name, page, code] of [
    ['a server error', 500, '11200'],
    ['a rejection', 403, '11200'],
    ['too many requests', 429, '11217'],
    ['invalid XML', { type: 'text/xml', body: '<Response><Say>a & b</Say></Response>' }, '12100'],
    ['another kind of document', { type: 'text/xml', body: '<Feed/>' }, '12100'],
    ['nothing', { type: 'text/xml', body: '' }, '12100'],
    ['JSON', { type: 'application/json', body: '{}' }, '12300'],
  ] as const) {
    test(`${name}: the caller hears an error or the fallback`, async () => {
      server.pages = { voice: page, fallback: '<Say>Please call later</Say>' };
      const failed = await network(server).incoming({ from: caller, to: ours });
      assert.deepEqual([failed.heard, failed.status, failed.errors], [['[error]'], 'failed', [code]]);
      const numbers = [{ number: ours, voiceFallbackUrl: `${server.url}/fallback` }];
      const saved = await network(server, { numbers }).incoming({ from: caller, to: ours });
      assert.deepEqual([saved.heard, saved.status], [['Please call later'], 'completed']);
      const { ErrorCode, ErrorUrl } = paramsOf(saved.requests, '/fallback');
      assert.deepEqual([ErrorCode, ErrorUrl], [code, `${server.url}/voice`]);
    });
  }

  test('an unreachable server', async () => {
    const result = await network(server, { webhook: 'http://127.0.0.1:9/voice', numbers: [] }).incoming({
      from: caller,
      to: ours,
    });
    // The connection is retried once. The end callback fails too.
    assert.deepEqual(
      result.requests.map(({ status, callback }) => [status, callback]),
      [
        [0, false],
        [0, false],
        [0, true],
        [0, true],
      ],
    );
    assert.deepEqual([result.heard, result.status, result.errors], [['[error]'], 'failed', ['11205']]);
  });

  test('an unknown verb is skipped', async () => {
    server.pages = { voice: '<Sing>La</Sing><Say>Hello</Say>' };
    const result = await network(server).incoming({ from: caller, to: ours });
    assert.deepEqual([result.heard, result.errors], [['Hello'], ['12200']]);
  });
});

describe('<Gather>', () => {
  const menu = (attributes: string): string =>
    `<Gather action="/chosen" ${attributes}><Say>Press</Say></Gather><Say>Nothing</Say>`;
  const chosen = async (attributes: string, script: object): Promise<Record<string, string> | undefined> => {
    server.pages = { voice: menu(attributes), chosen: '<Say>Chosen</Say>' };
    const result = await network(server).incoming({ from: caller, to: ours, script });
    const asked = result.requests.find(({ url }) => url.endsWith('/chosen'));
    assert.deepEqual(result.heard, ['Press', asked ? 'Chosen' : 'Nothing']);
    return asked?.params;
  };
  const answers = (params: Record<string, string> | undefined): unknown[] => [
    params?.['Digits'],
    params?.['FinishedOnKey'],
    params?.['SpeechResult'],
  ];

  test('collects keys up to the limit or the finish key', async () => {
    assert.deepEqual(answers(await chosen('numDigits="1"', { digits: ['1'] })), ['1', undefined, undefined]);
    assert.deepEqual(answers(await chosen('', { digits: ['123#'] })), ['123', '#', undefined]);
    assert.deepEqual(answers(await chosen('finishOnKey="*"', { digits: ['1#2*'] })), ['1#2', '*', undefined]);
    assert.deepEqual(answers(await chosen('finishOnKey=""', { digits: ['12#'] })), ['12#', undefined, undefined]);
  });

  test('passes extra keys to the next Gather', async () => {
    server.pages = {
      voice: '<Gather action="/two" numDigits="1"/>',
      two: '<Gather action="/three" numDigits="2"/>',
    };
    const result = await network(server).incoming({ from: caller, to: ours, script: { digits: ['123'] } });
    assert.equal(paramsOf(result.requests, '/two')['Digits'], '1');
    assert.equal(paramsOf(result.requests, '/three')['Digits'], '23');
  });

  test('speech', async () => {
    const params = await chosen('input="speech dtmf" language="en-GB"', { digits: [''], speech: ['the nurse'] });
    assert.deepEqual(answers(params), [undefined, undefined, 'the nurse']);
    assert.deepEqual([params?.['Confidence'], params?.['Language']], ['0.93', 'en-GB']);
    assert.equal(await chosen('input="dtmf"', { speech: ['the nurse'] }), undefined);
  });

  test('continues on silence unless actionOnEmptyResult is set', async () => {
    assert.equal(await chosen('', {}), undefined);
    assert.equal(await chosen('', { digits: ['#'] }), undefined);
    assert.deepEqual(answers(await chosen('actionOnEmptyResult="true"', {})), ['', undefined, undefined]);
  });

  test('uses the document’s URL without an action', async () => {
    server.pages = { voice: ['<Gather numDigits="1"/>', '<Say>Again</Say>'] };
    const result = await network(server).incoming({ from: caller, to: ours, script: { digits: ['7'] } });
    assert.deepEqual(requestLog(result.requests).slice(0, 2), ['/voice 200', '/voice 200']);
    assert.equal(result.requests[1]?.params['Digits'], '7');
    assert.equal(result.requests[1].params['CallStatus'], 'in-progress');
  });
});

describe('<Record>', () => {
  const document =
    '<Say>Speak</Say><Record action="/recorded" recordingStatusCallback="/recording" transcribeCallback="/text" maxLength="60"/><Say>Silence</Say>';

  test('records speech until a key', async () => {
    server.pages = { voice: document };
    const phone = network(server);
    const script = { voicemail: { seconds: 12, then: '#', text: 'Please ring me' } };
    const { requests } = await phone.incoming({ from: caller, to: ours, script });
    assert.deepEqual(requestLog(requests), [
      '/voice 200',
      '[/recording 200]',
      '[/text 200]',
      '/recorded 200',
      '[/status 200]',
    ]);
    const action = paramsOf(requests, '/recorded');
    assert.match(action['RecordingSid'] ?? '', /^RE[0-9a-f]{32}$/);
    assert.deepEqual([action['RecordingDuration'], action['Digits']], ['12', '#']);
    const callback = paramsOf(requests, '/recording');
    assert.deepEqual(
      ['RecordingSid', 'RecordingStatus', 'RecordingDuration', 'RecordingSource', 'RecordingChannels'].map(
        (name) => callback[name],
      ),
      [action['RecordingSid'], 'completed', '12', 'RecordVerb', '1'],
    );
    assert.equal(callback['RecordingUrl'], action['RecordingUrl']);
    assert.equal(callback['CallStatus'], undefined);
    const text = paramsOf(requests, '/text');
    assert.deepEqual([text['TranscriptionStatus'], text['TranscriptionText']], ['completed', 'Please ring me']);
    assert.equal(paramsOf(requests, '/status')['RecordingSid'], action['RecordingSid']);
    assert.equal(phone.recordings.all.size, 1);
  });

  test('requests the action with a completed call after a hangup', async () => {
    server.pages = { voice: document };
    const script = { voicemail: { seconds: 12, then: 'hang up' } };
    const { requests } = await network(server).incoming({ from: caller, to: ours, script });
    const { Digits, CallStatus, RecordingDuration } = paramsOf(requests, '/recorded');
    assert.deepEqual([Digits, CallStatus, RecordingDuration], ['hangup', 'completed', '12']);
    assert.equal(paramsOf(requests, '/text')['TranscriptionStatus'], 'failed');
  });

  test('stops at a hangup and at the maximum length', async () => {
    server.pages = { voice: document };
    const cut = await network(server).incoming({
      from: caller,
      to: ours,
      script: { voicemail: 30, hangUpAfter: 11 },
    });
    assert.equal(paramsOf(cut.requests, '/recorded')['RecordingDuration'], '10');
    const long = await network(server).incoming({ from: caller, to: ours, script: { voicemail: 300 } });
    assert.equal(paramsOf(long.requests, '/recorded')['RecordingDuration'], '60');
  });

  test('creates no recording of silence', async () => {
    server.pages = {
      voice: document.replace('maxLength', 'recordingStatusCallbackEvent="completed absent" maxLength'),
    };
    const phone = network(server);
    const { requests, heard } = await phone.incoming({ from: caller, to: ours });
    assert.deepEqual(heard, ['Speak', '[beep]', 'Silence']);
    assert.deepEqual(requestLog(requests), ['/voice 200', '[/recording 200]', '[/status 200]']);
    assert.equal(paramsOf(requests, '/recording')['RecordingStatus'], 'absent');
    assert.equal(phone.recordings.all.size, 0);
  });
});
