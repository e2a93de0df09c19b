// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Account } from './account.ts';
import { attribute, BadDocument, methodOf, readTwiml } from './document.ts';
import type { TwimlElement } from './document.ts';
import { CallEnded, CallRedirected } from './endings.ts';
import type { Interruption, Next } from './endings.ts';
import { Input } from './input.ts';
import type { Leg, LegStatus, ProgressEvent } from './leg.ts';
import { send } from './post.ts';
import type { WebhookResult } from './post.ts';
import type { Answer, CallResult, PhoneRequest, Script } from './script.ts';
import { Timeline } from './timeline.ts';
import { Callbacks } from './network-faults.ts';

/** Twilio ends a call after four hours. */
const maxCallSeconds = 4 * 3600;

/** Stops a dialplan that loops forever. */
const maxRequests = 1000;

/** The leg that executes a document: the caller, or a called leg before it is bridged. */
export interface Line {
  call: LiveCall;
  leg: Leg;
  input: Input;
  /** The URL of the current document. */
  base: string;
  /** Additional parameters of every request from this line. */
  extra: () => Record<string, string>;
  /** The allowed verbs. All by default. */
  verbs?: ReadonlySet<string>;
}

/**
 * Executes verbs in order. Returns the next document if a verb leads to one. A verb can play documents, which contain
 * verbs. To avoid an import cycle, the verbs import the call, and the call receives this function.
 */
export type Perform = (line: Line, verbs: TwimlElement[]) => Promise<Next | undefined>;

export interface Fallback {
  url: string;
  method: 'GET' | 'POST';
}

/** A call in progress: its simulated time, its documents and its requests. */
export class LiveCall {
  readonly account: Account;
  readonly leg: Leg;
  readonly input: Input;
  readonly timeline: Timeline;
  readonly requests: PhoneRequest[] = [];
  readonly errors: string[] = [];
  /** The legs that `<Dial>` created. */
  readonly legs: Leg[] = [];
  readonly script: Script;
  readonly perform: Perform;
  /** Actions to run after the end of the call, before its last callback. */
  readonly closing: (() => Promise<void>)[] = [];
  readonly #fallback: Fallback | undefined;
  readonly #callbacks: Callbacks;
  #interruption: Interruption | undefined;
  #interrupted!: () => void;
  #interrupt = this.#nextInterrupt();
  #answers = new Map<string, number>();

  constructor(account: Account, perform: Perform, leg: Leg, script: Script, fallback: Fallback | undefined) {
    this.account = account;
    this.perform = perform;
    this.leg = leg;
    this.script = script;
    this.input = new Input(script);
    this.timeline = new Timeline(leg.started);
    this.#fallback = fallback;
    this.#callbacks = new Callbacks(account.seed, account.networkFaults);
    this.timeline.set(leg.started + maxCallSeconds * 1000, () => this.ending('completed'));
    if (script.hangUpAfter !== undefined) {
      this.timeline.set(leg.started + script.hangUpAfter * 1000, () => this.ending('no-answer'));
    }
  }

  /** Plays the call until it ends. */
  async run(start: () => Promise<Next>): Promise<CallResult> {
    try {
      let next: Next | undefined = await this.#redirected(start);
      while (next) {
        const document: Next = next;
        next = await this.#redirected(() => this.play(this.line(), document));
      }
      this.answer();
      throw this.ending('completed');
    } catch (err) {
      if (!(err instanceof CallEnded)) {
        throw err;
      }
    } finally {
      this.leg.end(this.timeline.at, 'failed');
      for (const close of this.closing) {
        await close();
      }
      await this.progress(this.leg, 'completed');
      await this.#callbacks.settle();
    }
    return {
      callSid: this.leg.sid,
      heard: this.leg.heard,
      requests: this.requests,
      legs: this.legs.map(({ sid, to, status, duration, heard }) => ({ callSid: sid, to, status, duration, heard })),
      status: this.leg.status,
      duration: this.leg.duration,
      errors: this.errors,
    };
  }

  async #redirected<T>(play: () => Promise<T>): Promise<T | Next> {
    try {
      return await play();
    } catch (err) {
      if (err instanceof CallRedirected) {
        return err.next;
      }
      throw err;
    }
  }

  /** Returns the caller's line. */
  line(): Line {
    return { call: this, leg: this.leg, input: this.input, base: this.account.webhook(), extra: () => ({}) };
  }

  /** Plays documents in order, until one ends without a next document. */
  async play(line: Line, first: Next): Promise<undefined> {
    let next: Next | undefined = first;
    while (next) {
      next = await this.playOne(line, next);
    }
  }

  /** Plays one document. Returns the next one if a verb leads to one. */
  async playOne(line: Line, one: Next): Promise<Next | undefined> {
    const document: Document = await this.document(line, one);
    return this.perform({ ...line, base: document.base }, document.verbs);
  }

  answer(): void {
    this.leg.answer(this.timeline.at);
  }

  /** Ends the caller's leg. `unanswered` is the status of a call that was not answered. */
  ending(unanswered: LegStatus): CallEnded {
    this.leg.end(this.timeline.at, this.leg.answered === undefined ? unanswered : 'completed');
    return new CallEnded();
  }

  /** Interrupts the call, by REST. */
  interrupt(interruption: Interruption): void {
    this.#interruption = interruption;
    this.#interrupted();
  }

  #nextInterrupt(): Promise<void> {
    return new Promise((resolve) => (this.#interrupted = resolve));
  }

  check(): void {
    const interruption = this.#interruption;
    if (interruption && this.leg.ended === undefined) {
      this.#interruption = undefined;
      // REST may interrupt the call again.
      this.#interrupt = this.#nextInterrupt();
      if ('end' in interruption) {
        throw this.ending(interruption.end);
      }
      throw new CallRedirected(interruption.next);
    }
  }

  /** Waits in real time, for REST or for another call. */
  async wait(...until: Promise<unknown>[]): Promise<void> {
    await Promise.race([this.#interrupt, ...until]);
    this.timeline.at = Math.max(this.timeline.at, this.account.now());
    this.check();
  }

  /** Returns how a dialed person responds. */
  answerOf(address: string): Answer | undefined {
    const entry = this.script.answers?.[address];
    if (!Array.isArray(entry)) {
      return entry ?? this.account.people.get(address)?.pickUp;
    }
    const count = this.#answers.get(address) ?? 0;
    this.#answers.set(address, count + 1);
    return entry[Math.min(count, entry.length - 1)];
  }

  async document(line: Line, next: Next): Promise<Document> {
    const url = next.url ?? line.base;
    const params = { ...line.leg.params(), ...line.extra(), ...('params' in next ? next.params : {}) };
    const result = 'twiml' in next ? this.#parse(url, next.twiml) : await this.#read(line.base, next, params);
    if (typeof result !== 'string') {
      return result;
    }
    if (this.#fallback && line.leg === this.leg) {
      const errorParams = { ErrorCode: result, ErrorUrl: address(url, line.base) };
      const fallbackDocument = await this.#read(line.base, this.#fallback, { ...params, ...errorParams });
      if (typeof fallbackDocument !== 'string') {
        return fallbackDocument;
      }
    }
    line.leg.heard.push('[error]');
    throw line.leg === this.leg ? this.ending('failed') : new CallEnded();
  }

  /** Sends a request to the action URL without executing the response, because the call has ended. */
  async report(line: Line, element: TwimlElement, params: Record<string, string>): Promise<void> {
    const action = attribute(element, 'action');
    if (action !== undefined) {
      const all = { ...line.leg.params(), ...line.extra(), ...params };
      await this.#send(address(action, line.base), methodOf(element), all, false);
    }
  }

  /** Sends a callback with the faults of the account. `label` must be unique in this call. */
  async callback(label: string, url: string, method: 'GET' | 'POST', params: Record<string, string>): Promise<void> {
    await this.#callbacks.deliver(`${this.leg.sid}/${label}`, () => this.#send(url, method, params, true));
  }

  async progress(leg: Leg, event: ProgressEvent): Promise<void> {
    const params = leg.callback(event, this.timeline.at);
    if (params && leg.progress) {
      await this.callback(`${leg.sid}/${event}`, leg.progress.url, leg.progress.method, params);
    }
  }

  /** Requests a document. Returns it, or Twilio's error code. */
  async #read(
    base: string,
    next: { url: string; method: 'GET' | 'POST' },
    params: Record<string, string>,
  ): Promise<Document | string> {
    if (this.requests.length >= maxRequests) {
      return this.#error('11200');
    }
    const url = address(next.url, base);
    const answer = await this.#send(url, next.method, params, false);
    this.check();
    if (answer.status === 0 || answer.status >= 300) {
      return this.#error(answer.status === 0 ? '11205' : answer.status === 429 ? '11217' : '11200');
    }
    const type = answer.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
    if (answer.status === 204) {
      return { base: url, verbs: [] };
    }
    if (type.startsWith('audio/')) {
      return { base: url, verbs: [{ name: 'Play', attributes: {}, children: [url] }] };
    }
    if (type === 'text/plain') {
      return { base: url, verbs: [{ name: 'Say', attributes: {}, children: [answer.body] }] };
    }
    if (!['text/xml', 'application/xml', 'text/html'].includes(type)) {
      return this.#error('12300');
    }
    return this.#parse(url, answer.body);
  }

  #parse(base: string, text: string): Document | string {
    try {
      return { base, verbs: readTwiml(text) };
    } catch (err) {
      if (err instanceof BadDocument) {
        return this.#error(err.code);
      }
      throw err;
    }
  }

  #error(code: string): string {
    this.errors.push(code);
    return code;
  }

  async #send(
    url: string,
    method: 'GET' | 'POST',
    params: Record<string, string>,
    callback: boolean,
  ): Promise<WebhookResult> {
    const time = this.timeline.at;
    const onRequest = ({ contentType: _type, ...request }: WebhookResult): void => {
      this.requests.push({ ...request, callback, time });
    };
    return send({ authToken: this.account.authToken, reach: this.account.reach, onRequest }, url, method, params);
  }
}

export interface Document {
  base: string;
  verbs: TwimlElement[];
}

/** Resolves a URL of a document. An absolute URL is not changed. */
export function address(url: string, base: string): string {
  return /^https?:\/\//i.test(url) ? url : (URL.parse(url, base)?.href ?? url);
}
