// SPDX-License-Identifier: Apache-2.0 OR MIT
import { ChatGrant, PlaybackGrant, SyncGrant, TaskRouterGrant, TokenGrant, VideoGrant, VoiceGrant } from './grants.ts';
import { ALGORITHMS, sign } from './sign.ts';

/**
 * npm twilio's `AccessToken`: its arguments, its tokens byte for byte, its errors. It takes what that takes (HS384 and
 * HS512, any identity, any ttl), a blank secret aside; `accessToken` of `plumline` refuses what Twilio refuses.
 */
export class AccessToken implements AccessToken.AccessTokenOptions {
  static DEFAULT_ALGORITHM: 'HS256' = 'HS256' as const;
  static ALGORITHMS: string[] = [...ALGORITHMS];
  static Grant: typeof TokenGrant = TokenGrant;
  static TaskRouterGrant: typeof TaskRouterGrant = TaskRouterGrant;
  static ChatGrant: typeof ChatGrant = ChatGrant;
  static VideoGrant: typeof VideoGrant = VideoGrant;
  static SyncGrant: typeof SyncGrant = SyncGrant;
  static VoiceGrant: typeof VoiceGrant = VoiceGrant;
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
    toPayload(): unknown;
  }
  export type Grant<TOptions, TPayload, TKey> = TokenGrant<TOptions, TPayload, TKey>;
  export type TaskRouterGrant = InstanceType<typeof AccessToken.TaskRouterGrant>;
  export type ChatGrant = InstanceType<typeof AccessToken.ChatGrant>;
  export type VideoGrant = InstanceType<typeof AccessToken.VideoGrant>;
  export type SyncGrant = InstanceType<typeof AccessToken.SyncGrant>;
  export type VoiceGrant = InstanceType<typeof AccessToken.VoiceGrant>;
  export type PlaybackGrant = InstanceType<typeof AccessToken.PlaybackGrant>;
  export interface TaskRouterGrantOptions {
    workspaceSid?: string | undefined;
    workerSid?: string | undefined;
    role?: string | undefined;
  }
  export interface TaskRouterGrantPayload {
    workspace_sid?: string;
    worker_sid?: string;
    role?: string;
  }
  export interface ChatGrantOptions {
    serviceSid?: string | undefined;
    endpointId?: string | undefined;
    deploymentRoleSid?: string | undefined;
    pushCredentialSid?: string | undefined;
  }
  export interface ChatGrantPayload {
    service_sid?: string;
    endpoint_id?: string;
    deployment_role_sid?: string;
    push_credential_sid?: string;
  }
  export interface VideoGrantOptions {
    room?: string | undefined;
  }
  export interface VideoGrantPayload {
    room?: string;
  }
  export interface SyncGrantOptions {
    serviceSid?: string | undefined;
    endpointId?: string | undefined;
  }
  export interface SyncGrantPayload {
    service_sid?: string;
    endpoint_id?: string;
  }
  export interface VoiceGrantOptions {
    incomingAllow?: boolean | undefined;
    outgoingApplicationSid?: string | undefined;
    outgoingApplicationParams?: object | undefined;
    pushCredentialSid?: string | undefined;
    endpointId?: string | undefined;
  }
  export interface VoiceGrantPayload {
    incoming?: { allow: boolean };
    outgoing?: { application_sid: string; params?: object };
    push_credential_sid?: string;
    endpoint_id?: string;
  }
  export interface PlaybackGrantOptions {
    grant?: object | undefined;
  }
  export interface PlaybackGrantPayload {
    grant?: object;
  }
  export interface AccessTokenOptions {
    /** Seconds. */
    ttl?: number | undefined;
    identity: string;
    /** Seconds since 1970. */
    nbf?: number | undefined;
    region?: string | undefined;
  }
}
