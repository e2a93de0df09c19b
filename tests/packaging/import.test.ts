// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The time of an import in a new Node process, compared with npm twilio. The benchmark computes each ratio within one
 * measurement round.
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

describe('an import is at least ten times faster than npm twilio’s', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumline-import-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const { loaded } = loading(await writeRequests(folder), 9);
  for (const { name, label } of loads.filter(({ name }) => OURS.includes(name))) {
    const { median, ratio } = loaded.get(name) ?? { median: NaN, ratio: null };
    test(`${label}: ${median.toFixed(1)} ms, ${ratio?.toFixed(1)} times`, () => assert.ok((ratio ?? 0) >= MIN_SPEEDUP));
  }
});
