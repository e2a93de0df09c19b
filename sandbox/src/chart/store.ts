// SPDX-License-Identifier: Apache-2.0 OR MIT
import { deepClone, gone, isChainedSearchFilter, OperationOutcomeError } from '@medplum/core';
import type { SearchRequest, WithId } from '@medplum/core';
import { MemoryRepository } from '@medplum/fhir-router';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { uuid } from '../base/seed.ts';
import { matcher } from './matching.ts';

/** A resource before the current transaction. */
interface Snapshot {
  type: string;
  id: string;
  /** Oldest first. Empty if the resource did not exist or was deleted. */
  versions: Resource[];
  deleted: boolean;
}

/**
 * All resources with their versions. It does not check writes: the caller does. It adds to MemoryRepository: ids from
 * the seed, a clock that can be set, deleted resources that answer 410, rollback, and an index for searches.
 */
export class Store extends MemoryRepository {
  readonly #seed: string;
  readonly #now: () => number;
  readonly #deleted = new Set<string>();
  #ids = 0;
  #versions = 0;
  #snapshots: Map<string, Snapshot> | undefined;

  constructor(seed: string, now: () => number) {
    super();
    this.#seed = seed;
    this.#now = now;
  }

  override generateId(): string {
    return uuid(this.#seed, `resource/${++this.#ids}`);
  }

  override async readResource<T extends Resource>(type: string, id: string): Promise<T> {
    if (this.#deleted.has(`${type}/${id}`)) {
      throw new OperationOutcomeError(gone);
    }
    return super.readResource<T>(type, id);
  }

  override async readHistory<T extends Resource>(type: string, id: string): Promise<Bundle<T>> {
    // Each read reverses MemoryRepository's own list. A second read restores the order.
    const history = await super.readHistory<T>(type, id);
    await super.readHistory(type, id);
    return history;
  }

  /** Returns copies of all resources that match the filters, in the order of their creation. */
  override async search<T extends Resource>(request: SearchRequest<T>): Promise<Bundle<WithId<T>>> {
    const found = await this.find(request);
    return { resourceType: 'Bundle', type: 'searchset', entry: found.map((one) => ({ resource: deepClone(one) })) };
  }

  /** Returns the same resources without copying them. The caller must not change them. */
  async find<T extends Resource>({ resourceType, filters = [] }: SearchRequest<T>): Promise<WithId<T>[]> {
    const chained = filters.filter(isChainedSearchFilter);
    const matchers = filters
      .filter((filter) => !isChainedSearchFilter(filter))
      .map((filter) => matcher(resourceType, filter));
    const { entry = [] } = chained.length > 0 ? await super.search<T>({ resourceType, filters: chained }) : {};
    const ids = chained.length > 0 && new Set(entry.map(({ resource }) => resource?.id));
    // MemoryRepository offers no access to its resources without copying all of them.
    const stored = (this['resources'] as Map<string, Map<string, WithId<T>>>).get(resourceType)?.values() ?? [];
    return [...stored].filter((one) => (!ids || ids.has(one.id)) && matchers.every((matches) => matches(one)));
  }

  /** Writes a new version of a resource. */
  async write<T extends Resource>(resource: WithId<T>, isNew: boolean): Promise<WithId<T>> {
    const { resourceType, id } = resource;
    await this.#saveForRollback(resourceType, id);
    this.#deleted.delete(`${resourceType}/${id}`);
    const meta = {
      ...resource.meta,
      versionId: uuid(this.#seed, `version/${++this.#versions}`),
      lastUpdated: new Date(this.#now()).toISOString(),
    };
    return this.withSeeding(() => this.createResource<T>({ ...resource, meta }, undefined, !isNew));
  }

  async remove(type: string, id: string): Promise<void> {
    await this.#saveForRollback(type, id);
    await super.deleteResource(type, id);
    this.#deleted.add(`${type}/${id}`);
  }

  /** Starts a transaction: later writes can be rolled back. */
  begin(): void {
    this.#snapshots = new Map();
  }

  commit(): void {
    this.#snapshots = undefined;
  }

  async rollback(): Promise<void> {
    const snapshots = this.#snapshots ?? new Map<string, Snapshot>();
    this.#snapshots = undefined;
    for (const [key, { type, id, versions, deleted }] of snapshots) {
      await this.expungeResource(type, id);
      for (const version of versions) {
        // Restored versions keep their version id and time.
        await this.withSeeding(() => this.createResource(version, undefined, true));
      }
      if (deleted) {
        this.#deleted.add(key);
      } else {
        this.#deleted.delete(key);
      }
    }
  }

  async #saveForRollback(type: string, id: string): Promise<void> {
    const key = `${type}/${id}`;
    if (this.#snapshots && !this.#snapshots.has(key)) {
      const history = await this.readHistory(type, id).catch(() => undefined);
      const versions = (history?.entry ?? []).flatMap(({ resource }) => resource ?? []).reverse();
      this.#snapshots.set(key, { type, id, versions, deleted: this.#deleted.has(key) });
    }
  }
}
