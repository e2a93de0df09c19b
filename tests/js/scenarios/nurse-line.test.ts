// SPDX-License-Identifier: Apache-2.0 OR MIT

/** docs/dialplan/nurse-line.json: hours from the chart, a queue with its exits, a hunt group and alerts. */
import type { CareTeam, HealthcareService, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { example, openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { startAlertServer } from './alert-server.ts';
import type { AlertServer } from './alert-server.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('nurse-line');
/** A Tuesday, 10:00 in Denver. */
const open = '2026-11-17T17:00:00.000Z';
const to = '+15550100031';

describe('the nurse line', () => {
  let clinic: Clinic;
  let alertServer: AlertServer;
  before(async () => {
    alertServer = await startAlertServer();
    clinic = await openClinic({
      seed: 'nurse-line',
      numbers: [to],
      config: async (opening) => {
        const service = await opening.create<HealthcareService>({
          resourceType: 'HealthcareService',
          active: true,
          availableTime: [
            {
              daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri'],
              availableStartTime: '08:00:00',
              availableEndTime: '17:00:00',
            },
          ],
          notAvailable: [
            {
              description: 'Training',
              during: { start: '2026-11-19T00:00:00-07:00', end: '2026-11-19T23:59:59-07:00' },
            },
          ],
        });
        const team = await opening.create<CareTeam>({ resourceType: 'CareTeam', status: 'active', name: 'Nurses' });
        return example('nurse-line')
          .replaceAll('HealthcareService/nurse-line', `HealthcareService/${service.id}`)
          .replaceAll('CareTeam/nurse-line', `CareTeam/${team.id}`)
          .replace('https://hooks.aspen-ridge.example/phone', alertServer.url);
      },
    });
  });
  after(async () => {
    await clinic.stop();
    alertServer.stop();
    snapshots.finish();
  });

  const nurses = ['client:nurse-anders', 'client:nurse-birch', 'client:nurse-castell'];
  const fullQueue = (answer: Script['answers'] | undefined, rest: Script = {}): Script => ({
    queue: 'full',
    ...(answer && { answers: answer }),
    ...rest,
  });
  const everyNurse = (answer: 'busy' | 'declined' | 'failed' | { after: number; talk: number }): Script['answers'] =>
    Object.fromEntries(nurses.map((nurse) => [nurse, answer]));
  const charge = 'sip:charge-nurse@pbx.aspen-ridge.example';
  const talks = { after: 5, talk: 60 };

  interface Case {
    script?: Script;
    at?: string;
    from?: string;
    task?: string;
    alerts?: number;
  }
  const cases: Record<string, Case> = {
    'a nurse takes the call after three queue announcements': {
      script: { queue: { after: 45, talk: 100, positions: [3, 2, 1], average: 55 } },
    },
    'a caller requests a callback': {
      script: { digits: ['', '1'], queue: { positions: [4, 4], average: 120 } },
      task: 'callback',
      alerts: 1,
    },
    'a wrong key while waiting changes nothing': {
      script: { digits: ['5', ''], queue: { after: 30, talk: 20, positions: [2, 1] } },
    },
    'too many callers are waiting': {
      script: { queue: { positions: [14] }, answers: { ...everyNurse(talks), [charge]: talks } },
    },
    'the average wait is too long': {
      script: { queue: { positions: [2], average: 1000 }, answers: { ...everyNurse('declined'), [charge]: talks } },
    },
    'the queue is full, and a nurse answers': { script: fullQueue({ ...everyNurse(talks), [charge]: talks }) },
    'the queue is full, and the charge nurse answers': {
      script: fullQueue({ ...everyNurse('busy'), [charge]: talks }),
    },
    'the queue is full, and no one answers': { script: fullQueue(undefined, { voicemail: 30 }), task: 'voicemail' },
    'the queue is full, and everyone declines': {
      script: fullQueue({ ...everyNurse('declined'), [charge]: 'declined' }, { voicemail: 0 }),
      task: 'missed',
    },
    'every target fails': {
      script: fullQueue({ ...everyNurse('failed'), [charge]: 'failed' }, { voicemail: 0 }),
      alerts: 1,
    },
    'a caller gives up waiting': {
      script: { hangUpAfter: 50, queue: { positions: [6, 5] } },
      task: 'missed',
    },
    'before opening hours': { script: { voicemail: 25 }, at: '2026-11-17T14:59:00.000Z', task: 'voicemail' },
    'on the day of the training': { script: { voicemail: 25 }, at: '2026-11-19T17:00:00.000Z', task: 'voicemail' },
    'in the repeated hour of the switch to standard time': {
      script: { voicemail: 4 },
      at: '2026-11-01T08:30:00.000Z',
      task: 'voicemail',
    },
    'a withheld number': { script: { queue: { after: 10, talk: 20 } }, from: '+266696687' },
  };
  Object.entries(cases).forEach(([scenario, { script, at = open, from, task, alerts = 0 }], index) => {
    test(scenario, async () => {
      const caller = from ?? `+1555010${String(300 + index).padStart(4, '0')}`;
      alertServer.posts = [];
      const call = await clinic.call({ from: caller, to }, script, at);
      const tasks = (await clinic.searchChart<Task>('Task')).filter(({ identifier }) =>
        identifier?.some(({ value }) => value?.startsWith(call.callSid)),
      );
      assert.deepEqual(
        tasks.map(({ code }) => code?.coding?.[0]?.code),
        task === undefined ? [] : [task],
      );
      assert.equal(alertServer.posts.length, alerts);
      assert.ok(
        !alertServer.posts.some((post) => post.includes(caller) || post.includes(caller.slice(-7))),
        'an alert contains the caller’s number',
      );
      snapshots.match(scenario, await recordCall(clinic, call));
    });
  });
});
