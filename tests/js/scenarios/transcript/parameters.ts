// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The parameters of a call's requests. Most repeat a parameter of an earlier request or of the same request. A
 * transcript has a reference in braces in their place, which is equal in all calls.
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
  /** The number of progress callbacks of each leg. */
  readonly #progress = new Map<string, number>();
  /** The leg of the last progress callback. */
  #leg: string | undefined;

  constructor(callSid: string) {
    this.callSid = callSid;
  }

  /** The first request; undefined before it. */
  get first(): Params | undefined {
    return this.#first;
  }

  /** The last value of each parameter of a leg. */
  reported(callSid: string): Params {
    return this.#reported.get(callSid) ?? {};
  }

  /** The dialed legs in order. */
  get legs(): string[] {
    return [...this.#reported.keys()].filter((sid) => 'ParentCallSid' in this.reported(sid));
  }

  facts(request: NamedRequest): Fact[] {
    return Object.entries(request.params).map(([name, value]) => [name, this.#value(request, name, value)]);
  }

  /**
   * Whether a parameter can be missing: the first request does not have it, or the line shows that it does not apply.
   * `kind`: the kind of the request in the common parts.
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

  /** Stores a request after its line is written. */
  add({ params }: NamedRequest): void {
    this.#first ??= params;
    const { CallSid = '', CallbackSource, DialCallSid } = params;
    this.#progress.set(CallSid, (this.#progress.get(CallSid) ?? 0) + (CallbackSource === undefined ? 0 : 1));
    this.#report(CallSid, params);
    if (params['ParentCallSid'] !== undefined) {
      this.#leg = CallSid;
    }
    if (DialCallSid !== undefined) {
      // The request after the Dial has the final values of a leg.
      const result = Object.entries(params).filter(([name]) => name.startsWith('Dial'));
      this.#report(DialCallSid, Object.fromEntries(result));
    }
  }

  #report(callSid: string, params: Params): void {
    this.#reported.set(callSid, { ...this.reported(callSid), ...params });
  }

  /** A value, or a reference to the parameter that it repeats. */
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
