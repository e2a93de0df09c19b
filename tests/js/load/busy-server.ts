// SPDX-License-Identifier: Apache-2.0 OR MIT

/** How long FHIR requests wait on a server of two cores when many come at once. */
import type { Bundle } from '@medplum/fhirtypes';
import type { Faults } from '../../../sandbox/src/traffic.ts';

const CORES = 2;
/** Milliseconds of one request, as measured on such a server: of a read, and of a write. */
const READ = 6;
const WRITE = 11;

/** Each request waits until a core is free, and then takes its time. */
export function busyServer(): Faults {
  const free = Array.from({ length: CORES }, () => 0);
  return ({ body, method }) => {
    const now = performance.now();
    const core = free.indexOf(Math.min(...free));
    const ends = Math.max(now, free[core] ?? 0) + timeOf(method, body);
    free[core] = ends;
    return { delay: ends - now };
  };
}

function timeOf(method: string, body: unknown): number {
  const entries = (body as Partial<Bundle> | undefined)?.entry;
  const methods = entries?.map(({ request }) => request?.method) ?? [method];
  return methods.reduce((time, one) => time + (one === 'GET' ? READ : WRITE), 0);
}
