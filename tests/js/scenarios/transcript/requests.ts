// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Writes each Twilio request on one line: the event and the webhook step. */
import type { Parts } from './common.ts';
import type { NamedRequest } from './names.ts';
import type { Parameters } from './parameters.ts';
import { Sentence, bare, bareOrMissing, inBrackets } from './text.ts';
import { stepOf } from './verbs.ts';

const whole = /^\d+$/;

/** The leg of a progress callback and its number or client. */
export function legOf({ params, callback }: NamedRequest): string | undefined {
  const { CallSid, To, ParentCallSid } = params;
  return callback && ParentCallSid !== undefined ? [CallSid, To].map(bareOrMissing).join(' ') : undefined;
}

/** Whether a request reports the end of the call. */
export function isEnd({ params, callback }: NamedRequest, { callSid }: Parameters): boolean {
  return callback && params['CallSid'] === callSid && 'CallbackSource' in params;
}

export class Requests {
  readonly #parts: Parts;
  readonly #parameters: Parameters;

  constructor(parts: Parts, parameters: Parameters) {
    this.#parts = parts;
    this.#parameters = parameters;
  }

  line(request: NamedRequest): string {
    if (this.#parameters.first === undefined) {
      return this.#call(request);
    }
    return isEnd(request, this.#parameters) ? this.#end(request) : this.#step(request);
  }

  /** `T+51s completed 42 s`: one progress callback, written after `legOf`. */
  progress(request: NamedRequest): string {
    const sentence = sentenceOf(request);
    sentence.shown.add('CallSid').add('To');
    const events = [
      ...sentence.take('CallStatus', (status) => status),
      ...sentence.take('CallDuration', (duration) => `${duration} s`, whole),
      ...sentence.take('SipResponseCode', (code) => `SIP ${code}`),
    ];
    return this.#written(request, 'leg', events.join(' '), sentence, 'status');
  }

  /** `T+0s +15550100101 calls +15550100001` */
  #call(request: NamedRequest): string {
    const sentence = sentenceOf(request);
    const [from, to] = [sentence.take('From', (one) => one), sentence.take('To', (one) => one)];
    const event = [...from, 'calls', ...to, ...(request.callback ? ['callback'] : [])];
    return this.#written(request, 'call', event.join(' '), sentence, '<WEBHOOK>');
  }

  /** `T+12s end of call: completed, 12 s` */
  #end(request: NamedRequest): string {
    const sentence = sentenceOf(request);
    const events = [
      ...sentence.take('CallStatus', (status) => status),
      ...sentence.take('CallDuration', (duration) => `${duration} s`, whole),
      ...sentence.take('RecordingDuration', (duration) => `recorded ${duration} s`, whole),
    ];
    return this.#written(request, 'end', `end of call: ${events.join(', ')}`, sentence, '<WEBHOOK>');
  }

  /** `T+9s presses 1 -> menu.main` */
  #step(request: NamedRequest): string {
    const step = stepOf(request.url);
    const sentence = sentenceOf(request);
    const position = [
      ...sentence.take('QueuePosition', (one) => `position ${one}`, whole),
      ...sentence.take('CurrentQueueSize', (size) => `of ${size}`, whole),
    ];
    const events = [
      ...sentence.take('SpeechResult', (text) => `says ${speech(text)}`),
      ...sentence.take('DialCallStatus', (status) => `dial ${status}`),
      ...sentence.take('QueueResult', (result) => `queue ${result}`),
      ...sentence.take('RecordingDuration', (duration) => `recorded ${duration} s`, whole),
      ...sentence.take('RecordingStartTime', (start) => `from ${start.slice(1, -7)}`, /^"T[+-]\d+s \+0000"$/),
      ...sentence.take('TranscriptionText', (text) => `transcribed ${speech(text)}`),
      ...sentence.take('Digits', (digits) => `presses ${digits}`),
      ...(position.length > 0 ? [position.join(' ')] : []),
      ...sentence.take('QueueTime', (time) => `waited ${time} s`, whole),
      ...sentence.take('AvgQueueTime', (time) => `average wait ${time} s`, whole),
    ];
    const target = request.callback ? `callback ${step}` : step;
    const event = [...(events.length > 0 ? [events.join(', ')] : []), '->', target];
    return this.#written(request, request.callback ? target : 'request', event.join(' '), sentence, step);
  }

  /** `step`: the expected webhook step of this kind of request. */
  #written(request: NamedRequest, kind: string, event: string, { shown }: Sentence, step: string): string {
    const { params, url, method, status, at } = request;
    const facts = this.#parameters.facts(request);
    const excused = this.#parameters.excused(kind, params);
    const differences = this.#parts.differences({ kind, facts, shown, excused });
    this.#parameters.add(request);
    const unusual = [
      ...(method === 'POST' ? [] : [method]),
      ...(stepOf(url) === step ? [] : [`-> ${stepOf(url)}`]),
      ...(status === 200 ? [] : [`answered ${status}`]),
    ];
    return [at, event, ...unusual].join(' ') + inBrackets(differences);
  }
}

function sentenceOf({ params }: NamedRequest): Sentence {
  return new Sentence(new Map(Object.entries(params).map(([name, value]) => [name, bare(value)])));
}

/** Speech in quotes, even for a single word. */
function speech(text: string): string {
  return text.startsWith('"') ? text : `"${text}"`;
}
