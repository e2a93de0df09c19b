// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The parameters of a form post: names with a value or a list of values, or pairs as URLSearchParams and Map give them. Values that are no strings are written as `String()` does. */
export type Params = Readonly<Record<string, any>> | Iterable<readonly [name: string, value: unknown]>;

/** What is to be signed. */
export interface SignInput {
  /** The absolute URL that is called, with its whole query. */
  readonly url: string;
  /** The parameters of a form post; none for a GET and for a JSON post. */
  readonly params?: Params | undefined;
  /** The account's auth token. */
  readonly token: string;
}

/** Twilio's shared keys: a request may be signed by one of them instead of the auth token. */
export interface VerifySettings {
  /** The header `X-Twilio-Webhooks-Signature-Settings`. */
  readonly header?: string | null | undefined;
  /** The shared keys that are accepted, by their ids. */
  readonly keys?: Readonly<Record<string, SharedKey>> | undefined;
}

/** A shared key, as Twilio's console shows it once. */
export interface SharedKey {
  readonly secret: string;
  readonly algorithm: 'HMAC_SHA1' | 'HMAC_SHA256';
}

/** A request as it came in, and what it may be signed by. */
export interface VerifyInput {
  /** The absolute URL that Twilio called, with its whole query. */
  readonly url: string;
  /** The parameters of a form post, all that were received. */
  readonly params?: Params | undefined;
  /** The raw body of a JSON or text post, as received; the URL holds its hash as `bodySHA256`. */
  readonly body?: string | Uint8Array | ArrayBuffer | undefined;
  /** The header `X-Twilio-Signature`. */
  readonly signature: string | null | undefined;
  /** The auth token, or a list of them while a rotation lasts. */
  readonly tokens?: string | readonly string[] | undefined;
  /** Shared keys, where any are in use. */
  readonly settings?: VerifySettings | undefined;
}

/** A refusal. `code` is stable and listed in docs/errors.md; neither it nor `help` holds data of the request. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly help: string;
}

/** `url` is the spelling that was signed, `token` the index of the token that signed it, or `key` the id of the shared key. */
export type Verdict =
  | { readonly ok: true; readonly url: string; readonly token: number; readonly key?: undefined }
  | { readonly ok: true; readonly url: string; readonly key: string; readonly token?: undefined }
  | Refusal;

/** The config document; PLUMLINE_CONFIG of a bot is the same as JSON text. */
export interface CallConfig {
  /** What a caller hears first; `text: ''` for nothing. */
  readonly greeting?: { readonly text?: string; readonly voice?: string; readonly language?: string };
  /** The SDK identity that incoming calls ring. */
  readonly client?: string;
  /** `callerId`: the number that the callee sees, E.164. */
  readonly outbound?: { readonly callerId?: string };
}

/** A call, and the clinic that it reaches. */
export interface RouteInput {
  /** The parameters of a voice webhook. */
  readonly params: Params;
  /** Our numbers: a list, or text with commas between them. */
  readonly numbers: string | readonly string[];
  readonly config?: CallConfig | undefined;
  /** Our TwiML App: a browser call of another one is refused. */
  readonly applicationSid?: string | undefined;
  /** Milliseconds since 1970. The default plan does not look at it. */
  readonly now?: number | undefined;
}

/** What all routes have. */
interface Routed {
  readonly ok: true;
  readonly direction: 'dial-action' | 'inbound' | 'outbound' | 'placed' | 'sip' | 'status-callback' | 'unknown';
  /** What a log should say of the call, where it should say anything. */
  readonly code?: string;
  readonly help?: string;
  /** The document that performs the route. */
  readonly twiml: string;
}

/** Where a call goes, and the document that performs it. */
export type Routing =
  | (Routed & { readonly kind: 'acknowledge' })
  | (Routed & { readonly kind: 'connect'; readonly client: string })
  | (Routed & { readonly kind: 'dial'; readonly to: string; readonly callerId: string })
  | (Routed & {
      readonly kind: 'refuse';
      readonly reason: 'failure' | 'invalid-number' | 'not-allowed' | 'not-in-service';
      /** The sentence that the caller hears. */
      readonly says: string;
    })
  | (Refusal & { /** Where the config is wrong. */ readonly path?: string });

/** An attribute's value. */
export type TwimlAttribute = string | number | boolean | readonly (string | number | boolean)[] | null | undefined;

/** An element. Lists are written with a space between their values, attributes that are null or undefined not at all. */
export interface TwimlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, TwimlAttribute>> | undefined;
  readonly text?: string | number | undefined;
  readonly children?: readonly TwimlNode[] | undefined;
}

/** What an element may hold. */
export type TwimlNode = TwimlElement | { readonly text: string | number } | { readonly comment: string };

/** What is thrown for a programmer's mistake. */
export interface PlumlineError extends Error {
  /** Stable, SCREAMING_SNAKE, listed in docs/errors.md. */
  readonly code: string;
  readonly help: string;
  /** Where: an argument such as `tokens[1]`, or a place in a tree such as `children[0].attributes.voice`. */
  readonly path: string;
}

/** The package's version, and the core's: the same, unless files of two versions were mixed. */
export interface Versions {
  readonly plumline: string;
  readonly core: string;
}
