// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  badRequest,
  ContentType,
  gone,
  isResource,
  normalizeOperationOutcome,
  OperationOutcomeError,
} from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { Binary, Resource } from '@medplum/fhirtypes';
import type { Request, Response } from 'express';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a presigned URL is valid. */
const presignedMs = 3_600_000;

/**
 * The contents of the Binary resources, and the presigned URLs to read them without a token. As on a Medplum server, a
 * response has a presigned URL in place of `Binary/<id>` if its reader may read the Binary, and a write changes it back.
 */
export class Binaries {
  readonly #contents = new Map<string, { contentType: string; content: Buffer }>();
  readonly #storage: string;
  readonly #secret: string;
  readonly #now: () => number;

  /** `baseUrl` has a trailing slash. */
  constructor(baseUrl: string, seed: string, now: () => number) {
    this.#storage = `${baseUrl}storage/`;
    this.#secret = seed;
    this.#now = now;
  }

  /** Stores a raw body as a new Binary, or as the content of an existing one. */
  async write(req: Request, chart: FhirRepository, id: string | undefined): Promise<WithId<Binary>> {
    const context = req.get('X-Security-Context');
    const resource: Binary = {
      resourceType: 'Binary',
      contentType: req.get('Content-Type') ?? 'application/octet-stream',
      ...(context !== undefined && { securityContext: { reference: context } }),
    };
    const content = await bodyOf(req);
    const binary = await (id === undefined
      ? chart.createResource<Binary>(resource)
      : chart.updateResource<Binary>({ ...resource, id }));
    this.#contents.set(binary.id, { contentType: binary.contentType, content });
    return { ...binary, url: this.#presigned(binary) };
  }

  /** Sends the content of a Binary, or the resource if the client asks for FHIR. */
  async read(req: Request, res: Response, chart: FhirRepository, id: string): Promise<boolean> {
    const binary = await chart.readResource<Binary>('Binary', id);
    if (req.get('Accept')?.startsWith(ContentType.FHIR_JSON)) {
      return false;
    }
    this.#send(res, binary);
    return true;
  }

  /** Sends the content for a presigned URL. `chart` has all rights. */
  async download(req: Request, res: Response, chart: FhirRepository): Promise<void> {
    const { id = '', version = '' } = req.params as Record<string, string>;
    const { Expires: expires = '', Signature: signature = '' } = req.query as Record<string, string>;
    const expected = Buffer.from(this.#sign(id, version, expires));
    const actual = Buffer.from(signature);
    const isSigned = expected.length === actual.length && timingSafeEqual(expected, actual);
    if (!isSigned || Number(expires) * 1000 < this.#now()) {
      res.status(401).end();
      return;
    }
    this.#send(res, await chart.readResource<Binary>('Binary', id));
  }

  /** Replaces `Binary/<id>` in the URLs of a response by presigned URLs, where the reader may read the Binary. */
  async presign<T>(value: T, chart: FhirRepository): Promise<T> {
    if (!JSON.stringify(value).includes('"Binary/')) {
      return value;
    }
    return (await rewrite(value, async (url) => {
      const [, id, version] = /^Binary\/([^/]+)(?:\/_history\/([^/]+))?$/.exec(url) ?? [];
      if (id === undefined) {
        return url;
      }
      const binary = await (
        version === undefined
          ? chart.readResource<Binary>('Binary', id)
          : chart.readVersion<Binary>('Binary', id, version)
      ).catch(() => undefined);
      return binary ? this.#presigned(binary) : url;
    })) as T;
  }

  /** Replaces presigned URLs in a resource by `Binary/<id>`. */
  async toReferences<T extends Resource>(resource: T): Promise<T> {
    if (!JSON.stringify(resource).includes(this.#storage)) {
      return resource;
    }
    return (await rewrite(resource, (url) => {
      const id = url.startsWith(this.#storage) ? url.slice(this.#storage.length).split('/')[0] : undefined;
      return Promise.resolve(id === undefined ? url : `Binary/${id}`);
    })) as T;
  }

  #send(res: Response, { id, data, contentType }: WithId<Binary>): void {
    const stored = this.#contents.get(id);
    if (!stored && data === undefined) {
      throw new OperationOutcomeError(normalizeOperationOutcome(gone));
    }
    res.type(stored?.contentType ?? contentType).send(stored?.content ?? Buffer.from(data ?? '', 'base64'));
  }

  #presigned({ id, meta }: WithId<Binary>): string {
    const version = meta?.versionId ?? '';
    const expires = String(Math.floor((this.#now() + presignedMs) / 1000));
    const query = new URLSearchParams({ Expires: expires, Signature: this.#sign(id, version, expires) });
    return `${this.#storage}${id}/${version}?${query.toString()}`;
  }

  #sign(id: string, version: string, expires: string): string {
    return createHmac('sha256', this.#secret).update(`${id}/${version}/${expires}`).digest('base64url');
  }
}

/** Whether a request body is the content of a Binary, and not a Binary as JSON. */
export function isContent(req: Request): boolean {
  return req.get('Content-Type') !== ContentType.FHIR_JSON || !isResource(req.body, 'Binary');
}

/** The bytes of a request body. Bodies that a parser has read are written as JSON again. */
async function bodyOf(req: Request): Promise<Buffer> {
  if (req.readableEnded) {
    return Buffer.from(typeof req.body === 'string' ? req.body : JSON.stringify(req.body));
  }
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  if (req.get('Content-Encoding') !== undefined) {
    throw new OperationOutcomeError(badRequest('Unsupported content encoding'));
  }
  return Buffer.concat(chunks);
}

/** Rewrites each `url` of a value. A Binary is not changed. */
async function rewrite(value: unknown, change: (url: string) => Promise<string>): Promise<unknown> {
  if (Array.isArray(value)) {
    return Promise.all(value.map((item) => rewrite(item, change)));
  }
  if (typeof value !== 'object' || value === null || (value as Partial<Resource>).resourceType === 'Binary') {
    return value;
  }
  const entries = Object.entries(value).map(async ([name, item]: [string, unknown]) => [
    name,
    name === 'url' && typeof item === 'string' ? await change(item) : await rewrite(item, change),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as unknown;
}
