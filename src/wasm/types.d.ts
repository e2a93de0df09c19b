// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The parameters of a form POST: an object of names with a value or a list of values, or pairs as in URLSearchParams and Map. Values that are not strings are converted with `String()`. */
export type Params = Readonly<Record<string, any>> | Iterable<readonly [name: string, value: unknown]>;

/** A request to sign. */
export interface SignInput {
  /** The absolute URL of the request, with its whole query. */
  readonly url: string;
  /** The parameters of a form POST. Omit them for a GET or a JSON POST. */
  readonly params?: Params | undefined;
  /** The auth token of the account. */
  readonly token: string;
}

/** Shared keys of Twilio. A request may be signed with one of them instead of the auth token. */
export interface VerifySettings {
  /** The header `X-Twilio-Webhooks-Signature-Settings`. */
  readonly header?: string | null | undefined;
  /** The accepted shared keys, by their ids. */
  readonly keys?: Readonly<Record<string, SharedKey>> | undefined;
}

/** A shared key. Twilio's console shows it only once. */
export interface SharedKey {
  readonly secret: string;
  readonly algorithm: 'HMAC_SHA1' | 'HMAC_SHA256';
}

/** Headers in the form of Node and Express, or of `fetch`. */
export type HeaderSource =
  | {
      /** The value of a header, by its name in lowercase. */
      get(name: string): string | null | undefined;
    }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request to verify. */
export interface VerifyInput {
  /** The absolute URL that Twilio called, with its whole query. */
  readonly url: string;
  /** All received parameters of a form POST. */
  readonly params?: Params | undefined;
  /**
   * The raw body of a JSON or text POST, as received. The URL contains its hash as `bodySHA256`. If the URL has `bodySHA256`, but
   * there is no body and no signed parameter, the verdict is `BODY_MISSING`, because the body was not checked.
   */
  readonly body?: string | Uint8Array | ArrayBuffer | undefined;
  /** The header `X-Twilio-Signature`. */
  readonly signature: string | null | undefined;
  /** The auth token, or a list of tokens during a rotation. */
  readonly tokens?: string | readonly string[] | undefined;
  /** The shared keys, if you use any. */
  readonly settings?: VerifySettings | undefined;
  /**
   * The headers of the request, by names in lowercase. They never change whether a request is accepted. With `host`,
   * `x-forwarded-host` or `x-forwarded-port`, the `code` of a refusal is more precise.
   */
  readonly headers?: HeaderSource | undefined;
}

/** A refusal. `code` is stable and listed in docs/errors.md. Neither `code` nor `help` contains data of the request. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly help: string;
}

/** The result of a verification. `url` is the spelling that was signed. `token` is the index of the token that signed it, or `key` the id of the shared key. */
export type Verdict =
  | { readonly ok: true; readonly url: string; readonly token: number; readonly key?: undefined }
  | { readonly ok: true; readonly url: string; readonly key: string; readonly token?: undefined }
  | Refusal;

/** Options of `checkConfig`. */
export interface ConfigCheckOptions {
  /** The numbers of your Twilio account: a list, or a text with commas. With them, `checkConfig` also checks that the config uses your own numbers where it must. */
  readonly numbers?: string | readonly string[] | undefined;
  /** The date, as `YYYY-MM-DD`. With it, `checkConfig` also warns of hours whose holidays with a year are all over. */
  readonly today?: string | undefined;
}

/** An error or a warning about a config. Neither `path` nor `help` contains a value of the config. */
export interface ConfigFinding {
  /** A stable code that begins with `CONFIG_`, listed in docs/errors.md. */
  readonly code: string;
  /** A path such as `actions.day[1].dial.timeout`. If the document is not JSON, a line and a column. */
  readonly path: string;
  /** What to do. */
  readonly help: string;
  /** `warning` if the config can still be used. */
  readonly severity: 'error' | 'warning';
}

/** The result of `checkConfig`. `ok` is whether the config can be used. */
export type ConfigCheck =
  | { readonly ok: true; readonly warnings: readonly ConfigFinding[] }
  | { readonly ok: false; readonly findings: readonly ConfigFinding[] };

/** Facts that a dialplan may need. A fact that is not given is unknown, and a condition that needs it does not hold. */
export interface RouteFacts {
  /** The patient with the caller's number; `null` if no patient or more than one has it. */
  readonly patient?: { readonly given?: string | undefined; readonly language?: string | undefined } | null | undefined;
  /** Whose number it is, for the condition `patientMatch`. If it is not given, it follows from `patient`. */
  readonly patientMatch?: 'one' | 'several' | 'related' | 'none' | undefined;
  /** For names of `hours`: whether they are open. Other hours are computed from `now` and their time zone. */
  readonly open?: Readonly<Record<string, boolean>> | undefined;
}

/** A call to route, and the settings of the clinic. */
export interface RouteInput {
  /** The parameters of a voice webhook. */
  readonly params: Params;
  /** Your numbers: a list, or a text with commas. */
  readonly numbers: string | readonly string[];
  /** The config (`PLUMLINE_CONFIG`). The build of the package makes its type from schema/config.json. */
  readonly config?: Config | undefined;
  /** The SID of your TwiML App. Browser calls from another app are refused. */
  readonly applicationSid?: string | undefined;
  /** The time in milliseconds since 1970. Without it, the hours of a dialplan are unknown. The default plan does not use it. */
  readonly now?: number | undefined;
  /** Facts for the dialplan. */
  readonly facts?: RouteFacts | undefined;
  /** The webhook URL. The callback URLs of a dialplan begin with it. Without it they are relative. */
  readonly url?: string | undefined;
}

/** The members of every route. */
interface Routed {
  readonly ok: true;
  readonly direction: 'dial-action' | 'inbound' | 'outbound' | 'placed' | 'sip' | 'status-callback' | 'unknown';
  /** A code to log, if there is anything to log. */
  readonly code?: string;
  readonly help?: string;
  /** The TwiML document for the route. */
  readonly twiml: string;
}

/** The route of a call, and its TwiML document. */
export type Routing =
  | (Routed & { readonly kind: 'acknowledge' })
  | (Routed & { readonly kind: 'connect'; readonly client: string })
  | (Routed & { readonly kind: 'dial'; readonly to: string; readonly callerId: string })
  | (Routed & { readonly kind: 'plan'; /** The first action of the dialplan. */ readonly action?: string })
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
  | (Refusal & { /** The place of the error in the config. */ readonly path?: string });

/** An attribute's value. */
export type TwimlAttribute = string | number | boolean | readonly (string | number | boolean)[] | null | undefined;

/** An element. The values of a list are written with spaces between them. Attributes that are null or undefined are omitted. */
export interface TwimlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, TwimlAttribute>> | undefined;
  readonly text?: string | number | undefined;
  readonly children?: readonly TwimlNode[] | undefined;
}

/** The content of an element. */
export type TwimlNode = TwimlElement | { readonly text: string | number } | { readonly comment: string };

/** The grants of an access token, with Twilio's options. See https://www.twilio.com/docs/iam/access-tokens */
export interface Grants {
  readonly voice?: {
    /** Whether the identity can receive calls. */
    readonly incomingAllow?: boolean | undefined;
    /** The TwiML App for outgoing calls, `AP…`. */
    readonly outgoingApplicationSid?: string | undefined;
    /** Parameters that the app receives with every outgoing call. */
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
  /** `room`: the name or SID of a room. */
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
  /** `grant`: the grant that Twilio's API returned for a player streamer. */
  readonly playback?: { readonly grant?: object | undefined };
}

/** The content of an access token, and the key that signs it. */
export interface AccessTokenInput {
  /** The SID of the account, `AC…`. */
  readonly accountSid: string;
  /** The SID of an API key of the type Main or Standard, `SK…`. */
  readonly keySid: string;
  /** The secret of the API key. */
  readonly secret: string;
  /** The identity of the bearer: 1 to 256 ASCII characters, without spaces and <>#%"{}|\^[]`. */
  readonly identity: string;
  /** The current time in milliseconds since 1970, as from `Date.now()`. */
  readonly now: number;
  /** The lifetime in seconds, from 1 to 86400. The default is 3600. */
  readonly ttl?: number | undefined;
  readonly grants: Grants;
  /** The region of the key, such as `ie1`. */
  readonly region?: string | undefined;
  /** The time at which the token becomes valid, in seconds since 1970. */
  readonly nbf?: number | undefined;
}

/** The segments of a text message. Source: https://www.twilio.com/docs/glossary/what-sms-character-limit */
export type SegmentCount = {
  /** The number of segments. An empty text has one. */
  readonly segments: number;
  /** The number of units of the encoding. In GSM-7, characters such as `€` and `[` take two units. In UCS-2, emoji take at least two. */
  readonly units: number;
  /** The number of units that remain in the last segment. */
  readonly left: number;
  /** The number of Unicode code points. An emoji may consist of several. */
  readonly characters: number;
} & (
  | { readonly encoding: 'GSM-7'; readonly unicode?: undefined }
  | {
      readonly encoding: 'UCS-2';
      readonly unicode: {
        /** The index of the first character outside GSM-7. */
        readonly index: number;
        readonly character: string;
        /** The number of characters outside GSM-7. */
        readonly count: number;
        /** The number of segments if each of these characters were replaced by one GSM-7 character. */
        readonly segmentsWithout: number;
      };
    }
);

/** The result of parsing a phone number. */
export type PhoneReading =
  | {
      readonly ok: true;
      /** `ordinary`: landline, mobile or VoIP. `premium`: premium-rate or satellite. `shared-cost`, `personal` and `pager` may cost more than `ordinary`. */
      readonly kind: 'ordinary' | 'toll-free' | 'shared-cost' | 'premium' | 'personal' | 'pager';
      readonly e164: string;
      /** The ISO 3166 code, or `001` for a number without a country. */
      readonly country: string;
      /** Digits to dial after the call is answered. */
      readonly extension?: string;
    }
  | {
      readonly ok: true;
      readonly kind: 'emergency' | 'short-code';
      /** The number to dial, valid only in this country. */
      readonly number: string;
      readonly country: string;
      readonly e164?: undefined;
    }
  | Refusal;

/** Options of `checkTwiml`. */
export interface TwimlCheckOptions {
  /** Whether the document answers a call or a message. By default, its verbs decide. */
  readonly document?: 'voice' | 'messaging' | undefined;
}

/** Options of `twiml`. */
export interface TwimlOptions extends TwimlCheckOptions {
  /** `schema`, the default: checks that Twilio supports the document. `form`: checks only that it is well-formed XML. */
  readonly check?: 'schema' | 'form' | undefined;
}

/** An error or a warning about a document. Neither `path` nor `help` contains its texts or values. */
export interface TwimlFinding {
  /** A stable code that begins with `TWIML_`, listed in docs/errors.md. */
  readonly code: string;
  /** A path such as `Response/Gather[1]/@timeout`. Positions count elements of the same name from 1. `/` is the document. */
  readonly path: string;
  /** What to do, with the nearest allowed word or the allowed range. */
  readonly help: string;
  /** `warning` if Twilio may accept the document anyway. */
  readonly severity: 'error' | 'warning';
}

/** An error that is thrown for a mistake in the calling program. */
export interface PlumlineError extends Error {
  /** A stable code, listed in docs/errors.md. */
  readonly code: string;
  readonly help: string;
  /** The place: an argument such as `tokens[1]`, or a path such as `Response/Say[1]/@voice`. */
  readonly path: string;
}

/** The versions of the package and of the core. They are equal unless files of two versions were mixed. */
export interface Versions {
  readonly plumline: string;
  readonly core: string;
}
