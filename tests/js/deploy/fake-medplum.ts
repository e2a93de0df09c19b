// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * A fake Medplum server with the endpoints that a deployment uses. Its responses have the form of recorded responses of
 * Medplum 5.1.29 (tests/vectors/medplum-deploy.json). Its error responses are the recorded ones.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import twilio from 'twilio';

export type Json = Record<string, unknown>;

export interface Recorded {
  readonly id: string;
  readonly request: { method: string; path: string; headers: Record<string, unknown>; body?: unknown };
  readonly response: { status: number; body: unknown };
}

const vectors = new URL('../../vectors/medplum-deploy.json', import.meta.url);
export const recorded = (JSON.parse(readFileSync(vectors, 'utf8')) as { cases: Recorded[] }).cases;

export function recordedCase(id: string): Recorded {
  const found = recorded.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
}

type Stored = Json & { resourceType: string; id: string; meta: { versionId: string } };

/** A status, a body and further headers. */
type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

interface Seen {
  readonly method: string;
  /** Without the leading slash. Contains the ids. */
  readonly path: string;
  readonly status: number;
}

export interface FakeOptions {
  /** Whether the server supports `Bot.rawBody` (Medplum 5.2 and later). */
  readonly rawBody?: boolean;
  readonly admin?: boolean;
  readonly features?: readonly string[];
  /**
   * Refuses the requests whose `METHOD path` matches. The response is the recorded one with this id, or the given one.
   */
  readonly refuse?: readonly [RegExp, string | Answer];
}

export const clientId = randomUUID();
export const clientSecret = 'invented-client-secret-4711';

export class FakeMedplum {
  readonly project = randomUUID();
  readonly token = `invented-access-token-${randomUUID()}`;
  readonly seen: Seen[] = [];
  options: FakeOptions = {};
  base = '';
  #store = new Map<string, Stored>();
  #code = new Map<string, string>();
  #server = createServer((req, res) => {
    void this.#handle(req).then(([status, body, headers]) => {
      const isText = typeof body === 'string';
      const type = isText ? (body.startsWith('<') ? 'text/xml' : 'text/javascript') : 'application/fhir+json';
      this.seen.push({ method: req.method ?? '', path: (req.url ?? '').slice(1), status });
      res.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, ...headers });
      res.end(isText ? body : JSON.stringify(body));
    });
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.#keep({ resourceType: 'Project', id: this.project, name: 'Example Clinic' });
    return this;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** All resources of a type. */
  of(type: string): Stored[] {
    return [...this.#store.values()].filter(({ resourceType }) => resourceType === type);
  }

  only(type: string, fits: (resource: Stored) => boolean = () => true): Stored {
    const found = this.of(type).filter(fits);
    assert.equal(found.length, 1, `${type}: ${found.length}`);
    return found[0] as Stored;
  }

  put(resource: Json & { resourceType: string }): Stored {
    return this.#keep({ id: randomUUID(), ...resource });
  }

  remove(resource: Stored | undefined): void {
    this.#store.delete(`${resource?.resourceType}/${resource?.id}`);
  }

  /** A copy of all resources with their versions, for comparisons. */
  snapshot(): unknown {
    return structuredClone([...this.#store.values()]);
  }

  /** The last deployed code of a bot. */
  codeOf(bot: string): string | undefined {
    return this.#code.get(bot);
  }

  set secrets(values: Record<string, string>) {
    const secret = Object.entries(values).map(([name, valueString]) => ({ name, valueString }));
    this.#keep({ ...this.only('Project'), secret });
  }

  get secrets(): Record<string, string> {
    const list = (this.only('Project')['secret'] ?? []) as { name: string; valueString: string }[];
    return Object.fromEntries(list.map(({ name, valueString }) => [name, valueString]));
  }

  #keep(resource: Json & { resourceType: string; id: string }): Stored {
    const meta = {
      ...(resource['meta'] as Json | undefined),
      versionId: randomUUID(),
      lastUpdated: '2026-11-29T00:00:00.000Z',
    };
    const kept = { ...resource, meta };
    this.#store.set(`${kept.resourceType}/${kept.id}`, kept);
    return kept;
  }

  #recorded(id: string): [number, unknown] {
    const { status, body } = recordedCase(id).response;
    return [status, body];
  }

  async #handle(req: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    const { method = '', url = '' } = req;
    const { pathname, searchParams } = new URL(url, this.base);
    const [refused, answer] = this.options.refuse ?? [];
    if (refused?.test(`${method} ${url.slice(1)}`) && answer !== undefined) {
      return typeof answer === 'string' ? this.#recorded(answer) : answer;
    }
    if (pathname === '/oauth2/token') {
      const form = new URLSearchParams(text);
      if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
        return this.#recorded('token/wrong-secret');
      }
      const body = recordedCase('token/ok').response.body as Json;
      return [200, { ...body, access_token: this.token }];
    }
    if (pathname.startsWith('/webhook/')) {
      return this.#webhook(pathname.split('/')[2] ?? '', `${this.base}${url}`, text, req.headers);
    }
    assert.equal(req.headers.authorization, `Bearer ${this.token}`, url);
    const body = (text === '' ? undefined : JSON.parse(text)) as Json | undefined;
    if (pathname === '/auth/me') {
      const { membership, profile } = recordedCase('auth-me/client-admin').response.body as Record<string, Json>;
      const project = {
        ...this.only('Project'),
        features: this.options.features ?? ['bots', 'cron', 'transaction-bundles'],
      };
      delete (project as Json)['secret'];
      const admin = this.options.admin ?? true;
      return [200, { project, membership: { ...membership, admin }, profile: { ...profile, secret: clientSecret } }];
    }
    if (this.options.admin === false && /^\/(admin|fhir\/R4\/Project)/.test(pathname)) {
      return this.#recorded('bot/create-as-client');
    }
    if (method === 'POST' && pathname === `/admin/projects/${this.project}/bot` && body) {
      return [201, this.#createBot(body)];
    }
    const [, type = '', id, operation] = /^\/fhir\/R4\/(\w+)(?:\/([\w-]+))?(?:\/(\$\w+))?$/.exec(pathname) ?? [];
    if (type === '') {
      return this.#recorded('webhook/unknown');
    }
    if (type === 'Binary' && id !== undefined) {
      return [200, this.#store.get(`Binary/${id}`)?.['code'] ?? ''];
    }
    if (id === undefined) {
      return method === 'GET' ? this.#search(type, searchParams) : this.#create(type, body ?? {});
    }
    const there = this.#store.get(`${type}/${id}`);
    if (!there) {
      return this.#recorded('webhook/unknown');
    }
    if (operation === '$deploy') {
      return this.#deploy(there, body ?? {});
    }
    if (method === 'GET') {
      return [200, there];
    }
    const match = req.headers['if-match'];
    if (match !== undefined && match !== `W/"${there.meta.versionId}"`) {
      return this.#recorded('bot/if-match-stale');
    }
    if (method === 'PATCH') {
      return this.#patch(there, body as unknown as { op: string; path: string; value: Json }[]);
    }
    assert.equal(method, 'PUT');
    return this.#update(there, body ?? {});
  }

  #invalid(resource: Json): [number, unknown] | undefined {
    if (resource['rawBody'] !== undefined && !(this.options.rawBody ?? true)) {
      return this.#recorded('bot/raw-body');
    }
    if (resource['identifier'] !== undefined && resource['resourceType'] !== 'Bot') {
      return this.#recorded(
        resource['resourceType'] === 'AccessPolicy' ? 'policy/unknown-property' : 'subscription/identifier',
      );
    }
    return undefined;
  }

  #create(type: string, body: Json): [number, unknown] {
    assert.equal(body['resourceType'], type);
    return this.#invalid(body) ?? [201, this.#keep({ ...body, resourceType: type, id: randomUUID() })];
  }

  #update(there: Stored, body: Json): [number, unknown] {
    const { meta, ...before } = there;
    const { meta: tags, ...after } = body;
    const isSame = isDeepStrictEqual(before, after) && isDeepStrictEqual((tags as Json)['tag'], (meta as Json)['tag']);
    return this.#invalid(body) ?? [200, isSame ? there : this.#keep(body as Stored)];
  }

  #patch(there: Stored, operations: { op: string; path: string; value: Json }[]): [number, unknown] {
    const next = structuredClone(there) as Json;
    for (const { op, path, value } of operations) {
      const [, name = '', index] = path.split('/');
      if (index === undefined) {
        next[name] = value;
        continue;
      }
      const list = next[name] as unknown[] | undefined;
      assert.ok(list, `${op} ${path}: nothing there`);
      if (index === '-') {
        list.push(value);
      } else {
        assert.equal(op, 'replace');
        assert.ok(Number(index) < list.length);
        list[Number(index)] = value;
      }
    }
    return [200, this.#keep(next as Stored)];
  }

  #createBot({ name, description, accessPolicy, runtimeVersion = 'vmcontext' }: Json): Stored {
    const project = { reference: `Project/${this.project}`, display: 'Example Clinic' };
    const sourceCode = { contentType: 'text/typescript', title: 'index.ts', url: `Binary/${randomUUID()}` };
    const bot = this.put({
      resourceType: 'Bot',
      name,
      ...(description !== undefined && { description }),
      runtimeVersion,
      sourceCode,
    });
    const profile = { reference: `Bot/${bot.id}`, display: name };
    this.put({
      resourceType: 'ProjectMembership',
      project,
      user: profile,
      profile,
      ...(accessPolicy !== undefined && { accessPolicy }),
    });
    return bot;
  }

  #deploy(bot: Stored, { code, filename }: Json): [number, unknown] {
    const binary = this.put({ resourceType: 'Binary', code });
    this.#code.set(bot.id, code as string);
    const url = `${this.base}/storage/${binary.id}/${binary.meta.versionId}?Expires=1&Signature=x`;
    this.#keep({ ...bot, executableCode: { contentType: 'text/javascript', url, title: filename } });
    return this.#recorded('deploy/ok');
  }

  #search(type: string, query: URLSearchParams): [number, unknown] {
    const reads: Record<string, (resource: Json) => unknown[]> = {
      'name:exact': ({ name }) => [name],
      identifier: ({ identifier }) =>
        ((identifier ?? []) as { system: string; value: string }[]).map(({ system, value }) => `${system}|${value}`),
      profile: ({ profile }) => [(profile as Json)['reference']],
      url: ({ channel }) => [(channel as Json)['endpoint']],
    };
    if (type === 'AccessPolicy' && query.has('identifier')) {
      return this.#recorded('policy/search-identifier');
    }
    let found = this.of(type);
    for (const [name, value] of query) {
      if (name !== '_count') {
        const read = reads[name];
        assert.ok(read, `${type}?${name}`);
        found = found.filter((resource) => read(resource).includes(value));
      }
    }
    const entry = found.map((resource) => ({
      fullUrl: `${this.base}/fhir/R4/${type}/${resource.id}`,
      search: { mode: 'match' },
      resource,
    }));
    return [200, { resourceType: 'Bundle', type: 'searchset', ...(entry.length > 0 && { entry }) }];
  }

  /** Handles a webhook request. The server has the same order of checks. The bot checks Twilio's signature. */
  #webhook(id: string, url: string, text: string, headers: IncomingMessage['headers']): [number, unknown] {
    const membership = this.#store.get(`ProjectMembership/${id}`);
    const bot = this.#store.get(((membership?.['profile'] ?? {}) as { reference?: string }).reference ?? '');
    if (!membership || !bot) {
      return this.#recorded('webhook/unknown');
    }
    if (membership['accessPolicy'] === undefined) {
      return this.#recorded('webhook/no-policy');
    }
    if (bot['publicWebhook'] !== true) {
      return this.#recorded('webhook/not-public');
    }
    if (!this.#code.has(bot.id)) {
      return this.#recorded('webhook/no-code');
    }
    const params = Object.fromEntries(new URLSearchParams(text));
    const tokens = (this.secrets['TWILIO_AUTH_TOKEN'] ?? '').split(',').map((token) => token.trim());
    const signature = String(headers['x-twilio-signature']);
    const isGenuine = tokens.some((token) => twilio.validateRequest(token, signature, url, params));
    const text403 = { text: 'Wrong auth token.', coding: [{ code: 'SIGNATURE_MISMATCH' }] };
    return isGenuine
      ? [200, '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello.</Say></Response>']
      : [
          403,
          {
            resourceType: 'OperationOutcome',
            id: 'forbidden',
            issue: [{ severity: 'error', code: 'forbidden', details: text403 }],
          },
        ];
  }
}
