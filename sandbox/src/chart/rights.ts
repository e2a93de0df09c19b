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

/** Readable by everyone, with any policy. */
const alwaysReadable: AccessPolicyResource[] = ['SearchParameter', 'StructureDefinition'].map((resourceType) => ({
  resourceType,
  readonly: true,
}));

/**
 * Limits that the sandbox does not enforce. A policy with one of them is rejected, since ignoring it would allow too
 * much.
 */
const unsupportedLimits = ['compartment', 'hiddenFields', 'readonlyFields'] as const;

/** The interactions with resources that a project member may use. */
export class Rights {
  /** The effective policy: with the member's own references and the rights of the member's role. */
  readonly policy: AccessPolicy;

  private constructor(policy: AccessPolicy) {
    this.policy = policy;
  }

  /**
   * Reads the current membership and its policy. Without a policy, a member may do everything except administration.
   */
  static async load(store: Store, membershipId: string): Promise<Rights> {
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
    resource.push(
      ...alwaysReadable.filter((entry) => !resource.some((candidate) => candidate.resourceType === entry.resourceType)),
    );
    const regular = resource.filter((candidate) => !projectAdminResourceTypes.includes(candidate.resourceType));
    const administrative = membership.admin ? projectAdminResourceTypes.map((resourceType) => ({ resourceType })) : [];
    return new Rights({ resourceType: 'AccessPolicy', resource: [...regular, ...administrative] });
  }

  /** Fails if the policy does not allow this interaction for any resource of the type. */
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

  /** Whether this version of a resource may be written. */
  permitsWrite(interaction: 'create' | 'update', after: Resource, before: Resource | undefined): boolean {
    const permitted = satisfiedAccessPolicy(after, interaction, this.policy);
    const variables = { '%before': toTypedValue(before ?? {}), '%after': toTypedValue(after) };
    return (
      permitted !== undefined &&
      (permitted.writeConstraint ?? []).every(({ expression = 'false' }) => {
        const [result, ...more] = evalFhirPathTyped(expression, [toTypedValue(after)], variables);
        return result?.value === true && more.length === 0;
      })
    );
  }
}

/** Fails if a policy has limits that the sandbox does not enforce. */
export function checkPolicy(policy: AccessPolicy): void {
  for (const resource of policy.resource ?? []) {
    const limit = unsupportedLimits.find((name) => resource[name] !== undefined);
    if (limit) {
      throw new Error(`The sandbox does not enforce ${limit} of an AccessPolicy (${resource.resourceType})`);
    }
  }
}

/** Replaces `%profile` and `%profile.id` in a policy by the member's profile. */
function withProfile(policy: AccessPolicy, { profile }: ProjectMembership): AccessPolicy {
  const text = JSON.stringify(policy)
    .replaceAll('%profile.id', resolveId(profile) ?? '')
    .replaceAll('%profile', profile.reference ?? '');
  return JSON.parse(text) as AccessPolicy;
}
