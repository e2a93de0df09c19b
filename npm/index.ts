// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Plumline for JavaScript: Twilio signatures, call routing and TwiML. It uses the same core as the Medplum bots. */
import type { Versions } from '#pkg/plumline.js';
import { coreVersion } from './core/core.ts';

export type {
  AccessTokenInput,
  Config,
  ConfigCheck,
  ConfigCheckOptions,
  ConfigFinding,
  Grants,
  Params,
  PhoneReading,
  PlumlineError,
  Refusal,
  RouteInput,
  Routing,
  SegmentCount,
  SharedKey,
  SignInput,
  TwimlAttribute,
  TwimlCheckOptions,
  TwimlElement,
  TwimlFinding,
  TwimlNode,
  TwimlOptions,
  Verdict,
  VerifyInput,
  VerifySettings,
  Versions,
} from '#pkg/plumline.js';
export { routeCall } from './call.ts';
export { checkConfig } from './config.ts';
export { parsePhone } from './phone.ts';
export { countSegments } from './segments.ts';
export { accessToken } from './token.ts';
export { signTwilio, verifyTwilio } from './signature.ts';
export { checkTwiml, twiml } from './twiml.ts';

/**
 * The versions of the package and of its core.
 *
 * @example
 * ```ts
 * import { versions } from 'plumline';
 *
 * console.log(versions.plumline === versions.core); // true
 * ```
 */
export const versions: Versions = {
  plumline: PLUMLINE_VERSION,
  get core() {
    return coreVersion();
  },
};
