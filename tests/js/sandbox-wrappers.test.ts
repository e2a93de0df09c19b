// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The same bundle in Medplum's three bot runtimes. */
import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';
import { runtimeVersions } from '../../sandbox/src/wrappers/wrapper.ts';

const code = `let count = 0;
const outcome = { resourceType: 'OperationOutcome', id: 'forbidden', issue: [{ severity: 'error', code: 'forbidden' }] };
const made = {
  xml: () => ({ resourceType: 'Binary', contentType: 'text/xml', data: 'PFJlc3BvbnNlLz4=' }),
  nothing: () => undefined,
  outcome: () => outcome,
  error: () => { throw new Error('boom'); },
  string: () => { throw 'boom'; },
  thrown: () => { throw outcome; },
  count: () => ({ count: ++count }),
  pid: () => ({ pid: process.pid }),
  core: () => ({ core: typeof require('@medplum/core').MedplumClient }),
  spin: () => { console.log('spinning'); for (;;) {} },
  die: () => process.exit(3),
};
exports.handler = async (medplum, event) => made[event.input.r]();
`;

/** Status and body per wrapper, without the stack of an error. */
const expected: Record<string, Record<string, [number, string]>> = {
  vmcontext: {
    xml: [200, '<Response/>'],
    nothing: [200, 'All OK'],
    outcome: [403, 'forbidden'],
    error: [400, '"text":"boom"'],
    string: [400, '"text":"boom"'],
    thrown: [403, 'forbidden'],
    core: [200, '{"core":"function"}'],
  },
  awslambda: {
    xml: [200, '<Response/>'],
    nothing: [200, ''],
    outcome: [403, 'forbidden'],
    error: [400, '{"errorType":"Error","errorMessage":"boom","trace":["Error: boom"'],
    string: [400, '{"errorType":"string","errorMessage":"boom","trace":[]}'],
    thrown: [400, '"errorType":"object"'],
    core: [200, '{"core":"function"}'],
  },
  fission: {
    xml: [200, '<Response/>'],
    nothing: [200, 'All OK'],
    outcome: [403, 'forbidden'],
    error: [400, '"text":"boom"'],
    string: [400, '"text":"boom"'],
    thrown: [403, 'forbidden'],
    core: [200, '{"core":"function"}'],
  },
};

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

for (const runtimeVersion of runtimeVersions) {
  describe(runtimeVersion, () => {
    let sandbox: Sandbox;
    let bot: SandboxBot;

    before(async () => {
      sandbox = await startSandbox({ seed: runtimeVersion });
      bot = await sandbox.addBot({ name: 'made', code, runtimeVersion, timeoutSeconds: 1 });
    });
    after(() => sandbox.stop());

    const call = async (r: string): Promise<{ status: number; body: string }> => {
      const answer = await fetch(bot.webhook, { method: 'POST', body: new URLSearchParams({ r }) });
      return { status: answer.status, body: await answer.text() };
    };

    for (const [r, [status, part]] of Object.entries(expected[runtimeVersion] ?? {})) {
      test(r, async () => {
        const answer = await call(r);
        assert.equal(answer.status, status);
        assert.equal(answer.body.includes(part), true, answer.body);
      });
    }

    test(runtimeVersion === 'vmcontext' ? 'module state is not kept' : 'module state is kept', async () => {
      const counts = [await call('count'), await call('count')].map(({ body }) => body);
      assert.deepEqual(counts, ['{"count":1}', `{"count":${runtimeVersion === 'vmcontext' ? 1 : 2}}`]);
    });

    test('an endless bot ends after its timeout, keeps its log and can run again', async () => {
      const answer = await call('spin');
      assert.equal(answer.status, 400);
      assert.equal(/timed out/.test(answer.body), true, answer.body);
      assert.equal(sandbox.executions.at(-1)?.log[0], 'spinning');
      assert.equal((await call('xml')).status, 200);
    });

    test('a bot that ends its process affects only one request', async () => {
      assert.equal((await call('die')).status, 400);
      assert.equal((await call('xml')).status, 200);
    });

    test('$execute runs the same bot', async () => {
      const answer = await fetch(`${sandbox.fhir}/Bot/${bot.id}/$execute`, {
        method: 'POST',
        body: new URLSearchParams({ r: 'core' }),
      });
      assert.equal(await answer.text(), '{"core":"function"}');
      assert.equal((await fetch(`${sandbox.fhir}/Bot/${bot.membershipId}/$execute`, { method: 'POST' })).status, 404);
    });

    test('a changed file is deployed again', async () => {
      const directory = mkdtempSync(path.join(tmpdir(), 'plumline-test-'));
      const file = path.join(directory, 'bot.cjs');
      try {
        writeFileSync(file, `exports.handler = async () => ({ version: 1 });`);
        const changing = await sandbox.addBot({ file, runtimeVersion });
        const ask = async (): Promise<string> => (await fetch(changing.webhook, { method: 'POST' })).text();
        assert.equal(await ask(), '{"version":1}');
        writeFileSync(file, `exports.handler = async () => ({ version: 2 });`);
        assert.equal(await ask(), '{"version":2}');
      } finally {
        rmSync(directory, { recursive: true });
      }
    });
  });

  test(`${runtimeVersion}: stop() leaves no process, even of an endless bot`, async () => {
    let spins = (): void => undefined;
    const started = new Promise<void>((resolve) => (spins = resolve));
    const sandbox = await startSandbox({ seed: runtimeVersion, onLog: () => spins() });
    const bot = await sandbox.addBot({ code, runtimeVersion });
    const call = (r: string): Promise<Response> =>
      fetch(bot.webhook, { method: 'POST', body: new URLSearchParams({ r }) });
    const { pid } = (await (await call('pid')).json()) as { pid: number };
    assert.notEqual(pid, process.pid);
    assert.equal(alive(pid), true);
    const spinning = call('spin').catch(() => undefined);
    await started;
    await sandbox.stop();
    await spinning;
    assert.equal(alive(pid), false);
  });
}
