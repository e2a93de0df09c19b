// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Scheduled bots on a clock that the test controls. */
import type { Bot } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crontab } from '../../sandbox/src/crontab.ts';

test('bots run on schedule in UTC until their cron line changes or they are deleted', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 2, 1, 9, 58, 30) });
  const runs: string[] = [];
  const crontab = new Crontab((id) => runs.push(`${id} ${new Date().toISOString().slice(11, 16)}`));
  const bot = (id: string, cronString: string): Bot & { id: string } => ({ resourceType: 'Bot', id, cronString });
  crontab.update('create', bot('often', '*/5 * * * *'));
  crontab.update('create', bot('daily', '0 10 * * *'));
  crontab.update('create', bot('unreadable', 'at noon'));
  const pass = (minutes: number): void => {
    for (let count = 0; count < minutes; count++) {
      context.mock.timers.tick(60_000);
    }
  };
  pass(8);
  assert.deepEqual(runs, ['often 10:00', 'daily 10:00', 'often 10:05']);
  crontab.update('update', bot('often', '*/7 * * * *'));
  crontab.update('delete', bot('daily', '0 10 * * *'));
  pass(9);
  assert.deepEqual(runs.slice(3), ['often 10:07', 'often 10:14']);
  crontab.stop();
  pass(24 * 60);
  assert.equal(runs.length, 5);
});
