// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A sample of `npm run hostile`: every event gets a response, even if a server returns hostile data. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runtimeVersions } from '../../../sandbox/src/wrappers/wrapper.ts';
import { attackAll, bundleOf } from './attack-all.ts';

/** The number of hostile responses for each runtime. */
const ANSWERS = 300;

/** Simulates the old core, which resumed without a request. */
const OLD_CORE = `
;(() => {
  const { Instance, Module } = WebAssembly;
  const { Buffer } = require('node:buffer');
  WebAssembly = {
    Module,
    Instance: function (module) {
      const real = new Instance(module).exports;
      const resume = (...given) => {
        real.resume(...given);
        return Buffer.from(real.memory.buffer).write('{"flow":0,"asks":[]}', real.output() >>> 0);
      };
      return { exports: { ...real, resume } };
    },
  };
})();
`;

describe('hostile responses', () => {
  test('every event ends in a response under each runtime', async (t) => {
    const seed = Number(process.env['PLUMLINE_HOSTILE_SEED'] ?? 1);
    const { events, requests, verdicts } = await attackAll({ runtimes: runtimeVersions, answers: ANSWERS, seed });
    t.diagnostic(`${events} events with ${requests} requests, ${ANSWERS} answers per runtime`);
    assert.ok(events > 100 && requests > 200, `${events} events, ${requests} requests`);
    assert.deepEqual(
      verdicts.map(({ runtime, wrong }) => [runtime, wrong]),
      runtimeVersions.map((runtime) => [runtime, []]),
    );
  });

  test('a hung bot is detected', async () => {
    // The old host and core looped without a request after an unreadable response.
    const guard = /throw new Error\("The core returned neither a reply nor a request"\)/;
    const code = await readFile(bundleOf('webhook'), 'utf8');
    assert.match(code, guard);
    const old = code.replace(guard, 'void 0') + OLD_CORE;
    const directory = await mkdtemp(join(tmpdir(), 'plumline-hostile-'));
    try {
      const file = join(directory, 'webhook.cjs');
      await writeFile(file, old);
      const { verdicts } = await attackAll({
        runtimes: ['vmcontext'],
        answers: 2,
        seed: 1,
        bundle: () => file,
        timeoutMs: 4_000,
        only: ({ bot }) => bot === 'webhook',
      });
      assert.match(verdicts[0]?.wrong[0] ?? '', /no response: it hangs/);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
