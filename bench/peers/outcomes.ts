// SPDX-License-Identifier: Apache-2.0 OR MIT
// Takes the place of @medplum/core in one build of the twilio rival, so that a reader can see how much of its cost is
// that import and how much is npm twilio itself.
import type { OperationOutcome } from '@medplum/fhirtypes';

export const forbidden: OperationOutcome = {
  resourceType: 'OperationOutcome',
  id: 'forbidden',
  issue: [{ severity: 'error', code: 'forbidden', details: { text: 'Forbidden' } }],
};
