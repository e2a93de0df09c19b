// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  accessPolicySupportsInteraction,
  badRequest,
  evalFhirPathTyped,
  forbidden,
  OperationOutcomeError,
  projectAdminResourceTypes,
  protectedResourceTypes,
  resolveId,
  satisfiedAccessPolicy,
  toTypedValue,
} from '@medplum/core';
import type { AccessPolicyInteraction } from '@medplum/core';
import type { AccessPolicy, AccessPolicyResource, ProjectMembership, Resource, ResourceType } from '@medplum/fhirtypes';
import type { Store } from './store.ts';

/** What everybody may read, whatever their policy says. */
const alwaysReadable: AccessPolicyResource[] = ['SearchParameter', 'StructureDefinition'].map((resourceType) => ({
  resourceType,
  readonly: true,
}));

/** What the sandbox would have to enforce and doesn't: better to say so than to let everything through. */
const unsupportedLimits = ['compartment', 'hiddenFields', 'readonlyFields'] as const;

/** What one member of the project may do with the chart. */
export class Rights {
  /** The policy as it is enforced: with the member's own references in it, and what comes with the member's role. */
  readonly policy: AccessPolicy;

  private constructor(policy: AccessPolicy) {
    this.policy = policy;
  }

  /** As the membership and its policy stand in the chart now. Without a policy a member may do all but administer. */
  static async of(store: Store, membershipId: string): Promise<Rights> {
    const membership = await store.readResource<ProjectMembership>('ProjectMembership', membershipId);
    const resource: AccessPolicyResource[] = [];
    if (membership.accessPolicy) {
      const policy = await store.readReference<AccessPolicy>(membership.accessPolicy).catch(() => {
        throw new OperationOutcomeError(badRequest('Cannot authenticate: Invalid access policy configuration.'));
      });
      resource.push(...(withProfile(policy, membership).resource ?? []));
    } else {
      resource.push({ resourceType: '*' });
    }
    resource.push(...alwaysReadable.filter((own) => !resource.some((one) => one.resourceType === own.resourceType)));
    const ordinary = resource.filter((one) => !projectAdminResourceTypes.includes(one.resourceType));
    const administrative = membership.admin ? projectAdminResourceTypes.map((resourceType) => ({ resourceType })) : [];
    return new Rights({ resourceType: 'AccessPolicy', resource: [...ordinary, ...administrative] });
  }

  /** Fails unless there are resources of this type with which this may be done. */
  require(interaction: AccessPolicyInteraction, type: string): void {
    if (
      protectedResourceTypes.includes(type) ||
      !accessPolicySupportsInteraction(this.policy, interaction, type as ResourceType)
    ) {
      throw new OperationOutcomeError(forbidden);
    }
  }

  permits(interaction: AccessPolicyInteraction, resource: Resource): boolean {
    return satisfiedAccessPolicy(resource, interaction, this.policy) !== undefined;
  }

  /** Whether a resource may be written like this. */
  permitsWrite(interaction: 'create' | 'update', after: Resource, before: Resource | undefined): boolean {
    const permitted = satisfiedAccessPolicy(after, interaction, this.policy);
    const variables = { '%before': toTypedValue(before ?? {}), '%after': toTypedValue(after) };
    return (
      permitted !== undefined &&
      (permitted.writeConstraint ?? []).every(({ expression = 'false' }) => {
        const [held, ...more] = evalFhirPathTyped(expression, [toTypedValue(after)], variables);
        return held?.value === true && more.length === 0;
      })
    );
  }
}

/** Fails if a policy has limits that are not enforced here. */
export function checkPolicy(policy: AccessPolicy): void {
  for (const resource of policy.resource ?? []) {
    const limit = unsupportedLimits.find((name) => resource[name] !== undefined);
    if (limit) {
      throw new Error(`The sandbox does not enforce ${limit} of an AccessPolicy (${resource.resourceType})`);
    }
  }
}

/** A policy may name the member that it is applied to: `%profile`, `%profile.id`. */
function withProfile(policy: AccessPolicy, { profile }: ProjectMembership): AccessPolicy {
  const text = JSON.stringify(policy)
    .replaceAll('%profile.id', resolveId(profile) ?? '')
    .replaceAll('%profile', profile.reference ?? '');
  return JSON.parse(text) as AccessPolicy;
}
