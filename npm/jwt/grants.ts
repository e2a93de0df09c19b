// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's grants: what they are given, and the claims that they write. Empty options are left out, as there. */
import type { AccessToken } from './access-token.ts';

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
