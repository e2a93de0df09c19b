// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Whether Plumline has lost a fifth of what it is faster by than npm twilio. bench/ratios.json holds the ratios of a whole
 * bench on a quiet machine; a short run is measured against them, and once or twice more where one seems lost: noise does
 * not come back each time. Only ratios within one run are compared.
 *
 *     npm run bench:ratios [-- --record]
 *
 * `--record` runs the whole bench, about ten minutes, and writes the file.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build/root.ts';

/** By rival, by ratio: times as fast. */
type Ratios = Record<string, Record<string, number | null>>;

const FILE = path.join(root, 'bench/ratios.json');
const KEPT = 0.8;
const TRIES = 3;

/** Idle contexts wait for the garbage collector, which is as quick as it likes. */
const UNSTEADY = new Set(['idleContext', 'configuredIdle']);

function measure(part: 'bots' | 'library', ...size: string[]): Ratios {
  const args = [path.join(root, 'bench/main.ts'), '--json', '--only', part, ...size];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 24 });
  if (status !== 0) {
    throw new Error(`the bench failed:\n${stderr}`);
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
  const whole = JSON.parse(readFileSync(FILE, 'utf8')) as Ratios;
  let lost: string[] = [];
  for (const part of ['bots', 'library'] as const) {
    const rival = part === 'bots' ? 'twilio' : 'library';
    const wanted = Object.entries(whole[rival] ?? {}).filter(([name]) => !UNSTEADY.has(name));
    const best: Record<string, number> = {};
    let missing = wanted;
    for (let attempt = 0; attempt < TRIES && missing.length > 0; attempt++) {
      for (const [name, ratio] of Object.entries(measure(part, '--quick', '--rounds', '2')[rival] ?? {})) {
        best[name] = Math.max(best[name] ?? 0, ratio ?? 0);
      }
      missing = wanted.filter(([name, ratio]) => (best[name] ?? 0) < (ratio ?? 0) * KEPT);
    }
    for (const [name, ratio] of wanted) {
      console.log(`${name.padEnd(22)} ${(best[name] ?? 0).toFixed(2).padStart(6)}×  of ${(ratio ?? 0).toFixed(2)}×`);
    }
    lost = [...lost, ...missing.map(([name]) => name)];
  }
  if (lost.length > 0) {
    console.error(`a fifth or more is lost: ${lost.join(', ')}`);
    process.exitCode = 1;
  } else {
    console.log('no ratio has lost a fifth');
  }
}

const { values } = parseArgs({ options: { record: { type: 'boolean', default: false } } });
if (values.record) {
  record();
} else {
  check();
}
