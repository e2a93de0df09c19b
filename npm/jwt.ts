// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's `jwt`, but for `ValidationToken`, which belongs to its REST client. */
export { AccessToken } from './jwt/access-token.ts';
export { ClientCapability } from './jwt/client-capability.ts';
// What those are made of, to be named as types only: npm twilio has them as statics.
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
