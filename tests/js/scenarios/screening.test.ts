// SPDX-License-Identifier: Apache-2.0 OR MIT

/** An on-call line that rings mobiles. The person who answers presses a key, so a mailbox does not take the call. */
import type { Communication, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Answer, CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('screening');
const to = '+15550100041';
const mobile = '+15550100171';
const second = '+15550100172';
const desk = '+15550100019';
const config = {
  language: 'en-US',
  timeZone: 'America/Chicago',
  numbers: { [to]: { name: 'Oak Street after hours', dialplan: 'night' } },
  dialplans: { night: [{ when: { forwardedFrom: [desk] }, then: 'from-desk' }, { then: 'on-call-nurse' }] },
  tasks: { on: ['missed', 'voicemail'], owner: 'Organization/nurses' },
  actions: {
    'on-call-nurse': [
      { dial: { targets: [{ number: mobile }, { number: second }], timeout: 20, otherwise: 'message' } },
    ],
    'from-desk': [{ dial: { targets: [{ number: desk }, { number: second }], screen: false, otherwise: 'message' } }],
    message: [{ voicemail: { greeting: { text: 'Please leave a message.' } } }],
  },
};

const talks: Answer = { after: 5, talk: 60 };
const mailbox: Answer = { after: 4, talk: 45, answeredBy: 'machine_start' };
const sentence = 'A call to Oak Street after hours, on call nurse. To take it, press 1.';

describe('screened phones', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'screening', numbers: [to], config: JSON.stringify(config) });
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  async function outcome(call: CallResult): Promise<{ line: string; triggers: string[] }> {
    const [record] = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${call.callSid}`,
    );
    const tasks = await clinic.searchChart<Task>('Task');
    const triggers = tasks.flatMap(({ identifier = [] }) =>
      identifier.flatMap(({ value = '' }) => (value.startsWith(call.callSid) ? [value.split('.')[1] ?? ''] : [])),
    );
    return { line: record?.payload?.[0]?.contentString ?? '', triggers };
  }

  const cases: Record<
    string,
    {
      script: Script;
      params?: Record<string, string>;
      line: RegExp;
      triggers: string[];
      dialed: string[];
      /** How often each callee hears the sentence. */
      heard?: number[];
    }
  > = {
    'a person takes the call': {
      script: { answers: { [mobile]: talks } },
      line: /^Inbound Twilio voice call; status=completed; duration=\d+s$/,
      triggers: [],
      dialed: [mobile],
      heard: [1],
    },
    'the mailbox of the first mobile answers, the second person takes the call': {
      script: { answers: { [mobile]: mailbox, [second]: talks } },
      line: /^Inbound Twilio voice call; status=completed; duration=\d+s$/,
      triggers: [],
      dialed: [mobile, second],
      heard: [2, 1],
    },
    'both mailboxes answer, and the caller leaves a message': {
      script: { answers: { [mobile]: mailbox, [second]: mailbox }, voicemail: 12 },
      line: /^Inbound Twilio voice call; outcome=voicemail; mailbox=message; duration=\d+s$/,
      triggers: ['voicemail'],
      dialed: [mobile, second],
      heard: [2, 2],
    },
    'both mailboxes answer, and the caller leaves no message': {
      script: { answers: { [mobile]: mailbox, [second]: mailbox }, voicemail: 0 },
      line: /^Inbound Twilio voice call; outcome=no-answer; duration=\d+s$/,
      triggers: ['missed'],
      dialed: [mobile, second],
    },
    'a person answers and presses no key': {
      script: { answers: { [mobile]: { after: 3, talk: 60, digits: [''] }, [second]: 'busy' }, voicemail: 0 },
      line: /^Inbound Twilio voice call; outcome=no-answer; duration=\d+s$/,
      triggers: ['missed'],
      dialed: [mobile, second],
    },
    'the caller hangs up while the mailbox listens to the words': {
      script: { answers: { [mobile]: mailbox }, hangUpAfter: 8 },
      line: /^Inbound Twilio voice call; outcome=no-answer$/,
      triggers: ['missed'],
      dialed: [mobile],
    },
    'the desk line that forwarded the call does not ring': {
      script: { answers: { [second]: talks, [desk]: talks } },
      params: { ForwardedFrom: desk },
      line: /^Inbound Twilio voice call; status=completed; duration=\d+s$/,
      triggers: [],
      dialed: [second],
      heard: [0],
    },
  };
  Object.entries(cases).forEach(([name, { script, params, line, triggers, dialed, heard }], index) => {
    test(name, async () => {
      const call = await clinic.call({ from: `+1555010050${index}`, to, ...(params && { params }) }, script);
      const legs = call.legs.map((leg) => leg.to);
      assert.deepEqual(legs, dialed);
      if (heard) {
        const counts = call.legs.map((leg) => leg.heard.filter((words) => words === sentence).length);
        assert.deepEqual(counts, heard);
      }
      const ended = await outcome(call);
      assert.match(ended.line, line);
      assert.deepEqual(ended.triggers, triggers);
      snapshots.match(name, await recordCall(clinic, call));
    });
  });
});
