// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Bot, Resource } from '@medplum/fhirtypes';
import { Cron } from 'croner';

/** Throws croner's error unless the pattern has five cron fields, as `Bot.cronString` requires. */
export function checkCron(pattern: string): void {
  new Cron(pattern, { mode: '5-part', paused: true });
}

/** Runs bots by their cron pattern, in UTC as on a server. A run that takes too long overlaps with the next one. */
export class Crontab {
  readonly #run: (botId: string) => void;
  readonly #jobs = new Map<string, Cron>();

  constructor(run: (botId: string) => void) {
    this.#run = run;
  }

  /** Updates the schedule after a write or delete of a bot. A bot with an invalid pattern does not run. */
  update(interaction: string, resource: Resource & { id: string }): void {
    if (resource.resourceType !== 'Bot') {
      return;
    }
    const { id, cronString }: Bot & { id: string } = resource;
    this.#jobs.get(id)?.stop();
    this.#jobs.delete(id);
    if (interaction === 'delete' || cronString === undefined) {
      return;
    }
    try {
      this.#jobs.set(id, new Cron(cronString, { mode: '5-part', timezone: 'UTC', unref: true }, () => this.#run(id)));
    } catch {
      // The server also accepts any text.
    }
  }

  /** Returns when a bot runs next. */
  next(botId: string): Date | undefined {
    return this.#jobs.get(botId)?.nextRun() ?? undefined;
  }

  stop(): void {
    this.#jobs.forEach((job) => job.stop());
    this.#jobs.clear();
  }
}
