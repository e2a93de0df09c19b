// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, methodOf, numberOf, textOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { QueueLeft, WhisperEnded } from '../call/endings.ts';
import type { Next } from '../call/endings.ts';
import type { Line } from '../call/live-call.ts';
import { connect } from './connect.ts';
import { dial } from './dial.ts';
import { enqueue } from './enqueue.ts';
import { gather } from './gather.ts';
import { record } from './record.ts';
import { play, say } from './sound.ts';

/** Executes the verbs of one document. Returns the next document if a verb leads to one. */
export async function perform(line: Line, verbs: TwimlElement[]): Promise<Next | undefined> {
  for (const verb of verbs) {
    line.call.check();
    if (line.verbs && !line.verbs.has(verb.name)) {
      line.call.errors.push('12200');
      continue;
    }
    const next = await performOne(line, verb);
    if (next) {
      return next;
    }
  }
  return undefined;
}

async function performOne(line: Line, verb: TwimlElement): Promise<Next | undefined> {
  const { call, leg } = line;
  switch (verb.name) {
    case 'Say':
      say(line, verb);
      return undefined;
    case 'Play':
      play(line, verb);
      if (call.script.plays === 'until redirected' && leg === call.leg && !line.verbs) {
        await call.wait();
      }
      return undefined;
    case 'Pause':
      // As the first verb, it does not answer the call.
      call.timeline.advance(numberOf(verb, 'length', 1));
      return undefined;
    case 'Gather':
      return gather(line, verb);
    case 'Record':
      return record(line, verb);
    case 'Connect':
      return connect(line, verb);
    case 'Dial':
      return dial(line, verb);
    case 'Enqueue':
      return enqueue(line, verb);
    case 'Redirect':
      return { url: textOf(verb), method: methodOf(verb), params: {} };
    case 'Leave':
      // Outside of a queue, the verb is not valid.
      if (line.verbs?.has('Leave')) {
        throw new QueueLeft();
      }
      call.errors.push('12200');
      return undefined;
    case 'Hangup':
      if (leg !== call.leg) {
        throw new WhisperEnded();
      }
      call.answer();
      throw call.ending('completed');
    case 'Reject':
      return reject(line, verb);
    default:
      call.errors.push('12200');
      return undefined;
  }
}

/** Twilio rejects only an unanswered call. An answered call just ends. */
function reject({ call, leg }: Line, verb: TwimlElement): never {
  const busy = attribute(verb, 'reason') === 'busy';
  leg.heard.push(busy ? '[busy]' : '[not in service]');
  throw call.ending(busy ? 'busy' : 'no-answer');
}
