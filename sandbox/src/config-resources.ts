// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Creates the resources that a config refers to. */
import type { Resource } from '@medplum/fhirtypes';
import type { Sandbox } from './server.ts';

const types = ['CareTeam', 'HealthcareService', 'Organization', 'Practitioner', 'PractitionerRole'] as const;
type ConfigType = (typeof types)[number];

/** Minimal resources that let a call continue. */
const templates: Record<ConfigType, { description: string; create: (name: string) => Resource }> = {
  CareTeam: {
    description: 'has no participants',
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
    description: 'has no practitioner roles',
    create: (name) => ({ resourceType: 'Organization', active: true, name }),
  },
  Practitioner: {
    description: 'has no phone',
    create: (family) => ({ resourceType: 'Practitioner', active: true, name: [{ family }] }),
  },
  PractitionerRole: {
    description: 'has no practitioner',
    create: () => ({ resourceType: 'PractitionerRole', active: true }),
  },
};

/** Creates each resource in a config's text under the id that the config has. Returns one line for each. */
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
