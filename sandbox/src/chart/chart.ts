// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  badRequest,
  conflict,
  deepClone,
  deepEquals,
  forbidden,
  formatSearchQuery,
  isGone,
  normalizeOperationOutcome,
  notFound,
  OperationOutcomeError,
  Operator,
  preconditionFailed,
  stringify,
  validateResource,
} from '@medplum/core';
import type { AccessPolicyInteraction, Operation, SearchRequest, WithId } from '@medplum/core';
import { FhirRepository, getExtraEntries, MemoryRepository } from '@medplum/fhir-router';
import type { CreateResourceOptions, DeleteResourceOptions, UpdateResourceOptions } from '@medplum/fhir-router';
import type {
  Binary,
  Bundle,
  BundleEntry,
  OperationOutcome,
  Parameters,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import type { Binaries } from './binaries.ts';
import type { WriteConflicts } from './write-conflicts.ts';
import { resolveReferences } from './references.ts';
import type { Rights } from './rights.ts';
import { checkSearch, fullUrl, page, subset } from './search.ts';
import type { Store } from './store.ts';

/** A committed write. */
export interface Change {
  interaction: 'create' | 'update' | 'delete';
  /** The new version. For a delete, the last version. */
  resource: WithId<Resource>;
  previous: WithId<Resource> | undefined;
}

/** The author of a request, and the author's access rights. */
export interface Access {
  author: Reference;
  rights: Rights;
}

/** Shared by all views of a chart. */
export interface ChartParts {
  store: Store;
  conflicts: WriteConflicts;
  binaries: Binaries;
  /** With a trailing slash. */
  baseUrl: string;
}

export interface ViewOptions {
  /** Undefined for a request without a token, which may do anything. */
  access?: Access | undefined;
  onChange?: ((change: Change) => void) | undefined;
}

const writeConflict = conflict('could not serialize access due to concurrent update');

/**
 * The FHIR repository as one request sees it. It enforces the requester's access rights, validates writes and sets the
 * author. It has transactions that roll back, and write conflicts as on a Medplum server.
 */
export class Chart extends FhirRepository {
  readonly #parts: ChartParts;
  readonly #options: ViewOptions;
  /** The writes of the current transaction, if this view is inside one. */
  readonly #transaction: Change[] | undefined;

  constructor(parts: ChartParts, options: ViewOptions, transaction?: Change[]) {
    super();
    this.#parts = parts;
    this.#options = options;
    this.#transaction = transaction;
  }

  /** Returns a view of the same chart with other options. */
  as(options: ViewOptions): Chart {
    return new Chart(this.#parts, options);
  }

  override setMode(): void {
    // There is only one database, for reads and for writes.
  }

  override generateId(): string {
    return this.#parts.store.generateId();
  }

  override async createResource<T extends Resource>(resource: T, options?: CreateResourceOptions): Promise<WithId<T>> {
    this.#require('create', resource.resourceType);
    return this.#runWrite(async () => {
      // Only the server assigns the id of a new resource.
      const id = (options?.assignedId ? resource.id : undefined) ?? this.generateId();
      const prepared = await this.#prepare({ ...resource, id });
      this.#requireWrite('create', prepared, undefined);
      return this.#recordChange('create', await this.#parts.store.write(prepared, true), undefined);
    });
  }

  override async updateResource<T extends Resource>(resource: T, options?: UpdateResourceOptions): Promise<WithId<T>> {
    return this.#runWrite((isOverlapping) =>
      // A write with If-Match is checked by its version. It never fails by a random conflict.
      this.#update(resource, options, (key) => !options?.ifMatch && isOverlapping(key)),
    );
  }

  override async patchResource<T extends Resource>(
    type: T['resourceType'],
    id: string,
    patch: Operation[] | Parameters,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    return this.#runWrite(async () => {
      const existing = await this.#read<T>(type, id);
      const scratch = new MemoryRepository();
      await scratch.withSeeding(() => scratch.createResource(existing));
      const patched = await scratch.patchResource<T>(type, id, patch);
      if (patched.id !== id || patched.resourceType !== type) {
        throw new OperationOutcomeError(badRequest('Incorrect resource ID'));
      }
      return this.#update(patched, options, () => false);
    });
  }

  override async deleteResource(type: string, id: string, options?: DeleteResourceOptions): Promise<void> {
    await this.#runWrite(async () => {
      const existing = await this.#read(type, id);
      this.#require('delete', type);
      if (!this.#permits('delete', existing)) {
        throw new OperationOutcomeError(forbidden);
      }
      checkVersion(existing, options?.ifMatch);
      await this.#parts.store.remove(type, id);
      this.#recordChange('delete', existing, existing);
    });
  }

  override async readResource<T extends Resource>(type: string, id: string): Promise<WithId<T>> {
    return this.#runRead(() => this.#read<T>(type, id));
  }

  override async readReference<T extends Resource>({ reference }: Reference<T>): Promise<WithId<T>> {
    const [type, id, ...more] = reference?.split('/') ?? [];
    if (!type || !id || more.length > 0) {
      throw new OperationOutcomeError(badRequest('Invalid reference'));
    }
    return this.readResource(type, id);
  }

  override async readReferences<T extends Resource>(references: readonly Reference<T>[]): Promise<(T | Error)[]> {
    return Promise.all(
      references.map((reference) =>
        this.readReference<T>(reference).catch(
          (err: unknown) => new OperationOutcomeError(normalizeOperationOutcome(err)),
        ),
      ),
    );
  }

  override async readHistory<T extends Resource>(type: string, id: string): Promise<Bundle<WithId<T>>> {
    this.#require('history', type);
    return this.#runRead(async () => {
      await this.#read(type, id);
      return this.#parts.store.readHistory<WithId<T>>(type, id);
    });
  }

  override async readVersion<T extends Resource>(type: string, id: string, version: string): Promise<WithId<T>> {
    this.#require('vread', type);
    return this.#runRead(async () => {
      await this.#read(type, id);
      return this.#parts.store.readVersion<WithId<T>>(type, id, version);
    });
  }

  override async search<T extends Resource>(request: SearchRequest<T>): Promise<Bundle<WithId<T>>> {
    checkSearch(request);
    this.#require('search', request.resourceType);
    const { resourceType, filters, fields } = request;
    const { store, baseUrl } = this.#parts;
    const found = await this.#runRead(() => store.find<T>({ resourceType, ...(filters && { filters }) }));
    const permitted = found.filter((resource) => this.#permits('search', resource));
    const bundle = deepClone(page(permitted, request, baseUrl));
    if ((request.include ?? request.revInclude) && bundle.entry) {
      const matches = bundle.entry.flatMap(({ resource }) => resource ?? []);
      await getExtraEntries(this, request, matches, bundle.entry as BundleEntry[], {
        fullUrl: (type, id) => fullUrl(baseUrl, type, id),
        executeSearch: (one) => this.#searchIncluded(one),
      });
    }
    return subset(bundle, fields);
  }

  /** The server leaves out the included resources of a type that the requester may not search. */
  async #searchIncluded(request: SearchRequest): Promise<WithId<Resource>[]> {
    return this.searchResources(request).catch((err: unknown) => {
      if (normalizeOperationOutcome(err).id === forbidden.id) {
        return [];
      }
      throw err;
    });
  }

  override async searchByReference<T extends Resource>(
    request: SearchRequest<T>,
    code: string,
    references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    const entries = references.map(async (value): Promise<[string, WithId<T>[]]> => {
      const filters = [...(request.filters ?? []), { code, operator: Operator.EQUALS, value }];
      return [value, await this.searchResources({ ...request, filters })];
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  override async conditionalUpdate<T extends Resource>(
    resource: T,
    search: SearchRequest,
    options?: CreateResourceOptions & UpdateResourceOptions,
  ): Promise<{ resource: WithId<T>; outcome: OperationOutcome }> {
    if (this.#transaction) {
      return super.conditionalUpdate(resource, search, options);
    }
    const { conflicts } = this.#parts;
    const { resourceType, filters = [] } = search;
    const key = resourceType + formatSearchQuery({ resourceType, filters });
    const isOverlapping = await conflicts.write();
    const result = await this.#transact(async (inside) => {
      const result = await inside.conditionalUpdate(resource, search, options);
      if (isOverlapping(key) && conflicts.shouldConflict('upsert')) {
        throw new OperationOutcomeError(writeConflict);
      }
      return result;
    });
    conflicts.committed(key);
    return result;
  }

  /** Runs an action as a transaction. If one write fails, all of them are rolled back. */
  override async withTransaction<R>(action: (inside: this) => Promise<R>): Promise<R> {
    if (this.#transaction) {
      return action(this);
    }
    await this.#parts.conflicts.write();
    return this.#transact(action);
  }

  async #transact<R>(action: (inside: this) => Promise<R>): Promise<R> {
    const { store, conflicts } = this.#parts;
    const changes: Change[] = [];
    return conflicts.exclusive(async () => {
      store.begin();
      try {
        const result = await action(new Chart(this.#parts, this.#options, changes) as this);
        store.commit();
        changes.forEach((change) => this.#commit(change));
        return result;
      } catch (err) {
        await store.rollback();
        throw err;
      }
    });
  }

  async #update<T extends Resource>(
    resource: T,
    options: UpdateResourceOptions | undefined,
    isOverlapping: (key: string) => boolean,
  ): Promise<WithId<T>> {
    const { resourceType: type, id } = resource;
    if (!id) {
      throw new OperationOutcomeError(badRequest('Missing id'));
    }
    this.#require('update', type);
    // An update by id restores a deleted resource. It does not create a resource that never existed.
    const existing = await this.#read<T>(type, id).catch((err: unknown) => {
      if (isGone(normalizeOperationOutcome(err))) {
        return undefined;
      }
      throw err;
    });
    if (existing && !this.#permits('update', existing)) {
      throw new OperationOutcomeError(forbidden);
    }
    checkVersion(existing, options?.ifMatch);
    const prepared = await this.#prepare({ ...resource, id });
    if (existing && isSame(existing, prepared)) {
      return existing;
    }
    this.#requireWrite('update', prepared, existing);
    if (isOverlapping(`${type}/${id}`) && this.#parts.conflicts.shouldConflict('put')) {
      throw new OperationOutcomeError(writeConflict);
    }
    return this.#recordChange('update', await this.#parts.store.write(prepared, false), existing);
  }

  async #read<T extends Resource>(type: string, id: string): Promise<WithId<T>> {
    this.#require('read', type);
    const resource = await this.#parts.store.readResource<WithId<T>>(type, id);
    if (!this.#permits('read', resource)) {
      // The server does not reveal that a hidden resource exists.
      throw new OperationOutcomeError(notFound);
    }
    const context = resource.resourceType === 'Binary' ? (resource as Binary).securityContext?.reference : undefined;
    if (context !== undefined && this.#options.access) {
      // Who may read the Binary must also be allowed to read the resource that protects it.
      const [contextType = '', contextId = ''] = context.split('/');
      await this.#read(contextType, contextId);
    }
    return resource;
  }

  /** Resolves conditional references, sets the author and validates the resource. */
  async #prepare<T extends Resource>(resource: WithId<T>): Promise<WithId<T>> {
    const written = await this.#parts.binaries.toReferences(resource);
    const resolved = await resolveReferences(written, async (search) => {
      checkSearch(search);
      this.#require('search', search.resourceType);
      const { entry = [] } = await this.#parts.store.search(search);
      return entry
        .flatMap((one) => one.resource ?? [])
        .filter((found) => this.#permits('search', found))
        .map((found) => `${found.resourceType}/${found.id}`);
    });
    const author = this.#options.access?.author;
    const prepared = author ? { ...resolved, meta: { ...resolved.meta, author } } : resolved;
    validateResource(prepared);
    return prepared;
  }

  #recordChange<T extends Resource>(
    interaction: Change['interaction'],
    resource: WithId<T>,
    previous: WithId<T> | undefined,
  ): WithId<T> {
    const change: Change = { interaction, resource, previous };
    if (this.#transaction) {
      this.#transaction.push(change);
    } else {
      this.#commit(change);
    }
    return resource;
  }

  #commit(change: Change): void {
    this.#parts.conflicts.committed(`${change.resource.resourceType}/${change.resource.id}`);
    this.#options.onChange?.(change);
  }

  async #runRead<R>(action: () => Promise<R>): Promise<R> {
    return this.#transaction ? action() : this.#parts.conflicts.exclusive(action);
  }

  async #runWrite<R>(action: (isOverlapping: (key: string) => boolean) => Promise<R>): Promise<R> {
    if (this.#transaction) {
      return action(() => false);
    }
    const isOverlapping = await this.#parts.conflicts.write();
    return this.#parts.conflicts.exclusive(() => action(isOverlapping));
  }

  #require(interaction: AccessPolicyInteraction, type: string): void {
    this.#options.access?.rights.require(interaction, type);
  }

  #permits(interaction: AccessPolicyInteraction, resource: Resource): boolean {
    return this.#options.access?.rights.permits(interaction, resource) ?? true;
  }

  #requireWrite(interaction: 'create' | 'update', after: Resource, before: Resource | undefined): void {
    if (this.#options.access && !this.#options.access.rights.permitsWrite(interaction, after, before)) {
      throw new OperationOutcomeError(forbidden);
    }
  }
}

function checkVersion(existing: Resource | undefined, ifMatch: string | undefined): void {
  if (existing && ifMatch && existing.meta?.versionId !== ifMatch) {
    throw new OperationOutcomeError(preconditionFailed);
  }
}

/** Whether an update changes only version metadata. In that case the server writes no new version. */
function isSame(existing: Resource, updated: Resource): boolean {
  const { versionId, lastUpdated, author } = existing.meta ?? {};
  const same = { ...updated, meta: { ...updated.meta, versionId, lastUpdated, author } };
  return deepEquals(JSON.parse(stringify(existing)), JSON.parse(stringify(same)));
}
