// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Queues of the fake Twilio: `<Enqueue>`, its wait URL, and dequeuing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { CallResult, Script } from '../../sandbox/src/twilio.ts';
import { caller, network, ours, paramsOf, requestLog, useServer } from './twilio-server.ts';

const server = useServer();

const enqueue = '<Enqueue action="/left" waitUrl="/wait">nurses</Enqueue><Say>After</Say>';

function call(script: Script, voice = enqueue): Promise<CallResult> {
  server.pages['voice'] = voice;
  server.pages['wait'] ??= '<Play>music.mp3</Play><Pause length="10"/>';
  return network(server).incoming({ from: caller, to: ours, script });
}

const result = ({ requests }: CallResult): unknown[] => {
  const { QueueResult, QueueTime, CallStatus } = paramsOf(requests, '/left');
  return [QueueResult, QueueTime, CallStatus];
};

describe('a waiting caller', () => {
  test('hears the wait URL repeatedly until an agent takes the call', async () => {
    const played = await call({ queue: { after: 45, talk: 100, positions: [3, 2, 1], average: 55 } });
    assert.deepEqual(requestLog(played.requests), [
      '/voice 200',
      '/wait 200',
      '/wait 200',
      '/wait 200',
      '/left 200',
      '[/status 200]',
    ]);
    const waits = played.requests.filter(({ url }) => url.endsWith('/wait')).map(({ params }) => params);
    assert.deepEqual(
      waits.map((params) => [
        params['QueuePosition'],
        params['CurrentQueueSize'],
        params['QueueTime'],
        params['AvgQueueTime'],
        params['MaxQueueSize'],
      ]),
      [
        ['3', '3', '0', '55', '100'],
        ['2', '2', '20', '55', '100'],
        ['1', '1', '40', '55', '100'],
      ],
    );
    assert.match(waits[0]?.['QueueSid'] ?? '', /^QU[0-9a-f]{32}$/);
    assert.equal(paramsOf(played.requests, '/left')['QueueSid'], waits[0]?.['QueueSid']);
    assert.deepEqual(result(played), ['bridged', '45', 'in-progress']);
    assert.equal(played.duration, 145);
  });

  test('continues with the document of a redirect', async () => {
    server.pages['wait'] = '<Say>You are next</Say><Redirect>/more</Redirect>';
    server.pages['more'] = '<Play>music.mp3</Play><Pause length="10"/><Redirect>/more</Redirect>';
    const played = await call({ queue: { after: 30, talk: 10 } });
    assert.deepEqual(requestLog(played.requests).slice(0, 4), ['/voice 200', '/wait 200', '/more 200', '/more 200']);
    assert.deepEqual(result(played), ['bridged', '30', 'in-progress']);
  });

  test('leaves with a key', async () => {
    server.pages['wait'] = '<Gather action="/key" numDigits="1"><Say>Press one for a message</Say></Gather>';
    server.pages['key'] = '<Leave/>';
    server.pages['left'] = '<Say>A message</Say>';
    const played = await call({ digits: ['', '1'] });
    assert.deepEqual(result(played), ['leave', '10', 'in-progress']);
    assert.deepEqual(
      [paramsOf(played.requests, '/key')['Digits'], paramsOf(played.requests, '/key')['QueueTime']],
      ['1', '10'],
    );
    assert.equal(played.heard.at(-1), 'A message');
  });

  test('hangs up according to the script or after the maximum wait', async () => {
    assert.deepEqual(result(await call({ hangUpAfter: 33 })), ['hangup', '33', 'completed']);
    assert.deepEqual(result(await call({})), ['hangup', '600', 'completed']);
    assert.deepEqual(result(await call({}, '<Enqueue action="/left">nurses</Enqueue>')), [
      'hangup',
      '600',
      'completed',
    ]);
  });

  test('hangs up during the conversation with the agent', async () => {
    const played = await call({ hangUpAfter: 30, queue: { after: 20, talk: 100 } });
    assert.deepEqual(result(played), ['bridged', '20', 'completed']);
    assert.equal(played.duration, 30);
  });

  test('is refused by a full queue', async () => {
    const played = await call({ queue: 'full' });
    assert.deepEqual(result(played), ['queue-full', undefined, 'in-progress']);
    assert.equal(requestLog(played.requests).includes('/wait 200'), false);
  });

  test('without an action the document goes on', async () => {
    const { heard } = await call({ queue: { after: 5, talk: 5 } }, '<Enqueue>nurses</Enqueue><Say>After</Say>');
    assert.deepEqual(heard, ['[hold music]', '[talks to queue:nurses]', 'After']);
  });

  test('ignores Leave outside a queue', async () => {
    const { heard, errors } = await call({}, '<Leave/><Say>Still here</Say>');
    assert.deepEqual([heard, errors], [['Still here'], ['12200']]);
  });

  test('gets an error for verbs that a wait URL does not allow', async () => {
    server.pages['wait'] = '<Dial>+15550100050</Dial><Pause length="60"/>';
    const { legs, errors } = await call({ hangUpAfter: 30 });
    assert.deepEqual([legs, errors], [[], ['12200']]);
  });
});

describe('<Dial><Queue>', () => {
  const take = '<Dial action="/dialed" timeout="15"><Queue url="/whisper">nurses</Queue></Dial>';

  test('takes the longest-waiting caller after a whisper', async () => {
    server.pages['voice'] = enqueue;
    server.pages['nurse'] = take;
    server.pages['whisper'] = '<Say>A nurse is there</Say>';
    const phone = network(server, {
      numbers: [ours, { number: '+15550100002', voiceUrl: `${server.url}/nurse`, statusCallback: '' }],
    });
    const waiting = phone.incoming({ from: caller, to: ours, script: { queue: { until: 'dequeued' } } });
    while (!phone.queues.get('nurses')?.members[0]?.take) {
      await setTimeout(1);
    }
    const nurse = await phone.incoming({
      from: '+15550100050',
      to: '+15550100002',
      script: { answers: { 'queue:nurses': { talk: 70 } } },
    });
    const waited = await waiting;
    assert.deepEqual(result(waited).slice(0, 1), ['bridged']);
    const whisper = paramsOf(waited.requests, '/whisper');
    assert.deepEqual([whisper['CallSid'], whisper['DequeingCallSid']], [waited.callSid, nurse.callSid]);
    assert.deepEqual(waited.heard.slice(-2), ['A nurse is there', '[talks to +15550100050]']);
    const action = paramsOf(nurse.requests, '/dialed');
    assert.deepEqual(
      [action['DialCallStatus'], action['DialCallSid'], action['DialCallDuration']],
      ['completed', waited.callSid, '70'],
    );
    assert.equal(phone.queues.get('nurses')?.members.length, 0);
  });

  for (const [name, answers, status] of [
    ['with a scripted waiting caller', { 'queue:nurses': { talk: 9 } }, 'completed'],
    ['without such a queue', {}, 'failed'],
  ] as const) {
    test(name, async () => {
      const played = await call({ answers }, take);
      assert.equal(paramsOf(played.requests, '/dialed')['DialCallStatus'], status);
    });
  }

  test('of an empty queue times out', async () => {
    server.pages['voice'] = take;
    const phone = network(server);
    phone.queue('nurses');
    const played = await phone.incoming({ from: caller, to: ours });
    assert.equal(paramsOf(played.requests, '/dialed')['DialCallStatus'], 'no-answer');
    assert.equal(played.duration, 15);
  });
});
