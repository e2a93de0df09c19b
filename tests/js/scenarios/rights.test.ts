// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Every right of the deploy/ policies is necessary: without it, a scenario fails. */
import type { AccessPolicy, Communication, Practitioner } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fhirRequest, bearer } from '../sandbox-client.ts';
import { policy } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { openFixture, rightsOf, scenarios, appointmentScenarios } from './rights.ts';
import type { RightsFixture } from './rights.ts';

type Right = ReturnType<typeof rightsOf>[number];
type Scenario = (fixture: RightsFixture) => Promise<void>;

/** The shortest scenario that needs each right. The number is the index of the policy entry. */
const needed = {
  webhook: {
    '0 Communication search': 'the last clinician who called is dialed',
    '0 Communication read': 'a ticket is claimed',
    '0 Communication create': 'a call is recorded',
    '0 Communication update': 'a ticket is claimed',
    '1 Communication search': 'a transcribed message is recorded once',
    '1 Communication create': 'a transcribed message is recorded once',
    '2 Communication search': 'a waiting caller is taken',
    '3 Basic search': 'staff who are away are skipped',
    '4 Patient search': 'a patient is greeted',
    '4 Patient read': 'a related person’s call is linked to the patient',
    '5 RelatedPerson search': 'a patient is greeted',
    '6 Practitioner search': 'a custom identity calls without a ticket',
    '6 Practitioner read': 'the patient’s doctor is dialed',
    '7 PractitionerRole search': 'staff on duty are dialed',
    '7 PractitionerRole read': 'the role of the patient’s doctor is dialed',
    '8 HealthcareService read': 'the hours of a service apply',
    '9 CareTeam search': 'the patient’s care team applies',
    '10 Appointment search': 'a verified caller hears the next visit',
    '11 Task search': 'a request is noted once',
    '11 Task create': 'a verified caller asks for something',
    '12 Basic search': 'a wrong birth date is counted twice',
    '12 Basic read': 'a wrong birth date is counted twice',
    '12 Basic create': 'a first birth date is counted',
    '12 Basic update': 'a wrong birth date is counted twice',
    '13 Basic search': 'staff close a line',
    '13 Basic read': 'a staff phone opens a line again',
    '13 Basic create': 'a staff phone closes a line',
    '13 Basic update': 'a staff phone opens a line again',
    '14 Task search': 'the person on call accepts',
    '14 Task read': 'the person on call accepts',
    '14 Task create': 'the person on call accepts',
    '14 Task update': 'the person on call accepts',
  },
  automation: {
    '0 Communication search': 'the sweep closes a ticket',
    '0 Communication read': 'the sweep closes a ticket',
    '0 Communication create': 'the sweep records a call',
    '0 Communication update': 'the sweep closes a ticket',
    '1 Communication search': 'a rejected alert is sent later',
    '1 Communication read': 'an alert is sent and recorded',
    '1 Communication create': 'an alert is sent and recorded',
    '1 Communication update': 'an alert is sent and recorded',
    '2 Task search': 'a return call closes the task',
    '2 Task read': 'a return call closes the task',
    '2 Task create': 'a missed call opens a task',
    '2 Task update': 'a return call closes the task',
    '3 Basic search': 'the sweep updates its marks',
    '3 Basic read': 'the sweep updates its marks',
    '3 Basic create': 'the sweep creates its marks',
    '3 Basic update': 'the sweep updates its marks',
    '4 PractitionerRole search': 'a role gives its practitioner an identity',
    '4 PractitionerRole read': 'a role gives its practitioner an identity',
    '5 Practitioner search': 'a role gives its practitioner an identity',
    '5 Practitioner read': 'a role gives its practitioner an identity',
    '6 Practitioner update': 'a role gives its practitioner an identity',
    '7 Patient search': 'a call without callbacks is linked',
    '7 Patient read': 'a call without callbacks is linked',
    '8 RelatedPerson search': 'a call without callbacks is linked',
    '9 Binary read': 'a message is copied',
    '9 Binary create': 'a message is copied',
    '9 Binary update': 'a message is copied',
    '9 Binary delete': 'a copy is deleted with its recording',
    '10 QuestionnaireResponse search': 'a survey is kept',
    '10 QuestionnaireResponse read': 'a survey is completed later',
    '10 QuestionnaireResponse create': 'a survey is kept',
    '10 QuestionnaireResponse update': 'a survey is completed later',
    '11 Task search': 'the next person on call accepts',
    '11 Task read': 'the person on call accepts',
    '11 Task update': 'the person on call accepts',
    '12 Basic search': 'a person on call who is away is not called',
  },
  staff: {
    '0 Bot search': 'an app finds the operations',
    '0 Bot read': 'a token is issued',
    '1 Patient read': 'a call is prepared',
    '2 Appointment read': 'a call for an appointment is prepared',
    '3 Practitioner search': 'a custom identity gets a token',
    '3 Practitioner read': 'a token is issued',
    '4 Practitioner update': 'an identity is created',
    '5 PractitionerRole search': 'a token is issued',
    '6 Communication search': 'a history has calls',
    '6 Communication read': 'a prepared call is canceled',
    '7 Communication create': 'a call is prepared',
    '7 Communication update': 'a prepared call is canceled',
    '8 Communication search': 'a waiting caller is taken',
    '9 Communication create': 'a waiting caller is taken',
    '10 Communication search': 'a disposition is corrected',
    '10 Communication read': 'a disposition is corrected',
    '11 Communication create': 'a disposition is corrected',
    '11 Communication update': 'a disposition is corrected',
    '12 Task search': 'a call gets a follow-up task',
    '12 Task create': 'a call gets a follow-up task',
    '13 Basic search': 'staff who are away are skipped',
    '13 Basic read': 'staff who are away are skipped',
    '14 Basic create': 'staff who are away are skipped',
    '14 Basic update': 'staff who are away are skipped',
    '15 Communication search': 'a history has messages',
    '16 Binary read': 'staff listen to a message',
    '16 Binary vread': 'staff listen to a version of a message',
    '17 Basic search': 'staff open a line again',
    '17 Basic read': 'staff open a line again',
    '17 Basic create': 'staff close a line',
    '17 Basic update': 'staff open a line again',
  },
} satisfies Record<string, Record<string, keyof typeof scenarios>>;

/** The rights that `automation-appointments` adds to `automation`. */
const neededByAppointments = {
  '13 Appointment read': 'an appointment gets its call',
  '13 Appointment update': 'an appointment gets its call',
};

describe('least privilege', () => {
  let fixture: RightsFixture;
  before(async () => {
    fixture = await openFixture('rights');
  });
  after(() => close(fixture));

  test('every right has a scenario', () => {
    for (const name of ['webhook', 'automation', 'staff'] as const) {
      assert.deepEqual(
        rightsOf(name).map(({ right }) => right),
        Object.keys(needed[name]),
      );
    }
  });

  test('neither a user nor the automation bot can write the identity of another user', async () => {
    const { clinic } = fixture;
    for (const accessPolicy of [policy('staff'), policy('automation')]) {
      await assertOwnIdentityOnly(clinic, accessPolicy);
    }
  });

  async function assertOwnIdentityOnly(clinic: Clinic, accessPolicy: AccessPolicy): Promise<void> {
    const { reference, token } = await clinic.staff('Mallory', { policy: accessPolicy });
    const own = await clinic.read<Practitioner>(reference);
    const system = 'http://twilio.com/voice/identity';
    const name = async (value: string): Promise<number> => {
      const answer = await fetch(`${clinic.sandbox.fhir}/${reference}`, {
        method: 'PUT',
        headers: { ...bearer(token), 'Content-Type': 'application/fhir+json' },
        body: JSON.stringify({ ...own, identifier: [{ system, value }] }),
      });
      return answer.status;
    };
    assert.equal(await name('desk'), 403);
    assert.equal(await name(own.id?.replaceAll('-', '_') ?? ''), 200);
  }

  test('staff can write and end only their own calls, even with edited records', async () => {
    const { clinic, staff, patient } = fixture;
    const other = await clinic.staff('Oscar Invented');
    // With full access, the user can make himself the sender of a colleague's call.
    const everything = { resourceType: 'AccessPolicy' as const, resource: [{ resourceType: '*' }] };
    const admin = await clinic.staff('Mighty Invented', { policy: everything });
    const start = { operation: 'start-call', patient };
    const { communication, ticket = '' } = await clinic.executeSuccessfully(staff.token, start);
    const put = async (token: string, to: string): Promise<number> => {
      const record = await clinic.read<Communication>(communication);
      const changed = JSON.stringify({ ...record, sender: { reference: to } }).replaceAll(staff.reference, to);
      const answer = await fetch(`${clinic.sandbox.fhir}/${communication ?? ''}`, {
        method: 'PUT',
        headers: { ...bearer(token), 'Content-Type': 'application/fhir+json' },
        body: changed,
      });
      return answer.status;
    };
    assert.equal(await put(other.token, other.reference), 403);
    assert.equal(await put(staff.token, other.reference), 403);
    const script = { answers: { '*': { after: 2, talk: 'until ended' } } } as const;
    const activeCall = clinic.sandbox.twilio.browser({ identity: staff.identity, params: { Ticket: ticket }, script });
    await clinic.waitForAnswer(activeCall);
    await clinic.withoutLinks(async () => assert.equal(await put(admin.token, admin.reference), 200));
    for (const by of [{ communication }, { callSid: activeCall.callSid }]) {
      const end = { operation: 'end-call', ...by };
      for (const { token } of [admin, other]) {
        assert.equal((await clinic.execute(token, end)).code, 'RECORD_NOT_FOUND');
      }
    }
    assert.ok(clinic.sandbox.twilio.live.has(activeCall.callSid));
    const { status } = await clinic.executeSuccessfully(staff.token, {
      operation: 'end-call',
      callSid: activeCall.callSid,
    });
    assert.equal(status, 'completed');
    await activeCall;
    await clinic.sandbox.settled();
  });

  for (const [name, scenario] of Object.entries(scenarios)) {
    test(`with all rights: ${name}`, () => scenario(fixture));
  }

  for (const name of ['webhook', 'automation', 'staff'] as const) {
    for (const right of rightsOf(name)) {
      const scenario = (needed[name] as Record<string, string>)[right.right] ?? '';
      test(`without ${name} ${right.right}: ${scenario}`, () =>
        failsWithout(fixture, `Plumline ${name}`, right, scenarios[scenario]));
    }
  }
});

describe('least privilege where appointments get their calls', () => {
  let fixture: RightsFixture;
  before(async () => {
    fixture = await openFixture('rights-appointments', true);
  });
  after(() => close(fixture));

  const rights = rightsOf('automation-appointments');
  const common = rightsOf('automation');

  test('every right has a scenario', () => {
    assert.deepEqual(policy('automation-appointments').resource?.slice(0, -1), policy('automation').resource);
    assert.deepEqual(
      rights.slice(common.length).map(({ right }) => right),
      Object.keys(neededByAppointments),
    );
  });

  for (const [name, scenario] of Object.entries(appointmentScenarios)) {
    test(`with all rights: ${name}`, () => scenario(fixture));
  }

  for (const right of rights.slice(common.length)) {
    const scenario = (neededByAppointments as Record<string, string>)[right.right] ?? '';
    test(`without ${right.right}: ${scenario}`, () =>
      failsWithout(fixture, 'Plumline automation with appointments', right, appointmentScenarios[scenario]));
  }
});

/** Asserts that a scenario fails without one right. */
async function failsWithout(fixture: RightsFixture, name: string, right: Right, scenario?: Scenario): Promise<void> {
  assert.ok(scenario);
  const policies = await fixture.clinic.searchChart<AccessPolicy>('AccessPolicy', `name=${name}`);
  assert.ok(policies.length > 0);
  await write(
    fixture,
    policies.map((policy) => without(policy, right)),
  );
  try {
    await fixture.clinic.withoutLinks(() => assert.rejects(async () => scenario(fixture)));
  } finally {
    await write(fixture, policies);
  }
}

async function write({ clinic }: RightsFixture, policies: AccessPolicy[]): Promise<void> {
  for (const policy of policies) {
    const { status, body } = await fhirRequest(clinic.sandbox, 'PUT', `AccessPolicy/${policy.id ?? ''}`, policy);
    assert.equal(status, 200, JSON.stringify(body));
  }
}

async function close({ clinic, alertServer }: RightsFixture): Promise<void> {
  await clinic.stop();
  alertServer.stop();
}

function without(policy: AccessPolicy, { entry, interaction }: Right): AccessPolicy {
  const resource = (policy.resource ?? []).flatMap((one, index) => {
    const rest = (one.interaction ?? []).filter((kept) => kept !== interaction);
    return index !== entry ? [one] : rest.length > 0 ? [{ ...one, interaction: rest }] : [];
  });
  return { ...policy, resource };
}
