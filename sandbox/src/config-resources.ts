// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What a config names in the chart, invented where the sandbox's chart has none. */
import type { Resource } from '@medplum/fhirtypes';
import type { Sandbox } from './server.ts';

const types = ['CareTeam', 'HealthcareService', 'Organization', 'Practitioner', 'PractitionerRole'] as const;
type ConfigType = (typeof types)[number];

/** A resource that lets a call go on, and what there is to know of it. */
const templates: Record<ConfigType, { description: string; create: (name: string) => Resource }> = {
  CareTeam: {
    description: 'nobody is in it',
    create: (name) => ({ resourceType: 'CareTeam', status: 'active', name }),
  },
  HealthcareService: {
    description: 'always open',
    create: (name) => ({
      resourceType: 'HealthcareService',
      active: true,
      name,
      availableTime: [{ daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], allDay: true }],
    }),
  },
  Organization: {
    description: 'nobody has a role in it',
    create: (name) => ({ resourceType: 'Organization', active: true, name }),
  },
  Practitioner: {
    description: 'has no phone',
    create: (family) => ({ resourceType: 'Practitioner', active: true, name: [{ family }] }),
  },
  PractitionerRole: {
    description: 'nobody’s',
    create: () => ({ resourceType: 'PractitionerRole', active: true }),
  },
};

/** Puts there what a config's text refers to, under the ids that it has. Gives a line for each. */
export async function createConfigResources(sandbox: Sandbox, config: string): Promise<string[]> {
  const lines: string[] = [];
  const references = new RegExp(`"(${types.join('|')})/([A-Za-z0-9.-]{1,64})"`, 'g');
  const seen = new Set<string>();
  for (const [, type, id = ''] of config.matchAll(references)) {
    const reference = `${type}/${id}`;
    if (!seen.has(reference)) {
      seen.add(reference);
      const { create, description } = templates[type as ConfigType];
      await sandbox.addResource({ ...create(`Invented ${id}`), id });
      lines.push(`${reference} (${description})`);
    }
  }
  return lines;
}
