// SPDX-License-Identifier: Apache-2.0 OR MIT
import { attribute, elements, methodOf, textOf, wordsOf } from '../call/document.ts';
import type { TwimlElement } from '../call/document.ts';
import { address } from '../call/live-call.ts';
import type { Line } from '../call/live-call.ts';
import { Leg } from '../call/leg.ts';
import type { Progress } from '../call/leg.ts';
import type { Answer } from '../call/script.ts';

/** A leg to dial, and how the called person responds. */
export interface Target {
  noun: TwimlElement;
  leg: Leg;
  answer: Answer;
}

/** Twilio dials at most ten targets and ignores the others without an error. */
const maxTargets = 10;

/** Returns the legs of a `<Dial>`: its nouns, or the number in its text. */
export function targetsOf(line: Line, verb: TwimlElement, nouns: TwimlElement[]): Target[] {
  const targets: Target[] = [];
  const textNumber = {
    name: 'Number',
    attributes: {},
    children: verb.children.filter((child) => typeof child === 'string'),
  };
  const all = nouns.length > 0 || textOf(textNumber) === '' ? nouns : [textNumber];
  for (const noun of all.slice(0, maxTargets)) {
    const to = addressOf(noun);
    if (to === undefined) {
      line.call.errors.push('12200');
      continue;
    }
    const leg = legTo(line, verb, noun, to);
    const errorCode = noun.name === 'Number' ? numberError(line, leg) : undefined;
    if (errorCode !== undefined) {
      line.call.errors.push(errorCode);
    }
    const answer = line.call.answerOf(to) ?? line.call.answerOf('*') ?? 'no-answer';
    targets.push({ noun, leg, answer: errorCode === undefined ? answer : 'failed' });
  }
  return targets;
}

/** Returns Twilio's error code for an invalid number, or for a caller ID that the account may not use. */
function numberError({ call }: Line, { from, to }: Leg): string | undefined {
  if (!/^\+?\d{3,15}$/.test(to)) {
    return '13223';
  }
  // The caller's own number and the number they called are also allowed.
  const isAllowed =
    call.account.numbers.has(from) || (/^\+\d+$/.test(from) && [call.leg.from, call.leg.to].includes(from));
  return isAllowed ? undefined : '13214';
}

function addressOf(noun: TwimlElement): string | undefined {
  switch (noun.name) {
    case 'Number':
      return textOf(noun).replace(/[\s().-]/g, '');
    case 'Client': {
      const identity = elements(noun).find(({ name }) => name === 'Identity');
      return `client:${textOf(identity ?? noun)}`;
    }
    case 'Sip': {
      const uri = elements(noun).find(({ name }) => name === 'Uri' || name === 'SipUri');
      const text = textOf(uri ?? noun);
      return /^sips?:/.test(text) ? text : `sip:${text}`;
    }
    default:
      return undefined;
  }
}

function legTo(line: Line, verb: TwimlElement, noun: TwimlElement, to: string): Leg {
  const { call } = line;
  const leg = new Leg({
    sid: call.account.sid('CA'),
    accountSid: call.leg.accountSid,
    from: attribute(verb, 'callerId') ?? call.leg.from,
    to,
    direction: 'outbound-dial',
    started: call.timeline.at,
    created: call.account.now(),
    parent: call.leg,
    progress: progressOf(line, noun),
  });
  call.legs.push(leg);
  call.account.legs.set(leg.sid, leg);
  return leg;
}

function progressOf({ base }: Line, noun: TwimlElement): Progress | undefined {
  const url = attribute(noun, 'statusCallback');
  return url === undefined
    ? undefined
    : {
        url: address(url, base),
        method: methodOf(noun, 'statusCallbackMethod'),
        events: wordsOf(noun, 'statusCallbackEvent', 'completed'),
      };
}
