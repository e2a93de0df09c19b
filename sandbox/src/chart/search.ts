// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  badRequest,
  DEFAULT_MAX_SEARCH_COUNT,
  DEFAULT_SEARCH_COUNT,
  evalFhirPathTyped,
  formatSearchQuery,
  getSearchParameter,
  isResourceType,
  OperationOutcomeError,
  stringify,
  subsetResource,
  toPeriod,
  toTypedValue,
} from '@medplum/core';
import type { SearchRequest, SortRule, WithId } from '@medplum/core';
import type { Bundle, BundleEntry, BundleLink, Resource } from '@medplum/fhirtypes';

const maxOffset = 10_000;

/** Fails for searches that the server rejects. MemoryRepository returns no results for them. */
export function checkSearch(request: SearchRequest): void {
  const { resourceType, filters = [], sortRules = [], offset = 0 } = request;
  if (!isResourceType(resourceType)) {
    throw new OperationOutcomeError(badRequest('Unknown resource type'));
  }
  for (const { code } of filters) {
    if (code === '_filter' || code.startsWith('_has:')) {
      throw new OperationOutcomeError(badRequest(`The sandbox cannot search by ${code.replace(/:.*/, '')}`));
    }
    // Later parts of a chained parameter are checked when the chain is resolved.
    const [first = code] = code.split(/[.:]/);
    if (!getSearchParameter(resourceType, first)) {
      throw new OperationOutcomeError(badRequest(`Unknown search parameter: ${code}`));
    }
  }
  for (const { code } of sortRules) {
    if (!getSearchParameter(resourceType, code)) {
      throw new OperationOutcomeError(badRequest(`Unknown search parameter: ${code}`));
    }
  }
  if (offset > maxOffset) {
    throw new OperationOutcomeError(
      badRequest(`Search offset exceeds maximum (got ${offset}, max ${maxOffset})`, '_offset'),
    );
  }
}

/** Returns one page of search results in sorted order. */
export function page<T extends Resource>(
  found: WithId<T>[],
  request: SearchRequest<T>,
  baseUrl: string,
): Bundle<WithId<T>> {
  const offset = request.offset ?? 0;
  const count = Math.min(request.count ?? DEFAULT_SEARCH_COUNT, DEFAULT_MAX_SEARCH_COUNT);
  const resources = sorted(found, request).slice(offset, offset + count);
  const entry = resources.map((resource): BundleEntry<WithId<T>> => ({
    fullUrl: `${baseUrl}fhir/R4/${resource.resourceType}/${resource.id}`,
    search: { mode: 'match' },
    resource,
  }));
  const link = (relation: string, from: number): BundleLink => ({
    relation,
    url: `${baseUrl}fhir/R4/${request.resourceType}${formatSearchQuery({ ...request, count, offset: from })}`,
  });
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(entry.length > 0 && { entry }),
    // Counting needs a query of its own, so the server counts only on request.
    ...((request.total === 'accurate' || request.total === 'estimate') && { total: found.length }),
    link: [
      link('self', offset),
      link('first', 0),
      ...(count > 0 && found.length > offset + count ? [link('next', offset + count)] : []),
      ...(offset > 0 ? [link('previous', Math.max(0, offset - count))] : []),
    ],
  };
}

/**
 * Removes all elements that were not requested. This is the last step, since other steps can need the other elements.
 */
export function subset<T extends Resource>(bundle: Bundle<T>, fields: string[] | undefined): Bundle<T> {
  if (fields) {
    for (const entry of bundle.entry ?? []) {
      const filtered = entry.search?.mode === 'include' ? entry.resource : subsetResource(entry.resource, fields);
      if (filtered) {
        entry.resource = JSON.parse(stringify(filtered)) as T;
      }
    }
  }
  return bundle;
}

/** Sorts by the first rule, then by the next one. Resources without a value are last in ascending order. */
function sorted<T extends Resource>(
  found: WithId<T>[],
  { resourceType, sortRules = [] }: SearchRequest<T>,
): WithId<T>[] {
  if (sortRules.length === 0) {
    return found;
  }
  const keyed = found.map((resource) => ({
    resource,
    keys: sortRules.map(({ code }) => sortKey(resource, resourceType, code)),
  }));
  return keyed.sort((a, b) => compare(a.keys, b.keys, sortRules)).map(({ resource }) => resource);
}

function compare(a: (string | undefined)[], b: (string | undefined)[], rules: SortRule[]): number {
  for (const [index, { descending }] of rules.entries()) {
    const [left, right] = [a[index], b[index]];
    if (left !== right) {
      if (left === undefined || right === undefined) {
        // Medplum uses the default of PostgreSQL: a missing value is greater than all other values.
        return (left === undefined) === descending ? -1 : 1;
      }
      return (left < right ? -1 : 1) * (descending ? -1 : 1);
    }
  }
  return 0;
}

function sortKey(resource: Resource, type: string, code: string): string | undefined {
  const parameter = getSearchParameter(type, code);
  const [value] = evalFhirPathTyped(parameter?.expression ?? '', [toTypedValue(resource)]);
  if (!value) {
    return undefined;
  }
  // Instants can have different offsets, so they are compared by time.
  return parameter?.type === 'date' ? toPeriod(value.value)?.start : JSON.stringify(value.value);
}
