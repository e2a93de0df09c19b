// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Sandbox, SandboxBot } from '../../sandbox/src/server.ts';

/** What the sandbox's FHIR answered. */
export interface Answer<T = Resource> {
  status: number;
  headers: Headers;
  body: T & { id: string; meta: { versionId: string; lastUpdated: string } };
}

/** Asks the sandbox's FHIR over HTTP; as nobody in particular, unless a token is given. */
export async function ask<T = Resource>(
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
  const { status, body } = await ask<T>(sandbox, 'POST', resource.resourceType, resource);
  if (status !== 201) {
    throw new Error(`${status}: ${JSON.stringify(body)}`);
  }
  return body;
}

export async function search<T extends Resource>(sandbox: Sandbox, query: string): Promise<Bundle<T>> {
  const { status, body } = await ask<Bundle<T>>(sandbox, 'GET', query);
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

/** A bundle of a bot that does with its own client what it is told, and answers with what came of it. */
export const obedient = `exports.handler = async (medplum, { input }) => {
  const done = [];
  for (const { method, path, body } of input.asks) {
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

/** Lets an obedient bot ask. Paths begin at the base of the server: `fhir/R4/Patient`. */
export async function letAsk(
  url: string,
  asks: { method: string; path: string; body?: unknown }[],
  headers: Record<string, string> = {},
): Promise<Done[]> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ asks }),
  });
  return ((await answer.json()) as { done: Done[] }).done;
}

export function executeUrl(sandbox: Sandbox, bot: SandboxBot): string {
  return `${sandbox.fhir}/Bot/${bot.id}/$execute`;
}
