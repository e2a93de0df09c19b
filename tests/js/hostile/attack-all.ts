// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Plays hostile answers against the bundles under several runtimes. */
import { fileURLToPath } from 'node:url';
import type { RuntimeVersion } from '../../../sandbox/src/wrappers/wrapper.ts';
import { attack, attacks } from './attack.ts';
import { Bots } from './bots.ts';
import { recordEvents } from './events.ts';
import type { RecordedEvent } from './events.ts';
import { startServer } from './server.ts';

export interface Verdict {
  runtime: RuntimeVersion;
  /** How many hostile answers were played. */
  answers: number;
  /** What was wrong, one line each. */
  wrong: string[];
}

export interface Options {
  runtimes: readonly RuntimeVersion[];
  /** How many hostile answers each runtime gets. */
  answers: number;
  seed: number;
  /** The file of a bot's bundle; that of pkg/ by default. */
  bundle?: (bot: string) => string;
  /** Milliseconds after which a run counts as hung. */
  patience?: number;
  /** Chooses among the recorded events; all by default. */
  only?: (event: RecordedEvent) => boolean;
}

/** Two runs at the same time keep two cores busy. */
const LANES = 3;

export const bundleOf = (bot: string): string =>
  fileURLToPath(new URL(`../../../pkg/bots/${bot}.cjs`, import.meta.url));

export async function attackAll(options: Options): Promise<{ events: number; requests: number; verdicts: Verdict[] }> {
  const { runtimes, answers, seed, bundle = bundleOf, patience = 60_000, only = () => true } = options;
  const recorder = new Bots('vmcontext', bundleOf, 60_000);
  const recorded = (await recordEvents(recorder)).filter(only);
  await recorder.stop();
  const verdicts: Verdict[] = [];
  for (const [at, runtime] of runtimes.entries()) {
    const all = attacks(recorded, answers, seed + at * answers);
    const wrong: string[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      const server = await startServer();
      const bots = new Bots(runtime, bundle, patience);
      for (let mine = all[next++]; mine; mine = all[next++]) {
        const found = await attack(bots, server, mine);
        if (found) {
          wrong.push(found);
        }
      }
      await bots.stop();
      server.stop();
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    verdicts.push({ runtime, answers: all.length, wrong });
  }
  const requests = recorded.reduce((sum, { exchanges }) => sum + exchanges.length, 0);
  return { events: recorded.length, requests, verdicts };
}
