// SPDX-License-Identifier: Apache-2.0 OR MIT
// Checks that all implementations return the same documents, tokens and results of validation. It runs before the
// measurements.
import { join } from 'node:path';
import { requests } from '../measure/requests.ts';
import { runScript } from '../measure/rounds.ts';
import { implementations } from './peers.ts';

interface Answers {
  dial: string;
  ivr50: string;
  accessToken?: string;
  results?: Record<string, boolean>;
}

/** The count of verbs and nouns in the long document. */
const FIFTY = 50;

/** Returns the count of compared results. Throws at the first wrong one. */
export function checkImplementations(requestsFile: string): number {
  const isValid = Object.fromEntries(Object.entries(requests).map(([name, { twiml }]) => [name, twiml !== null]));
  let expected: Answers | undefined;
  let compared = 0;
  for (const { name, label, file } of implementations) {
    const script = join(import.meta.dirname, 'runners/check.ts');
    const { report } = runScript<Answers>(label, script, [file, requestsFile]);
    expected ??= report;
    for (const task of ['dial', 'ivr50', 'accessToken'] as const) {
      if (report[task] !== undefined) {
        expectEqual(`${label}, ${task}`, expected[task], report[task]);
        compared++;
      }
    }
    for (const [request, result] of Object.entries(report.results ?? {})) {
      expectEqual(`${label}, the request ${request}`, isValid[request], result);
      compared++;
    }
    if (name !== 'form') {
      expectEqual(`${label}, results`, Object.keys(isValid).length, Object.keys(report.results ?? {}).length);
    }
  }
  // The root is not counted.
  expectEqual('verbs of the long document', FIFTY, (expected?.ivr50.match(/<[A-Z]/g)?.length ?? 0) - 1);
  return compared;
}

function expectEqual(what: string, wanted: unknown, got: unknown): void {
  if (wanted !== got) {
    throw new Error(`${what} is wrong.\n  expected ${String(wanted)}\n  actual   ${String(got)}`);
  }
}
