// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The parameters of a call's requests. Most repeat what an earlier request had, or another parameter of the same
 * request: they are written as a reference to it in braces, which is the same in each call.
 */
import type { NamedRequest } from './names.ts';
import { bare } from './text.ts';
import type { Fact } from './text.ts';

type Params = Record<string, string>;

export class Parameters {
  readonly callSid: string;
  /** The call's first request. */
  #first: Params | undefined;
  readonly #reported = new Map<string, Params>();
  /** How many callbacks of progress there were for each leg. */
  readonly #progress = new Map<string, number>();
  /** The leg of the last one. */
  #leg: string | undefined;

  constructor(callSid: string) {
    this.callSid = callSid;
  }

  /** Undefined until there was a request. */
  get first(): Params | undefined {
    return this.#first;
  }

  /** The last value of each parameter that Twilio sent about a leg. */
  reported(callSid: string): Params {
    return this.#reported.get(callSid) ?? {};
  }

  /** The legs that were rung, in their order. */
  get legs(): string[] {
    return [...this.#reported.keys()].filter((sid) => 'ParentCallSid' in this.reported(sid));
  }

  facts(request: NamedRequest): Fact[] {
    return Object.entries(request.params).map(([name, value]) => [name, this.#value(request, name, value)]);
  }

  /**
   * Whether a parameter may be missing: because the first request has none, or because the line shows that it makes no
   * sense there. `kind` is what the request is compared with.
   */
  excused(kind: string, params: Params): (name: string, value: string) => boolean {
    const conditions: [names: RegExp, expected: boolean][] = [
      [/^(From|Caller)(City|State|Zip|Country)$/, params['From']?.startsWith('+') === true],
      [/^(To|Called)(City|State|Zip|Country)$/, params['To']?.startsWith('+') === true],
      [/^Duration$/, 'CallDuration' in params],
      [/^DialCallDuration$/, params['DialCallStatus'] === 'completed'],
      [/^Dial/, 'DialCallStatus' in params],
      [/^Recording/, kind.startsWith('callback') || 'RecordingDuration' in params],
      [/^(Confidence|Language)$/, 'SpeechResult' in params],
      [/^Queue/, 'QueueTime' in params],
      [/QueueTime$|QueueSize$/, 'QueuePosition' in params],
    ];
    const first = this.#first;
    return (name, value) =>
      conditions.some(([names, expected]) => names.test(name) && !expected) ||
      (value === '{first}' && first?.[name] === undefined);
  }

  /** Remembers a request, once its line is written. */
  add({ params }: NamedRequest): void {
    this.#first ??= params;
    const { CallSid = '', CallbackSource, DialCallSid } = params;
    this.#progress.set(CallSid, (this.#progress.get(CallSid) ?? 0) + (CallbackSource === undefined ? 0 : 1));
    this.#report(CallSid, params);
    if (params['ParentCallSid'] !== undefined) {
      this.#leg = CallSid;
    }
    if (DialCallSid !== undefined) {
      // Of a leg, the request after its Dial has the last word.
      const result = Object.entries(params).filter(([name]) => name.startsWith('Dial'));
      this.#report(DialCallSid, Object.fromEntries(result));
    }
  }

  #report(callSid: string, params: Params): void {
    this.#reported.set(callSid, { ...this.reported(callSid), ...params });
  }

  /** A value, or the parameter that it repeats. */
  #value({ params, at }: NamedRequest, name: string, value: string): string {
    const { CallSid = '', CallDuration, CallbackSource, DialCallSid = '', DialCallStatus } = params;
    const twin = name.replace(/^Called(?!r)/, 'To').replace(/^Caller/, 'From');
    const count = this.#progress.get(CallSid) ?? 0;
    const rules: [expected: string | undefined, reference: string][] = [
      [twin === name ? undefined : params[twin], `{${twin}}`],
      [name === 'Timestamp' ? `${at} +0000` : undefined, '{time}'],
      [name === 'Duration' ? String(Math.ceil(Number(CallDuration) / 60)) : undefined, '{minutes}'],
      [name === 'SequenceNumber' && CallbackSource !== undefined ? String(count) : undefined, '{count}'],
      [name === 'ParentCallSid' ? this.callSid : undefined, '{call}'],
      [name === 'DialCallSid' ? this.#leg : undefined, '{leg}'],
      [name === 'DialBridged' ? String(DialCallStatus === 'completed') : undefined, '{dial}'],
      [name.startsWith('Dial') ? this.reported(DialCallSid)[name.replace('Dial', '')] : undefined, '{leg}'],
      [name.startsWith('Recording') ? this.reported(CallSid)[name] : undefined, '{before}'],
      [name === 'CallStatus' ? undefined : this.#first?.[name], '{first}'],
    ];
    return rules.find(([expected]) => expected === value)?.[1] ?? bare(value);
  }
}
