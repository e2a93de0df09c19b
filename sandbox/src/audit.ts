// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Builds the AuditEvent that the server writes for one run of a bot. */
import { createReference, isResource } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type {
  AuditEvent,
  AuditEventAgent,
  AuditEventEntity,
  Bot,
  Reference,
  Resource,
  Subscription,
} from '@medplum/fhirtypes';

export interface Run {
  /** The Bot resource when the run started. */
  bot: WithId<Bot>;
  /** The profile that the bot ran as. With `runAsUser`, this is the requester's profile. */
  runAs: Reference;
  requester: Reference | undefined;
  subscription: Subscription | undefined;
  input: unknown;
  /** ISO instants. */
  start: string;
  end: string;
  failed: boolean;
  /** The console output of the bot. */
  output: string;
  requestId: string;
  traceId: string;
}

/** The maximum length of the console output in an AuditEvent. The end of the output is kept. */
export const maxOutput = 10 * 1024;

/**
 * Whether `Bot.auditEventTrigger` requires an AuditEvent for a run. The server treats an unknown trigger as `always`.
 */
export function isAudited({ bot, failed, output }: Run): boolean {
  switch (bot.auditEventTrigger) {
    case 'never':
      return false;
    case 'on-error':
      return failed;
    case 'on-output':
      return output.length > 0;
    default:
      return true;
  }
}

export function auditEvent(run: Run): AuditEvent {
  const { bot, runAs, requester, subscription, input, start, end, failed, requestId, traceId } = run;
  const output = run.output.slice(-maxOutput);
  return {
    resourceType: 'AuditEvent',
    period: { start, end },
    recorded: end,
    type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
    agent: [
      { ...(requester && { who: requester as Who }), requestor: true },
      { who: runAs as Who, requestor: false },
    ],
    source: { observer: createReference(bot) },
    entity: [bot, input, subscription].flatMap((value) => (isResource(value) && value.id ? [entityOf(value)] : [])),
    outcome: failed ? '4' : '0',
    // A FHIR string must not be blank.
    ...(output.trim() && { outcomeDesc: output }),
    extension: [
      {
        url: 'https://medplum.com/fhir/StructureDefinition/tracing',
        extension: [
          { url: 'requestId', valueId: requestId },
          { url: 'traceId', valueId: traceId },
        ],
      },
    ],
  };
}

type Who = NonNullable<AuditEventAgent['who']>;

function entityOf(resource: Resource): AuditEventEntity {
  const roles: Partial<Record<Resource['resourceType'], AuditEventEntity['role']>> = {
    Patient: { code: '1', display: 'Patient' },
    Subscription: { code: '9', display: 'Subscriber' },
  };
  return {
    what: createReference(resource),
    role: roles[resource.resourceType] ?? { code: '4', display: 'Domain' },
  };
}
