// SPDX-License-Identifier: Apache-2.0 OR MIT
import { badRequest, OperationOutcomeError, parseSearchRequest } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';

/**
 * Replaces each conditional reference (`Patient?phone=…`) by the one resource that it matches. If there is no match or
 * more than one, the write fails. `find` returns references.
 */
export async function resolveReferences<T extends Resource>(
  resource: T,
  find: (search: ReturnType<typeof parseSearchRequest>) => Promise<string[]>,
): Promise<T> {
  const resolve = async (value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) {
      return Promise.all(value.map(resolve));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const entries = await Promise.all(
      Object.entries(value).map(async ([name, inner]): Promise<[string, unknown]> => {
        if (name === 'reference' && typeof inner === 'string' && /^[A-Za-z]+\?/.test(inner)) {
          const [found, ...more] = await find({ ...parseSearchRequest(inner), count: 2 });
          if (found === undefined || more.length > 0) {
            throw new OperationOutcomeError(
              badRequest(
                found === undefined
                  ? 'Conditional reference did not match any resources'
                  : 'Conditional reference matched multiple resources',
              ),
            );
          }
          return [name, found];
        }
        return [name, await resolve(inner)];
      }),
    );
    return Object.fromEntries(entries);
  };
  return JSON.stringify(resource).includes('?') ? ((await resolve(resource)) as T) : resource;
}
