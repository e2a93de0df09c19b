// SPDX-License-Identifier: Apache-2.0 OR MIT
import { gone, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import { MemoryRepository } from '@medplum/fhir-router';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { uuid } from '../base/seed.ts';

/** How a resource stood before a transaction touched it. */
interface Snapshot {
  type: string;
  id: string;
  /** Oldest first; none if there was no such resource, or it was deleted. */
  versions: Resource[];
  deleted: boolean;
}

/**
 * Every resource with its versions. Nothing is checked here: whoever writes has checked. Over MemoryRepository it has
 * ids that come from the seed, a clock that can be moved, tombstones, and a way back to where a transaction began.
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
    // Reading turns MemoryRepository's own list round: once more, and it is as it was.
    const history = await super.readHistory<T>(type, id);
    await super.readHistory(type, id);
    return history;
  }

  /** Writes the next version of a resource, or the first. */
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

  /** From here on, everything that is written can be taken back. */
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
        // A version that was written keeps its number and its time.
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
