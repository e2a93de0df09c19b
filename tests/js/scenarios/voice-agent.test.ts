// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A voice agent that answers first, and hands the call back to people. */
import type { Communication, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';

const to = '+15550100081';
const relay = 'wss://agent.example.com/relay';
const config = {
  timeZone: 'America/Denver',
  numbers: { [to]: { name: 'Aspen Ridge', dialplan: 'main' } },
  dialplans: { main: [{ then: 'agent' }] },
  tasks: { on: ['missed', 'voicemail'] },
  actions: {
    agent: [
      { say: { text: 'You speak with an assistant of Aspen Ridge.' } },
      {
        connect: {
          conversationRelay: relay,
          greeting: 'How can I help you?',
          parameters: { team: 'front-desk' },
          on: { nurse: 'nurses' },
          otherwise: 'message',
        },
      },
    ],
    nurses: [{ dial: { targets: [{ number: '+15550100178' }], screen: false, otherwise: 'goodbye' } }],
    goodbye: [{ say: { text: 'Please call again later.' } }, { hangup: {} }],
    message: [{ voicemail: { greeting: { text: 'Please leave a message.' } } }],
  },
};

describe('a voice agent', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'voice-agent', numbers: [to], config: JSON.stringify(config) });
  });
  after(() => clinic.stop());

  const secret = 'The caller has a sore throat';
  const cases: Record<string, { script: Script; line: RegExp; task?: string; rings?: string[]; heard?: string }> = {
    'finishes the call': { script: { agent: { talk: 90 } }, line: /; outcome=agent; duration=\d+s$/ },
    'speaks until the caller hangs up': {
      script: { agent: { talk: 900 }, hangUpAfter: 60 },
      line: /; outcome=agent; duration=\d+s$/,
    },
    'hands the call to a nurse, who answers': {
      script: {
        agent: { talk: 40, handoff: JSON.stringify({ reasonCode: 'nurse', reason: secret }) },
        answers: { '+15550100178': { after: 5, talk: 60 } },
      },
      line: /; status=completed; duration=\d+s$/,
      rings: ['+15550100178'],
    },
    'hands the call to a nurse, who does not answer': {
      script: { agent: { handoff: '{"reasonCode":"nurse"}' } },
      line: /; status=no-answer; /,
      rings: ['+15550100178'],
      task: 'missed',
      heard: 'Please call again later.',
    },
    'hands the call back with an unknown reason': {
      script: { agent: { handoff: '{"reasonCode":"+19005550100"}' }, voicemail: 12 },
      line: /; outcome=voicemail; mailbox=message; /,
      task: 'voicemail',
      heard: 'Please leave a message.',
    },
    'cannot be reached': {
      script: { agent: { fails: true }, voicemail: 12 },
      line: /; outcome=voicemail; mailbox=message; /,
      task: 'voicemail',
    },
  };
  Object.entries(cases).forEach(([name, { script, line, task, rings = [], heard }], index) => {
    test(name, async () => {
      const call = await clinic.call({ from: `+1555010050${index}`, to }, script);
      const found = `identifier=https://www.twilio.com/|${call.callSid}`;
      const [record] = await clinic.searchChart<Communication>('Communication', found);
      assert.match(record?.payload?.[0]?.contentString ?? '', line);
      const tasks = (await clinic.searchChart<Task>('Task')).filter(({ identifier }) =>
        identifier?.some(({ value }) => value?.startsWith(call.callSid)),
      );
      assert.deepEqual(
        tasks.map(({ code }) => code?.coding?.[0]?.code),
        task === undefined ? [] : [task],
      );
      assert.deepEqual(
        call.legs.map((leg) => leg.to),
        rings,
      );
      if (heard !== undefined) {
        assert.ok(call.heard.includes(heard), call.heard.join('\n'));
      }
      // Nothing of what the agent's server sent is stored.
      assert.ok(!JSON.stringify([record, tasks]).includes(secret));
      assert.deepEqual(call.errors, []);
    });
  });

  test('gets the context of the call, and nothing about the patient', async () => {
    await clinic.create({
      resourceType: 'Patient',
      name: [{ given: ['Ada'], family: 'Example' }],
      telecom: [{ system: 'phone', value: '+15550100510' }],
    });
    const call = await clinic.call({ from: '+15550100510', to }, { agent: { talk: 5 } });
    const [first] = call.requests;
    assert.match(first?.body ?? '', /<Parameter name="called" value="\+15550100081"\/>/);
    assert.match(first?.body ?? '', /<Parameter name="team" value="front-desk"\/>/);
    assert.doesNotMatch(first?.body ?? '', /Ada|Example|Patient/);
  });
});
