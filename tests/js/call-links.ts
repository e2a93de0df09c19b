// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Checks that each call record names its people and its outcome. The truth is in the simulated phone network and in the
 * chart. Numbers are compared by their last ten digits, without the product's code.
 */
import { Operator } from '@medplum/core';
import type {
  Communication,
  ContactPoint,
  Extension,
  Patient,
  Practitioner,
  PractitionerRole,
  Reference,
  RelatedPerson,
  Resource,
  ResourceType,
  Task,
} from '@medplum/fhirtypes';
import type { Sandbox } from '../../sandbox/src/server.ts';

/** Whether all scenarios check their call records. Off until every flow links its call. */
export const CHECKS_LINKS: boolean = true;

const IDENTITY_SYSTEM = 'http://twilio.com/voice/identity';
const TWILIO_SYSTEM = 'https://www.twilio.com/';
const CATEGORY = 'https://plumline.dev/fhir/communication-category|twilio-voice';

type Stored<T extends Resource> = T & { id: string };
type Leg = Sandbox['twilio']['legs'] extends Map<string, infer L> ? L : never;

/** All people of a chart. */
export interface People {
  patients: Stored<Patient>[];
  related: Stored<RelatedPerson>[];
  practitioners: Stored<Practitioner>[];
  roles: Stored<PractitionerRole>[];
}

/** The two sides of a call, as numbers and as `client:` addresses. */
interface Sides {
  isInbound: boolean;
  /** The addresses of the caller of an inbound call, or of the callee of an outbound call. */
  outside: string[];
  /** The addresses of the staff who called or answered. */
  staff: string[];
}

/** Returns the violations of all completed call records that `isChecked` accepts. */
export async function linkViolations(
  sandbox: Sandbox,
  isChecked: (record: Stored<Communication>) => boolean,
): Promise<string[]> {
  const records = await all<Communication>(sandbox, 'Communication', CATEGORY);
  const checked = records.filter((record) => record.status === 'completed' && isChecked(record));
  if (checked.length === 0) {
    return [];
  }
  const people: People = {
    patients: await all(sandbox, 'Patient'),
    related: await all(sandbox, 'RelatedPerson'),
    practitioners: await all(sandbox, 'Practitioner'),
    roles: await all(sandbox, 'PractitionerRole'),
  };
  const tasks = await all<Task>(sandbox, 'Task');
  return checked.flatMap((record) => {
    const root = rootOf(sandbox, record);
    // A test wrote this record. It belongs to no call.
    return root ? violationsOf(record, root, sandbox, people, tasks) : [];
  });
}

/** Reads the chart directly, without rights and faults. */
async function all<T extends Resource>(sandbox: Sandbox, type: ResourceType, category?: string): Promise<Stored<T>[]> {
  const filters = category === undefined ? [] : [{ code: 'category', operator: Operator.EQUALS, value: category }];
  const found: Stored<T>[] = [];
  for (let offset = 0, size = 1; size > 0; offset += size) {
    const { entry = [] } = await sandbox.chart.search<Resource>({ resourceType: type, filters, offset, count: 1000 });
    found.push(...entry.map(({ resource }) => resource as Stored<T>));
    size = entry.length;
  }
  return found;
}

function rootOf({ twilio }: Sandbox, { identifier = [] }: Communication): Leg | undefined {
  const sids = identifier.filter(({ system }) => system === TWILIO_SYSTEM).map(({ value }) => value ?? '');
  return sids.flatMap((sid) => twilio.legs.get(sid) ?? [])[0];
}

function violationsOf(
  record: Stored<Communication>,
  root: Leg,
  sandbox: Sandbox,
  people: People,
  tasks: Task[],
): string[] {
  const { isInbound, outside, staff } = sidesOf(root, [...sandbox.twilio.legs.values()], people);
  const [outer, inner] = isInbound ? [record.sender, record.recipient] : [record.recipient, record.sender];
  const own = tasks.filter(({ focus, basedOn }) =>
    [focus, ...(basedOn ?? [])].some((one) => one?.reference === `Communication/${record.id}`),
  );
  const wrong = [...outcomeViolations(record)];
  const patient = onlyPatient(outside, people);
  if (patient) {
    const reference = `Patient/${patient.id}`;
    const relatives = people.related.filter(
      (one) => one.active !== false && one.patient.reference === reference && hasNumber(one, outside),
    );
    const outerAllowed = [reference, ...relatives.map(({ id }) => `RelatedPerson/${id}`)];
    wrong.push(
      ...differs('subject', record.subject, [reference]),
      ...differs(isInbound ? 'sender' : 'recipient', outer, outerAllowed),
      ...own.flatMap((task) => differs('the for of its task', task.for, [reference])),
    );
  }
  const practitioner = onlyPractitioner(staff, people);
  if (practitioner) {
    const roles = people.roles.filter((role) => role.practitioner?.reference === practitioner);
    const allowed = [practitioner, ...roles.map(({ id }) => `PractitionerRole/${id}`)];
    wrong.push(...differs(isInbound ? 'recipient' : 'sender', inner, allowed));
  }
  const call = `${isInbound ? 'inbound' : 'outbound'} call ${root.from} to ${outside.join(' ')} ${staff.join(' ')}`;
  return wrong.map((one) => `${call.trim()}: ${one}`);
}

/** The outcome is named. The text shows no duration of zero, and no `completed` for a call that was not answered. */
function outcomeViolations({ extension = [], payload = [] }: Communication): string[] {
  const call = extension.find(({ url }) => url.endsWith('/twilio-call'));
  const outcome = textOf(call?.extension?.find(({ url }) => url === 'outcome'));
  const text = payload[0]?.contentString ?? '';
  const isNamed = / outcome=[a-z]/.test(text);
  const status = / status=([a-z-]+)/.exec(text)?.[1];
  return [
    ...(outcome === undefined ? ['the extension has no outcome'] : []),
    ...(status === undefined && !isNamed ? [`the text "${text}" has neither status nor outcome`] : []),
    ...(status === 'completed' && !isNamed && outcome !== 'answered'
      ? [`the text "${text}" does not show the outcome ${outcome ?? ''}`]
      : []),
    ...(text.includes('duration=0s') ? [`the text "${text}" has a duration of zero`] : []),
  ];
}

function textOf(extension: Extension | undefined): string | undefined {
  return extension?.valueCode ?? extension?.valueString;
}

function differs(name: string, actual: Reference | Reference[] | undefined, allowed: string[]): string[] {
  const found = [actual].flat().flatMap((one) => one?.reference ?? []);
  return found.some((one) => allowed.includes(one))
    ? []
    : [`${name} is ${found.join() || 'missing'}, not ${allowed.join(' or ')}`];
}

/** Who took part, from the legs of the phone network. */
function sidesOf(root: Leg, legs: Leg[], people: People): Sides {
  const dialed = legs.filter(({ parent }) => parent?.sid === root.sid);
  if (root.direction === 'inbound' && !root.from.startsWith('client:')) {
    const answered = dialed.filter((leg) => leg.answered !== undefined && leg.status === 'completed');
    return { isInbound: true, outside: [root.from], staff: answered.map(({ to }) => to) };
  }
  if (root.direction === 'inbound') {
    return { isInbound: false, outside: [root.to, ...dialed.map(({ to }) => to)], staff: [root.from] };
  }
  // place-call first rings the practitioner. If it did not, the first leg is the patient's.
  const rangStaff = dialed.length > 0 || onlyPractitioner([root.to], people) !== undefined;
  return rangStaff
    ? { isInbound: false, outside: dialed.map(({ to }) => to), staff: [root.to] }
    : { isInbound: false, outside: [root.to], staff: [] };
}

function onlyPatient(addresses: string[], { patients }: People): Stored<Patient> | undefined {
  const found = patients.filter(
    (one) => isActive(one) && one.deceasedBoolean !== true && !one.deceasedDateTime && hasNumber(one, addresses),
  );
  return found.length === 1 ? found[0] : undefined;
}

function isActive({ active, link = [] }: Patient): boolean {
  return active !== false && !link.some(({ type }) => type === 'replaced-by');
}

/** The reference of the only practitioner to whom the addresses belong. */
function onlyPractitioner(addresses: string[], { practitioners, roles }: People): string | undefined {
  const identities = addresses
    .filter((address) => address.startsWith('client:'))
    .map((address) => decodeURIComponent(address.slice('client:'.length)));
  const found = new Set([
    ...practitioners
      .filter(
        (one) =>
          hasNumber(one, addresses) ||
          identities.includes(one.id.replaceAll('-', '_')) ||
          one.identifier?.some(({ system, value = '' }) => system === IDENTITY_SYSTEM && identities.includes(value)),
      )
      .map(({ id }) => `Practitioner/${id}`),
    ...roles
      .filter((one) => one.active !== false && hasNumber(one, addresses))
      .flatMap(({ practitioner }) => practitioner?.reference ?? []),
  ]);
  return found.size === 1 ? [...found][0] : undefined;
}

function hasNumber({ telecom = [] }: { telecom?: ContactPoint[] }, addresses: string[]): boolean {
  const wanted = addresses.filter((address) => /^\+\d{10,}$/.test(address)).map((address) => address.slice(-10));
  return telecom
    .filter(({ system, use }) => system === 'phone' && use !== 'old')
    .some(({ value = '' }) => numbersIn(value).some((number) => wanted.includes(number)));
}

/** The last ten digits of each number in a text, without extensions. */
function numbersIn(text: string): string[] {
  return text
    .split(/[,&]|\s\/\s/)
    .map((part) => part.replace(/(?:;?\s*ext[.=]?|\bx)\s*\d+\s*$/i, '').replace(/\D/g, ''))
    .filter((digits) => digits.length >= 10)
    .map((digits) => digits.slice(-10));
}
