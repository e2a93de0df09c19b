// SPDX-License-Identifier: Apache-2.0 OR MIT
// Replaces @medplum/core in one build of the twilio competitor, to show how much of its time is that import and how
// much is npm twilio.
import type { OperationOutcome } from '@medplum/fhirtypes';

export const forbidden: OperationOutcome = {
  resourceType: 'OperationOutcome',
  id: 'forbidden',
  issue: [{ severity: 'error', code: 'forbidden', details: { text: 'Forbidden' } }],
};
