// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * npm twilio's access tokens and their grants. They share a file because they refer to each other: the class has the
 * grants as its statics, and the grants' options are types of the class's namespace, as in npm twilio. Empty options are
 * left out of the claims, as there too.
 */
import { ALGORITHMS, sign } from './sign.ts';

/** What a token allows; `key` is the name of its claim. */
export abstract class TokenGrant<_TOptions, TPayload, TKey> {
  key: TKey;

  protected constructor(key: TKey) {
    this.key = key;
  }

  /** The claim that the grant is in a token. */
  abstract toPayload(): TPayload;
}

/** The members that are not empty, under the names of their claims. */
function filled(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => Boolean(value)));
}

/** Lets its bearer work with tasks. */
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

  /** The claim that the grant is in a token. */
  override toPayload(): AccessToken.TaskRouterGrantPayload {
    return filled({ workspace_sid: this.workspaceSid, worker_sid: this.workerSid, role: this.role });
  }
}

/** Lets its bearer take part in conversations. */
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

  /** The claim that the grant is in a token. */
  override toPayload(): AccessToken.ChatGrantPayload {
    return filled({
      service_sid: this.serviceSid,
      endpoint_id: this.endpointId,
      deployment_role_sid: this.deploymentRoleSid,
      push_credential_sid: this.pushCredentialSid,
    });
  }
}

/** Lets its bearer join a room, or any room where none is named. */
export class VideoGrant extends TokenGrant<AccessToken.VideoGrantOptions, AccessToken.VideoGrantPayload, 'video'> {
  room?: string | undefined;

  constructor(options?: AccessToken.VideoGrantOptions) {
    super('video');
    this.room = options?.room;
  }

  /** The claim that the grant is in a token. */
  override toPayload(): AccessToken.VideoGrantPayload {
    return filled({ room: this.room });
  }
}

/** Lets its bearer read and write what Sync keeps. */
export class SyncGrant extends TokenGrant<AccessToken.SyncGrantOptions, AccessToken.SyncGrantPayload, 'data_sync'> {
  serviceSid?: string | undefined;
  endpointId?: string | undefined;

  constructor(options?: AccessToken.SyncGrantOptions) {
    super('data_sync');
    this.serviceSid = options?.serviceSid;
    this.endpointId = options?.endpointId;
  }

  /** The claim that the grant is in a token. */
  override toPayload(): AccessToken.SyncGrantPayload {
    return filled({ service_sid: this.serviceSid, endpoint_id: this.endpointId });
  }
}

/** Lets its bearer be called, and place calls through a TwiML App. */
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

  /** The claim that the grant is in a token. */
  override toPayload(): AccessToken.VoiceGrantPayload {
    const outgoing = filled({ params: this.outgoingApplicationParams });
    return filled({
      incoming: this.incomingAllow === true ? { allow: true } : undefined,
      outgoing: this.outgoingApplicationSid ? { application_sid: this.outgoingApplicationSid, ...outgoing } : undefined,
      push_credential_sid: this.pushCredentialSid,
      endpoint_id: this.endpointId,
    });
  }
}

/** Lets its bearer watch a stream; the grant is what Twilio's API gave for it. */
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

  /** The claim that the grant is in a token. */
  override toPayload(): AccessToken.PlaybackGrantPayload {
    // An empty grant that is no object is none.
    return this.grant ? this.grant : {};
  }
}

/**
 * npm twilio's `AccessToken`: its arguments, its tokens byte for byte, its errors. It takes what that takes (HS384 and
 * HS512, any identity, any ttl), a blank secret aside; `accessToken` of `plumline` refuses what Twilio refuses.
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
  /** What the grants have in common, for one of your own. */
  static Grant: typeof TokenGrant = TokenGrant;
  /** Lets its bearer work with tasks. */
  static TaskRouterGrant: typeof TaskRouterGrant = TaskRouterGrant;
  /** Lets its bearer take part in conversations. */
  static ChatGrant: typeof ChatGrant = ChatGrant;
  /** Lets its bearer join a room, or any room where none is named. */
  static VideoGrant: typeof VideoGrant = VideoGrant;
  /** Lets its bearer read and write what Sync keeps. */
  static SyncGrant: typeof SyncGrant = SyncGrant;
  /** Lets its bearer be called, and place calls through a TwiML App. */
  static VoiceGrant: typeof VoiceGrant = VoiceGrant;
  /** Lets its bearer watch a stream. */
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
   * @param accountSid - The account, `AC…`
   * @param keySid - The API key, `SK…`
   * @param secret - The key's secret
   * @param options - `identity` is needed; `ttl` is an hour where it is not given
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

  /** Adds a grant; of two with one key, the later counts. */
  addGrant(grant: AccessToken.AnyGrant): void {
    this.grants.push(grant);
  }

  /** The token, made now. */
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

// What npm twilio lets a program write as types: `AccessToken.VoiceGrant`, `AccessToken.VoiceGrantOptions`, …
// eslint-disable-next-line @typescript-eslint/no-namespace
export declare namespace AccessToken {
  /** What `addGrant` takes: any of the grants, or one of a program's own. */
  export interface AnyGrant {
    key: unknown;
    /** The claim that the grant is in a token. */
    toPayload(): unknown;
  }
  /** What the grants have in common. */
  export type Grant<TOptions, TPayload, TKey> = TokenGrant<TOptions, TPayload, TKey>;
  /** Lets its bearer work with tasks. */
  export type TaskRouterGrant = InstanceType<typeof AccessToken.TaskRouterGrant>;
  /** Lets its bearer take part in conversations. */
  export type ChatGrant = InstanceType<typeof AccessToken.ChatGrant>;
  /** Lets its bearer join a room, or any room where none is named. */
  export type VideoGrant = InstanceType<typeof AccessToken.VideoGrant>;
  /** Lets its bearer read and write what Sync keeps. */
  export type SyncGrant = InstanceType<typeof AccessToken.SyncGrant>;
  /** Lets its bearer be called, and place calls through a TwiML App. */
  export type VoiceGrant = InstanceType<typeof AccessToken.VoiceGrant>;
  /** Lets its bearer watch a stream. */
  export type PlaybackGrant = InstanceType<typeof AccessToken.PlaybackGrant>;
  /** What a `TaskRouterGrant` is made of. */
  export interface TaskRouterGrantOptions {
    workspaceSid?: string | undefined;
    workerSid?: string | undefined;
    role?: string | undefined;
  }
  /** What a `TaskRouterGrant` is in a token. */
  export interface TaskRouterGrantPayload {
    workspace_sid?: string;
    worker_sid?: string;
    role?: string;
  }
  /** What a `ChatGrant` is made of. */
  export interface ChatGrantOptions {
    serviceSid?: string | undefined;
    endpointId?: string | undefined;
    deploymentRoleSid?: string | undefined;
    pushCredentialSid?: string | undefined;
  }
  /** What a `ChatGrant` is in a token. */
  export interface ChatGrantPayload {
    service_sid?: string;
    endpoint_id?: string;
    deployment_role_sid?: string;
    push_credential_sid?: string;
  }
  /** What a `VideoGrant` is made of. */
  export interface VideoGrantOptions {
    room?: string | undefined;
  }
  /** What a `VideoGrant` is in a token. */
  export interface VideoGrantPayload {
    room?: string;
  }
  /** What a `SyncGrant` is made of. */
  export interface SyncGrantOptions {
    serviceSid?: string | undefined;
    endpointId?: string | undefined;
  }
  /** What a `SyncGrant` is in a token. */
  export interface SyncGrantPayload {
    service_sid?: string;
    endpoint_id?: string;
  }
  /** What a `VoiceGrant` is made of. */
  export interface VoiceGrantOptions {
    incomingAllow?: boolean | undefined;
    outgoingApplicationSid?: string | undefined;
    outgoingApplicationParams?: object | undefined;
    pushCredentialSid?: string | undefined;
    endpointId?: string | undefined;
  }
  /** What a `VoiceGrant` is in a token. */
  export interface VoiceGrantPayload {
    incoming?: { allow: boolean };
    outgoing?: { application_sid: string; params?: object };
    push_credential_sid?: string;
    endpoint_id?: string;
  }
  /** What a `PlaybackGrant` is made of. */
  export interface PlaybackGrantOptions {
    grant?: object | undefined;
  }
  /** What a `PlaybackGrant` is in a token. */
  export interface PlaybackGrantPayload {
    grant?: object;
  }
  /** Who the bearer is, and how long. */
  export interface AccessTokenOptions {
    /** Seconds. */
    ttl?: number | undefined;
    identity: string;
    /** Seconds since 1970. */
    nbf?: number | undefined;
    region?: string | undefined;
  }
}
