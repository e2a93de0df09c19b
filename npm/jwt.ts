// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's `jwt`, without `ValidationToken`, which belongs to its REST client. */
export { AccessToken } from './jwt/access-token.ts';
export { ClientCapability } from './jwt/client-capability.ts';
// The related classes, exported as types only. npm twilio has them as static members.
export type {
  ClientCapabilityOptions,
  EventStreamScope,
  IncomingClientScope,
  OutgoingClientScope,
  OutgoingClientScopeOptions,
  Scope,
} from './jwt/client-capability.ts';
export type {
  ChatGrant,
  PlaybackGrant,
  SyncGrant,
  TaskRouterGrant,
  TokenGrant,
  VideoGrant,
  VoiceGrant,
} from './jwt/access-token.ts';
export * as taskrouter from './jwt/taskrouter.ts';
