// SPDX-License-Identifier: Apache-2.0 OR MIT
// Before anything is timed: the same documents and tokens byte for byte, and the same verdicts on every request of the
// bench.
import { join } from 'node:path';
import { requests } from '../measure/requests.ts';
import { runRig } from '../measure/rounds.ts';
import { ways } from './peers.ts';

interface Answers {
  dial: string;
  ivr50: string;
  accessToken?: string;
  verdicts?: Record<string, boolean>;
}

/** How many verbs and nouns the long document has. */
const FIFTY = 50;

/** How many answers were compared; throws at the first that is wrong. */
export function checkWays(requestsFile: string): number {
  const genuine = Object.fromEntries(Object.entries(requests).map(([name, { twiml }]) => [name, twiml !== null]));
  let theirs: Answers | undefined;
  let compared = 0;
  for (const { name, label, file } of ways) {
    const rig = join(import.meta.dirname, 'rigs/check.ts');
    const { report } = runRig<Answers>(label, rig, [file, requestsFile]);
    theirs ??= report;
    for (const job of ['dial', 'ivr50', 'accessToken'] as const) {
      if (report[job] !== undefined) {
        hold(`${label}, ${job}`, theirs[job], report[job]);
        compared++;
      }
    }
    for (const [request, verdict] of Object.entries(report.verdicts ?? {})) {
      hold(`${label}, the request ${request}`, genuine[request], verdict);
      compared++;
    }
    if (name !== 'form') {
      hold(`${label}, verdicts`, Object.keys(genuine).length, Object.keys(report.verdicts ?? {}).length);
    }
  }
  // The root is not counted.
  hold('verbs of the long document', FIFTY, (theirs?.ivr50.match(/<[A-Z]/g)?.length ?? 0) - 1);
  return compared;
}

function hold(what: string, wanted: unknown, got: unknown): void {
  if (wanted !== got) {
    throw new Error(`${what} is wrong.\n  wanted ${String(wanted)}\n  got    ${String(got)}`);
  }
}
