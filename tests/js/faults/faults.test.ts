// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A share of all cases, chosen by a seed: each story meets each kind of fault. `npm run faults` plays them all. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { fraction } from '../../../sandbox/src/base/seed.ts';
import { allCases, nameOfCase, playCase, playCases } from './cases.ts';
import type { Case, Verdict } from './cases.ts';
import { openClinic } from './clinic.ts';
import { stories } from './scenarios.ts';
import { kinds } from './injector.ts';

/** Another one plays other cases. */
const seed = process.env['PLUMLINE_FAULTS_SEED'] ?? 'plumline';
/** So many clinics are played in at the same time; what is slow takes no time of the machine's. */
const CLINICS = 10;

const built = existsSync(new URL('../../../pkg/bots/webhook.cjs', import.meta.url));

describe('faults', { skip: built ? false : 'pkg/bots/webhook.cjs is not built' }, () => {
  let calm: Verdict[] = [];
  let verdicts: Verdict[] = [];
  before(async () => {
    const all = await allCases((cases) => playCases(cases, CLINICS));
    calm = all.calm;
    verdicts = await playCases(share(all.cases), CLINICS);
  });

  test('are none in a calm story', () => {
    assert.deepEqual(wrong(calm), []);
    assert.deepEqual(new Set(calm.map(({ story }) => story)), new Set(Object.keys(stories)));
  });

  for (const story of Object.keys(stories)) {
    test(`leave ${story} heard, in time, and in the chart`, () => {
      const mine = verdicts.filter((verdict) => verdict.story === story);
      assert.deepEqual(wrong(mine), []);
      const met = mine.filter(({ struck }) => struck > 0);
      assert.deepEqual(new Set(met.map(({ strike }) => strike?.kind)), new Set(kinds));
    });
  }

  test('would be seen', async () => {
    // A webhook that thinks for long, and then rings a stranger.
    const document = '<Response><Dial><Number>+15550100199</Number></Dial></Response>';
    const code = `exports.handler = async () => {
      await require('node:timers/promises').setTimeout(4_600);
      const data = '${Buffer.from(document).toString('base64')}';
      return { resourceType: 'Binary', contentType: 'text/xml', data };
    };`;
    const clinic = await openClinic('trap', false, code);
    clinic.networkFaults.drop = 1;
    const { wrong: found } = await playCase(clinic, { story: 'a message' });
    await clinic.sandbox.stop();
    assert.ok(found.includes('ringing: rang Number +15550100199'), found.join('\n'));
    assert.ok(
      found.some((one) => /^ringing: took \d+ ms$/.test(one)),
      found.join('\n'),
    );
  });
});

function wrong(verdicts: Verdict[]): string[] {
  return verdicts.flatMap((verdict) => verdict.wrong.map((one) => `${nameOfCase(verdict)}: ${one}`));
}

/** One case of each kind for each story. An outage that makes everything wait is for the whole run alone. */
function share(cases: Case[]): Case[] {
  const rank = (one: Case): number => fraction(seed, nameOfCase(one));
  return Object.keys(stories).flatMap((story) =>
    kinds.flatMap((kind) => {
      const fitting = cases.filter(
        ({ story: its, strike }) =>
          its === story && strike?.kind === kind && (strike.length !== 'outage' || (kind !== 'slow' && kind !== '429')),
      );
      return fitting.sort((a, b) => rank(a) - rank(b)).slice(0, 1);
    }),
  );
}
