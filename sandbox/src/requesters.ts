// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { AccessPolicy, ClientApplication, Practitioner, ProjectMembership, Reference } from '@medplum/fhirtypes';
import type { Chart } from './chart/chart.ts';
import { checkPolicy } from './chart/rights.ts';
import { hex, uuid } from './base/seed.ts';
import { accessToken } from './token.ts';

/** A member of the project: a bot, a practitioner or an app. */
export interface Member {
  reference: Reference;
  membership: ProjectMembership & { id: string };
  name: string;
}

export interface NewPractitioner {
  /** The last word is the family name, as in `Jo Invented`. */
  name: string;
  /** By default, everything except administration. */
  accessPolicy?: AccessPolicy;
  /** Whether the member is a project administrator. */
  admin?: boolean;
}

/** The practitioners and apps of the project, who can call bots by `$execute`. */
export class Requesters {
  readonly #chart: Chart;
  readonly #seed: string;
  /** By Authorization header. */
  readonly #members = new Map<string, Member>();
  #practitioners = 0;

  constructor(chart: Chart, seed: string) {
    this.#chart = chart;
    this.#seed = seed;
  }

  /** Adds a practitioner, who authenticates with a Bearer token. */
  async addPractitioner(options: NewPractitioner): Promise<{ reference: string; token: string }> {
    const { name, accessPolicy, admin } = options;
    if (accessPolicy) {
      checkPolicy(accessPolicy);
    }
    const number = this.#practitioners++;
    const label = number === 0 ? 'practitioner' : `practitioner/${number}`;
    const token = accessToken(this.#seed, label);
    const words = name.split(' ');
    const [given, family] = [words.slice(0, -1), words.at(-1) ?? ''];
    const { id } = await this.#chart.createResource<Practitioner>(
      {
        resourceType: 'Practitioner',
        id: uuid(this.#seed, label),
        name: [{ ...(given.length > 0 && { given }), family }],
      },
      { assignedId: true },
    );
    const profile = { reference: `Practitioner/${id}`, display: name };
    const policy = accessPolicy && (await addPolicy(this.#chart, accessPolicy, uuid(this.#seed, `${label}/policy`)));
    const user = { reference: `User/${uuid(this.#seed, `${label}/user`)}` };
    const member = await addMember(this.#chart, this.#seed, label, { name, profile, user, policy, admin });
    this.#members.set(`Bearer ${token}`, member);
    return { reference: profile.reference, token };
  }

  /** Adds an app, which authenticates with HTTP Basic. */
  async addClient(name: string): Promise<{ reference: string; id: string; secret: string }> {
    const secret = hex(this.#seed, 'client/secret', 64);
    const { id } = await this.#chart.createResource<ClientApplication>(
      { resourceType: 'ClientApplication', id: uuid(this.#seed, 'client'), name, secret },
      { assignedId: true },
    );
    const profile = { reference: `ClientApplication/${id}`, display: name };
    const member = await addMember(this.#chart, this.#seed, 'client', { name, profile, user: profile });
    this.#members.set(`Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`, member);
    return { reference: profile.reference, id, secret };
  }

  byAuthorization(authorization: string | undefined): Member | undefined {
    return authorization === undefined ? undefined : this.#members.get(authorization);
  }

  byReference(reference: string | undefined): Member | undefined {
    return [...this.#members.values()].find((member) => member.reference.reference === reference);
  }

  isMembership(id: unknown): boolean {
    return [...this.#members.values()].some(({ membership }) => membership.id === id);
  }
}

/** Creates a project membership. */
export async function addMember(
  chart: Chart,
  seed: string,
  label: string,
  member: {
    name: string;
    profile: Reference;
    user: Reference;
    policy?: Reference<AccessPolicy> | undefined;
    admin?: boolean | undefined;
  },
): Promise<Member> {
  const { name, profile, user, policy, admin } = member;
  const membership = await chart.createResource<ProjectMembership>(
    {
      resourceType: 'ProjectMembership',
      id: uuid(seed, `${label}/membership`),
      project: { reference: `Project/${uuid(seed, 'project')}` },
      user: user as NonNullable<ProjectMembership['user']>,
      profile: profile as NonNullable<ProjectMembership['profile']>,
      ...(policy && { accessPolicy: policy }),
      ...(admin && { admin }),
    },
    { assignedId: true },
  );
  return { reference: profile, membership, name };
}

/** Writes a policy to the chart. It can be changed there, since it is read for each request. */
export async function addPolicy(chart: Chart, policy: AccessPolicy, id: string): Promise<Reference<AccessPolicy>> {
  await chart.createResource<AccessPolicy>({ ...policy, id }, { assignedId: true });
  return { reference: `AccessPolicy/${id}` };
}
