// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Sends hostile responses to the bundles under several runtimes. */
import { fileURLToPath } from 'node:url';
import type { RuntimeVersion } from '../../../sandbox/src/wrappers/wrapper.ts';
import { attack, attacks } from './attack.ts';
import { Bots } from './bots.ts';
import { recordEvents } from './events.ts';
import type { RecordedEvent } from './events.ts';
import { startServer } from './server.ts';

export interface Verdict {
  runtime: RuntimeVersion;
  /** The number of hostile responses. */
  answers: number;
  /** The violations, one line each. */
  wrong: string[];
}

export interface Options {
  runtimes: readonly RuntimeVersion[];
  /** The number of hostile responses for each runtime. */
  answers: number;
  seed: number;
  /** The file of a bot's bundle. Default: pkg/. */
  bundle?: (bot: string) => string;
  /** The timeout of a run in milliseconds. */
  timeoutMs?: number;
  /** Filters the recorded events. Default: all. */
  only?: (event: RecordedEvent) => boolean;
}

/** Two parallel runs use two cores. */
const PARALLEL_RUNS = 3;

export const bundleOf = (bot: string): string =>
  fileURLToPath(new URL(`../../../pkg/bots/${bot}.cjs`, import.meta.url));

export async function attackAll(options: Options): Promise<{ events: number; requests: number; verdicts: Verdict[] }> {
  const { runtimes, answers, seed, bundle = bundleOf, timeoutMs = 60_000, only = () => true } = options;
  const recorder = new Bots('vmcontext', bundleOf, 60_000);
  // A process or server that is left running keeps the test runner from ending.
  const recorded = await recordEvents(recorder).finally(() => recorder.stop());
  const selected = recorded.filter(only);
  const verdicts: Verdict[] = [];
  for (const [at, runtime] of runtimes.entries()) {
    const all = attacks(selected, answers, seed + at * answers);
    const wrong: string[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      const server = await startServer();
      const bots = new Bots(runtime, bundle, timeoutMs);
      try {
        for (let testCase = all[next++]; testCase; testCase = all[next++]) {
          const found = await attack(bots, server, testCase);
          if (found) {
            wrong.push(found);
          }
        }
      } finally {
        await bots.stop();
        server.stop();
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_RUNS }, worker));
    verdicts.push({ runtime, answers: all.length, wrong });
  }
  const requests = selected.reduce((sum, { exchanges }) => sum + exchanges.length, 0);
  return { events: selected.length, requests, verdicts };
}
