// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { ClientApplication, Practitioner, ProjectMembership, Reference } from '@medplum/fhirtypes';
import type { Chart } from './fhir.ts';
import { hex, uuid } from './seed.ts';
import { accessToken } from './token.ts';

/** Somebody who is known to the server and no bot: a member of the staff, or an app. */
export interface Requester {
  reference: Reference;
  membership: ProjectMembership & { id: string };
  name: string;
  /** What an Authorization header says. */
  authorization: string;
}

/** The people and apps of the sandbox's project, who may ask bots by `$execute`. */
export interface Requesters {
  /** By Bearer token. */
  practitioner: { reference: string; token: string };
  /** By HTTP Basic. */
  client: { reference: string; id: string; secret: string };
  byAuthorization: (authorization: string | undefined) => Requester | undefined;
  isMembership: (id: unknown) => boolean;
}

export async function addRequesters(chart: Chart, seed: string): Promise<Requesters> {
  const token = accessToken(seed, 'practitioner');
  const secret = hex(seed, 'client/secret', 64);
  const practitioner = await chart.createResource<Practitioner>(
    {
      resourceType: 'Practitioner',
      id: uuid(seed, 'practitioner'),
      name: [{ given: ['Jo'], family: 'Invented' }],
    },
    { assignedId: true },
  );
  const client = await chart.createResource<ClientApplication>(
    { resourceType: 'ClientApplication', id: uuid(seed, 'client'), name: 'Sandbox app', secret },
    { assignedId: true },
  );
  const basic = Buffer.from(`${client.id}:${secret}`).toString('base64');
  const known = [
    await member(chart, seed, practitioner, 'Jo Invented', `Bearer ${token}`),
    await member(chart, seed, client, 'Sandbox app', `Basic ${basic}`),
  ];
  return {
    practitioner: { reference: `Practitioner/${practitioner.id}`, token },
    client: { reference: `ClientApplication/${client.id}`, id: client.id, secret },
    byAuthorization: (authorization) => known.find((requester) => requester.authorization === authorization),
    isMembership: (id) => known.some(({ membership }) => membership.id === id),
  };
}

async function member(
  chart: Chart,
  seed: string,
  { resourceType, id }: { resourceType: 'ClientApplication' | 'Practitioner'; id: string },
  name: string,
  authorization: string,
): Promise<Requester> {
  const profile = { reference: `${resourceType}/${id}`, display: name };
  const membership = await chart.createResource<ProjectMembership>(
    {
      resourceType: 'ProjectMembership',
      id: uuid(seed, `${resourceType}/membership`),
      project: { reference: `Project/${uuid(seed, 'project')}` },
      user: resourceType === 'ClientApplication' ? profile : { reference: `User/${uuid(seed, 'user')}` },
      profile,
    },
    { assignedId: true },
  );
  return { reference: profile, membership, name, authorization };
}
