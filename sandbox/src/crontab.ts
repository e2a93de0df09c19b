// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Bot, Resource } from '@medplum/fhirtypes';
import { Cron } from 'croner';

/** Fails, in croner's own words, unless it is a line of a crontab: five fields, as `Bot.cronString` has them. */
export function checkCron(pattern: string): void {
  new Cron(pattern, { mode: '5-part', paused: true });
}

/** Runs bots on their minutes, in UTC as a server does. One that takes longer than that conflicts with itself. */
export class Crontab {
  readonly #run: (botId: string) => void;
  readonly #jobs = new Map<string, Cron>();

  constructor(run: (botId: string) => void) {
    this.#run = run;
  }

  /** Takes notice of a bot that was written, or deleted; one whose line cannot be read does not run. */
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
      // As on the server, which takes any text.
    }
  }

  /** When a bot runs next. */
  next(botId: string): Date | undefined {
    return this.#jobs.get(botId)?.nextRun() ?? undefined;
  }

  stop(): void {
    this.#jobs.forEach((job) => job.stop());
    this.#jobs.clear();
  }
}
