// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's capability tokens for Twilio Client, the predecessor of the Voice SDK. The auth token signs them. */
import { sign } from './sign.ts';

/** A permission in a token. */
export interface Scope {
  scope: string;
  /** The scope in the format of a token. */
  payload(): string;
}

/** The TwiML App for outgoing calls, and the parameters that it receives. */
export interface OutgoingClientScopeOptions {
  applicationSid: string;
  clientName?: string | undefined;
  params?: object | undefined;
}

/** The account of the token, and the auth token that signs it. */
export interface ClientCapabilityOptions {
  accountSid: string;
  authToken: string;
  /** The lifetime in seconds. The default is one hour. */
  ttl?: number | undefined;
}

/** Encodes pairs as a query. Other values than strings are converted with `String()`. */
function query(pairs: [name: string, value: unknown][]): string {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&');
}

/** Allows subscribing to events. */
export class EventStreamScope implements Scope {
  scope: string;
  filters: object;

  constructor(filters?: object) {
    this.scope = 'scope:stream:subscribe';
    this.filters = filters || {};
  }

  /** The scope in the format of a token. */
  payload(): string {
    const filters = Object.entries(this.filters);
    const rest = filters.length > 0 ? `&${query([['appParams', query(filters)]])}` : '';
    return `${this.scope}?path=/2010-04-01/Events${rest}`;
  }
}

/** Allows receiving calls. */
export class IncomingClientScope implements Scope {
  scope: string;
  clientName: string;

  constructor(clientName: string) {
    this.scope = 'scope:client:incoming';
    this.clientName = clientName;
  }

  /** The scope in the format of a token. */
  payload(): string {
    return `${this.scope}?${query([['clientName', this.clientName]])}`;
  }
}

/** Allows placing calls through a TwiML App. */
export class OutgoingClientScope implements Scope {
  scope: string;
  applicationSid: string;
  clientName?: string | undefined;
  params?: object | undefined;

  constructor(options: OutgoingClientScopeOptions) {
    this.scope = 'scope:client:outgoing';
    checkRequired(options, ['applicationSid']);
    this.applicationSid = options.applicationSid;
    this.clientName = options.clientName;
    this.params = options.params;
  }

  /** The scope in the format of a token. */
  payload(): string {
    const pairs = [query([['appSid', this.applicationSid]])];
    if (typeof this.clientName === 'string') {
      pairs.push(query([['clientName', this.clientName]]));
    }
    if (typeof this.params === 'object') {
      pairs.push(query([['appParams', query(Object.entries(this.params))]]));
    }
    return `${this.scope}?${pairs.join('&')}`;
  }
}

/**
 * npm twilio's `ClientCapability`.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const capability = new jwt.ClientCapability({ accountSid: 'AC1', authToken: 'the auth token' });
 * capability.addScope(new jwt.ClientCapability.IncomingClientScope('front_desk'));
 * const [, claims = ''] = capability.toJwt().split('.');
 * const { scope } = JSON.parse(Buffer.from(claims, 'base64url').toString());
 * console.log(scope); // scope:client:incoming?clientName=front_desk
 * ```
 */
export class ClientCapability {
  static EventStreamScope: typeof EventStreamScope = EventStreamScope;
  static IncomingClientScope: typeof IncomingClientScope = IncomingClientScope;
  static OutgoingClientScope: typeof OutgoingClientScope = OutgoingClientScope;

  accountSid: string;
  authToken: string;
  ttl: number;
  scopes: Scope[];

  constructor(options: ClientCapabilityOptions) {
    checkRequired(options, ['accountSid', 'authToken']);
    this.accountSid = options.accountSid;
    this.authToken = options.authToken;
    this.ttl = options.ttl || 3600;
    this.scopes = [];
  }

  /** Adds a permission. */
  addScope(scope: Scope): void {
    this.scopes.push(scope);
  }

  /** Creates the token, with the current time. */
  toJwt(): string {
    const scope = this.scopes.map((one) => one.payload()).join(' ');
    return sign({ scope, iss: this.accountSid, exp: Math.floor(Date.now() / 1000) + this.ttl }, this.authToken, {});
  }
}

/** Checks options as npm twilio does, with the same error messages. */
function checkRequired(options: unknown, names: readonly string[]): void {
  if (!options) {
    throw new Error('Required parameter "options" missing.');
  }
  if (typeof options !== 'object') {
    throw new TypeError('Parameter "options" must be a type Object');
  }
  for (const name of names) {
    if (!(options as Record<string, unknown>)[name]) {
      throw new Error(`Required parameter "options.${name}" missing.`);
    }
  }
}
