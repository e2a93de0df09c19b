// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  badRequest,
  DEFAULT_MAX_SEARCH_COUNT,
  DEFAULT_SEARCH_COUNT,
  formatSearchQuery,
  getDataType,
  getSearchParameter,
  isResourceType,
  OperationOutcomeError,
  serverError,
  stringify,
  subsetResource,
  toPeriod,
} from '@medplum/core';
import type { SearchRequest, SortRule, WithId } from '@medplum/core';
import type { Bundle, BundleEntry, BundleLink, Resource } from '@medplum/fhirtypes';
import { valuesOf } from './values.ts';

const maxOffset = 10_000;

/** Fails for searches that the server rejects. MemoryRepository returns no results for them. */
export function checkSearch(request: SearchRequest): void {
  const { resourceType, filters = [], sortRules = [], offset = 0 } = request;
  if (!isResourceType(resourceType)) {
    throw new OperationOutcomeError(badRequest('Unknown resource type'));
  }
  for (const { code } of filters) {
    // MemoryRepository compares a chained text search with the whole value.
    if (code === '_filter' || code.startsWith('_has:') || /\..*:(contains|text)$/.test(code)) {
      throw new OperationOutcomeError(badRequest(`The sandbox cannot search by ${code.replace(/^(_\w+):.*/, '$1')}`));
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

/** Returns one page of search results in sorted order. The entries hold the resources of `found` themselves. */
export function page<T extends Resource>(
  found: WithId<T>[],
  request: SearchRequest<T>,
  baseUrl: string,
): Bundle<WithId<T>> {
  const offset = request.offset ?? 0;
  const count = Math.min(request.count ?? DEFAULT_SEARCH_COUNT, DEFAULT_MAX_SEARCH_COUNT);
  const ordered = afterCursor(sorted(found, request), request);
  const resources = ordered.slice(offset, offset + count);
  const next = count > 0 ? ordered[offset + count] : undefined;
  const entry = resources.map((resource): BundleEntry<WithId<T>> => ({
    fullUrl: fullUrl(baseUrl, resource.resourceType, resource.id),
    search: { mode: 'match' },
    resource,
  }));
  const link = (relation: string, from: Pick<SearchRequest, 'cursor' | 'offset'>): BundleLink => {
    const { cursor: _, offset: __, ...rest } = request;
    return {
      relation,
      url: `${baseUrl}fhir/R4/${request.resourceType}${formatSearchQuery({ ...rest, count, ...from })}`,
    };
  };
  const cursor = next && cursorOf(resources, next, { ...request, offset, count });
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(entry.length > 0 && { entry }),
    // Counting needs a query of its own, so the server counts only on request.
    ...((request.total === 'accurate' || request.total === 'estimate') && { total: found.length }),
    link: [
      link('self', request.cursor === undefined ? { offset } : { cursor: request.cursor }),
      link('first', {}),
      ...(next ? [link('next', cursor === undefined ? { offset: offset + count } : { cursor })] : []),
      ...(offset > 0 ? [link('previous', { offset: Math.max(0, offset - count) })] : []),
    ],
  };
}

export function fullUrl(baseUrl: string, type: string, id: string): string {
  return `${baseUrl}fhir/R4/${type}/${id}`;
}

/**
 * The cursor of the next page, `2-<milliseconds>-<ids>`: its first instant, and the resources of that instant on this
 * page. The server uses it for pages of 20 or more by `_lastUpdated`. Undefined for all other pages.
 */
function cursorOf(
  resources: Resource[],
  next: Resource,
  { cursor, offset, count, sortRules }: SearchRequest & { offset: number; count: number },
): string | undefined {
  const [rule, ...otherRules] = sortRules ?? [];
  if (offset > 0 || count < 20 || rule?.code !== '_lastUpdated' || rule.descending || otherRules.length > 0) {
    return undefined;
  }
  const instant = next.meta?.lastUpdated ?? '';
  if (resources[0]?.meta?.lastUpdated === instant) {
    if (cursor === undefined) {
      // The server fails here too. The sandbox can write a page within a millisecond, the server cannot.
      return undefined;
    }
    throw new OperationOutcomeError(serverError(new Error('Cursor fails to make progress')));
  }
  const shown = resources.filter(({ meta }) => meta?.lastUpdated === instant).map(({ id }) => id);
  return [`2-${Date.parse(instant)}`, ...(shown.length > 0 ? [shown.join(',')] : [])].join('-');
}

function afterCursor<T extends Resource>(resources: WithId<T>[], { cursor, offset }: SearchRequest<T>): WithId<T>[] {
  const [, milliseconds, ids = ''] = /^2-(\d+)(?:-(.*))?$/.exec(cursor ?? '') ?? [];
  if (milliseconds === undefined) {
    return resources;
  }
  if (offset) {
    throw new OperationOutcomeError(badRequest('Cannot use both offset and cursor'));
  }
  const shown = ids.split(',');
  return resources.filter(
    ({ id, meta }) => Date.parse(meta?.lastUpdated ?? '') >= Number(milliseconds) && !shown.includes(id),
  );
}

/**
 * Removes all elements that were not requested and are not mandatory. This is the last step, since other steps can need
 * the other elements.
 */
export function subset<T extends Resource>(bundle: Bundle<T>, fields: string[] | undefined): Bundle<T> {
  if (fields) {
    for (const entry of bundle.entry ?? []) {
      const { resource, search } = entry;
      const mandatory = resource ? (getDataType(resource.resourceType).mandatoryProperties ?? []) : [];
      const filtered = search?.mode === 'include' ? resource : subsetResource(resource, [...mandatory, ...fields]);
      if (filtered) {
        entry.resource = JSON.parse(stringify(filtered)) as T;
      }
    }
  }
  return bundle;
}

/** Sorts by the first rule, then by the next one. Resources without a value are last in ascending order. */
function sorted<T extends Resource>(found: WithId<T>[], { sortRules = [] }: SearchRequest<T>): WithId<T>[] {
  if (sortRules.length === 0) {
    return found;
  }
  const keyed = found.map((resource) => ({
    resource,
    keys: sortRules.map(({ code }) => sortKey(resource, code)),
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

function sortKey(resource: Resource, code: string): string | undefined {
  const { typed, tokens } = valuesOf(resource, code);
  const { type } = getSearchParameter(resource.resourceType, code) ?? {};
  if (type === 'token') {
    // Medplum sorts by the first value in alphabetical order.
    return tokens.flatMap(({ value }) => value ?? []).sort()[0];
  }
  const [first] = typed;
  if (!first) {
    return undefined;
  }
  // Instants can have different offsets, so they are compared by time.
  return type === 'date' ? toPeriod(first.value)?.start : JSON.stringify(first.value);
}
