// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The searches that were recorded from a real Medplum server have the same results in the sandbox. */
import type { WithId } from '@medplum/core';
import type { Appointment, Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { uuid } from '../../sandbox/src/base/seed.ts';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { fhirRequest } from './sandbox-client.ts';
import { recordedSearches, skipOfficial } from './vectors.ts';

/** A recorded entry. `…` says which entry has the members that are left out, and how many entries follow. */
type Recorded = BundleEntry & { '…'?: string };
type RecordedBundle = Omit<Bundle, 'entry'> & { entry: Recorded[] };

/** More resources than the recording shows: copies of its last one. They sort after the recorded ones. */
const moreCopies: Record<string, number> = { 'search/due-next': 490 - 6, 'search/appointment-patient-date': 1 };

const serviceType = [{ coding: [{ system: 'https://example.com/visit', code: 'office-visit' }] }];

let sandbox: Sandbox;

/** Replaces the placeholders of ids and of the base URL. */
function fill<T>(value: T): T {
  const text = JSON.stringify(value)
    .replaceAll('<base>', sandbox.url)
    .replaceAll(/<(?!instant|version|ms|like)([a-z0-9-]+)>/g, (_, name: string) => uuid('recorded', name));
  return JSON.parse(text) as T;
}

const bodyOf = (id: string): RecordedBundle =>
  fill((recordedSearches.find((one) => one.id === id) ?? assert.fail(id)).response.body as RecordedBundle);

/** The recorded entries with the members of the entry that they resemble. */
function complete({ entry }: RecordedBundle): Recorded[] {
  return entry.flatMap((one) => {
    const { '…': like, ...rest } = one;
    if (like === undefined) {
      return one;
    }
    if (rest.resource === undefined) {
      return [];
    }
    if (like.includes('first')) {
      return { ...rest, resource: { ...entry[0]?.resource, ...rest.resource } as Resource };
    }
    const { start } = rest.resource as Appointment;
    // An appointment with a start has an end.
    return { ...rest, resource: { ...appointment(), ...(start && { end: start }), ...rest.resource } as Appointment };
  });
}

function appointment(): object {
  const { start: _, end: __, ...rest } = bodyOf('search/appointment-patient-date').entry[0]?.resource as Appointment;
  return { ...rest, serviceType };
}

/** Asserts that the result has all recorded members. */
function assertLike(actual: unknown, expected: unknown, path = ''): void {
  if (typeof expected === 'string' && /<(?:instant|version-\d+|ms)>/.test(expected)) {
    const [start = '', end = ''] = expected.split(/<[^>]+>/);
    assert.ok(String(actual).startsWith(start) && String(actual).endsWith(end), `${path}: ${String(actual)}`);
  } else if (Array.isArray(expected)) {
    assert.equal((actual as unknown[]).length, expected.length, path);
    expected.forEach((one, at) => assertLike((actual as unknown[])[at], one, `${path}/${at}`));
  } else if (typeof expected === 'object' && expected !== null) {
    for (const [name, value] of Object.entries(expected)) {
      assertLike((actual as Record<string, unknown> | undefined)?.[name], value, `${path}/${name}`);
    }
  } else {
    assert.deepEqual(actual, expected, path);
  }
}

describe('recorded searches', { skip: skipOfficial }, () => {
  before(async () => {
    sandbox = await startSandbox({ seed: 'recorded' });
    const known = new Set<string>();
    let at = Date.parse('2026-11-29T08:00:00Z');
    const add = async (resource: Resource): Promise<void> => {
      // A cursor needs a different instant for each page.
      sandbox.setTime((at += 1000));
      const { meta: _, ...content } = resource;
      await sandbox.addResource(content as WithId<Resource>);
    };
    for (const { id } of recordedSearches) {
      for (const { resource } of complete(bodyOf(id))) {
        if (resource?.id !== undefined && !known.has(resource.id)) {
          known.add(resource.id);
          await add(resource);
        }
      }
      const last = complete(bodyOf(id)).at(-1)?.resource;
      for (let copy = 0; copy < (moreCopies[id] ?? 0); copy++) {
        await add({ ...last, id: uuid(id, `${copy}`) } as Resource);
      }
    }
  });
  after(() => sandbox.stop());

  for (const { id, request } of recordedSearches) {
    test(id, async () => {
      const { status, body } = await fhirRequest<Bundle>(
        sandbox,
        request.method,
        fill(request.path).replace('/fhir/R4/', ''),
      );
      assert.equal(status, 200);
      const { entry, ...expected } = bodyOf(id);
      const { entry: found = [], ...rest } = body;
      assertLike(rest, expected);
      const following = Number(/^<(\d+) like/.exec(entry.at(-1)?.['…'] ?? '')?.[1] ?? 1) - 1;
      assert.equal(found.length, entry.length + following);
      entry.forEach(({ '…': _, ...one }, at) => assertLike(found[at], one, `/${at}`));
    });
  }
});
