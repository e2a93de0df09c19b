// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What a config names in the chart, invented where the sandbox's chart has none. */
import type { Resource } from '@medplum/fhirtypes';
import type { Sandbox } from './server.ts';

const types = ['CareTeam', 'HealthcareService', 'Organization', 'Practitioner', 'PractitionerRole'] as const;
type Named = (typeof types)[number];

/** A resource that lets a call go on, and what there is to know of it. */
const inventions: Record<Named, { told: string; make: (name: string) => Resource }> = {
  CareTeam: {
    told: 'nobody is in it',
    make: (name) => ({ resourceType: 'CareTeam', status: 'active', name }),
  },
  HealthcareService: {
    told: 'always open',
    make: (name) => ({
      resourceType: 'HealthcareService',
      active: true,
      name,
      availableTime: [{ daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], allDay: true }],
    }),
  },
  Organization: {
    told: 'nobody has a role in it',
    make: (name) => ({ resourceType: 'Organization', active: true, name }),
  },
  Practitioner: {
    told: 'has no phone',
    make: (family) => ({ resourceType: 'Practitioner', active: true, name: [{ family }] }),
  },
  PractitionerRole: {
    told: 'nobody’s',
    make: () => ({ resourceType: 'PractitionerRole', active: true }),
  },
};

/** Puts there what a config's text refers to, under the ids that it has. Gives a line for each. */
export async function invent(sandbox: Sandbox, config: string): Promise<string[]> {
  const told: string[] = [];
  const references = new RegExp(`"(${types.join('|')})/([A-Za-z0-9.-]{1,64})"`, 'g');
  const seen = new Set<string>();
  for (const [, type, id = ''] of config.matchAll(references)) {
    const reference = `${type}/${id}`;
    if (!seen.has(reference)) {
      seen.add(reference);
      const { make, told: what } = inventions[type as Named];
      await sandbox.addResource({ ...make(`Invented ${id}`), id });
      told.push(`${reference} (${what})`);
    }
  }
  return told;
}
