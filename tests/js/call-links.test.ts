// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The check of call records finds every missing link. */
import type { Communication, Extension, Reference } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { Leg } from '../../sandbox/src/twilio/call/leg.ts';
import type { Direction, LegStatus } from '../../sandbox/src/twilio/call/leg.ts';
import { linkViolations } from './call-links.ts';
import { create } from './sandbox-client.ts';

const [caller, family, staffPhone] = ['+15550100701', '+15550100702', '+15550100703'] as const;

let sandbox: Sandbox;
let sids = 0;
/** References by name. */
const people: Record<string, { reference: string }> = {};
const of = (name: string): { reference: string } => people[name] ?? assert.fail(name);

before(async () => {
  sandbox = await startSandbox({ seed: 'call-links' });
  const add = async (name: string, resource: Parameters<typeof create>[1]): Promise<void> => {
    const { resourceType, id } = await create(sandbox, resource);
    people[name] = { reference: `${resourceType}/${id}` };
  };
  const phone = (value: string): { system: 'phone'; value: string }[] => [{ system: 'phone', value }];
  await add('patient', { resourceType: 'Patient', telecom: phone('tel:+1-555-010-0701;ext=12') });
  await add('dead', { resourceType: 'Patient', telecom: phone(caller), deceasedBoolean: true });
  await add('merged', {
    resourceType: 'Patient',
    telecom: phone(caller),
    link: [{ other: of('patient'), type: 'replaced-by' }],
  });
  await add('parent', {
    resourceType: 'RelatedPerson',
    patient: of('patient'),
    telecom: phone('555-010-0701 (mom)'),
  });
  await add('first', { resourceType: 'Patient', telecom: phone(family) });
  await add('second', { resourceType: 'Patient', telecom: phone('555-010-0152 / 555-010-0702') });
  await add('doctor', {
    resourceType: 'Practitioner',
    identifier: [{ system: 'http://twilio.com/voice/identity', value: 'dr_invented' }],
  });
  await add('nurse', { resourceType: 'Practitioner' });
  await add('role', {
    resourceType: 'PractitionerRole',
    practitioner: of('nurse'),
    telecom: phone('(555) 010-0703'),
  });
});
after(() => sandbox.stop());

interface Call {
  from?: string;
  to?: string;
  direction?: Direction;
  dialed?: [to: string, status: LegStatus];
}

/** Adds the legs of a call. Returns the SID of the root leg. */
function place({ from = caller, to = '+15550100001', direction = 'inbound', dialed }: Call): string {
  const add = (leg: Pick<Leg, 'from' | 'to' | 'direction'> & { parent?: Leg }, status: LegStatus): Leg => {
    const sid = `CA${String(++sids).padStart(32, '0')}`;
    const added = new Leg({ ...leg, sid, accountSid: 'AC', started: 0, created: 0 });
    if (status === 'completed') {
      added.answer(1000);
    }
    added.end(9000, status);
    sandbox.twilio.legs.set(sid, added);
    return added;
  };
  const root = add({ from, to, direction }, 'completed');
  if (dialed) {
    add({ from, to: dialed[0], direction: 'outbound-dial', parent: root }, dialed[1]);
  }
  return root.sid;
}

/** The violations of a completed record of the call. `task`: the `for` of its task, or null for one without. */
async function check(call: Call, record: Partial<Communication>, task?: Reference | null): Promise<string[]> {
  const outcome: Extension = { url: 'outcome', valueCode: 'answered' };
  const { id } = await create<Communication>(sandbox, {
    resourceType: 'Communication',
    status: 'completed',
    identifier: [{ system: 'https://www.twilio.com/', value: place(call) }],
    category: [{ coding: [{ system: 'https://plumline.dev/fhir/communication-category', code: 'twilio-voice' }] }],
    extension: [{ url: 'https://plumline.dev/fhir/StructureDefinition/twilio-call', extension: [outcome] }],
    payload: [{ contentString: 'Inbound Twilio voice call; status=completed; duration=8s' }],
    ...record,
  });
  if (task !== undefined) {
    await create(sandbox, {
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      focus: { reference: `Communication/${id}` },
      ...(task && { for: task }),
    });
  }
  const wrong = await linkViolations(sandbox, (one) => one.id === id);
  return wrong.map((one) => /: (.*?)(?: is| of| does| has|$)/.exec(one)?.[1] ?? one);
}

describe('the links of a call', () => {
  const named = (text: string, outcome?: string): Partial<Communication> => ({
    payload: [{ contentString: text }],
    extension: [
      {
        url: 'x/twilio-call',
        extension: [outcome ? { url: 'outcome', valueString: outcome } : { url: 'callSid', valueString: 'CA' }],
      },
    ],
  });
  const doctor: Call = { from: family, dialed: ['client:dr_invented', 'completed'] };
  const nurse: Call = { from: family, dialed: [staffPhone, 'completed'] };
  const outbound: Call = { from: 'client:dr_invented', to: '', dialed: [caller, 'busy'] };
  const placed: Call = {
    from: '+15550100001',
    to: staffPhone,
    direction: 'outbound-api',
    dialed: [caller, 'completed'],
  };

  const cases: Record<string, [Call, () => Partial<Communication>, string[], (() => Reference | null)?]> = {
    'the patient': [{}, () => ({ subject: of('patient'), sender: of('patient') }), []],
    'their parent': [{}, () => ({ subject: of('patient'), sender: of('parent') }), []],
    'no one': [{}, () => ({}), ['subject', 'sender']],
    'another patient': [{}, () => ({ subject: of('first'), sender: of('first') }), ['subject', 'sender']],
    'a task for the patient': [{}, () => ({ subject: of('patient'), sender: of('patient') }), [], () => of('patient')],
    'a task for no one': [{}, () => ({ subject: of('patient'), sender: of('patient') }), ['the for'], () => null],
    'a number of two patients': [{ from: family }, () => ({}), []],
    'a withheld number': [{ from: 'anonymous' }, () => ({}), []],
    'the practitioner of an identity': [doctor, () => ({ recipient: [of('doctor')] }), []],
    'no practitioner': [doctor, () => ({}), ['recipient']],
    'an unanswered practitioner': [{ ...doctor, dialed: ['client:dr_invented', 'no-answer'] }, () => ({}), []],
    'the practitioner of a number': [nurse, () => ({ recipient: [of('nurse')] }), []],
    'the role of a number': [nurse, () => ({ recipient: [of('role')] }), []],
    'the wrong practitioner': [nurse, () => ({ recipient: [of('doctor')] }), ['recipient']],
    'an outbound call': [
      outbound,
      () => ({ subject: of('patient'), sender: of('doctor'), recipient: [of('patient')] }),
      [],
    ],
    'an outbound call with exchanged sides': [
      outbound,
      () => ({ subject: of('patient'), sender: of('patient'), recipient: [of('doctor')] }),
      ['recipient', 'sender'],
    ],
    'an outbound call that was refused': [
      { from: 'client:dr_invented', to: caller },
      () => ({}),
      ['subject', 'recipient', 'sender'],
    ],
    'a call placed for staff': [placed, () => ({}), ['subject', 'recipient', 'sender']],
    'a busy line': [{ from: family }, () => named('Outbound Twilio voice call; status=busy', 'busy'), []],
    'no outcome': [{ from: family }, () => named('Outbound Twilio voice call; status=busy'), ['the extension']],
    'no outcome in the text': [
      { from: family },
      () => named('Outbound Twilio voice call', 'busy'),
      ['the text "Outbound Twilio voice call"'],
    ],
    'a duration of zero': [
      { from: family },
      () => named('Outbound Twilio voice call; status=busy; duration=0s', 'busy'),
      ['the text "Outbound Twilio voice call; status=busy; duration=0s"'],
    ],
    'a misleading status': [
      { from: family },
      () => named('Inbound Twilio voice call; status=completed', 'voicemail'),
      ['the text "Inbound Twilio voice call; status=completed"'],
    ],
    'an outcome in the text': [
      { from: family },
      () => named('Inbound Twilio voice call; outcome=voicemail; duration=8s', 'voicemail'),
      [],
    ],
  };
  for (const [name, [call, record, expected, task]] of Object.entries(cases)) {
    test(name, async () => assert.deepEqual(await check(call, record(), task?.()), expected));
  }

  test('an active call is not checked', async () => {
    assert.deepEqual(await check({}, { status: 'in-progress' }), []);
  });
});
