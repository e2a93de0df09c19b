// SPDX-License-Identifier: Apache-2.0 OR MIT
// argv: implementation, task, events. Handles one webhook several times, each time with a new instance, and prints the
// microseconds of each. Preparation is not included in the time.
import { type DialplanEvent, type DialplanTask, eventOf } from './events.ts';

export interface Implementation {
  /** Returns a function that prepares one event and returns the function that handles it. */
  prepare: (event: DialplanEvent) => () => () => string;
}

const [file = '', task = '', count] = process.argv.slice(2);
const { implementation } = (await import(file)) as { implementation: Implementation };
const event = eventOf(task as DialplanTask);
const next = implementation.prepare(event);
const microseconds: number[] = [];
for (let i = 0; i < Number(count); i++) {
  const answer = next();
  const startedAt = process.hrtime.bigint();
  const text = answer();
  microseconds.push(Number(process.hrtime.bigint() - startedAt) / 1e3);
  if (!text.includes(event.holds)) {
    throw new Error(`wanted ${event.holds}, got ${text.slice(0, 200)}`);
  }
}
process.stdout.write(JSON.stringify(microseconds));
