// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's capability tokens for TaskRouter. The auth token signs them. */
import { sign } from './sign.ts';
import { Policy } from './taskrouter-policy.ts';

export * as util from './taskrouter-util.ts';
export type { Policy, PolicyOptions, PolicyPayload } from './taskrouter-policy.ts';

/** The account, workspace and channel of the token, and the auth token that signs it. */
export interface TaskRouterCapabilityOptions {
  accountSid: string;
  authToken: string;
  workspaceSid: string;
  channelId: string;
  friendlyName?: string | undefined;
  /** The lifetime in seconds. The default is one hour. */
  ttl?: number | undefined;
  version?: string | undefined;
}

/**
 * npm twilio's `TaskRouterCapability`.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const { TaskRouterCapability, util } = jwt.taskrouter;
 * const [accountSid, authToken, workspaceSid, workerSid] = ['AC1', 'the auth token', 'WS1', 'WK1'];
 * const capability = new TaskRouterCapability({ accountSid, authToken, workspaceSid, channelId: workerSid });
 * util.defaultWorkerPolicies('v1', workspaceSid, workerSid).forEach((policy) => capability.addPolicy(policy));
 * const [, claims = ''] = capability.toJwt().split('.');
 * console.log(JSON.parse(Buffer.from(claims, 'base64url').toString()).worker_sid); // WK1
 * ```
 */
export class TaskRouterCapability {
  static Policy: typeof Policy = Policy;

  accountSid: string;
  authToken: string;
  workspaceSid: string;
  channelId: string;
  friendlyName?: string | undefined;
  ttl: number;
  version: string;
  policies: Policy[];

  constructor(options: TaskRouterCapabilityOptions) {
    if (!(options as unknown)) {
      throw new Error('Required parameter "options" missing.');
    }
    for (const name of ['accountSid', 'authToken', 'workspaceSid', 'channelId'] as const) {
      if (!options[name]) {
        throw new Error(`Required parameter "options.${name}" missing.`);
      }
    }
    this.accountSid = options.accountSid;
    this.authToken = options.authToken;
    this.workspaceSid = options.workspaceSid;
    this.channelId = options.channelId;
    this.friendlyName = options.friendlyName;
    this.ttl = options.ttl || 3600;
    this.version = options.version || 'v1';
    this.policies = [];
  }

  /** Adds a request that the token allows. */
  addPolicy(policy: Policy): void {
    this.policies.push(policy);
  }

  /** Creates the token, with the current time. */
  toJwt(): string {
    const claims: Record<string, unknown> = {
      iss: this.accountSid,
      exp: Math.floor(Date.now() / 1000) + this.ttl,
      version: this.version,
      friendly_name: this.friendlyName,
      account_sid: this.accountSid,
      channel: this.channelId,
      workspace_sid: this.workspaceSid,
      policies: this.policies.map((policy) => policy.payload()),
    };
    if (this.channelId.startsWith('WK')) {
      claims.worker_sid = this.channelId;
    } else if (this.channelId.startsWith('WQ')) {
      claims.taskqueue_sid = this.channelId;
    }
    return sign(claims, this.authToken, {});
  }
}
