// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What is played: each kind of story once, from its first request to its last callback. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { lines, ownClient, patientPhone, rolesClient, staffPhone, strangerPhone } from './clinic.ts';
import type { Clinic } from './clinic.ts';

export interface Story {
  /** With no config. */
  plain?: true;
  /** Whose asks fail. */
  bots: ('webhook' | 'operations' | 'automation')[];
  play: (clinic: Clinic) => Promise<unknown>;
  /** Everybody who may ring or be waited for, whatever fails. */
  mayRing: string[];
  /** How many calls are placed, and how many tasks they leave. A fault may end a call on another way. */
  calls: number;
  tasks: number;
  /** Its call has a ticket. */
  ticketed?: true;
}

const desk = 'Client desk';
const plain = `Client ${lines.desk}`;
const callee = `Number ${patientPhone}`;

const leaveMessage: Story['play'] = ({ incoming }) =>
  incoming(lines.menu, strangerPhone, { digits: ['2'], voicemail: { seconds: 9, text: 'Please call me.' } });

const callByTicket: Story['play'] = async (clinic) =>
  clinic.browser(await ticketOf(clinic), { answers: { [patientPhone]: { talk: 30 } } });

export const stories: Record<string, Story> = {
  'the default plan': {
    plain: true,
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.desk, strangerPhone, { answers: { [`client:${lines.desk}`]: { talk: 20 } } }),
    mayRing: [plain],
    calls: 1,
    tasks: 0,
  },
  'a patient calls': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.known, patientPhone, {
        answers: { [`client:${ownClient}`]: { talk: 40 }, 'client:desk': { talk: 40 } },
      }),
    mayRing: [`Client ${ownClient}`, desk],
    calls: 1,
    tasks: 0,
  },
  'whoever is there': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.roles, strangerPhone, {
        answers: { [`client:${rolesClient}`]: { talk: 40 }, 'client:desk': { talk: 40 } },
        voicemail: 8,
      }),
    mayRing: [`Client ${rolesClient}`, desk],
    calls: 1,
    tasks: 0,
  },
  'a menu': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.menu, strangerPhone, { digits: ['7', '1'], answers: { 'client:desk': { talk: 10 } } }),
    mayRing: [desk],
    calls: 1,
    tasks: 0,
  },
  'nobody answers': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.desk, strangerPhone, {
        answers: { 'client:desk': 'no-answer' },
        voicemail: { seconds: 9, text: 'Please call me.' },
      }),
    mayRing: [desk],
    calls: 1,
    tasks: 1,
  },
  'a queue': {
    bots: ['webhook'],
    play: ({ incoming }) => incoming(lines.queue, strangerPhone, { queue: { after: 60, talk: 20, positions: [3, 1] } }),
    mayRing: ['Enqueue nurses'],
    calls: 1,
    tasks: 0,
  },
  'a callback instead of waiting': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.queue, strangerPhone, { digits: ['1'], queue: { after: 300, talk: 20, positions: [2] } }),
    mayRing: ['Enqueue nurses'],
    calls: 1,
    tasks: 1,
  },
  'a message': {
    bots: ['webhook'],
    play: leaveMessage,
    mayRing: [],
    calls: 1,
    tasks: 1,
  },
  'a call ends': {
    bots: ['automation'],
    play: leaveMessage,
    mayRing: [],
    calls: 1,
    tasks: 1,
  },
  'a call with a ticket': {
    bots: ['webhook'],
    play: callByTicket,
    mayRing: [callee],
    calls: 1,
    tasks: 0,
    ticketed: true,
  },
  'start-call': {
    bots: ['operations'],
    play: callByTicket,
    mayRing: [callee],
    calls: 1,
    tasks: 0,
    ticketed: true,
  },
  'end-call': {
    bots: ['operations'],
    async play(clinic) {
      const ticket = await ticketOf(clinic);
      const call = clinic.browser(ticket, { answers: { [patientPhone]: { talk: 'until ended' } } });
      await talking(clinic, call.callSid);
      await insist(clinic, { operation: 'end-call', callSid: call.callSid });
      await call;
    },
    mayRing: [callee],
    calls: 1,
    tasks: 0,
    ticketed: true,
  },
  'place-call': {
    bots: ['operations'],
    async play(clinic) {
      clinic.sandbox.twilio.people.set(staffPhone, {
        pickUp: { talk: 50 },
        digits: ['1'],
        answers: { [patientPhone]: { talk: 30 } },
      });
      const { patient, appointment } = clinic;
      await insist(clinic, { operation: 'place-call', requestId: randomUUID(), patient, appointment });
      await clinic.sandbox.twilio.idle();
    },
    mayRing: [callee],
    calls: 1,
    tasks: 0,
    ticketed: true,
  },
  'a sweep': {
    bots: ['automation'],
    async play(clinic) {
      clinic.networkFaults.drop = 1;
      try {
        await clinic.incoming(lines.desk, strangerPhone, { answers: { 'client:desk': 'no-answer' }, voicemail: 9 });
      } finally {
        clinic.networkFaults.drop = 0;
      }
      clinic.later(15);
      await clinic.sweep();
    },
    mayRing: [desk],
    calls: 1,
    tasks: 1,
  },
};

async function ticketOf(clinic: Clinic): Promise<string> {
  const { patient, appointment } = clinic;
  const { ticket } = await insist(clinic, { operation: 'start-call', requestId: randomUUID(), patient, appointment });
  assert.ok(ticket);
  return ticket;
}

/** Asks again, as an app does that got no answer, once all works again. */
async function insist(clinic: Clinic, input: Record<string, unknown>): Promise<Record<string, string>> {
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await clinic.operate(input);
    if (status === 200) {
      return body;
    }
    assert.ok(attempt < 3, `${status} ${JSON.stringify(body)}`);
    clinic.watch.recover();
    // Twilio's list has to have settled before anything is sent again.
    clinic.later(3);
  }
}

/** Waits until the callee has answered, for two seconds at most. */
async function talking(clinic: Clinic, callSid: string): Promise<void> {
  const { legs } = clinic.sandbox.twilio;
  for (let waited = 0; waited < 200; waited++) {
    if ([...legs.values()].some((leg) => leg.parent?.sid === callSid && leg.status === 'in-progress')) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
