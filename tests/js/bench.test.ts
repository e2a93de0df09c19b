// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * `npm run bench -- --short`: every part of the benchmark completes and prints its figures. The values are not checked.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const main = path.join(root, 'bench/main.ts');
const built = ['bots/webhook.cjs', 'bots/webhook.wasm', 'npm/index.mjs'].every((file) =>
  existsSync(path.join(root, 'pkg', file)),
);

/** The tables of each part by the start of their titles. */
const tables = {
  bots: [
    'The bundle (bytes',
    ...['default dialplan', 'front desk'].flatMap((plan) => [
      `Cold start, ${plan}, a new process`,
      `VM context, ${plan}, first call`,
      `VM context, ${plan}, hot`,
      `VM context, ${plan}, idle`,
    ]),
    'Warm, one webhook',
    'Resident memory',
    'Ratios: competitor ÷ Plumline',
  ],
  library: [
    'Loading in a new Node',
    'Building and writing TwiML',
    'Tokens and validation',
    'checkTwiml of hostile documents',
    'Ratios: npm twilio ÷',
  ],
  dialplan: ['The dialplan: one webhook', 'FHIR round trips of a call'],
  forged: ['Forged requests: CPU'],
};

/** The ratios of each part in the last line of `--json`. */
const botRatios = [
  ...['coldProcess', 'configuredCold', 'configuredFirst', 'configuredHot', 'configuredIdle', 'configuredWarm'],
  ...['firstContext', 'hotContext', 'idleContext', 'warm1', 'warm20', 'warm40'],
];
const ratios = {
  bots: { twilio: botRatios, handwritten: botRatios },
  library: {
    library: [
      'accessToken',
      'dial',
      'importAndVerify',
      'importPlumline',
      'importPlumlineTwilio',
      'ivr50',
      'validate1',
      'validate20',
      'validate40',
    ],
  },
  dialplan: {
    dialplan: ['bare', 'firstStep', 'hours1000', 'lastStep', 'plan1000', 'plan50', 'rules1000', 'rules50', 'steps'],
  },
  forged: {},
};

function bench(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', maxBuffer: 1 << 24 });
}

/** The cells of a table without its first column. The title, the header and a rule come before the rows. */
function figuresOf(text: string, title: string): string[][] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(title));
  assert.notEqual(at, -1, `no table "${title}" in:\n${text}`);
  const rule = lines[at + 2] ?? '';
  assert.match(rule, /^─+( {2}─+)+$/, title);
  const [first = ''] = rule.split(' ');
  const rows = lines.slice(at + 3);
  const end = rows.findIndex((line) => !/^.+ {2}\S/.test(line));
  return rows.slice(0, end === -1 ? rows.length : end).map((row) => row.slice(first.length).trim().split(/ {2,}/));
}

describe('the bench', { skip: built ? false : 'pkg/ is not built' }, () => {
  for (const part of ['bots', 'library', 'dialplan', 'forged'] as const) {
    test(`${part}: every table and ratio has figures`, () => {
      const { status, stdout, stderr } = bench('--short', '--json', '--only', part);
      assert.equal(status, 0, stderr);
      for (const title of tables[part]) {
        const rows = figuresOf(stderr, title);
        assert.ok(rows.length > 1, `${title} has ${rows.length} rows`);
        for (const cells of rows) {
          assert.ok(
            // A ratio is n/a if our time is below the measurable minimum, which can happen in a single run.
            cells.some((cell) => /^[+-]?\d|^n\/a$/.test(cell)),
            `${title}: a row without a figure: ${cells.join(' | ')}`,
          );
        }
      }
      assert.doesNotMatch(stderr, /NaN|undefined|Infinity/);
      const line = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
        ratios: Record<string, Record<string, number | null>>;
      };
      const names = Object.entries(line.ratios).map(([name, list]) => [name, Object.keys(list).sort()]);
      assert.deepEqual(Object.fromEntries(names), ratios[part]);
      for (const [name, list] of Object.entries(line.ratios)) {
        for (const [ratio, value] of Object.entries(list)) {
          // A difference of two times can be lost in noise. The other ratios use measured times.
          const isOwn = name === 'library' || /^(warm|bare|rules|hours|firstStep|lastStep)/.test(ratio);
          assert.ok(isOwn ? typeof value === 'number' && value > 0 : value === null || Number.isFinite(value), ratio);
        }
      }
    });
  }
});

test('an invalid option prints one line', () => {
  for (const [args, output] of [
    [['--short', '--quick'], /not both/],
    [['--only', 'nothing'], /--only must be one of bots, library, dialplan/],
    [['--rounds', '0'], /--rounds must be an integer/],
    [['--shorter'], /--shorter/],
  ] as const) {
    const { status, stdout, stderr } = bench(...args);
    assert.equal(status, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, output);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});
