// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * npm twilio's webhook functions and TwiML classes, with the same names, results and output. To migrate, change one
 * import.
 *
 * Three inputs that npm twilio accepts are refused here: a blank token, a URL without scheme and host, and a URL with
 * two `bodySHA256`. npm twilio can throw because of the contents of a request, such as a URL that `URL` cannot parse.
 * These functions return `false` instead.
 */
import { twiml } from './builders.ts';
import * as jwt from './jwt.ts';
import {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from './validate.ts';
import { validateBody, validateExpressRequest, validateIncomingRequest, webhook } from './webhook.ts';

// The types of the builders are generated.
export * from './builders.ts';
export {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from './validate.ts';
export type { IncomingRequest, RequestValidatorOptions, WebhookOptions } from './webhook.ts';
export { validateBody, validateExpressRequest, validateIncomingRequest, webhook } from './webhook.ts';
export * as jwt from './jwt.ts';

/**
 * The default export, for `import twilio from 'plumline/twilio'`.
 *
 * @example
 * ```ts
 * import twilio from 'plumline/twilio';
 *
 * const response = new twilio.twiml.VoiceResponse();
 * response.hangup();
 * console.log(response.toString()); // <?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>
 * ```
 */
const twilio: {
  readonly getExpectedBodyHash: typeof getExpectedBodyHash;
  readonly getExpectedTwilioSignature: typeof getExpectedTwilioSignature;
  readonly jwt: typeof jwt;
  readonly twiml: typeof twiml;
  readonly validateBody: typeof validateBody;
  readonly validateExpressRequest: typeof validateExpressRequest;
  readonly validateIncomingRequest: typeof validateIncomingRequest;
  readonly validateRequest: typeof validateRequest;
  readonly validateRequestWithBody: typeof validateRequestWithBody;
  readonly webhook: typeof webhook;
} = {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  jwt,
  twiml,
  validateBody,
  validateExpressRequest,
  validateIncomingRequest,
  validateRequest,
  validateRequestWithBody,
  webhook,
};
export default twilio;
