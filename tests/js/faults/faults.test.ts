// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A sample of the fault cases, chosen by a seed: each scenario with each kind of fault. `npm run faults` runs all. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { fraction } from '../../../sandbox/src/base/seed.ts';
import { allCases, nameOfCase, runCase, runCases } from './cases.ts';
import type { Case, Verdict } from './cases.ts';
import { openClinic } from './clinic.ts';
import { scenarios } from './scenarios.ts';
import { kinds } from './injector.ts';

/** Selects the sample. */
const seed = process.env['PLUMLINE_FAULTS_SEED'] ?? 'plumline';
/** The number of parallel clinics. Slow requests only wait and use no CPU. */
const CLINICS = 10;

const built = existsSync(new URL('../../../pkg/bots/webhook.cjs', import.meta.url));

describe('FHIR faults', { skip: built ? false : 'pkg/bots/webhook.cjs is not built' }, () => {
  let baseline: Verdict[] = [];
  let verdicts: Verdict[] = [];
  before(async () => {
    const all = await allCases((cases) => runCases(cases, CLINICS));
    baseline = all.baseline;
    verdicts = await runCases(sample(all.cases), CLINICS);
  });

  test('a scenario without faults has no violations', () => {
    assert.deepEqual(wrong(baseline), []);
    assert.deepEqual(new Set(baseline.map(({ scenario }) => scenario)), new Set(Object.keys(scenarios)));
  });

  for (const scenario of Object.keys(scenarios)) {
    test(`${scenario}: the caller gets a timely response, and the call is recorded`, () => {
      const results = verdicts.filter((verdict) => verdict.scenario === scenario);
      assert.deepEqual(wrong(results), []);
      const injected = results.filter(({ failedRequests }) => failedRequests > 0);
      assert.deepEqual(new Set(injected.map(({ injection }) => injection?.kind)), new Set(kinds));
    });
  }

  test('a defective webhook is detected', async () => {
    // A webhook that is slow and then dials an unknown number.
    const document = '<Response><Dial><Number>+15550100199</Number></Dial></Response>';
    const code = `exports.handler = async () => {
      await require('node:timers/promises').setTimeout(4_600);
      const data = '${Buffer.from(document).toString('base64')}';
      return { resourceType: 'Binary', contentType: 'text/xml', data };
    };`;
    const clinic = await openClinic('trap', false, code);
    clinic.networkFaults.drop = 1;
    const { wrong: found } = await runCase(clinic, { scenario: 'a message' });
    await clinic.sandbox.stop();
    assert.ok(found.includes('ringing: dialed Number +15550100199'), found.join('\n'));
    assert.ok(
      found.some((one) => /^ringing: took \d+ ms$/.test(one)),
      found.join('\n'),
    );
  });
});

function wrong(verdicts: Verdict[]): string[] {
  return verdicts.flatMap((verdict) => verdict.wrong.map((one) => `${nameOfCase(verdict)}: ${one}`));
}

/** One case of each kind for each scenario. Only the full run has outages that delay every request. */
function sample(cases: Case[]): Case[] {
  const rank = (one: Case): number => fraction(seed, nameOfCase(one));
  return Object.keys(scenarios).flatMap((scenario) =>
    kinds.flatMap((kind) => {
      const fitting = cases.filter(
        ({ scenario: its, injection }) =>
          its === scenario &&
          injection?.kind === kind &&
          (injection.duration !== 'outage' || (kind !== 'slow' && kind !== '429')),
      );
      return fitting.sort((a, b) => rank(a) - rank(b)).slice(0, 1);
    }),
  );
}
