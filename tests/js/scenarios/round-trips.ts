// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What a webhook may cost the chart. */
import assert from 'node:assert/strict';
import type { Execution, RoundTrip } from '../../../sandbox/src/executions.ts';

/** `r` for a round trip that only reads, `w` for one that writes. */
export function tripsOf({ fhir }: Execution): string {
  return fhir.map((trip) => (writes(trip) ? 'w' : 'r')).join('');
}

function writes({ method, entries }: RoundTrip): boolean {
  return entries === undefined ? method !== 'GET' : entries.some((entry) => !entry.startsWith('GET '));
}

/** At most two read batches, then one write; the same again only where others wrote at the same time. */
export function assertBounded(execution: Execution, raced: boolean): void {
  const trips = tripsOf(execution);
  assert.match(trips, raced ? /^(r{0,2}w?){0,3}$/ : /^r{0,2}w?$/, `${trips}: ${JSON.stringify(execution.fhir)}`);
}
