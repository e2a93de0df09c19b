// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The scenarios of the fault tests, each from its first request to its last callback. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { lines, ownClient, patientPhone, rolesClient, staffPhone, strangerPhone } from './clinic.ts';
import type { Clinic } from './clinic.ts';

export interface Scenario {
  /** Runs without a config. */
  plain?: true;
  /** The bots whose requests can fail. */
  bots: ('webhook' | 'operations' | 'automation')[];
  play: (clinic: Clinic) => Promise<unknown>;
  /** The dial and queue targets that are allowed with any fault. */
  allowedTargets: string[];
  /** The number of calls and of their tasks without a fault. A fault can change how a call ends. */
  calls: number;
  tasks: number;
  /** The call uses a ticket. */
  ticketed?: true;
}

const desk = 'Client desk';
const plain = `Client ${lines.desk}`;
const callee = `Number ${patientPhone}`;

const leaveMessage: Scenario['play'] = ({ incoming }) =>
  incoming(lines.menu, strangerPhone, { digits: ['2'], voicemail: { seconds: 9, text: 'Please call me.' } });

const callByTicket: Scenario['play'] = async (clinic) =>
  clinic.browser(await ticketOf(clinic), { answers: { [patientPhone]: { talk: 30 } } });

export const scenarios: Record<string, Scenario> = {
  'the default plan': {
    plain: true,
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.desk, strangerPhone, { answers: { [`client:${lines.desk}`]: { talk: 20 } } }),
    allowedTargets: [plain],
    calls: 1,
    tasks: 0,
  },
  'a patient calls': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.known, patientPhone, {
        answers: { [`client:${ownClient}`]: { talk: 40 }, 'client:desk': { talk: 40 } },
      }),
    allowedTargets: [`Client ${ownClient}`, desk],
    calls: 1,
    tasks: 0,
  },
  'staff on duty': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.roles, strangerPhone, {
        answers: { [`client:${rolesClient}`]: { talk: 40 }, 'client:desk': { talk: 40 } },
        voicemail: 8,
      }),
    allowedTargets: [`Client ${rolesClient}`, desk],
    calls: 1,
    tasks: 0,
  },
  'a menu': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.menu, strangerPhone, { digits: ['7', '1'], answers: { 'client:desk': { talk: 10 } } }),
    allowedTargets: [desk],
    calls: 1,
    tasks: 0,
  },
  'no answer': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.desk, strangerPhone, {
        answers: { 'client:desk': 'no-answer' },
        voicemail: { seconds: 9, text: 'Please call me.' },
      }),
    allowedTargets: [desk],
    calls: 1,
    tasks: 1,
  },
  'a queue': {
    bots: ['webhook'],
    play: ({ incoming }) => incoming(lines.queue, strangerPhone, { queue: { after: 60, talk: 20, positions: [3, 1] } }),
    allowedTargets: ['Enqueue nurses'],
    calls: 1,
    tasks: 0,
  },
  'a callback instead of waiting': {
    bots: ['webhook'],
    play: ({ incoming }) =>
      incoming(lines.queue, strangerPhone, { digits: ['1'], queue: { after: 300, talk: 20, positions: [2] } }),
    allowedTargets: ['Enqueue nurses'],
    calls: 1,
    tasks: 1,
  },
  'a message': {
    bots: ['webhook'],
    play: leaveMessage,
    allowedTargets: [],
    calls: 1,
    tasks: 1,
  },
  'a call ends': {
    bots: ['automation'],
    play: leaveMessage,
    allowedTargets: [],
    calls: 1,
    tasks: 1,
  },
  'a call with a ticket': {
    bots: ['webhook'],
    play: callByTicket,
    allowedTargets: [callee],
    calls: 1,
    tasks: 0,
    ticketed: true,
  },
  'start-call': {
    bots: ['operations'],
    play: callByTicket,
    allowedTargets: [callee],
    calls: 1,
    tasks: 0,
    ticketed: true,
  },
  'end-call': {
    bots: ['operations'],
    async play(clinic) {
      const ticket = await ticketOf(clinic);
      const call = clinic.browser(ticket, { answers: { [patientPhone]: { talk: 'until ended' } } });
      await waitForAnswer(clinic, call.callSid);
      await executeWithRetry(clinic, { operation: 'end-call', callSid: call.callSid });
      await call;
    },
    allowedTargets: [callee],
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
      await executeWithRetry(clinic, { operation: 'place-call', requestId: randomUUID(), patient, appointment });
      await clinic.sandbox.twilio.idle();
    },
    allowedTargets: [callee],
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
      clinic.advance(15);
      await clinic.sweep();
    },
    allowedTargets: [desk],
    calls: 1,
    tasks: 1,
  },
};

async function ticketOf(clinic: Clinic): Promise<string> {
  const { patient, appointment } = clinic;
  const { ticket } = await executeWithRetry(clinic, {
    operation: 'start-call',
    requestId: randomUUID(),
    patient,
    appointment,
  });
  assert.ok(ticket);
  return ticket;
}

/** Retries an operation after recovery, as an app does without a response. */
async function executeWithRetry(clinic: Clinic, input: Record<string, unknown>): Promise<Record<string, string>> {
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await clinic.operate(input);
    if (status === 200) {
      return body;
    }
    assert.ok(attempt < 3, `${status} ${JSON.stringify(body)}`);
    clinic.injector.recover();
    // Wait until Twilio's list is up to date before a retry.
    clinic.advance(3);
  }
}

/** Waits up to two seconds for the callee's answer. */
async function waitForAnswer(clinic: Clinic, callSid: string): Promise<void> {
  const { legs } = clinic.sandbox.twilio;
  for (let waited = 0; waited < 200; waited++) {
    if ([...legs.values()].some((leg) => leg.parent?.sid === callSid && leg.status === 'in-progress')) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
