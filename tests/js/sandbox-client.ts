// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';

/** A response of the sandbox's FHIR server. */
export interface Answer<T = Resource> {
  status: number;
  headers: Headers;
  body: T & { id: string; meta: { versionId: string; lastUpdated: string } };
}

/** Sends a request to the sandbox's FHIR server. Unauthenticated, unless `headers` has a token. */
export async function fhirRequest<T = Resource>(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const answer = await fetch(`${sandbox.fhir}/${path}`, {
    method,
    headers: {
      'Content-Type': method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json',
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: JSON.parse(text || '{}') as Answer<T>['body'] };
}

export async function create<T extends Resource>(sandbox: Sandbox, resource: T): Promise<Answer<T>['body']> {
  const { status, body } = await fhirRequest<T>(sandbox, 'POST', resource.resourceType, resource);
  if (status !== 201) {
    throw new Error(`${status}: ${JSON.stringify(body)}`);
  }
  return body;
}

export async function search<T extends Resource>(sandbox: Sandbox, query: string): Promise<Bundle<T>> {
  const { status, body } = await fhirRequest<Bundle<T>>(sandbox, 'GET', query);
  if (status !== 200) {
    throw new Error(`${status}: ${JSON.stringify(body)}`);
  }
  return body;
}

export function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

export function bundle(type: 'batch' | 'transaction', ...entry: BundleEntry[]): Bundle {
  return { resourceType: 'Bundle', type, entry };
}

export function statuses(answer: Bundle): (string | undefined)[] {
  return (answer.entry ?? []).map(({ response }) => response?.status);
}

/** The code of a bot that runs the given requests with its client and returns the results. */
export const requestBot = `exports.handler = async (medplum, { input }) => {
  const done = [];
  for (const { method, path, body } of input.requests) {
    try {
      const reload = { cache: 'reload' };
      const value = await (method === 'GET' ? medplum.get(path, reload)
        : method === 'PUT' ? medplum.put(path, body)
        : method === 'PATCH' ? medplum.patch(path, body)
        : method === 'DELETE' ? medplum.delete(path)
        : medplum.post(path, body));
      done.push({ value });
    } catch (err) {
      done.push({ failed: err.outcome?.id ?? String(err.message) });
    }
  }
  return { done };
};`;

export interface Done {
  value?: Resource & { id: string };
  failed?: OperationOutcome['id'];
}

/** Runs requests through such a bot. Paths are relative to the server's base: `fhir/R4/Patient`. */
export async function runRequests(
  url: string,
  requests: { method: string; path: string; body?: unknown }[],
  headers: Record<string, string> = {},
): Promise<Done[]> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ requests }),
  });
  return ((await answer.json()) as { done: Done[] }).done;
}

export function executeUrl(sandbox: Sandbox, bot: SandboxBot): string {
  return `${sandbox.fhir}/Bot/${bot.id}/$execute`;
}
