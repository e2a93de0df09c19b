// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Compares Plumline's TwiML builders with npm twilio's, with random calls. */
import { twiml } from 'plumline/twilio';
import twilio from 'twilio';
import { Random } from './random.ts';
import { attributes, odd, tag, text } from './values.ts';

/** A builder of Plumline or of npm twilio. */
export type Builder = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** A call of a method of a builder. `of` is the index of the builder in the order of creation. The root has 0. */
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

/** Calls that Plumline refuses by design and npm twilio accepts, and calls that both refuse. */
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
  /** Sequences that differ for another reason, with a description. */
  readonly unexplained: readonly { readonly sequence: Sequence; readonly difference: string }[];
}

const DECLARED = ['addText', 'addChild', 'toString'];

/** The methods of an npm twilio builder. */
export function methodsOf(builder: object): string[] {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(builder)).filter((name) => name !== 'constructor');
  return [...new Set([...own, ...DECLARED])].filter((name) => name !== '_getXml');
}

function args(random: Random, method: string): unknown[] {
  const isUnusual = random.chance(0.03);
  if (method === 'addText' || method.startsWith('comment')) {
    return [isUnusual ? odd(random) : text(random)];
  }
  if (method === 'addChild') {
    return [isUnusual ? odd(random) : tag(random), random.chance(0.1) ? odd(random) : attributes(random)];
  }
  if (method === 'toString') {
    return [];
  }
  const argument = (): unknown =>
    random.chance(0.03) ? odd(random) : random.chance(0.5) ? attributes(random) : text(random);
  return [argument(), random.chance(0.03) ? odd(random) : text(random)].slice(0, random.below(3));
}

/** A random sequence of calls. The methods come from npm twilio's builders. */
function sequence(random: Random): Sequence {
  const root = random.pick([...ROOTS, 'VoiceResponse', 'VoiceResponse', 'VoiceResponse'] as const);
  const made: object[] = [new twilio.twiml[root]()];
  const calls: Call[] = [];
  // The newest builder is called more often than the others, so a long sequence nests deeply.
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

/**
 * Runs the calls. Returns the document, or the error and the index of the failed call (the count, if writing failed).
 */
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

/** Whether XML has a character that is not allowed. */
function hasIllegalCharacter(xml: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u.test(xml);
}

function isTooDeep(xml: string): boolean {
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

/** The reason why Plumline refuses a call that npm twilio accepts. */
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

/** The reason for an allowed difference, or a description of another difference. Empty if the results are equal. */
function compareResults(one: Sequence): { reason?: Reason; difference?: string } {
  const ours = run(new twiml[one.root](), one);
  const theirs = run(new twilio.twiml[one.root](), one);
  if ('xml' in ours && 'xml' in theirs) {
    return ours.xml === theirs.xml ? {} : { difference: `${ours.xml}\n${theirs.xml}` };
  }
  if ('failed' in ours && ours.failed === 'a plain error') {
    return { difference: 'ours threw an error without a code' };
  }
  if ('failed' in theirs) {
    // npm twilio may refuse a call that Plumline refuses later, when it writes the document.
    return 'failed' in ours && ours.at >= theirs.at ? { reason: 'both refuse' } : onlyOursRefuses(one, ours, theirs.at);
  }
  return onlyOursRefuses(one, ours, one.calls.length, theirs.xml);
}

function onlyOursRefuses(
  one: Sequence,
  ours: Outcome,
  end: number,
  xml = '',
): { reason?: Reason; difference?: string } {
  if ('xml' in ours) {
    return { difference: `npm twilio threw, ours wrote ${ours.xml}` };
  }
  const { failed, at } = ours;
  if (at < end && one.calls[at]?.method !== 'toString') {
    const reason = reasonAt(new twilio.twiml[one.root](), one, at);
    return reason ? { reason } : { difference: `ours alone threw ${failed} at call ${at}` };
  }
  const until = { ...one, calls: one.calls.slice(0, at) };
  const theirs = run(new twilio.twiml[one.root](), until);
  const written = 'xml' in theirs ? theirs.xml : xml;
  if (failed === 'TWIML_CHARACTER' && hasIllegalCharacter(written)) {
    return { reason: 'characters that XML forbids' };
  }
  if (failed === 'TWIML_DEPTH' && isTooDeep(written)) {
    return { reason: 'deeper than 64 elements' };
  }
  return { difference: `ours alone threw ${failed} when it wrote ${written}` };
}

/** Compares `count` sequences. */
export function compare(count: number, seed: number): Tally {
  const random = new Random(seed);
  const listed = Object.fromEntries(LISTED.map((reason) => [reason, 0])) as Record<Reason, number>;
  const unexplained: { sequence: Sequence; difference: string }[] = [];
  let equal = 0;
  let calls = 0;
  for (let done = 0; done < count; done++) {
    const one = sequence(random);
    const { reason, difference } = compareResults(one);
    calls += one.calls.length;
    if (difference !== undefined) {
      unexplained.push({ sequence: one, difference });
    } else if (reason === undefined) {
      equal++;
    } else {
      listed[reason]++;
    }
  }
  return { equal, calls, listed, unexplained };
}

/** Describes a sequence, shortened to the first call after which it differs. */
export function describeDifference({ sequence, difference }: Tally['unexplained'][number]): string {
  for (let length = 1; length < sequence.calls.length; length++) {
    const shorter = { ...sequence, calls: sequence.calls.slice(0, length) };
    const found = compareResults(shorter).difference;
    if (found !== undefined) {
      return describeDifference({ sequence: { ...shorter, calls: shorter.calls.slice() }, difference: found });
    }
  }
  const calls = sequence.calls.map(({ of, method, args }) => `  [${of}].${method}(${args.map(shown).join(', ')})`);
  return [sequence.root, ...calls, difference].join('\n');
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
