// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The built bundles under one runtime, without a sandbox. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FissionWrapper } from '../../../sandbox/src/wrappers/fission.ts';
import { LambdaWrapper } from '../../../sandbox/src/wrappers/lambda.ts';
import { VmContextWrapper, VmServer } from '../../../sandbox/src/wrappers/vmcontext.ts';
import type { BotPayload, BotResult, RuntimeVersion, Wrapper } from '../../../sandbox/src/wrappers/wrapper.ts';

export class Bots {
  readonly runtime: RuntimeVersion;
  readonly #bundle: (bot: string) => string;
  readonly #timeoutMs: number;
  #server = new VmServer(() => undefined);
  readonly #wrappers = new Map<string, Wrapper>();
  #directory: Promise<string> | undefined;

  /** `bundle`: the file of a bot's bundle. `timeoutMs`: the timeout of a run in milliseconds. */
  constructor(runtime: RuntimeVersion, bundle: (bot: string) => string, timeoutMs: number) {
    this.runtime = runtime;
    this.#bundle = bundle;
    this.#timeoutMs = timeoutMs;
  }

  /** The bot's response; undefined after a timeout. */
  async run(bot: string, payload: BotPayload): Promise<BotResult | undefined> {
    const wrapper = this.#wrappers.get(bot) ?? (await this.#deploy(bot));
    const timer = new AbortController();
    const running = wrapper.run(payload, () => undefined);
    const late = setTimeout(this.#timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
    const result = await Promise.race([running, late]);
    timer.abort();
    if (result === undefined) {
      // A hung bot blocks its process for every other event.
      await this.stop();
      await running.catch(() => undefined);
    }
    return result;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server.stop(), ...[...this.#wrappers.values()].map((wrapper) => wrapper.stop())]);
    this.#wrappers.clear();
    this.#server = new VmServer(() => undefined);
    if (this.#directory) {
      await rm(await this.#directory, { recursive: true, force: true });
      this.#directory = undefined;
    }
  }

  async #deploy(bot: string): Promise<Wrapper> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'plumline-hostile-'));
    const code = { file: this.#bundle(bot), directory: join(await this.#directory, bot), timeoutSeconds: 60 };
    const wrapper =
      this.runtime === 'vmcontext'
        ? new VmContextWrapper(this.#server, code)
        : this.runtime === 'awslambda'
          ? new LambdaWrapper(code)
          : new FissionWrapper(code);
    this.#wrappers.set(bot, wrapper);
    return wrapper;
  }
}
