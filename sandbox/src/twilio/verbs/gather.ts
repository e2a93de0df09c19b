// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, elements, methodOf, numberOf, wordsOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import type { Next } from '../call/endings.ts';
import type { Line } from '../call/live-call.ts';
import { speakingTime } from './sound.ts';

const promptVerbs = new Set(['Say', 'Play', 'Pause']);

/** `<Gather>`: plays the prompts, then reads keys or speech. */
export async function gather(line: Line, verb: TwimlElement): Promise<Next | undefined> {
  const { call, leg } = line;
  if (leg === call.leg) {
    call.answer();
  }
  await call.perform({ ...line, verbs: promptVerbs }, elements(verb));
  const input = wordsOf(verb, 'input', 'dtmf');
  const params =
    (input.has('dtmf') && typedParams(line, verb)) || (input.has('speech') && spokenParams(line, verb)) || undefined;
  if (!params) {
    call.timeline.advance(numberOf(verb, 'timeout', 5));
    if (attribute(verb, 'actionOnEmptyResult') !== 'true') {
      return undefined;
    }
  }
  const empty = { ...(input.has('dtmf') && { Digits: '' }), ...(input.has('speech') && { SpeechResult: '' }) };
  return {
    url: attribute(verb, 'action') ?? line.base,
    method: methodOf(verb),
    params: params ?? empty,
  };
}

function typedParams({ call, input }: Line, verb: TwimlElement): Record<string, string> | undefined {
  const keys = input.keys();
  if (keys === '') {
    return undefined;
  }
  const finishKeys = verb.attributes['finishOnKey'] ?? '#';
  const maxDigits = numberOf(verb, 'numDigits', Infinity);
  let count = 0;
  while (count < keys.length && count < maxDigits && !finishKeys.includes(keys.charAt(count))) {
    count++;
  }
  const digits = keys.slice(0, count);
  const isFinished = count < keys.length && count < maxDigits;
  input.putBack(keys.slice(isFinished ? count + 1 : count));
  call.timeline.advance(count);
  if (!isFinished && count < maxDigits) {
    call.timeline.advance(numberOf(verb, 'timeout', 5));
  }
  // A finish key without digits is not an input.
  if (digits === '') {
    return attribute(verb, 'actionOnEmptyResult') === 'true'
      ? { Digits: '', FinishedOnKey: keys.charAt(0) }
      : undefined;
  }
  return { Digits: digits, ...(isFinished && { FinishedOnKey: keys.charAt(count) }) };
}

function spokenParams({ call, input }: Line, verb: TwimlElement): Record<string, string> | undefined {
  const text = input.speech();
  if (text === '') {
    return undefined;
  }
  call.timeline.advance(speakingTime(text));
  return { SpeechResult: text, Confidence: '0.93', Language: attribute(verb, 'language') ?? 'en-US' };
}
