// SPDX-License-Identifier: Apache-2.0 OR MIT
import { address } from '../call/live-call.ts';
import type { Line } from '../call/live-call.ts';
import { attribute, numberOf, textOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';

/** The assumed duration of a played file in seconds. The file is not fetched. */
const playLength = 10;
const wordsPerSecond = 2.5;

export function say(line: Line, verb: TwimlElement): void {
  const text = textOf(verb);
  playSound(line, verb, text, speakingTime(text));
}

export function play(line: Line, verb: TwimlElement): void {
  const digits = attribute(verb, 'digits');
  if (digits !== undefined) {
    playSound(line, verb, `[dtmf ${digits}]`, digits.length);
  } else {
    playSound(line, verb, `[play ${address(textOf(verb), line.base)}]`, playLength);
  }
}

/** Returns whole seconds, at least 1. */
export function speakingTime(text: string): number {
  return Math.max(1, Math.ceil(text.split(/\s+/).length / wordsPerSecond));
}

function playSound({ call, leg }: Line, verb: TwimlElement, heard: string, seconds: number): void {
  if (leg === call.leg) {
    call.answer();
  }
  if (heard === '') {
    return;
  }
  leg.heard.push(heard);
  const loop = numberOf(verb, 'loop', 1);
  call.timeline.advance(loop === 0 ? Infinity : seconds * loop);
}
