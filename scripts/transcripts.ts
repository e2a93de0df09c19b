// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Checks that two builds of the bots behave the same: that they send the same requests and replies for each event of
 * every flow. Record transcripts before a refactoring, and compare after it.
 *
 *     npm run transcripts -- --record target/transcripts.json
 *     npm run transcripts -- --compare target/transcripts.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleOf } from '../tests/js/hostile/attack-all.ts';
import { replay } from '../tests/js/hostile/attack.ts';
import { Bots } from '../tests/js/hostile/bots.ts';
import { recordEvents, type RecordedEvent } from '../tests/js/hostile/events.ts';
import { startServer } from '../tests/js/hostile/server.ts';

interface Transcript {
  event: RecordedEvent;
  /** The time of the recording in epoch milliseconds. The clock of the bot is set to it. */
  at: number;
  lines: string[];
}

const { values } = parseArgs({ options: { record: { type: 'string' }, compare: { type: 'string' } } });
if ((values.record === undefined) === (values.compare === undefined)) {
  console.error('npm run transcripts -- --record FILE | --compare FILE');
  process.exit(2);
}

/** Times, and values that are sealed or signed with them. */
const VARYING =
  /\d{4}-\d\d-\d\d(T|%20)\d\d(:|%3A)\d\d(:|%3A)[\d.]+Z?|\b\d{4}-\d\d-\d\d\b|\b\d{10}(\d{3})?\b|eyJ[\w-]+\.[\w-]+\.[\w-]+|[\w-]{43}/g;

const bots = new Bots('vmcontext', bundleOf, 60_000);
const server = await startServer();

/** The requests that a bot sends when it gets the recorded responses, and its reply. */
async function transcribe(event: RecordedEvent, at: number): Promise<string[]> {
  const lines: string[] = [];
  const clockOffset = (event.payload.clockOffset ?? 0) + at - Date.now();
  const result = await server.serve(
    { ...event.payload, clockOffset },
    (request) => {
      lines.push(`${request.method} ${request.path} ${request.body}`);
      return replay(event, lines.length - 1, request);
    },
    (payload) => bots.run(event.bot, payload),
  );
  lines.push(`reply ${JSON.stringify(result?.returned)} ${result?.logResult.replaceAll(/^\d.*$/gm, '')}`);
  const base = /http:\/\/127\.0\.0\.1:\d+\/\d+/g;
  return lines.map((line) => line.replaceAll(base, '<base>').replaceAll(VARYING, '<varies>'));
}

if (values.record !== undefined) {
  const transcripts: Transcript[] = [];
  for (const event of await recordEvents(bots)) {
    const at = Date.now();
    transcripts.push({ event, at, lines: await transcribe(event, at) });
  }
  writeFileSync(values.record, JSON.stringify(transcripts));
  console.log(`${transcripts.length} events recorded`);
} else if (values.compare !== undefined) {
  const transcripts = JSON.parse(readFileSync(values.compare, 'utf8')) as Transcript[];
  let different = 0;
  for (const { event, at, lines } of transcripts) {
    const now = await transcribe(event, at);
    const place = Math.max(
      lines.findIndex((line, index) => line !== now[index]),
      now.length > lines.length ? lines.length : -1,
    );
    if (place >= 0) {
      different++;
      console.log(`${event.bot}, ${event.flow}, line ${place}:\n- ${lines[place]}\n+ ${now[place]}`);
    }
  }
  console.log(`${transcripts.length} events compared, ${different} different`);
  process.exitCode = different > 0 ? 1 : 0;
}
await bots.stop();
server.stop();
