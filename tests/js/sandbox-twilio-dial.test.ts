// SPDX-License-Identifier: Apache-2.0 OR MIT

/** `<Dial>` of the fake Twilio: dialed legs, conversations and callbacks. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CallResult, Script } from '../../sandbox/src/twilio.ts';
import { caller, network, ours, paramsOf, requestLog, useServer } from './twilio-server.ts';

const desk = 'client:desk';
const doctor = '+15550100050';

const server = useServer();

function call(voice: string, script: Script = {}): Promise<CallResult> {
  server.pages['voice'] = voice;
  return network(server).incoming({ from: caller, to: ours, script });
}

const events = 'statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"';
const outcomes = ['CallStatus', 'DialCallStatus', 'DialBridged', 'DialCallDuration'];
const outcome = ({ requests }: CallResult): unknown[] => {
  const params = paramsOf(requests, '/dialed');
  return outcomes.map((name) => params[name]);
};

describe('one leg', () => {
  test('is answered, and each event has the leg’s SID', async () => {
    const result = await call(`<Dial action="/dialed" callerId="${ours}"><Number ${events}>${doctor}</Number></Dial>`, {
      answers: { [doctor]: { after: 4, talk: 49 } },
    });
    assert.deepEqual(requestLog(result.requests), [
      '/voice 200',
      '[/leg 200]',
      '[/leg 200]',
      '[/leg 200]',
      '[/leg 200]',
      '/dialed 200',
      '[/status 200]',
    ]);
    const legs = result.requests.filter(({ url }) => url.endsWith('/leg')).map(({ params }) => params);
    assert.deepEqual(
      legs.map((params) => [params['CallStatus'], params['SequenceNumber'], params['Timestamp']]),
      [
        ['initiated', '0', 'Wed, 25 Mar 2026 09:53:19 +0000'],
        ['ringing', '1', 'Wed, 25 Mar 2026 09:53:19 +0000'],
        ['in-progress', '2', 'Wed, 25 Mar 2026 09:53:23 +0000'],
        ['completed', '3', 'Wed, 25 Mar 2026 09:54:12 +0000'],
      ],
    );
    for (const params of legs) {
      assert.deepEqual(
        [params['ParentCallSid'], params['CallSid'], params['Direction'], params['From'], params['To']],
        [result.callSid, result.legs[0]?.callSid, 'outbound-dial', ours, doctor],
      );
    }
    assert.deepEqual([legs[3]?.['CallDuration'], legs[3]?.['Duration']], ['49', '1']);
    assert.deepEqual(outcome(result), ['in-progress', 'completed', 'true', '49']);
    assert.equal(paramsOf(result.requests, '/dialed')['DialCallSid'], result.legs[0]?.callSid);
    assert.deepEqual(result.heard, [`[talks to ${doctor}]`]);
    assert.equal(result.duration, 53);
  });

  for (const [answer, status, code] of [
    ['busy', 'busy', '486'],
    ['declined', 'busy', '603'],
    ['failed', 'failed', '404'],
    ['no-answer', 'no-answer', '480'],
    [{ after: 21 }, 'no-answer', '480'],
    [undefined, 'no-answer', '480'],
  ] as const) {
    test(`${JSON.stringify(answer)} is ${status}`, async () => {
      const result = await call(
        `<Dial action="/dialed" timeout="20"><Client statusCallback="/leg">desk</Client></Dial><Say>Never</Say>`,
        answer ? { answers: { [desk]: answer } } : {},
      );
      assert.deepEqual(outcome(result), ['in-progress', status, 'false', undefined]);
      const leg = paramsOf(result.requests, '/leg');
      assert.deepEqual(
        [leg['CallStatus'], leg['SipResponseCode'], leg['CallDuration'], leg['To']],
        [status, code, '0', desk],
      );
      assert.deepEqual(result.legs[0]?.status, status);
      assert.deepEqual(result.heard, []);
    });
  }

  test('the document continues without an action', async () => {
    const { heard, requests } = await call(`<Dial>${doctor}</Dial><Say>After</Say>`, {
      answers: { [doctor]: { talk: 5 } },
    });
    assert.deepEqual(heard, [`[talks to ${doctor}]`, 'After']);
    assert.deepEqual(requestLog(requests), ['/voice 200', '[/status 200]']);
  });

  test('a SIP address, a client with parameters, and a list of answers', async () => {
    const { legs } = await call(
      '<Dial><Sip>sip:desk@clinic.example</Sip></Dial><Dial><Client><Identity>desk</Identity><Parameter name="a" value="b"/></Client></Dial><Dial><Client>desk</Client></Dial>',
      { answers: { 'sip:desk@clinic.example': 'busy', [desk]: ['busy', { talk: 7 }] } },
    );
    assert.deepEqual(
      legs.map(({ to, status, duration }) => [to, status, duration]),
      [
        ['sip:desk@clinic.example', 'busy', 0],
        [desk, 'busy', 0],
        [desk, 'completed', 7],
      ],
    );
  });

  test('is not dialed if Twilio rejects its number or the caller ID', async () => {
    const dial = (callerId: string, number: string): string =>
      `<Dial action="/dialed" callerId="${callerId}"><Number>${number}</Number></Dial>`;
    const script = { answers: { [doctor]: { talk: 5 } } };
    const stranger = await call(dial('+15550100066', doctor), script);
    assert.deepEqual([outcome(stranger)[1], stranger.errors], ['failed', ['13214']]);
    const wrong = await call(dial(ours, 'the desk'), script);
    assert.deepEqual([outcome(wrong)[1], wrong.errors], ['failed', ['13223']]);
    server.pages['voice'] = `<Dial action="/dialed">${doctor}</Dial>`;
    const browser = await network(server).browser({ identity: 'desk', script });
    assert.deepEqual([outcome(browser)[1], browser.errors], ['failed', ['13214']]);
    assert.equal(outcome(await call(`<Dial action="/dialed">${doctor}</Dial>`, script))[1], 'completed');
  });

  test('with answerOnBridge the caller hears ringing until the answer', async () => {
    const dial = `<Dial action="/dialed" answerOnBridge="true"><Client>desk</Client></Dial>`;
    const answered = await call(dial, { answers: { [desk]: { after: 10, talk: 20 } } });
    assert.deepEqual([answered.status, answered.duration], ['completed', 20]);
    const missed = await call(dial);
    assert.equal(paramsOf(missed.requests, '/dialed')['CallStatus'], 'ringing');
    const left = await call(dial, { hangUpAfter: 5 });
    assert.deepEqual([left.status, left.duration, left.legs[0]?.status], ['no-answer', 0, 'canceled']);
    assert.equal(paramsOf(left.requests, '/dialed')['CallStatus'], 'no-answer');
  });
});

describe('several legs', () => {
  const hunt = (attributes = ''): string =>
    `<Dial action="/dialed" ${attributes}><Client ${events}>desk</Client><Number ${events}>${doctor}</Number></Dial>`;

  test('ring simultaneously, and the first answer gets the call', async () => {
    const result = await call(hunt(), { answers: { [desk]: { after: 9 }, [doctor]: { after: 5, talk: 60 } } });
    assert.deepEqual(
      result.legs.map(({ to, status, duration }) => [to, status, duration]),
      [
        [desk, 'canceled', 0],
        [doctor, 'completed', 60],
      ],
    );
    assert.deepEqual(outcome(result), ['in-progress', 'completed', 'true', '60']);
    assert.equal(paramsOf(result.requests, '/dialed')['DialCallSid'], result.legs[1]?.callSid);
    const perLeg = result.legs.map(({ callSid }) =>
      result.requests
        .filter(({ params }) => params['CallSid'] === callSid)
        .map(({ params }) => `${params['SequenceNumber'] ?? ''} ${params['CallStatus'] ?? ''}`),
    );
    assert.deepEqual(perLeg, [
      ['0 initiated', '1 ringing', '2 canceled'],
      ['0 initiated', '1 ringing', '2 in-progress', '3 completed'],
    ]);
  });

  test('that all fail give one result', async () => {
    assert.deepEqual(outcome(await call(hunt(), { answers: { [desk]: 'busy' } }))[1], 'no-answer');
    assert.deepEqual(outcome(await call(hunt(), { answers: { [desk]: 'busy', [doctor]: 'failed' } }))[1], 'busy');
  });

  test('in sequence', async () => {
    const result = await call(hunt('sequential="true" timeout="10"'), { answers: { [doctor]: { after: 5, talk: 1 } } });
    assert.deepEqual(
      result.legs.map(({ status }) => status),
      ['no-answer', 'completed'],
    );
    assert.equal(result.duration, 16);
  });
});

describe('the caller hangs up', () => {
  const dial = `<Dial action="/dialed"><Client ${events}>desk</Client></Dial>`;

  test('while it rings', async () => {
    const result = await call(dial, { hangUpAfter: 12 });
    assert.deepEqual(outcome(result), ['completed', 'canceled', 'false', undefined]);
    assert.deepEqual(requestLog(result.requests).slice(-3), ['[/leg 200]', '/dialed 200', '[/status 200]']);
    assert.equal(result.legs[0]?.status, 'canceled');
    assert.equal(result.duration, 12);
  });

  test('during the conversation', async () => {
    const result = await call(dial, { hangUpAfter: 12, answers: { [desk]: { after: 2, talk: 300 } } });
    assert.deepEqual(outcome(result), ['completed', 'completed', 'true', '10']);
    assert.deepEqual([result.legs[0]?.status, result.legs[0]?.duration], ['completed', 10]);
  });
});

describe('the answering party', () => {
  const dial = `<Dial action="/dialed"><Number url="/whisper" machineDetection="Enable" amdStatusCallback="/amd">${doctor}</Number></Dial>`;

  test('can reject the call after a whisper', async () => {
    server.pages['whisper'] = '<Gather action="/accepted" numDigits="1"><Say>A call for you</Say></Gather><Hangup/>';
    server.pages['accepted'] = '<Say>Connecting</Say>';
    const accepted = await call(dial, { answers: { [doctor]: { talk: 8, digits: ['1'], answeredBy: 'human' } } });
    assert.deepEqual(accepted.legs[0]?.heard, ['A call for you', 'Connecting']);
    assert.deepEqual(accepted.heard, [`[talks to ${doctor}]`]);
    const whisper = paramsOf(accepted.requests, '/whisper');
    assert.deepEqual(
      [whisper['CallSid'], whisper['ParentCallSid'], whisper['Direction']],
      [accepted.legs[0].callSid, accepted.callSid, 'outbound-dial'],
    );
    assert.equal(paramsOf(accepted.requests, '/amd')['AnsweredBy'], 'human');
    const refused = await call(dial, { answers: { [doctor]: { talk: 8, answeredBy: 'machine_start' } } });
    const [parent, status, bridged] = outcome(refused);
    assert.deepEqual([parent, status, bridged], ['in-progress', 'completed', 'false']);
    assert.deepEqual(refused.heard, []);
    assert.equal(paramsOf(refused.requests, '/amd')['AnsweredBy'], 'machine_start');
  });

  test('is disconnected if the whisper fails', async () => {
    server.pages['whisper'] = 500;
    const result = await call(dial, { answers: { [doctor]: { talk: 8 } } });
    assert.deepEqual(outcome(result)[2], 'false');
    assert.deepEqual(result.legs[0]?.heard, ['[error]']);
  });
});

describe('recording', () => {
  const dial = (record: string): string =>
    `<Dial action="/dialed" record="${record}" recordingStatusCallback="/recording" recordingStatusCallbackEvent="in-progress completed absent">${doctor}</Dial>`;

  test('of a conversation', async () => {
    const result = await call(dial('record-from-answer-dual'), { answers: { [doctor]: { after: 5, talk: 20 } } });
    const recorded = result.requests.filter(({ url }) => url.endsWith('/recording')).map(({ params }) => params);
    assert.deepEqual(
      recorded.map((params) => [params['RecordingStatus'], params['RecordingDuration'], params['RecordingChannels']]),
      [
        ['in-progress', undefined, '2'],
        ['completed', '20', '2'],
      ],
    );
    assert.equal(recorded[0]?.['CallSid'], result.callSid);
    assert.equal(recorded[0]['RecordingSource'], 'DialVerb');
    const action = paramsOf(result.requests, '/dialed');
    assert.deepEqual([action['RecordingSid'], action['RecordingDuration']], [recorded[0]['RecordingSid'], '20']);
    const ringing = await call(dial('record-from-ringing'), { answers: { [doctor]: { after: 5, talk: 20 } } });
    assert.equal(paramsOf(ringing.requests, '/dialed')['RecordingDuration'], '25');
  });

  test('does not exist without an answer', async () => {
    const result = await call(dial('record-from-answer'));
    assert.equal(paramsOf(result.requests, '/recording')['RecordingStatus'], 'absent');
    assert.equal(paramsOf(result.requests, '/dialed')['RecordingSid'], undefined);
  });
});

describe('a conference', () => {
  const room = (attributes = ''): string =>
    `<Dial action="/dialed"><Conference statusCallback="/room" statusCallbackEvent="start end join leave" ${attributes}>ward</Conference></Dial>`;
  const spoken = ({ requests }: CallResult): unknown[] =>
    requests
      .filter(({ url }) => url.endsWith('/room'))
      .map(({ params }) => [params['SequenceNumber'], params['StatusCallbackEvent']]);

  test('with the participants of the script', async () => {
    server.pages['wait'] = '<Say>Please wait</Say><Pause length="30"/>';
    const result = await call(room('waitUrl="/wait" record="record-from-start" recordingStatusCallback="/recording"'), {
      answers: { 'conference:ward': { after: 10, talk: 40 } },
    });
    assert.deepEqual(result.heard, ['Please wait', '[talks in conference:ward]']);
    assert.deepEqual(spoken(result), [
      ['1', 'participant-join'],
      ['2', 'participant-join'],
      ['3', 'conference-start'],
      ['4', 'participant-leave'],
      ['5', 'participant-leave'],
      ['6', 'conference-end'],
    ]);
    assert.deepEqual(outcome(result), ['in-progress', 'answered', 'true', '50']);
    assert.equal(paramsOf(result.requests, '/room')['FriendlyName'], 'ward');
    const recording = paramsOf(result.requests, '/recording');
    assert.deepEqual([recording['RecordingDuration'], recording['RecordingSource']], ['40', 'Conference']);
  });

  test('without other participants until the caller hangs up', async () => {
    const result = await call(room(), { hangUpAfter: 90 });
    assert.deepEqual([result.heard, result.duration], [['[hold music]'], 90]);
    assert.deepEqual(
      spoken(result).map((event) => (event as string[])[1]),
      ['participant-join', 'participant-leave', 'conference-end'],
    );
  });

  test('of two calls, ended by one of them', async () => {
    server.pages['voice'] = room('endConferenceOnExit="true"');
    const phone = network(server);
    const first = phone.incoming({
      from: caller,
      to: ours,
      script: { answers: { 'conference:ward': { talk: 'until ended' } } },
    });
    const second = await phone.incoming({
      from: doctor,
      to: ours,
      script: { answers: { 'conference:ward': { talk: 15 } } },
    });
    assert.deepEqual(outcome(second), ['in-progress', 'answered', 'true', '15']);
    assert.deepEqual(outcome(await first)[1], 'answered');
    assert.deepEqual([...spoken(await first), ...spoken(second)].map((event) => (event as string[])[1]).sort(), [
      'conference-end',
      'conference-start',
      'participant-join',
      'participant-join',
      'participant-leave',
      'participant-leave',
    ]);
  });
});
