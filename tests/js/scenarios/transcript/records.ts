// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Writes a record in a few lines: its status, times and references. */
import type { Communication, Resource } from '@medplum/fhirtypes';
import type { Parts } from './common.ts';
import { elsewhere, flatten, flattenExtensions, nested } from './flatten.ts';
import type { Extension, Leaf } from './flatten.ts';
import type { Parameters } from './parameters.ts';
import { Sentence, bareOrMissing, leaf, wrapped } from './text.ts';
import type { Fact } from './text.ts';

export interface RecordContext {
  parts: Parts;
  parameters: Parameters;
  /** A reference to the call's own Communication. */
  record: string;
}

/** A record, or a part that is compared separately. */
interface Described {
  kind: string;
  facts: Fact[];
  sentence: Sentence;
  excused?: (name: string) => boolean;
}

/** Fields of a call or leg extension that repeat a Twilio parameter. */
const repeatedFields: Record<string, string> = {
  'callSid.valueString': 'CallSid',
  'callStatus.valueString': 'CallStatus',
  'parentCallSid.valueString': 'ParentCallSid',
  'direction.valueString': 'Direction',
  'stirVerstat.valueString': 'StirVerstat',
  'from.valueString': 'From',
  'to.valueString': 'To',
  'durationSeconds.valueInteger': 'CallDuration',
  'sequenceNumber.valueInteger': 'SequenceNumber',
  'sipResponseCode.valueInteger': 'SipResponseCode',
  'errorCode.valueInteger': 'ErrorCode',
  'recordingSid.valueString': 'RecordingSid',
  'recordingSeconds.valueInteger': 'RecordingDuration',
  'queueResult.valueCode': 'QueueResult',
  'queueSeconds.valueInteger': 'QueueTime',
  'bridged.valueBoolean': 'DialBridged',
  'reportedStatus.valueCode': 'DialCallStatus',
};

const callUrl = 'https://plumline.dev/fhir/StructureDefinition/twilio-call';

export function recordLines(resource: Resource, context: RecordContext): string[] {
  const [call] = nested((resource as Communication).extension ?? [], callUrl);
  const { kind, facts, sentence } = describe(resource, context, call ? [call] : []);
  const own = call && describeCall('call extension', call, context);
  const head = [
    ...sentence.take('code.coding[0].code', word),
    ...sentence.take('status', word),
    ...(own?.sentence.take('outcome.valueCode', (code) => `outcome ${code}`) ?? []),
    ...sentence.take('code.text', word),
    ...(call ? [] : sentence.take('payload[0].contentString', word)),
  ];
  const times = moments(sentence, ['sent', 'received', 'authoredOn']);
  return [
    [kind, head.join(', ')].join(' '),
    ...indented(wrapped([...times, ...references(sentence)], '', ', ')),
    ...indented(wrapped(rest(context, { kind, facts, sentence }), '')),
    ...(own ? indented(wrapped(rest(context, own), '')) : []),
    ...(own?.legs.flatMap((leg) => indented(legLines(leg, context))) ?? []),
  ];
}

function legLines(leg: Extension, context: RecordContext): string[] {
  const isRoot = flattenExtensions(leg.extension, []).some(
    ([name, value]) => name === 'callSid.valueString' && value === context.parameters.callSid,
  );
  const described = describeCall(isRoot ? 'root leg extension' : 'leg extension', leg, context);
  const { sentence } = described;
  const head = ['callSid.valueString', 'to.valueString', 'outcome.valueCode'].flatMap((name) =>
    sentence.take(name, word),
  );
  const times = moments(sentence, ['start.valueInstant', 'answered.valueInstant', 'end.valueInstant']);
  return wrapped([`leg ${head.join(' ')}: ${times.join(', ')}`, ...rest(context, described)], '  ');
}

/** A record without the members that the server adds. */
function describe(resource: Resource, context: RecordContext, apart: Extension[]): Described {
  const { meta: _meta, id: _id, resourceType, ...stored } = resource;
  const leaves = flatten(stored, '', apart);
  const values = new Map(leaves);
  const category = values.get('category[0].coding[0].code');
  const kind = [bareOrMissing(resourceType), ...(category === undefined ? [] : [leaf(category)])].join(' ');
  return { kind, ...sentenceOf(leaves, repeatedIn(resourceType, values, context)) };
}

function describeCall(
  kind: string,
  extension: Extension,
  { parameters }: RecordContext,
): Described & { legs: Extension[] } {
  const legs = kind === 'call extension' ? nested(extension.extension, 'leg') : [];
  const leaves = flattenExtensions(extension.extension, legs);
  const params = parameters.reported(String(leaves.find(([name]) => name === 'callSid.valueString')?.[1]));
  const known = new Map(
    Object.entries(repeatedFields).flatMap(([name, param]): [string, Repeated][] => {
      const text = params[param];
      const value = /Integer$/.test(name) ? Number(text) : /Boolean$/.test(name) ? text === 'true' : text;
      // A browser call has an empty To, which is not stored.
      return text === undefined || text === '' ? [] : [[name, [value, `{${param}}`]]];
    }),
  );
  const excused = (name: string): boolean => name in repeatedFields && !known.has(name);
  return { kind, ...sentenceOf(leaves, known), excused, legs };
}

/** A value that occurs elsewhere in the transcript, and the reference to it. */
type Repeated = readonly [value: unknown, reference: string];

/** The values that a record repeats from its call. */
function repeatedIn(
  type: string,
  values: Map<string, unknown>,
  { parameters, record }: RecordContext,
): Map<string, Repeated> {
  const { callSid } = parameters;
  const { From, CallDuration = '' } = parameters.reported(callSid);
  const task = `${callSid}.${String(values.get('code.coding[0].code'))}`;
  const summary = values.get('payload[0].contentString');
  const ending = `; duration=${CallDuration}s`;
  return new Map<string, Repeated>([
    ['identifier[0].value', type === 'Task' ? [task, '{CallSid}.{code}'] : [callSid, '{CallSid}']],
    ['identifier[1].value', [From, '{From}']],
    ...['focus', 'about[0]', 'partOf[0]'].map((name) => [`${name}.reference`, [record, '{record}']] as const),
    ...(typeof summary === 'string' && summary.endsWith(ending)
      ? [['payload[0].contentString', [summary, leaf(summary.replace(ending, '; duration={CallDuration}s'))]] as const]
      : []),
  ]);
}

function sentenceOf(leaves: Leaf[], known: Map<string, Repeated>): { facts: Fact[]; sentence: Sentence } {
  const sentence = new Sentence(new Map(leaves.map(([name, value]) => [name, value === elsewhere ? '' : leaf(value)])));
  leaves.filter(([, value]) => value === elsewhere).forEach(([name]) => sentence.shown.add(name));
  const facts = leaves.map(([name, value]): Fact => {
    const [expected, reference = ''] = known.get(name) ?? [];
    // A seal depends on the millisecond of the call's preparation.
    if (name.endsWith('call-seal.valueString') && /^[\w-]{43}$/.test(String(value))) {
      return [name, '{seal}'];
    }
    return [name, expected !== undefined && expected === value ? reference : value === elsewhere ? '' : leaf(value)];
  });
  return { facts, sentence };
}

function rest({ parts }: RecordContext, { kind, facts, sentence, excused }: Described): string[] {
  return parts.differences({ kind, facts, shown: sentence.shown, ...(excused && { excused }) });
}

function moments(sentence: Sentence, names: string[]): string[] {
  return names.flatMap((name) =>
    sentence.take(name, (at) => `${name.replace('.valueInstant', '')} ${at}`, /^T[+-]\d+s$/),
  );
}

function references(sentence: Sentence): string[] {
  const names = ['subject', 'for', 'sender', 'recipient[0]', 'owner', 'basedOn[0]'];
  return names.flatMap((name) =>
    sentence.take(`${name}.reference`, (reference) => `${name.replace('[0]', '')} ${reference}`),
  );
}

function word(text: string): string {
  return text;
}

function indented(lines: string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
