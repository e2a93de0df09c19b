// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Searches return the results and errors of a real server. */
import type { Bundle, Communication, OperationOutcome, Patient, Resource } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { create, fhirRequest, search } from './sandbox-client.ts';

const system = 'https://www.twilio.com/';
const category = 'https://plumline.dev/fhir/communication-category';

let sandbox: Sandbox;
let patient: string;
let other: string;
let practitioner: string;
let role: string;
let service: string;
/** Ids by name. */
const ids: Record<string, string> = {};

before(async () => {
  sandbox = await startSandbox({ seed: 'search' });
  const add = async (name: string, resource: Resource): Promise<string> => {
    const { id } = await create(sandbox, resource);
    ids[name] = id;
    return `${resource.resourceType}/${id}`;
  };
  patient = await add('patient', {
    resourceType: 'Patient',
    telecom: [
      { system: 'phone', value: '+15550100007' },
      { system: 'email', value: 'x@example.com' },
    ],
  });
  other = await add('other', {
    resourceType: 'Patient',
    telecom: [{ system: 'phone', value: '(555) 010-0008' }],
  });
  practitioner = await add('practitioner', {
    resourceType: 'Practitioner',
    identifier: [{ system: 'http://twilio.com/voice/identity', value: 'a_b' }],
    name: [{ family: 'Invented' }],
  });
  const organization = await add('organization', { resourceType: 'Organization', name: 'Invented' });
  role = await add('role', {
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: { reference: practitioner },
    organization: { reference: organization },
  });
  await add('left', {
    resourceType: 'PractitionerRole',
    active: false,
    practitioner: { reference: practitioner },
  });
  service = await add('service', {
    resourceType: 'HealthcareService',
    identifier: [{ system: 'urn:x', value: 'clinic' }],
  });
  await add('task', {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    identifier: [{ system, value: 'CA1' }],
    owner: { reference: practitioner },
    for: { reference: patient },
  });
  const call = (sid: string, sent: string | undefined, more: Partial<Communication>): Communication => ({
    resourceType: 'Communication',
    status: 'completed',
    identifier: [{ system, value: sid }],
    category: [{ coding: [{ system: category, code: 'twilio-voice' }] }],
    ...(sent && { sent }),
    ...more,
  });
  await add('first', call('CA1', '2026-03-01T09:00:00Z', { subject: { reference: patient } }));
  // This instant is 8:30 UTC, earlier than its local time.
  await add('second', call('CA2', '2026-03-01T10:30:00+02:00', { sender: { reference: practitioner } }));
  await add(
    'third',
    call('CA3', '2026-03-02T09:00:00.500Z', { recipient: [{ reference: role }], status: 'in-progress' }),
  );
  await add('fourth', call('CA4', undefined, { subject: { reference: other }, category: [{ text: 'Other' }] }));
});
after(() => sandbox.stop());

async function found(query: string): Promise<string[]> {
  const { entry = [] } = await search(sandbox, query);
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return entry.map(({ resource }) => names.get(resource?.id ?? '') ?? '?');
}

describe('the searches of the core', () => {
  const cases: [string, () => string, string[]][] = [
    ['a call by identifier', () => `Communication?identifier=${system}|CA1`, ['first']],
    [
      'calls by several',
      () => `Communication?identifier=${system}|CA1,${system}|CA9,${system}|CA2`,
      ['first', 'second'],
    ],
    ['by category', () => `Communication?category=${category}|twilio-voice`, ['first', 'second', 'third']],
    ['by sender', () => `Communication?sender=${practitioner}`, ['second']],
    ['by recipient', () => `Communication?recipient=${role}`, ['third']],
    ['by subject', () => `Communication?subject=${patient},${other}`, ['first', 'fourth']],
    ['by status', () => 'Communication?status=in-progress', ['third']],
    ['by another status', () => 'Communication?status:not=completed', ['third']],
    ['by a missing value', () => 'Communication?sent:missing=true', ['fourth']],
    ['sent at or after', () => 'Communication?sent=ge2026-03-01T09:00:00Z', ['first', 'third']],
    ['sent before', () => 'Communication?sent=lt2026-03-01T09:00:00Z', ['second']],
    ['sent on a day', () => 'Communication?sent=ge2026-03-01&sent=lt2026-03-02', ['first', 'second']],
    ['newest first', () => 'Communication?_sort=-sent', ['fourth', 'third', 'first', 'second']],
    ['oldest first', () => 'Communication?_sort=sent', ['second', 'first', 'third', 'fourth']],
    ['by two rules', () => 'Communication?_sort=status,-sent', ['fourth', 'first', 'second', 'third']],
    ['a page', () => 'Communication?_sort=-sent&_count=2&_offset=1', ['third', 'first']],
    ['a patient by phone', () => 'Patient?phone=%2B15550100007', ['patient']],
    ['by several formats', () => 'Patient?phone=5550100008,(555) 010-0008,%2B15550100007', ['patient', 'other']],
    ['by an unused format', () => 'Patient?phone=%2B15550100008', []],
    ['by an unescaped plus', () => 'Patient?phone=+15550100007', []],
    ['by an email address', () => 'Patient?phone=x@example.com', []],
    ['a role by practitioner', () => `PractitionerRole?practitioner=${practitioner}&active=true`, ['role']],
    ['by organization', () => `PractitionerRole?organization=Organization/${ids['organization'] ?? ''}`, ['role']],
    ['one that ended', () => 'PractitionerRole?active=false', ['left']],
    ['a task by identifier', () => `Task?identifier=${system}|CA1&status=requested`, ['task']],
    ['by owner', () => `Task?owner=${practitioner}`, ['task']],
    ['by subject of a task', () => `Task?subject=${patient}`, ['task']],
    ['as a patient', () => `Task?patient=${patient}`, ['task']],
    ['a service by identifier', () => 'HealthcareService?identifier=urn:x|clinic', ['service']],
    ['by id', () => `HealthcareService?_id=${service.split('/')[1] ?? ''}`, ['service']],
    ['a practitioner', () => 'Practitioner?identifier=http://twilio.com/voice/identity|a_b', ['practitioner']],
  ];
  for (const [name, query, expected] of cases) {
    test(name, async () => assert.deepEqual(await found(query()), expected));
  }

  test('_include of people', async () => {
    const query = `Communication?identifier=${system}|CA1,${system}|CA3&_include=Communication:subject&_include=Communication:recipient`;
    const { entry = [] } = await search(sandbox, query);
    assert.deepEqual(
      entry.map(({ resource, search: { mode } = {} }) => [resource?.resourceType, mode]),
      [
        ['Communication', 'match'],
        ['Communication', 'match'],
        ['Patient', 'include'],
        ['PractitionerRole', 'include'],
      ],
    );
  });
});

describe('counts and pages', () => {
  test('are counted according to the access policy', async () => {
    assert.equal((await search(sandbox, 'Communication')).total, undefined);
    assert.equal((await search(sandbox, 'Communication?_total=accurate&_count=1')).total, 4);
    const count = await search(sandbox, 'Communication?status=completed&_summary=count');
    assert.equal(count.total, 3);
    assert.equal(count.entry, undefined);
  });

  test('have twenty entries and a next link', async () => {
    const own = await startSandbox({ seed: 'pages' });
    try {
      await Promise.all(Array.from({ length: 45 }, () => create<Patient>(own, { resourceType: 'Patient' })));
      const seen = new Set<string>();
      const lengths = [];
      let url: string | undefined = `${own.fhir}/Patient?_sort=_lastUpdated,_id`;
      while (url) {
        const { entry = [], link = [] } = (await (await fetch(url)).json()) as Bundle;
        lengths.push(entry.length);
        entry.forEach(({ resource }) => seen.add(resource?.id ?? ''));
        url = link.find(({ relation }) => relation === 'next')?.url;
      }
      assert.deepEqual(lengths, [20, 20, 5]);
      assert.equal(seen.size, 45);
    } finally {
      await own.stop();
    }
  });

  test('have a cursor if they have 20 entries or more, by time', async () => {
    const own = await startSandbox({ seed: 'cursor' });
    try {
      const add = async (at: number): Promise<void> => {
        own.setTime(at);
        await create<Patient>(own, { resourceType: 'Patient' });
      };
      const start = Date.parse('2026-11-29T08:00:00Z');
      for (let at = 0; at < 50; at++) {
        await add(start + at * 1000);
      }
      const seen = new Set<string>();
      const cursors: unknown[] = [];
      let url: string | undefined = `${own.fhir}/Patient?_sort=_lastUpdated&_count=20`;
      while (url) {
        const { entry = [], link = [] } = (await (await fetch(url)).json()) as Bundle;
        entry.forEach(({ resource }) => seen.add(resource?.id ?? ''));
        url = link.find(({ relation }) => relation === 'next')?.url;
        cursors.push(url && new URL(url).searchParams.get('_cursor'));
      }
      assert.equal(seen.size, 50);
      assert.match(cursors.join(' '), /^2-\d{13} 2-\d{13} $/);
      const { status } = await fhirRequest(own, 'GET', 'Patient?_cursor=2-1&_offset=1');
      assert.equal(status, 400);
    } finally {
      await own.stop();
    }
  });

  test('can omit elements', async () => {
    const { entry = [] } = await search<Communication>(
      sandbox,
      'Communication?_fields=status&sent:missing=false&_sort=-sent&_count=1',
    );
    const { resource = assert.fail() } = entry[0] ?? {};
    assert.equal(resource.status, 'in-progress');
    assert.equal(resource.category, undefined);
  });
});

describe('an unsupported search', () => {
  const fails = async (query: string): Promise<string | undefined> => {
    const { status, body } = await fhirRequest<OperationOutcome>(sandbox, 'GET', query);
    assert.equal(status, 400);
    return body.issue[0]?.details?.text;
  };

  test('is an error, not an empty result', async () => {
    assert.equal(await fails('Communication?shoe-size=42'), 'Unknown search parameter: shoe-size');
    assert.equal(await fails(`Task?for=${patient}`), 'Unknown search parameter: for');
    assert.equal(await fails('Communication?_sort=shoe-size'), 'Unknown search parameter: shoe-size');
    assert.match((await fails('Communication?_filter=sent eq 2026')) ?? '', /_filter/);
    assert.equal(await fails('Shoe?size=42'), 'Unknown resource type');
    assert.match((await fails('Task?identifier:contains=CA')) ?? '', /identifier:contains/);
    assert.match((await fails('Patient?phone:above=555')) ?? '', /phone:above/);
    assert.match((await fails('RelatedPerson?patient.phone:contains=0177')) ?? '', /patient.phone:contains/);
    assert.match((await fails('Patient?_include=Patient:shoe-size')) ?? '', /Patient:shoe-size/);
  });
});

describe('a conditional reference', () => {
  const message = (reference: string): Communication => ({
    resourceType: 'Communication',
    status: 'completed',
    sender: { reference },
  });

  test('is resolved on write if it matches one resource', async () => {
    const written = await create(sandbox, message('Patient?phone=%2B15550100007'));
    assert.equal(written.sender?.reference, patient);
  });

  test('fails without a write if it matches none or several', async () => {
    const before = (await search(sandbox, 'Communication?_summary=count')).total;
    for (const query of ['Patient?phone=%2B15550100099', 'Patient?phone=%2B15550100007,(555) 010-0008']) {
      const { status } = await fhirRequest(sandbox, 'POST', 'Communication', message(query));
      assert.equal(status, 400);
    }
    assert.equal((await search(sandbox, 'Communication?_summary=count')).total, before);
  });
});
