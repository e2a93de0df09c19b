// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Runs test cases: each scenario with one fault, in several clinics at the same time. */
import { setTimeout } from 'node:timers/promises';
import { openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { checkRecords, checkResponses } from './checks.ts';
import { scenarios } from './scenarios.ts';
import { kinds, durations, nameOf } from './injector.ts';
import type { RequestPosition, Injection } from './injector.ts';

export interface Case {
  scenario: string;
  injection?: Injection;
}

export interface Verdict extends Case {
  /** The violations. Empty for a correct run. */
  wrong: string[];
  /** The requests of the bots. */
  positions: RequestPosition[];
  /**
   * The number of failed requests. 0 if the request did not occur: some occur only when two bots run at the same
   * moment.
   */
  failedRequests: number;
  /** The longest wait of a caller in milliseconds. */
  longestWait: number;
}

/** The maximum time that delayed work may take after its case, in milliseconds. */
const DELAYED_WORK_MS = 300;

/** Retries of a case whose fault did not occur. */
const MAX_RETRIES = 5;

/**
 * Fault-free runs of each scenario to find its requests. Several, because some requests occur only when two bots run at
 * the same moment.
 */
const BASELINE_RUNS = 3;

/**
 * Runs every scenario without a fault and returns all cases. `intermittent`: requests that did not occur in every run.
 */
export async function allCases(
  play: (cases: Case[]) => Promise<Verdict[]>,
): Promise<{ baseline: Verdict[]; cases: Case[]; intermittent: string[] }> {
  const baseline: Verdict[] = [];
  for (let run = 0; run < BASELINE_RUNS; run++) {
    baseline.push(...(await play(Object.keys(scenarios).map((scenario) => ({ scenario })))));
  }
  const cases: Case[] = [];
  const intermittent: string[] = [];
  for (const [scenario, { bots }] of Object.entries(scenarios)) {
    const runs = baseline.filter((verdict) => verdict.scenario === scenario).map(({ positions }) => positions);
    const positions = new Map(runs.flat().map((position) => [nameOf(position), position]));
    for (const [name, position] of positions) {
      if (!bots.some((bot) => bot === position.bot)) {
        continue;
      }
      if (!runs.every((positions) => positions.some((one) => nameOf(one) === name))) {
        intermittent.push(`${scenario}: ${name}`);
        continue;
      }
      cases.push(
        ...kinds.flatMap((kind) =>
          durations.map((duration) => ({ scenario, injection: { position, kind, duration } })),
        ),
      );
    }
  }
  return { baseline, cases, intermittent };
}

/** Runs cases in the given number of clinics at the same time. Slow requests only wait and use no CPU. */
export async function runCases(
  cases: readonly Case[],
  clinics: number,
  onVerdict: (verdict: Verdict) => void = () => undefined,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  let next = 0;
  const runNext = async (number: number): Promise<void> => {
    const open = new Map<boolean, Clinic>();
    try {
      for (let testCase = cases[next++]; testCase; testCase = cases[next++]) {
        const plain = scenarios[testCase.scenario]?.plain ?? false;
        const clinic = open.get(plain) ?? (await openClinic(`faults ${number}`, plain));
        open.set(plain, clinic);
        let verdict = await runCase(clinic, testCase);
        for (let retry = 0; testCase.injection && verdict.failedRequests === 0 && retry < MAX_RETRIES; retry++) {
          // A deadline passed on a busy machine, or two bots ran in another order. Retry.
          verdict = await runCase(clinic, testCase);
        }
        verdicts.push(verdict);
        onVerdict(verdict);
      }
    } finally {
      await Promise.all([...open.values()].map(({ sandbox }) => sandbox.stop()));
    }
  };
  await Promise.all(Array.from({ length: Math.min(clinics, cases.length) }, (_, number) => runNext(number)));
  return verdicts;
}

export async function runCase(clinic: Clinic, testCase: Case): Promise<Verdict> {
  const scenario = scenarios[testCase.scenario];
  if (!scenario) {
    throw new Error(`Unknown scenario "${testCase.scenario}"`);
  }
  const { sandbox } = clinic;
  const known = new Set(sandbox.twilio.legs.keys());
  await clinic.start(testCase.injection);
  const wrong: string[] = [];
  try {
    await scenario.play(clinic);
  } catch (err) {
    wrong.push(String(err));
  }
  await sandbox.twilio.idle();
  await sandbox.settled();
  wrong.push(...checkResponses(clinic, scenario));
  const callers = sandbox.executions.filter(({ bot }) => bot === 'webhook');
  const longestWait = Math.max(0, ...callers.map(({ duration }) => duration));
  const { failedRequests } = clinic.injector;
  const positions = [...clinic.injector.positions];
  clinic.injector.recover();
  // Wait for delayed writes to the chart.
  await setTimeout(Math.max(0, clinic.injector.slowUntil - Date.now()) + (testCase.injection ? DELAYED_WORK_MS : 0));
  clinic.advance(20);
  await clinic.sweep();
  await sandbox.settled();
  wrong.push(...(await checkRecords(clinic, scenario, known)));
  return { ...testCase, wrong, positions, failedRequests, longestWait };
}

export function nameOfCase({ scenario, injection }: Case): string {
  return injection
    ? `${scenario}: ${injection.kind} (${injection.duration}) at ${nameOf(injection.position)}`
    : scenario;
}
