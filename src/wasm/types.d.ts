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
/** Headers as Node and Express have them, or as `fetch` does. */
export type HeaderSource =
  | {
      /** The value of a header, by its name in small letters. */
      get(name: string): string | null | undefined;
    }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request to be checked. */
export interface VerifyInput {
  /** The absolute URL that Twilio called, with its whole query. */
  readonly url: string;
  /** The parameters of a form post, all that were received. */
  readonly params?: Params | undefined;
  /**
   * The raw body of a JSON or text post, as received; the URL holds its hash as `bodySHA256`. Where the URL does, and there
   * is neither a body nor parameters that are signed, the verdict is `BODY_MISSING`: the body was not checked.
   */
  readonly body?: string | Uint8Array | ArrayBuffer | undefined;
  /** The header `X-Twilio-Signature`. */
  readonly signature: string | null | undefined;
  /** The auth token, or a list of them while a rotation lasts. */
  readonly tokens?: string | readonly string[] | undefined;
  /** Shared keys, where any are in use. */
  readonly settings?: VerifySettings | undefined;
  /**
   * The request's headers, by names in small letters. Nothing is accepted on their word: a refusal's `code` says more
   * where `host`, `x-forwarded-host` or `x-forwarded-port` tell which URL Twilio called.
   */
  readonly headers?: HeaderSource | undefined;
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

/** What `checkConfig` is told besides the config. */
export interface ConfigCheckOptions {
  /** The account's numbers, a list or text with commas between them: a number that has to be ours is then looked for. */
  readonly numbers?: string | readonly string[] | undefined;
}

/** Something that is wrong with a config. Neither `path` nor `help` holds a value of it. */
export interface ConfigFinding {
  /** Stable, begins with `CONFIG_`, listed in docs/errors.md. */
  readonly code: string;
  /** `actions.day[1].dial.timeout`; where the document is no JSON, a line and a column. */
  readonly path: string;
  /** What to do. */
  readonly help: string;
  /** `warning` where the config is taken nevertheless. */
  readonly severity: 'error' | 'warning';
}

/** Whether a config can be used. */
export type ConfigCheck =
  | { readonly ok: true; readonly warnings: readonly ConfigFinding[] }
  | { readonly ok: false; readonly findings: readonly ConfigFinding[] };

/** What a dialplan may ask of the chart and of clocks. What is not told is not known: a rule that needs it does not hold. */
export interface RouteFacts {
  /** The patient who has the caller's number; `null` where nobody has it, or more than one. */
  readonly patient?: { readonly given?: string | undefined; readonly language?: string | undefined } | null | undefined;
  /** Whether the `hours` of a name are open; else `now` and their time zone tell. */
  readonly open?: Readonly<Record<string, boolean>> | undefined;
}

/** A call, and the clinic that it reaches. */
export interface RouteInput {
  /** The parameters of a voice webhook. */
  readonly params: Params;
  /** Our numbers: a list, or text with commas between them. */
  readonly numbers: string | readonly string[];
  /** `PLUMLINE_CONFIG`; its type is made from schema/config.json when the package is built. */
  readonly config?: Config | undefined;
  /** Our TwiML App: a browser call of another one is refused. */
  readonly applicationSid?: string | undefined;
  /** Milliseconds since 1970; without it a dialplan knows no hour. The default plan does not look at it. */
  readonly now?: number | undefined;
  /** For a dialplan. */
  readonly facts?: RouteFacts | undefined;
  /** The webhook's URL, with which the callback URLs of a dialplan begin; relative to it where it is not given. */
  readonly url?: string | undefined;
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
  | (Routed & { readonly kind: 'plan'; /** The action that the dialplan begins with. */ readonly action?: string })
  | (Routed & {
      readonly kind: 'refuse';
      readonly reason:
        | 'blocked'
        | 'country'
        | 'emergency'
        | 'failure'
        | 'invalid-number'
        | 'not-allowed'
        | 'not-in-service'
        | 'own-number';
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

/** What the bearer of an access token may do, with the options of Twilio's grants. Twilio: https://www.twilio.com/docs/iam/access-tokens */
export interface Grants {
  readonly voice?: {
    /** Whether calls can reach the identity. */
    readonly incomingAllow?: boolean | undefined;
    /** The TwiML App that outgoing calls go to, `AP…`. */
    readonly outgoingApplicationSid?: string | undefined;
    /** What the app is told with every outgoing call. */
    readonly outgoingApplicationParams?: object | undefined;
    /** `CR…` */
    readonly pushCredentialSid?: string | undefined;
    readonly endpointId?: string | undefined;
  };
  readonly chat?: {
    /** `IS…` */
    readonly serviceSid?: string | undefined;
    readonly endpointId?: string | undefined;
    /** `RL…` */
    readonly deploymentRoleSid?: string | undefined;
    /** `CR…` */
    readonly pushCredentialSid?: string | undefined;
  };
  /** `room`: a room's name or SID. */
  readonly video?: { readonly room?: string | undefined };
  readonly sync?: {
    /** `IS…` or `default` */
    readonly serviceSid?: string | undefined;
    readonly endpointId?: string | undefined;
  };
  readonly taskRouter?: {
    /** `WS…` */
    readonly workspaceSid?: string | undefined;
    /** `WK…` */
    readonly workerSid?: string | undefined;
    readonly role?: string | undefined;
  };
  /** `grant`: what Twilio's API gave for a player streamer. */
  readonly playback?: { readonly grant?: object | undefined };
}

/** Whose token it is, what it allows and how long, and what signs it. */
export interface AccessTokenInput {
  /** The account, `AC…` */
  readonly accountSid: string;
  /** An API key of the kind Main or Standard, `SK…` */
  readonly keySid: string;
  /** The key's secret. */
  readonly secret: string;
  /** Who the bearer is: 1 to 256 ASCII characters, none of them a space or one of <>#%"{}|\^[]`. */
  readonly identity: string;
  /** Milliseconds since 1970, as `Date.now()` gives them. */
  readonly now: number;
  /** Seconds that the token lives, from 1 to 86400; an hour where it is not given. */
  readonly ttl?: number | undefined;
  readonly grants: Grants;
  /** The region that the key belongs to, such as `ie1`. */
  readonly region?: string | undefined;
  /** Seconds since 1970 before which the token does not count. */
  readonly nbf?: number | undefined;
}

/** What a text takes as messages. Source: https://www.twilio.com/docs/glossary/what-sms-character-limit */
export type SegmentCount = {
  /** How many messages; an empty text is one. */
  readonly segments: number;
  /** Units of the encoding: of 7 bits, of which characters such as `€` and `[` take two, or of 16 bits, of which emoji take two. */
  readonly units: number;
  /** Units that the last segment has left. */
  readonly left: number;
  /** Unicode characters; an emoji made of several counts as several. */
  readonly characters: number;
} & (
  | { readonly encoding: 'GSM-7'; readonly unicode?: undefined }
  | {
      readonly encoding: 'UCS-2';
      readonly unicode: {
        /** Where in the text the first character outside GSM-7 stands. */
        readonly index: number;
        readonly character: string;
        /** How many characters outside GSM-7 there are. */
        readonly count: number;
        /** Segments that the text would take with one character of GSM-7 in the place of each. */
        readonly segmentsWithout: number;
      };
    }
);

/** What a typed number is, or why it is none. */
export type PhoneReading =
  | {
      readonly ok: true;
      /** `ordinary`: fixed, mobile or voice over IP. `premium`: dear, as are satellites. `shared-cost`, `personal` and `pager` may cost more than `ordinary`. */
      readonly kind: 'ordinary' | 'toll-free' | 'shared-cost' | 'premium' | 'personal' | 'pager';
      readonly e164: string;
      /** ISO 3166, or `001` for a number of no country. */
      readonly country: string;
      /** Digits to dial once the call is answered. */
      readonly extension?: string;
    }
  | {
      readonly ok: true;
      readonly kind: 'emergency' | 'short-code';
      /** What is dialled, in this country only. */
      readonly number: string;
      readonly country: string;
      readonly e164?: undefined;
    }
  | Refusal;

/** What a document is checked for. */
export interface TwimlCheckOptions {
  /** What the document answers: a call or a message. Where it is not given, the verbs tell. */
  readonly document?: 'voice' | 'messaging' | undefined;
}

/** How a tree is checked before it is written. */
export interface TwimlOptions extends TwimlCheckOptions {
  /** `schema`, the default: Twilio understands it. `form`: it is well-formed XML, of whatever elements. */
  readonly check?: 'schema' | 'form' | undefined;
}

/** Something that is wrong with a document. Neither `path` nor `help` holds its texts or values. */
export interface TwimlFinding {
  /** Stable, begins with `TWIML_`, listed in docs/errors.md. */
  readonly code: string;
  /** `Response/Gather[1]/@timeout`: positions count elements of the same name from 1; `/` is the document. */
  readonly path: string;
  /** What to do, with the nearest allowed word or the allowed range. */
  readonly help: string;
  /** `warning` where Twilio may take the document nevertheless. */
  readonly severity: 'error' | 'warning';
}

/** What is thrown for a programmer's mistake. */
export interface PlumlineError extends Error {
  /** Stable, SCREAMING_SNAKE, listed in docs/errors.md. */
  readonly code: string;
  readonly help: string;
  /** Where: an argument such as `tokens[1]`, or a place in a document such as `Response/Say[1]/@voice`. */
  readonly path: string;
}

/** The package's version, and the core's: the same, unless files of two versions were mixed. */
export interface Versions {
  readonly plumline: string;
  readonly core: string;
}
