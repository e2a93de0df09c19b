// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The signature of a URL and parameters, both as they are.
 *
 * @throws PlumlineError `ARGUMENT_INVALID`, `TOKEN_BLANK`
 */
export declare function getExpectedTwilioSignature(authToken: string, url: string, params: object | null): string;
/**
 * The SHA-256 of a body in lower-case hex, as Twilio writes it into `bodySHA256`.
 *
 * @throws PlumlineError `ARGUMENT_INVALID`
 */
export declare function getExpectedBodyHash(body: string | Uint8Array | ArrayBuffer): string;
/**
 * Whether a form post, or a GET with `{}`, is Twilio's.
 *
 * @throws PlumlineError `ARGUMENT_INVALID` where the token is no string, or URL or parameters are missing
 */
export declare function validateRequest(authToken: string, twilioHeader: string | null | undefined, url: string, params: object | null): boolean;
/**
 * Whether a JSON or text post is Twilio's. `body` is the raw body as received.
 *
 * @throws PlumlineError `ARGUMENT_INVALID` where the token is no string, or URL or body are missing
 */
export declare function validateRequestWithBody(authToken: string, twilioHeader: string | null | undefined, url: string, body: string | Uint8Array | ArrayBuffer): boolean;
