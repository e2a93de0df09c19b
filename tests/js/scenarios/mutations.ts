// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Generates every small change of a recorded call. The transcripts must show each one. */
import { verbsOf, writeDocument } from './transcript/document.ts';
import type { TwimlElement } from './transcript/document.ts';
import type { Recording } from './transcript/recording.ts';

export interface Mutation {
  /** The path and the kind of change: `.records.0.status: longer`. */
  name: string;
  recording: Recording;
}

/** Members whose order has no meaning: types, URLs, and members that the server adds. */
const unordered = new Set(['resourceType', 'url', 'id', 'meta']);

interface Change {
  name: string;
  value: unknown;
}

/** All mutations of the transcript's sources: requests, documents, sounds, legs, log and records. */
export function* mutationsOf(recording: Recording): Generator<Mutation> {
  const { call, log, records } = recording;
  for (const { name, value } of changesOf({ call, log, records }, '')) {
    // Transcripts omit the server's members, which differ from run to run.
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

/** All versions of a value with exactly one change. */
function* changesOf(value: unknown, name: string): Generator<Change> {
  if (Array.isArray(value)) {
    const list = value as unknown[];
    for (const [index, item] of list.entries()) {
      yield { name: `${name}.${index}: removed`, value: list.toSpliced(index, 1) };
      yield { name: `${name}.${index}: repeated`, value: list.toSpliced(index, 0, item) };
      const next = list[index + 1];
      if (next !== undefined && JSON.stringify(next) !== JSON.stringify(item)) {
        yield { name: `${name}.${index}: after the next`, value: list.toSpliced(index, 2, next, item) };
      }
      for (const change of changesOf(item, `${name}.${index}`)) {
        yield { name: change.name, value: list.with(index, change.value) };
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    for (const [index, [key, item]] of members.entries()) {
      if (isOpen(name)) {
        yield { name: `${name}.${key}: removed`, value: Object.fromEntries(members.toSpliced(index, 1)) };
      }
      const next = members[index + 1];
      if (isOpen(name) && next && ![key, next[0]].some((item) => unordered.has(item))) {
        const swapped = members.toSpliced(index, 2, next, [key, item]);
        yield { name: `${name}.${key}: after the next`, value: Object.fromEntries(swapped) };
      }
      for (const change of changesOf(item, `${name}.${key}`)) {
        // The spread keeps the member's position.
        yield { name: change.name, value: { ...value, [key]: change.value } };
      }
    }
    if (isOpen(name)) {
      yield { name: `${name}: added`, value: { ...value, Added: 'added' } };
    }
  } else {
    yield* leafChangesOf(value, name);
  }
}

function* leafChangesOf(value: unknown, name: string): Generator<Change> {
  if (typeof value === 'string') {
    yield { name: `${name}: longer`, value: `${value}x` };
    if (value !== '') {
      yield { name: `${name}: empty`, value: '' };
    }
    yield { name: `${name}: quoted`, value: JSON.stringify(value) };
  } else if (typeof value === 'number') {
    // More than a minute, because transcripts show whole seconds.
    yield { name: `${name}: more`, value: value + (name.endsWith('.time') ? 100_000 : 1) };
  } else if (typeof value === 'boolean') {
    yield { name: `${name}: not`, value: !value };
  }
  if (name.startsWith('.records')) {
    const other = typeof value === 'string' ? Number(value) || 0 : String(value);
    yield { name: `${name}: of another type`, value: other };
  }
}

/** Whether the object can gain and lose members: parameters, attributes and records. */
function isOpen(name: string): boolean {
  return /\.params$|\.attributes$|^\.records\.\d+/.test(name);
}
