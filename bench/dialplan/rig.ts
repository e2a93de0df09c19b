// SPDX-License-Identifier: Apache-2.0 OR MIT
// argv: way, job, events. Answers one webhook so often, each with something that has seen no other; prints how many
// microseconds each took. What is got ready for an event is not timed.
import { type DialplanEvent, type DialplanJob, eventOf } from './events.ts';

export interface Way {
  /** Gives what gets ready for one event and then answers it. */
  prepare: (event: DialplanEvent) => () => () => string;
}

const [file = '', job = '', count] = process.argv.slice(2);
const { way } = (await import(file)) as { way: Way };
const event = eventOf(job as DialplanJob);
const next = way.prepare(event);
const microseconds: number[] = [];
for (let i = 0; i < Number(count); i++) {
  const answer = next();
  const began = process.hrtime.bigint();
  const text = answer();
  microseconds.push(Number(process.hrtime.bigint() - began) / 1e3);
  if (!text.includes(event.holds)) {
    throw new Error(`wanted ${event.holds}, got ${text.slice(0, 200)}`);
  }
}
process.stdout.write(JSON.stringify(microseconds));
