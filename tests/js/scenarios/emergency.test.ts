// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The emergency advice from a menu and from a queue, and the words of a queue that stop. */
import type { Communication, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';

const to = '+15550100071';
const config = {
  timeZone: 'America/Denver',
  numbers: { [to]: { name: 'Aspen Ridge', dialplan: 'main' } },
  dialplans: { main: [{ then: 'start' }] },
  recording: { inbound: true, announcement: { text: 'This call is recorded.' } },
  emergency: {
    digits: '9',
    speech: ['emergency', 'chest pain'],
    advice: { text: 'If this is an emergency, hang up and dial {number} on this phone.' },
  },
  tasks: { on: ['missed', 'voicemail', 'emergency'] },
  actions: {
    start: [
      {
        menu: {
          prompt: { text: 'For a nurse, press 1.' },
          options: [{ digits: '1', speech: ['nurse'], then: 'wait' }],
          otherwise: 'message',
        },
      },
    ],
    wait: [
      {
        queue: {
          name: 'nurses',
          position: { text: 'You are number {position}.' },
          expectedWait: { text: 'The wait is about {minutes} minutes.' },
          repeats: 1,
          overflow: { wait: 300, then: 'hunt' },
          otherwise: 'message',
        },
      },
    ],
    hunt: [{ dial: { targets: [{ number: '+15550100177' }], screen: false, otherwise: 'message' } }],
    message: [{ voicemail: { greeting: { text: 'Please leave a message.' } } }],
  },
};

describe('emergency advice', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'emergency', numbers: [to], config: JSON.stringify(config) });
  });
  after(() => clinic.stop());

  const advice = 'If this is an emergency, hang up and dial 9 1 1 on this phone.';
  const tasksOf = async (callSid: string): Promise<Task[]> =>
    (await clinic.searchChart<Task>('Task')).filter(({ identifier }) =>
      identifier?.some(({ value }) => value?.startsWith(callSid)),
    );
  const summaryOf = async (callSid: string): Promise<string> => {
    const identifier = `identifier=https://www.twilio.com/|${callSid}`;
    const [record] = await clinic.searchChart<Communication>('Communication', identifier);
    return record?.payload?.[0]?.contentString ?? '';
  };

  test('a caller says an emergency phrase and hangs up to dial', async () => {
    const call = await clinic.call({ from: '+15550100401', to }, { speech: ['I have chest pain'], hangUpAfter: 30 });
    assert.ok(call.heard.includes(advice), call.heard.join('\n'));
    const [task, ...others] = await tasksOf(call.callSid);
    assert.deepEqual(others, []);
    assert.equal(task?.priority, 'urgent');
    assert.equal(task.code?.coding?.[0]?.code, 'emergency');
    assert.match(await summaryOf(call.callSid), /^Inbound Twilio voice call; emergency=advised; /);
    // Nothing was dialed.
    assert.deepEqual(
      call.legs.filter((leg) => leg.to !== to),
      [],
    );
  });

  test('a waiting caller presses the key, keeps waiting and is answered', async () => {
    const call = await clinic.call(
      { from: '+15550100402', to },
      { digits: ['1', '9', '', ''], queue: { after: 300, talk: 60, positions: [2, 2, 1], average: 240 } },
    );
    assert.ok(call.heard.includes(advice), call.heard.join('\n'));
    assert.deepEqual(await tasksOf(call.callSid), []);
    assert.match(await summaryOf(call.callSid), /emergency=advised; status=completed/);
  });

  test('the words of the queue stop, and the recording is announced once', async () => {
    const call = await clinic.call(
      { from: '+15550100403', to },
      {
        digits: ['1'],
        queue: { positions: [3], average: 600 },
        answers: { '+15550100177': { after: 4, talk: 60 } },
      },
    );
    const count = (text: string): number => call.heard.filter((heard) => heard === text).length;
    assert.equal(count('You are number 3.'), 2, call.heard.join('\n'));
    assert.equal(count('The wait is about 20 minutes.'), 2);
    assert.equal(count('This call is recorded.'), 1);
    assert.deepEqual(
      call.legs.map((leg) => leg.to).filter((number) => number !== to),
      ['+15550100177'],
    );
  });
});
