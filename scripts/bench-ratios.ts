// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Checks that no ratio of the benchmark has become a fifth worse. bench/ratios.json has the ratios of a full run on an
 * idle machine. A short run is compared with them. If a ratio is too low, the run is repeated up to two times, because
 * noise differs each time. Only ratios are compared, not times.
 *
 *     npm run bench:ratios [-- --record]
 *
 * `--record` runs the full benchmark, which takes about ten minutes, and writes the file.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build/root.ts';

/** How many times as fast Plumline is: by competitor, then by name of the ratio. */
type Ratios = Record<string, Record<string, number | null>>;

const FILE = path.join(root, 'bench/ratios.json');
const MIN_SHARE = 0.8;
const MAX_ATTEMPTS = 3;

/** The ratios that depend on the garbage collector, whose duration varies. */
const VARIABLE = new Set(['idleContext', 'configuredIdle']);

function measure(part: 'bots' | 'library', ...size: string[]): Ratios {
  const args = [path.join(root, 'bench/main.ts'), '--json', '--only', part, ...size];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 24 });
  if (status !== 0) {
    throw new Error(`the benchmark failed:\n${stderr}`);
  }
  const { ratios } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { ratios: Ratios };
  return part === 'bots' ? { twilio: ratios['twilio'] ?? {} } : ratios;
}

function record(): void {
  const measured = { ...measure('bots'), ...measure('library') };
  writeFileSync(FILE, `${JSON.stringify(measured, undefined, 2)}\n`);
  console.log(`wrote ${path.relative(root, FILE)}`);
}

function check(): void {
  const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as Ratios;
  let worse: string[] = [];
  for (const part of ['bots', 'library'] as const) {
    const competitor = part === 'bots' ? 'twilio' : 'library';
    const expected = Object.entries(recorded[competitor] ?? {}).filter(([name]) => !VARIABLE.has(name));
    const best: Record<string, number> = {};
    let tooLow = expected;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && tooLow.length > 0; attempt++) {
      for (const [name, ratio] of Object.entries(measure(part, '--quick', '--rounds', '2')[competitor] ?? {})) {
        best[name] = Math.max(best[name] ?? 0, ratio ?? 0);
      }
      tooLow = expected.filter(([name, ratio]) => (best[name] ?? 0) < (ratio ?? 0) * MIN_SHARE);
    }
    for (const [name, ratio] of expected) {
      console.log(`${name.padEnd(22)} ${(best[name] ?? 0).toFixed(2).padStart(6)}×  of ${(ratio ?? 0).toFixed(2)}×`);
    }
    worse = [...worse, ...tooLow.map(([name]) => name)];
  }
  if (worse.length > 0) {
    console.error(`worse by a fifth or more: ${worse.join(', ')}`);
    process.exitCode = 1;
  } else {
    console.log('no ratio is worse by a fifth');
  }
}

const { values } = parseArgs({ options: { record: { type: 'boolean', default: false } } });
if (values.record) {
  record();
} else {
  check();
}
