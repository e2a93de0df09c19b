// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Measures an import in a new Node process with the code of bench/, and compares it with npm twilio in the same round.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { loading, type LoadName, loads, writeRequests } from '../../bench/library/drivers.ts';

/** The minimum speedup. The measured speedup is 12 to 20. */
const MIN_SPEEDUP = 10;
const OURS: readonly LoadName[] = ['required', 'imported', 'classesImported'];

/** The maximum number of measurements: one is not enough on a busy machine. */
const MAX_MEASUREMENTS = 3;

describe('an import is at least ten times faster than npm twilio’s', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumline-import-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const requests = await writeRequests(folder);
  const best = new Map<LoadName, { median: number; ratio: number }>();
  const isMissing = (name: LoadName): boolean => (best.get(name)?.ratio ?? 0) < MIN_SPEEDUP;
  for (let measurement = 0; measurement < MAX_MEASUREMENTS && OURS.some(isMissing); measurement++) {
    const { loaded } = loading(requests, 9);
    for (const name of OURS.filter(isMissing)) {
      const { median, ratio } = loaded.get(name) ?? { median: NaN, ratio: null };
      best.set(name, { median, ratio: Math.max(ratio ?? 0, best.get(name)?.ratio ?? 0) });
    }
  }
  for (const { name, label } of loads.filter(({ name }) => OURS.includes(name))) {
    const { median, ratio } = best.get(name) ?? { median: NaN, ratio: 0 };
    test(`${label}: ${median.toFixed(1)} ms, ${ratio.toFixed(1)} times`, () => assert.ok(ratio >= MIN_SPEEDUP));
  }
});
