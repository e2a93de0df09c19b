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

/** Fails where the server does: MemoryRepository just finds nothing. */
export function checkSearch(request: SearchRequest): void {
  const { resourceType, filters = [], sortRules = [], offset = 0 } = request;
  if (!isResourceType(resourceType)) {
    throw new OperationOutcomeError(badRequest('Unknown resource type'));
  }
  for (const { code } of filters) {
    if (code === '_filter' || code.startsWith('_has:')) {
      throw new OperationOutcomeError(badRequest(`The sandbox cannot search by ${code.replace(/:.*/, '')}`));
    }
    // A chain's later parts are looked up by whoever follows it.
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

/** One page of what was found, in order. */
export function page<T extends Resource>(
  found: WithId<T>[],
  request: SearchRequest<T>,
  baseUrl: string,
): Bundle<WithId<T>> {
  const offset = request.offset ?? 0;
  const count = Math.min(request.count ?? DEFAULT_SEARCH_COUNT, DEFAULT_MAX_SEARCH_COUNT);
  const shown = sorted(found, request).slice(offset, offset + count);
  const entry = shown.map((resource): BundleEntry<WithId<T>> => ({
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
    // Counting costs a query of its own, and is done for who asks.
    ...((request.total === 'accurate' || request.total === 'estimate') && { total: found.length }),
    link: [
      link('self', offset),
      link('first', 0),
      ...(count > 0 && found.length > offset + count ? [link('next', offset + count)] : []),
      ...(offset > 0 ? [link('previous', Math.max(0, offset - count))] : []),
    ],
  };
}

/** Leaves the elements that were asked for, once everything else has been found by means of the others. */
export function subset<T extends Resource>(bundle: Bundle<T>, fields: string[] | undefined): Bundle<T> {
  if (fields) {
    for (const entry of bundle.entry ?? []) {
      const kept = entry.search?.mode === 'include' ? entry.resource : subsetResource(entry.resource, fields);
      if (kept) {
        entry.resource = JSON.parse(stringify(kept)) as T;
      }
    }
  }
  return bundle;
}

/** The first rule counts most. What has no value comes last, upwards and downwards. */
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
        // As PostgreSQL does, and Medplum leaves it at that: what is missing is greater than all there is.
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
  // Instants with different offsets are put into order by what they mean.
  return parameter?.type === 'date' ? toPeriod(value.value)?.start : JSON.stringify(value.value);
}
