// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Plays cases: each story with one fault, in several clinics at the same time. */
import { setTimeout } from 'node:timers/promises';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { charted, heard } from './checks.ts';
import { stories } from './scenarios.ts';
import { kinds, lengths, nameOf } from './injector.ts';
import type { Spot, Strike } from './injector.ts';

export interface Case {
  story: string;
  strike?: Strike;
}

export interface Verdict extends Case {
  /** Nothing, where all is as it should be. */
  wrong: string[];
  /** What the bots asked. */
  spots: Spot[];
  /** How many requests failed. None where the ask did not come: it comes only where two bots meet at one moment. */
  struck: number;
  /** The longest that a caller waited, in milliseconds. */
  longest: number;
}

/** The longest time that something a fault has delayed may go on after its case, in milliseconds. */
const AFTERMATH = 300;

/** How often a case is tried again whose fault did not strike. */
const AGAIN = 5;

/** How often a story is played to learn what its bots ask: what they ask where two of them happen to meet comes seldom. */
const ROUNDS = 3;

/** Every story without a fault, and then every case that there is. `seldom`: asks that came in some rounds only. */
export async function allCases(
  play: (cases: Case[]) => Promise<Verdict[]>,
): Promise<{ calm: Verdict[]; cases: Case[]; seldom: string[] }> {
  const calm: Verdict[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    calm.push(...(await play(Object.keys(stories).map((story) => ({ story })))));
  }
  const cases: Case[] = [];
  const seldom: string[] = [];
  for (const [story, { bots }] of Object.entries(stories)) {
    const rounds = calm.filter((verdict) => verdict.story === story).map(({ spots }) => spots);
    const spots = new Map(rounds.flat().map((spot) => [nameOf(spot), spot]));
    for (const [name, spot] of spots) {
      if (!bots.some((bot) => bot === spot.bot)) {
        continue;
      }
      if (!rounds.every((asked) => asked.some((one) => nameOf(one) === name))) {
        seldom.push(`${story}: ${name}`);
        continue;
      }
      cases.push(...kinds.flatMap((kind) => lengths.map((length) => ({ story, strike: { spot, kind, length } }))));
    }
  }
  return { calm, cases, seldom };
}

/** Plays cases in so many clinics at the same time: what is slow waits, and costs no time of the machine's. */
export async function playCases(
  cases: readonly Case[],
  clinics: number,
  onVerdict: (verdict: Verdict) => void = () => undefined,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  let next = 0;
  const lane = async (number: number): Promise<void> => {
    const open = new Map<boolean, Clinic>();
    try {
      for (let mine = cases[next++]; mine; mine = cases[next++]) {
        const plain = stories[mine.story]?.plain ?? false;
        const clinic = open.get(plain) ?? (await openClinic(`faults ${number}`, plain));
        open.set(plain, clinic);
        let verdict = await playCase(clinic, mine);
        for (let again = 0; mine.strike && verdict.struck === 0 && again < AGAIN; again++) {
          // A deadline passed where the machine was busy, or two bots met in another order: once more.
          verdict = await playCase(clinic, mine);
        }
        verdicts.push(verdict);
        onVerdict(verdict);
      }
    } finally {
      await Promise.all([...open.values()].map(({ sandbox }) => sandbox.stop()));
    }
  };
  await Promise.all(Array.from({ length: Math.min(clinics, cases.length) }, (_, number) => lane(number)));
  return verdicts;
}

export async function playCase(clinic: Clinic, mine: Case): Promise<Verdict> {
  const story = stories[mine.story];
  if (!story) {
    throw new Error(`There is no story "${mine.story}"`);
  }
  const { sandbox } = clinic;
  const known = new Set(sandbox.twilio.legs.keys());
  await clinic.begin(mine.strike);
  const wrong: string[] = [];
  try {
    await story.play(clinic);
  } catch (err) {
    wrong.push(String(err));
  }
  await sandbox.twilio.idle();
  await sandbox.settled();
  wrong.push(...heard(clinic, story));
  const callers = sandbox.executions.filter(({ bot }) => bot === 'webhook');
  const longest = Math.max(0, ...callers.map(({ duration }) => duration));
  const { struck } = clinic.watch;
  const spots = [...clinic.watch.spots];
  clinic.watch.recover();
  // What came late to the chart has come.
  await setTimeout(Math.max(0, clinic.watch.landing - Date.now()) + (mine.strike ? AFTERMATH : 0));
  clinic.later(20);
  await clinic.sweep();
  await sandbox.settled();
  wrong.push(...(await charted(clinic, story, known)));
  return { ...mine, wrong, spots, struck, longest };
}

export function nameOfCase({ story, strike }: Case): string {
  return strike ? `${story}: ${strike.kind} (${strike.length}) at ${nameOf(strike.spot)}` : story;
}
