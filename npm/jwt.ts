// SPDX-License-Identifier: Apache-2.0 OR MIT

/** npm twilio's `jwt`, but for `ValidationToken`, which belongs to its REST client. */
export { AccessToken } from './jwt/access-token.ts';
export { ClientCapability } from './jwt/client-capability.ts';
export * as taskrouter from './jwt/taskrouter.ts';
