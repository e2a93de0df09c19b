// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Random calls of the TwiML builders, on ours and on npm twilio's side by side. */
import { twiml } from 'plumline/twilio';
import twilio from 'twilio';
import { Random } from './random.ts';
import { attributes, odd, tag, text } from './values.ts';

/** A builder, whichever library it is of. */
export type Builder = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** A call: of the builder that the `of`th call gave, 0 being the root. */
export interface Call {
  readonly of: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface Sequence {
  readonly root: Root;
  readonly calls: readonly Call[];
}

const ROOTS = ['VoiceResponse', 'MessagingResponse', 'FaxResponse'] as const;
type Root = (typeof ROOTS)[number];

/** Where ours refuses on purpose, and npm twilio does not; and what both refuse. */
export const LISTED = [
  'the verb would be dropped',
  'a text that is an object',
  'a tag name that is no text',
  'characters that XML forbids',
  'deeper than 64 elements',
  'both refuse',
] as const;
type Reason = (typeof LISTED)[number];

export interface Tally {
  readonly equal: number;
  readonly calls: number;
  readonly listed: Readonly<Record<Reason, number>>;
  /** Sequences that differ for none of these reasons, each with how. */
  readonly unexplained: readonly { readonly sequence: Sequence; readonly how: string }[];
}

const DECLARED = ['addText', 'addChild', 'toString'];

/** The methods of a builder, as npm twilio has them. */
export function methodsOf(builder: object): string[] {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(builder)).filter((name) => name !== 'constructor');
  return [...new Set([...own, ...DECLARED])].filter((name) => name !== '_getXml');
}

function args(random: Random, method: string): unknown[] {
  const wild = random.chance(0.03);
  if (method === 'addText' || method.startsWith('comment')) {
    return [wild ? odd(random) : text(random)];
  }
  if (method === 'addChild') {
    return [wild ? odd(random) : tag(random), random.chance(0.1) ? odd(random) : attributes(random)];
  }
  if (method === 'toString') {
    return [];
  }
  const given = (): unknown =>
    random.chance(0.03) ? odd(random) : random.chance(0.5) ? attributes(random) : text(random);
  return [given(), random.chance(0.03) ? odd(random) : text(random)].slice(0, random.below(3));
}

/** Calls that npm twilio's builders have, since each builder tells what may be called next. */
function sequence(random: Random): Sequence {
  const root = random.pick([...ROOTS, 'VoiceResponse', 'VoiceResponse', 'VoiceResponse'] as const);
  const made: object[] = [new twilio.twiml[root]()];
  const calls: Call[] = [];
  // A long one goes deep: the newest builder is called more often than the others.
  const length = random.chance(0.02) ? 200 : 1 + random.below(12);
  while (calls.length < length) {
    const of = random.chance(0.6) ? made.length - 1 : random.below(made.length);
    const builder = made[of] as Builder;
    const method = random.pick(methodsOf(builder));
    const call = { of, method, args: args(random, method) };
    calls.push(call);
    try {
      const child = builder[method]?.(...call.args);
      if (isBuilder(child)) {
        made.push(child);
      }
    } catch {
      break;
    }
  }
  return { root, calls };
}

function isBuilder(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'addText' in value;
}

type Outcome = { readonly xml: string } | { readonly failed: string; readonly at: number };

/** Makes the calls; the document, or at which call it failed (after the last: as it was written), and how. */
function run(root: object, { calls }: Sequence): Outcome {
  const made = [root];
  let at = 0;
  try {
    for (; at < calls.length; at++) {
      const { of, method, args } = calls[at] as Call;
      const child = (made[of] as Builder)[method]?.(...args);
      if (isBuilder(child)) {
        made.push(child);
      }
    }
    return { xml: (root as { toString(): string }).toString() };
  } catch (err) {
    return { failed: err instanceof Error && 'code' in err ? String(err.code) : 'a plain error', at };
  }
}

/** Whether XML holds a character that it may not hold. */
function illFormed(xml: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u.test(xml);
}

function deep(xml: string): boolean {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of xml.matchAll(/<[^>!?]*("[^"]*"[^>"]*)*>/g)) {
    depth += tag.startsWith('</') ? -1 : 1;
    deepest = Math.max(deepest, depth);
    depth -= tag.endsWith('/>') ? 1 : 0;
  }
  return deepest > 64;
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Why ours refuses a call that npm twilio takes. */
function reasonAt(root: object, { calls }: Sequence, at: number): Reason | undefined {
  const { method, args } = calls[at] as Call;
  const [first, second] = args;
  if (method === 'addText') {
    return isObject(first) ? 'a text that is an object' : undefined;
  }
  if (method === 'addChild' && typeof first !== 'string') {
    return 'a tag name that is no text';
  }
  const before = run(root, { root: 'VoiceResponse', calls: calls.slice(0, at + 1) });
  const until = run(new (root.constructor as new () => object)(), { root: 'VoiceResponse', calls: calls.slice(0, at) });
  if ('xml' in before && 'xml' in until && before.xml === until.xml) {
    return 'the verb would be dropped';
  }
  return isObject(second) && typeof first !== 'string' ? 'a text that is an object' : undefined;
}

/** Why the outcomes may differ, or how they differ and may not; nothing where they are equal. */
function judge(one: Sequence): { reason?: Reason; how?: string } {
  const ours = run(new twiml[one.root](), one);
  const theirs = run(new twilio.twiml[one.root](), one);
  if ('xml' in ours && 'xml' in theirs) {
    return ours.xml === theirs.xml ? {} : { how: `${ours.xml}\n${theirs.xml}` };
  }
  if ('failed' in ours && ours.failed === 'a plain error') {
    return { how: 'ours threw an error without a code' };
  }
  if ('failed' in theirs) {
    // What they refuse at once may be refused here when the document is written.
    return 'failed' in ours && ours.at >= theirs.at ? { reason: 'both refuse' } : refusedAlone(one, ours, theirs.at);
  }
  return refusedAlone(one, ours, one.calls.length, theirs.xml);
}

function refusedAlone(one: Sequence, ours: Outcome, end: number, xml = ''): { reason?: Reason; how?: string } {
  if ('xml' in ours) {
    return { how: `npm twilio threw, ours wrote ${ours.xml}` };
  }
  const { failed, at } = ours;
  if (at < end && one.calls[at]?.method !== 'toString') {
    const reason = reasonAt(new twilio.twiml[one.root](), one, at);
    return reason ? { reason } : { how: `ours alone threw ${failed} at call ${at}` };
  }
  const until = { ...one, calls: one.calls.slice(0, at) };
  const theirs = run(new twilio.twiml[one.root](), until);
  const written = 'xml' in theirs ? theirs.xml : xml;
  if (failed === 'TWIML_CHARACTER' && illFormed(written)) {
    return { reason: 'characters that XML forbids' };
  }
  if (failed === 'TWIML_DEPTH' && deep(written)) {
    return { reason: 'deeper than 64 elements' };
  }
  return { how: `ours alone threw ${failed} when it wrote ${written}` };
}

/** Compares so many sequences. */
export function compare(count: number, seed: number): Tally {
  const random = new Random(seed);
  const listed = Object.fromEntries(LISTED.map((reason) => [reason, 0])) as Record<Reason, number>;
  const unexplained: { sequence: Sequence; how: string }[] = [];
  let equal = 0;
  let calls = 0;
  for (let done = 0; done < count; done++) {
    const one = sequence(random);
    const { reason, how } = judge(one);
    calls += one.calls.length;
    if (how !== undefined) {
      unexplained.push({ sequence: one, how });
    } else if (reason === undefined) {
      equal++;
    } else {
      listed[reason]++;
    }
  }
  return { equal, calls, listed, unexplained };
}

/** The first calls of a sequence up to the one from which on it differs. */
export function told({ sequence, how }: Tally['unexplained'][number]): string {
  for (let length = 1; length < sequence.calls.length; length++) {
    const shorter = { ...sequence, calls: sequence.calls.slice(0, length) };
    const found = judge(shorter).how;
    if (found !== undefined) {
      return told({ sequence: { ...shorter, calls: shorter.calls.slice() }, how: found });
    }
  }
  const calls = sequence.calls.map(({ of, method, args }) => `  [${of}].${method}(${args.map(shown).join(', ')})`);
  return [sequence.root, ...calls, how].join('\n');
}

function shown(value: unknown): string {
  return typeof value === 'string' || (typeof value === 'object' && value !== null)
    ? JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? Number(one) : one))
    : String(value);
}

export function summary(count: number, seed: number, { equal, calls, listed, unexplained }: Tally): string {
  const reasons = LISTED.map((reason) => `${listed[reason]} ${reason}`).join(', ');
  return `${count} sequences of ${calls} calls (seed ${seed}): ${equal} equal, ${reasons}, ${unexplained.length} unexplained`;
}
