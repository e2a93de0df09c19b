// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * npm twilio's access tokens and their grants. They share a file because they refer to each other. As in npm twilio,
 * the grants are static members of the class, and their options are types in its namespace. Empty options are left out
 * of the claims, also as in npm twilio.
 */
import { ALGORITHMS, sign } from './sign.ts';

/** A permission in a token. `key` is the name of its claim. */
export abstract class TokenGrant<_TOptions, TPayload, TKey> {
  key: TKey;

  protected constructor(key: TKey) {
    this.key = key;
  }

  /** The claim of the grant in a token. */
  abstract toPayload(): TPayload;
}

/** The members that are not empty. */
function withoutEmpty(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => Boolean(value)));
}

/** Allows working with TaskRouter tasks. */
export class TaskRouterGrant extends TokenGrant<
  AccessToken.TaskRouterGrantOptions,
  AccessToken.TaskRouterGrantPayload,
  'task_router'
> {
  workspaceSid?: string | undefined;
  workerSid?: string | undefined;
  role?: string | undefined;

  constructor(options?: AccessToken.TaskRouterGrantOptions) {
    super('task_router');
    this.workspaceSid = options?.workspaceSid;
    this.workerSid = options?.workerSid;
    this.role = options?.role;
  }

  /** The claim of the grant in a token. */
  override toPayload(): AccessToken.TaskRouterGrantPayload {
    return withoutEmpty({ workspace_sid: this.workspaceSid, worker_sid: this.workerSid, role: this.role });
  }
}

/** Allows taking part in conversations. */
export class ChatGrant extends TokenGrant<AccessToken.ChatGrantOptions, AccessToken.ChatGrantPayload, 'chat'> {
  serviceSid?: string | undefined;
  endpointId?: string | undefined;
  deploymentRoleSid?: string | undefined;
  pushCredentialSid?: string | undefined;

  constructor(options?: AccessToken.ChatGrantOptions) {
    super('chat');
    this.serviceSid = options?.serviceSid;
    this.endpointId = options?.endpointId;
    this.deploymentRoleSid = options?.deploymentRoleSid;
    this.pushCredentialSid = options?.pushCredentialSid;
  }

  /** The claim of the grant in a token. */
  override toPayload(): AccessToken.ChatGrantPayload {
    return withoutEmpty({
      service_sid: this.serviceSid,
      endpoint_id: this.endpointId,
      deployment_role_sid: this.deploymentRoleSid,
      push_credential_sid: this.pushCredentialSid,
    });
  }
}

/** Allows joining a room, or any room if `room` is not set. */
export class VideoGrant extends TokenGrant<AccessToken.VideoGrantOptions, AccessToken.VideoGrantPayload, 'video'> {
  room?: string | undefined;

  constructor(options?: AccessToken.VideoGrantOptions) {
    super('video');
    this.room = options?.room;
  }

  /** The claim of the grant in a token. */
  override toPayload(): AccessToken.VideoGrantPayload {
    return withoutEmpty({ room: this.room });
  }
}

/** Allows reading and writing Sync objects. */
export class SyncGrant extends TokenGrant<AccessToken.SyncGrantOptions, AccessToken.SyncGrantPayload, 'data_sync'> {
  serviceSid?: string | undefined;
  endpointId?: string | undefined;

  constructor(options?: AccessToken.SyncGrantOptions) {
    super('data_sync');
    this.serviceSid = options?.serviceSid;
    this.endpointId = options?.endpointId;
  }

  /** The claim of the grant in a token. */
  override toPayload(): AccessToken.SyncGrantPayload {
    return withoutEmpty({ service_sid: this.serviceSid, endpoint_id: this.endpointId });
  }
}

/** Allows receiving calls, and placing calls through a TwiML App. */
export class VoiceGrant extends TokenGrant<AccessToken.VoiceGrantOptions, AccessToken.VoiceGrantPayload, 'voice'> {
  incomingAllow?: boolean | undefined;
  outgoingApplicationSid?: string | undefined;
  outgoingApplicationParams?: object | undefined;
  pushCredentialSid?: string | undefined;
  endpointId?: string | undefined;

  constructor(options?: AccessToken.VoiceGrantOptions) {
    super('voice');
    this.incomingAllow = options?.incomingAllow;
    this.outgoingApplicationSid = options?.outgoingApplicationSid;
    this.outgoingApplicationParams = options?.outgoingApplicationParams;
    this.pushCredentialSid = options?.pushCredentialSid;
    this.endpointId = options?.endpointId;
  }

  /** The claim of the grant in a token. */
  override toPayload(): AccessToken.VoiceGrantPayload {
    const outgoing = withoutEmpty({ params: this.outgoingApplicationParams });
    return withoutEmpty({
      incoming: this.incomingAllow === true ? { allow: true } : undefined,
      outgoing: this.outgoingApplicationSid ? { application_sid: this.outgoingApplicationSid, ...outgoing } : undefined,
      push_credential_sid: this.pushCredentialSid,
      endpoint_id: this.endpointId,
    });
  }
}

/** Allows watching a stream. The grant comes from Twilio's API. */
export class PlaybackGrant extends TokenGrant<
  AccessToken.PlaybackGrantOptions,
  AccessToken.PlaybackGrantPayload,
  'player'
> {
  grant?: object | undefined;

  constructor(options?: AccessToken.PlaybackGrantOptions) {
    super('player');
    this.grant = options?.grant;
  }

  /** The claim of the grant in a token. */
  override toPayload(): AccessToken.PlaybackGrantPayload {
    // An empty grant that is not an object is left out.
    return this.grant ? this.grant : {};
  }
}

/**
 * npm twilio's `AccessToken`, with the same arguments, tokens and errors. It accepts the same input (HS384 and HS512,
 * any identity, any ttl), except for a blank secret. In contrast, `accessToken` of `plumline` refuses what Twilio
 * refuses.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const { AccessToken } = jwt;
 * const token = new AccessToken('AC1', 'SK1', 'the secret of the key', { identity: 'front_desk' });
 * token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: true }));
 * const [, claims = ''] = token.toJwt().split('.');
 * console.log(JSON.parse(Buffer.from(claims, 'base64url').toString()).grants.voice); // { incoming: { allow: true } }
 * ```
 */
export class AccessToken implements AccessToken.AccessTokenOptions {
  static DEFAULT_ALGORITHM: 'HS256' = 'HS256' as const;
  static ALGORITHMS: string[] = [...ALGORITHMS];
  /** The base class of the grants. Extend it for a custom grant. */
  static Grant: typeof TokenGrant = TokenGrant;
  /** Allows working with TaskRouter tasks. */
  static TaskRouterGrant: typeof TaskRouterGrant = TaskRouterGrant;
  /** Allows taking part in conversations. */
  static ChatGrant: typeof ChatGrant = ChatGrant;
  /** Allows joining a room, or any room if `room` is not set. */
  static VideoGrant: typeof VideoGrant = VideoGrant;
  /** Allows reading and writing Sync objects. */
  static SyncGrant: typeof SyncGrant = SyncGrant;
  /** Allows receiving calls, and placing calls through a TwiML App. */
  static VoiceGrant: typeof VoiceGrant = VoiceGrant;
  /** Allows watching a stream. */
  static PlaybackGrant: typeof PlaybackGrant = PlaybackGrant;

  accountSid: string;
  keySid: string;
  secret: string;
  ttl: number;
  identity: string;
  nbf?: number | undefined;
  region?: string | undefined;
  grants: AccessToken.AnyGrant[];

  /**
   * @param accountSid - The SID of the account, `AC…`
   * @param keySid - The SID of the API key, `SK…`
   * @param secret - The secret of the API key
   * @param options - `identity` is required; the default `ttl` is one hour
   */
  constructor(accountSid: string, keySid: string, secret: string, options: AccessToken.AccessTokenOptions) {
    for (const [name, value] of Object.entries({ accountSid, keySid, secret })) {
      if (!value) {
        throw new Error(`${name} is required`);
      }
    }
    const given = options as AccessToken.AccessTokenOptions | null | undefined;
    if (!given?.identity) {
      throw new Error('identity is required to be specified in options');
    }
    this.accountSid = accountSid;
    this.keySid = keySid;
    this.secret = secret;
    this.ttl = given.ttl || 3600;
    this.identity = given.identity;
    this.nbf = given.nbf;
    this.region = given.region;
    this.grants = [];
  }

  /** Adds a grant. It replaces an earlier grant with the same key. */
  addGrant(grant: AccessToken.AnyGrant): void {
    this.grants.push(grant);
  }

  /** Creates the token, with the current time. */
  toJwt(algorithm?: 'HS256' | 'HS384' | 'HS512'): string {
    const chosen: string = algorithm || AccessToken.DEFAULT_ALGORITHM;
    if (!AccessToken.ALGORITHMS.includes(chosen)) {
      throw new Error(`Algorithm not supported. Allowed values are ${AccessToken.ALGORITHMS.join(', ')}`);
    }
    const grants: Record<string, unknown> = {};
    const identity: unknown = this.identity;
    if (typeof identity === 'string' || Number.isInteger(identity)) {
      grants.identity = String(identity);
    }
    for (const grant of this.grants) {
      grants[String(grant.key)] = grant.toPayload();
    }
    const claims: Record<string, unknown> = { jti: `${this.keySid}-${Math.floor(Date.now() / 1000)}`, grants };
    if (typeof this.nbf === 'number') {
      claims.nbf = this.nbf;
    }
    const header: Record<string, string> = { cty: 'twilio-fpa;v=1' };
    if (this.region && typeof this.region === 'string') {
      header.twr = this.region;
    }
    return sign(claims, this.secret, {
      algorithm: chosen,
      header,
      issuer: this.keySid,
      subject: this.accountSid,
      expiresIn: this.ttl,
    });
  }
}

// The types that npm twilio has in this namespace: `AccessToken.VoiceGrant`, `AccessToken.VoiceGrantOptions`, …
// eslint-disable-next-line @typescript-eslint/no-namespace
export declare namespace AccessToken {
  /** The argument of `addGrant`: one of the grants, or a custom grant. */
  export interface AnyGrant {
    key: unknown;
    /** The claim of the grant in a token. */
    toPayload(): unknown;
  }
  /** The base class of the grants. */
  export type Grant<TOptions, TPayload, TKey> = TokenGrant<TOptions, TPayload, TKey>;
  /** Allows working with TaskRouter tasks. */
  export type TaskRouterGrant = InstanceType<typeof AccessToken.TaskRouterGrant>;
  /** Allows taking part in conversations. */
  export type ChatGrant = InstanceType<typeof AccessToken.ChatGrant>;
  /** Allows joining a room, or any room if `room` is not set. */
  export type VideoGrant = InstanceType<typeof AccessToken.VideoGrant>;
  /** Allows reading and writing Sync objects. */
  export type SyncGrant = InstanceType<typeof AccessToken.SyncGrant>;
  /** Allows receiving calls, and placing calls through a TwiML App. */
  export type VoiceGrant = InstanceType<typeof AccessToken.VoiceGrant>;
  /** Allows watching a stream. */
  export type PlaybackGrant = InstanceType<typeof AccessToken.PlaybackGrant>;
  /** The options of a `TaskRouterGrant`. */
  export interface TaskRouterGrantOptions {
    workspaceSid?: string | undefined;
    workerSid?: string | undefined;
    role?: string | undefined;
  }
  /** The claim of a `TaskRouterGrant` in a token. */
  export interface TaskRouterGrantPayload {
    workspace_sid?: string;
    worker_sid?: string;
    role?: string;
  }
  /** The options of a `ChatGrant`. */
  export interface ChatGrantOptions {
    serviceSid?: string | undefined;
    endpointId?: string | undefined;
    deploymentRoleSid?: string | undefined;
    pushCredentialSid?: string | undefined;
  }
  /** The claim of a `ChatGrant` in a token. */
  export interface ChatGrantPayload {
    service_sid?: string;
    endpoint_id?: string;
    deployment_role_sid?: string;
    push_credential_sid?: string;
  }
  /** The options of a `VideoGrant`. */
  export interface VideoGrantOptions {
    room?: string | undefined;
  }
  /** The claim of a `VideoGrant` in a token. */
  export interface VideoGrantPayload {
    room?: string;
  }
  /** The options of a `SyncGrant`. */
  export interface SyncGrantOptions {
    serviceSid?: string | undefined;
    endpointId?: string | undefined;
  }
  /** The claim of a `SyncGrant` in a token. */
  export interface SyncGrantPayload {
    service_sid?: string;
    endpoint_id?: string;
  }
  /** The options of a `VoiceGrant`. */
  export interface VoiceGrantOptions {
    incomingAllow?: boolean | undefined;
    outgoingApplicationSid?: string | undefined;
    outgoingApplicationParams?: object | undefined;
    pushCredentialSid?: string | undefined;
    endpointId?: string | undefined;
  }
  /** The claim of a `VoiceGrant` in a token. */
  export interface VoiceGrantPayload {
    incoming?: { allow: boolean };
    outgoing?: { application_sid: string; params?: object };
    push_credential_sid?: string;
    endpoint_id?: string;
  }
  /** The options of a `PlaybackGrant`. */
  export interface PlaybackGrantOptions {
    grant?: object | undefined;
  }
  /** The claim of a `PlaybackGrant` in a token. */
  export interface PlaybackGrantPayload {
    grant?: object;
  }
  /** The identity and the lifetime of a token. */
  export interface AccessTokenOptions {
    /** The lifetime in seconds. */
    ttl?: number | undefined;
    identity: string;
    /** Seconds since the Unix epoch. */
    nbf?: number | undefined;
    region?: string | undefined;
  }
}
