// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Every small change of a recorded call: what the transcripts must show. */
import { verbsOf, writeDocument } from './transcript/document.ts';
import type { TwimlElement } from './transcript/document.ts';
import type { Recording } from './transcript/recording.ts';

export interface Mutation {
  /** Where and what: `records.0.status: changed`. */
  name: string;
  recording: Recording;
}

/** Members that say what a record or an extension is, wherever they stand, and those that the server adds. */
const unordered = new Set(['resourceType', 'url', 'id', 'meta']);

interface Change {
  name: string;
  value: unknown;
}

/** All of them that a transcript is made of: requests, documents, sounds, legs, log and records. */
export function* mutationsOf(recording: Recording): Generator<Mutation> {
  const { call, log, records } = recording;
  for (const { name, value } of changesOf({ call, log, records }, '')) {
    // The server's own members, which differ from run to run, are in no transcript.
    if (!/^\.records\.\d+\.(id|meta)\b/.test(name)) {
      yield { name, recording: { ...recording, ...(value as object) } };
    }
  }
  for (const [index, request] of call.requests.entries()) {
    for (const { name, value } of changesOf(verbsOf(request.body), `.body.${index}`)) {
      const body = writeDocument(value as TwimlElement[]);
      const requests = call.requests.with(index, { ...request, body });
      yield { name, recording: { ...recording, call: { ...call, requests } } };
    }
  }
}

/** A value with one change in it, for each that there is. */
function* changesOf(value: unknown, name: string): Generator<Change> {
  if (Array.isArray(value)) {
    const list = value as unknown[];
    for (const [index, one] of list.entries()) {
      yield { name: `${name}.${index}: removed`, value: list.toSpliced(index, 1) };
      yield { name: `${name}.${index}: repeated`, value: list.toSpliced(index, 0, one) };
      const next = list[index + 1];
      if (next !== undefined && JSON.stringify(next) !== JSON.stringify(one)) {
        yield { name: `${name}.${index}: after the next`, value: list.toSpliced(index, 2, next, one) };
      }
      for (const change of changesOf(one, `${name}.${index}`)) {
        yield { name: change.name, value: list.with(index, change.value) };
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    for (const [index, [key, one]] of members.entries()) {
      if (isOpen(name)) {
        yield { name: `${name}.${key}: removed`, value: Object.fromEntries(members.toSpliced(index, 1)) };
      }
      const next = members[index + 1];
      if (isOpen(name) && next && ![key, next[0]].some((one) => unordered.has(one))) {
        const swapped = members.toSpliced(index, 2, next, [key, one]);
        yield { name: `${name}.${key}: after the next`, value: Object.fromEntries(swapped) };
      }
      for (const change of changesOf(one, `${name}.${key}`)) {
        // In its old place.
        yield { name: change.name, value: { ...value, [key]: change.value } };
      }
    }
    if (isOpen(name)) {
      yield { name: `${name}: added`, value: { ...value, Added: 'added' } };
    }
  } else {
    yield* leavesOf(value, name);
  }
}

function* leavesOf(value: unknown, name: string): Generator<Change> {
  if (typeof value === 'string') {
    yield { name: `${name}: longer`, value: `${value}x` };
    if (value !== '') {
      yield { name: `${name}: empty`, value: '' };
    }
    yield { name: `${name}: quoted`, value: JSON.stringify(value) };
  } else if (typeof value === 'number') {
    // A minute and more, since instants are written to the second.
    yield { name: `${name}: more`, value: value + (name.endsWith('.time') ? 100_000 : 1) };
  } else if (typeof value === 'boolean') {
    yield { name: `${name}: not`, value: !value };
  }
  if (name.startsWith('.records')) {
    const other = typeof value === 'string' ? Number(value) || 0 : String(value);
    yield { name: `${name}: of another type`, value: other };
  }
}

/** Whether members may come and go: in parameters, attributes and records, but not in what the sandbox calls a call. */
function isOpen(name: string): boolean {
  return /\.params$|\.attributes$|^\.records\.\d+/.test(name);
}
