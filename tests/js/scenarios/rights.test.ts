// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Each single right of deploy/ is needed: one less, and a story goes wrong. */
import type { AccessPolicy, Communication, Practitioner } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, bearer } from '../sandbox-client.ts';
import { policy } from './clinic.ts';
import { openWorld, rightsOf, stories, storiesOfAppointments } from './rights.ts';
import type { World } from './rights.ts';

type Right = ReturnType<typeof rightsOf>[number];
type Story = (world: World) => Promise<void>;

/** What each right is for: the shortest story that needs it. Entries are counted as they stand in the policy. */
const needed = {
  webhook: {
    '0 Communication search': 'whoever tried to call is rung',
    '0 Communication read': 'a ticket is claimed',
    '0 Communication create': 'a call is written down',
    '0 Communication update': 'a ticket is claimed',
    '1 Communication search': 'a message is written out once',
    '1 Communication create': 'a message is written out once',
    '2 Patient search': 'a patient is greeted',
    '3 Practitioner search': 'an identity of one’s own calls without a ticket',
    '3 Practitioner read': 'their doctor is rung',
    '4 PractitionerRole search': 'whoever is on duty is rung',
    '4 PractitionerRole read': 'their doctor’s role is rung',
    '5 HealthcareService read': 'the hours of a service count',
    '6 CareTeam search': 'the patient’s team counts',
  },
  automation: {
    '0 Communication search': 'the sweep closes a ticket',
    '0 Communication read': 'the sweep closes a ticket',
    '0 Communication create': 'the sweep brings a call',
    '0 Communication update': 'the sweep closes a ticket',
    '1 Communication search': 'an alert that was not taken goes out later',
    '1 Communication read': 'an alert goes out, and is noted as sent',
    '1 Communication create': 'an alert goes out, and is noted as sent',
    '1 Communication update': 'an alert goes out, and is noted as sent',
    '2 Task search': 'a missed call opens a task',
    '2 Task read': 'a call in turn closes the task',
    '2 Task create': 'a missed call opens a task',
    '2 Task update': 'a call in turn closes the task',
    '3 Basic search': 'the sweep begins to keep its marks',
    '3 Basic read': 'the sweep moves its marks',
    '3 Basic create': 'the sweep begins to keep its marks',
    '3 Basic update': 'the sweep moves its marks',
  },
  staff: {
    '0 Bot search': 'an app finds the operations',
    '0 Bot read': 'a token is given',
    '1 Patient read': 'a call is prepared',
    '2 Appointment read': 'a call for an appointment is prepared',
    '3 Practitioner search': 'an identity of one’s own is given a token',
    '3 Practitioner read': 'a token is given',
    '4 Practitioner update': 'an identity is written',
    '5 PractitionerRole search': 'a token is given',
    '6 Communication search': 'a history has calls',
    '6 Communication read': 'a call is given up',
    '7 Communication create': 'a call is prepared',
    '7 Communication update': 'a call is given up',
    '8 Communication search': 'a history has messages',
  },
} satisfies Record<string, Record<string, keyof typeof stories>>;

/** What `automation-appointments` adds to `automation`. */
const neededByAppointments = {
  '4 Appointment read': 'an appointment gets its call',
  '4 Appointment update': 'an appointment gets its call',
};

describe('least privilege', () => {
  let world: World;
  before(async () => {
    world = await openWorld('rights');
  });
  after(() => close(world));

  test('no right without a story', () => {
    for (const name of ['webhook', 'automation', 'staff'] as const) {
      assert.deepEqual(
        rightsOf(name).map(({ right }) => right),
        Object.keys(needed[name]),
      );
    }
  });

  test('nobody gives themselves the identity that another rings under', async () => {
    const { clinic } = world;
    const { reference, token } = await clinic.staff('Mallory');
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
  });

  test('staff write the records of their own calls alone, and end no others whatever a record says', async () => {
    const { clinic, staff, patient } = world;
    const other = await clinic.staff('Oscar Invented');
    // With the whole chart open to him he writes himself into a colleague's call.
    const everything = { resourceType: 'AccessPolicy' as const, resource: [{ resourceType: '*' }] };
    const mighty = await clinic.staff('Mighty Invented', { policy: everything });
    const start = { operation: 'start-call', patient };
    const { communication, ticket = '' } = await clinic.executed(staff.token, start);
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
    const going = clinic.sandbox.twilio.browser({ identity: staff.identity, params: { Ticket: ticket }, script });
    await clinic.answered(going);
    assert.equal(await put(mighty.token, mighty.reference), 200);
    for (const by of [{ communication }, { callSid: going.callSid }]) {
      const end = { operation: 'end-call', ...by };
      for (const { token } of [mighty, other]) {
        assert.equal((await clinic.execute(token, end)).code, 'RECORD_NOT_FOUND');
      }
    }
    assert.ok(clinic.sandbox.twilio.live.has(going.callSid));
    const { status } = await clinic.executed(staff.token, { operation: 'end-call', callSid: going.callSid });
    assert.equal(status, 'completed');
    await going;
    await clinic.sandbox.settled();
  });

  for (const [name, story] of Object.entries(stories)) {
    test(`with all rights: ${name}`, () => story(world));
  }

  for (const name of ['webhook', 'automation', 'staff'] as const) {
    for (const right of rightsOf(name)) {
      const story = (needed[name] as Record<string, string>)[right.right] ?? '';
      test(`without ${name} ${right.right}: ${story}`, () =>
        goesWrong(world, `Plumline ${name}`, right, stories[story]));
    }
  }
});

describe('least privilege where appointments get their calls', () => {
  let world: World;
  before(async () => {
    world = await openWorld('rights-appointments', true);
  });
  after(() => close(world));

  const rights = rightsOf('automation-appointments');
  const common = rightsOf('automation');

  test('no right without a story', () => {
    assert.deepEqual(policy('automation-appointments').resource?.slice(0, -1), policy('automation').resource);
    assert.deepEqual(
      rights.slice(common.length).map(({ right }) => right),
      Object.keys(neededByAppointments),
    );
  });

  for (const [name, story] of Object.entries(storiesOfAppointments)) {
    test(`with all rights: ${name}`, () => story(world));
  }

  for (const right of rights.slice(common.length)) {
    const story = (neededByAppointments as Record<string, string>)[right.right] ?? '';
    test(`without ${right.right}: ${story}`, () =>
      goesWrong(world, 'Plumline automation with appointments', right, storiesOfAppointments[story]));
  }
});

/** Plays a story with one right less. */
async function goesWrong(world: World, name: string, right: Right, story?: Story): Promise<void> {
  assert.ok(story);
  const policies = await world.clinic.chart<AccessPolicy>('AccessPolicy', `name=${name}`);
  assert.ok(policies.length > 0);
  await write(
    world,
    policies.map((policy) => without(policy, right)),
  );
  try {
    await assert.rejects(async () => story(world));
  } finally {
    await write(world, policies);
  }
}

async function write({ clinic }: World, policies: AccessPolicy[]): Promise<void> {
  for (const policy of policies) {
    const { status, body } = await ask(clinic.sandbox, 'PUT', `AccessPolicy/${policy.id ?? ''}`, policy);
    assert.equal(status, 200, JSON.stringify(body));
  }
}

async function close({ clinic, hooks }: World): Promise<void> {
  await clinic.stop();
  hooks.close();
}

function without(policy: AccessPolicy, { entry, interaction }: Right): AccessPolicy {
  const resource = (policy.resource ?? []).flatMap((one, index) => {
    const rest = (one.interaction ?? []).filter((kept) => kept !== interaction);
    return index !== entry ? [one] : rest.length > 0 ? [{ ...one, interaction: rest }] : [];
  });
  return { ...policy, resource };
}
