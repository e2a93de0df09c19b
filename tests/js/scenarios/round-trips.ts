// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The limit of FHIR round trips of a webhook. */
import assert from 'node:assert/strict';
import type { Execution, RoundTrip } from '../../../sandbox/src/executions.ts';

/** One letter per round trip: `r` for read-only, `w` for a write. */
export function tripsOf({ fhir }: Execution): string {
  return fhir.map((trip) => (writes(trip) ? 'w' : 'r')).join('');
}

function writes({ method, entries }: RoundTrip): boolean {
  return entries === undefined ? method !== 'GET' : entries.some((entry) => !entry.startsWith('GET '));
}

/**
 * Asserts at most two read batches and then one write, repeated only on write conflicts. The automation bot may write the
 * same record at any time. After a conflict with it, a callback reads the record alone and writes once more.
 */
export function assertBounded(execution: Execution, hasConflicts: boolean): void {
  const all = tripsOf(execution);
  const isRepeated = all.endsWith('wrw') && execution.fhir.at(-2)?.entries?.length === 1;
  const trips = isRepeated ? all.slice(0, -2) : all;
  // A birth date is counted before the record of the call is written. Parallel calls read the count again.
  if (execution.fhir.some(({ entries }) => entries?.some((entry) => /^(POST|PUT) Basic/.test(entry)))) {
    assert.match(trips, /^r{1,2}w(rw){0,2}(w(rw)?)?$/, `${trips}: ${JSON.stringify(execution.fhir)}`);
    return;
  }
  assert.match(trips, hasConflicts ? /^(r{0,2}w?){0,3}$/ : /^r{0,2}w?$/, `${trips}: ${JSON.stringify(execution.fhir)}`);
}
