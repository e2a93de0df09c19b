// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Replaces values that differ between runs with stable names: ids, SIDs, URLs, seals and instants. */
import type { Resource } from '@medplum/fhirtypes';
import type { CallResult, PhoneRequest } from '../../../../sandbox/src/twilio.ts';
import type { Recording } from './recording.ts';

const sid = /\b(CA|RE|QU|CF|TR|AP|AC|PN|SK)[0-9a-f]{32}\b/g;
const uuid = /\b[0-9a-f]{8}([-_])[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\b/g;
const isoInstant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
/** The format of RecordingStartTime. The offset stays, so that the two formats differ in a transcript. */
const rfcInstant = /\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?= \+0000)/g;

/** The expiry and the signature of a presigned URL. */
const presigned = /\?Expires=\d+&Signature=[\w-]{43}/g;

/** A request with the seconds since the start of the call. */
export type NamedRequest = PhoneRequest & { at: string };

export interface NamedRecording {
  call: Omit<CallResult, 'requests'> & { requests: NamedRequest[] };
  log: string[];
  records: Resource[];
}

/** The same recording with stable names. */
export function withNames(recording: Recording): NamedRecording {
  const { log, records, startedAt, places } = recording;
  const { requests: made, ...call } = recording.call;
  const rename = renamer(recording);
  const seconds = (at: number): string => `T${at < startedAt ? '' : '+'}${Math.floor((at - startedAt) / 1000)}s`;
  const text = (value: string): string => {
    // Shorter than any instant, webhook URL or id.
    if (value.length < 20) {
      return value;
    }
    const placed = places.reduce((before, [url, word]) => before.replaceAll(url, word), value);
    return rename(placed)
      .replace(presigned, '?presigned')
      .replace(isoInstant, (instant) => seconds(Date.parse(instant)))
      .replace(rfcInstant, (instant) => seconds(Date.parse(`${instant} +0000`)));
  };
  const deep = <T>(value: T): T => {
    if (typeof value === 'string') {
      return text(value) as T;
    }
    if (Array.isArray(value)) {
      return value.map(deep) as T;
    }
    return typeof value === 'object' && value !== null
      ? (Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one)])) as T)
      : value;
  };
  const requests = made.map((request) => ({ ...deep(request), at: seconds(request.time) }));
  return { call: { ...deep(call), requests }, log: deep(log), records: deep(records) };
}

/** `CA1`, `CA2`, … and `id1`, `id2`, … in order of appearance. People and organizations keep their names. */
function renamer({ people }: Recording): (text: string) => string {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const numbered = (kind: string, id: string): string => {
    const count = (counts.get(kind) ?? 0) + 1;
    const name = names.get(id) ?? `${kind}${count}`;
    if (!names.has(id)) {
      counts.set(kind, count);
      names.set(id, name);
    }
    return name;
  };
  const called = new Map(Object.entries(people).map(([id, name]) => [id, name.toLowerCase().replaceAll(/\W+/g, '-')]));
  const own = (id: string): string | undefined => {
    const name = called.get(id);
    return [...called.values()].filter((one) => one === name).length === 1 ? name : undefined;
  };
  return (text) =>
    text
      .replace(sid, (id: string, kind: string) => numbered(kind, id))
      .replace(uuid, (id: string, separator: string) => {
        // A Twilio client identity has underscores in place of the id's hyphens, and so does its name.
        const name = own(id.replaceAll('_', '-'));
        return name === undefined ? numbered('id', id) : name.replaceAll('-', separator);
      });
}
