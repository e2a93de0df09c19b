/* tslint:disable */
/* eslint-disable */
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



/**
 * Creates an access token. Head: its lifetime in seconds, 1 if it has `nbf`, 1 if it has a region. Fields: the SIDs
 * of the account and the key, the secret, the identity, the current time and `nbf` in seconds, the region, the grants
 * as JSON.
 */
export function accessToken(written: number): number;

/**
 * Reserves `bytes` bytes for a raw body, and returns their address in memory.
 */
export function body(bytes: number): number;

/**
 * Puts the SHA-256 of a body of `written` bytes into the output, in lowercase hex.
 */
export function bodyHash(written: number): number;

/**
 * Checks a config. Head: 1 if the numbers of the account are given. Fields: the config as JSON, the date
 * (`YYYY-MM-DD`, or empty if unknown), the numbers. The output is that of [`check_twiml`].
 */
export function checkConfig(written: number): number;

/**
 * Checks a TwiML document. Head: 1 if the only field is XML, 0 for the fields of [`twiml()`]; then the kind of
 * document as in [`twiml()`]. The output has four lines for each finding: code, path, help, and `error` or `warning`.
 */
export function checkTwiml(written: number): number;

/**
 * Puts the help of a code into the output; empty if there is no such code.
 */
export function codeHelp(written: number): number;

/**
 * Counts the segments of a text of `written` bytes. The output has numbers with spaces between them.
 */
export function countSegments(written: number): number;

/**
 * Reserves `count` numbers of 32 bits, and returns their address in memory.
 */
export function numbers(count: number): number;

/**
 * The address of the output in memory. It is UTF-8, and its length is the return value of the last call.
 */
export function output(): number;

/**
 * Parses a phone number. Head: 1 if there is a country. Fields: the text, the country. The output has four lines: the
 * kind, the number, its country, its extension.
 */
export function parsePhone(written: number): number;

/**
 * Routes a call. Head: the number of own numbers, 1 if there is a config, 1 if there is a TwiML App. Fields: the
 * config as JSON, the SID of the app, the facts as JSON, the webhook URL, the own numbers, then names and values.
 */
export function routeCall(written: number): Routing;

/**
 * Signs a request. Head: 1 to keep the order of the pairs. Fields: the token, the URL, then names and values.
 */
export function sign(written: number): number;

/**
 * Signs a token with any claims. Head: 0, 1 or 2 for HS256, HS384 or HS512. Fields: the secret, header and payload.
 */
export function signToken(written: number): number;

/**
 * Whether the signature matches one of the URLs exactly. Fields: the token, the signature, the text after the URL in
 * the signed text, then the URLs.
 */
export function signsAny(written: number): boolean;

/**
 * Reserves `bytes` bytes for text, and returns their address in memory.
 */
export function text(bytes: number): number;

/**
 * Writes a TwiML document. Head: 1 to check only that it is well-formed; 1 for a voice document, 2 for a messaging
 * document, 0 if its verbs decide. Fields: `<` and a name open an element; `@`, a name and a value are an attribute;
 * `t` and a text, or `#` and a comment; `>` closes the element. The error is a finding in the form of
 * [`check_twiml`].
 */
export function twiml(written: number): number;

/**
 * Checks the signature of a request. `body` is the number of bytes written to [`body()`]. Head: the number of tokens,
 * the number of shared keys, 1 for a raw body. Fields: the URL, the signature, the settings header, `Host`,
 * `X-Forwarded-Host` and `X-Forwarded-Port`; the tokens; the id, secret and algorithm of each shared key; then names
 * and values.
 *
 * The output is empty if the first token signed the URL as given. Otherwise it is the index of the token, a space,
 * and the URL. The indexes of shared keys follow those of the tokens.
 */
export function verify(written: number, body: number): number;

/**
 * Puts the version of the crate into the output.
 */
export function version(): number;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly accessToken: (a: number) => number;
    readonly body: (a: number) => number;
    readonly bodyHash: (a: number) => number;
    readonly checkConfig: (a: number) => number;
    readonly checkTwiml: (a: number) => number;
    readonly codeHelp: (a: number) => number;
    readonly countSegments: (a: number) => number;
    readonly numbers: (a: number) => number;
    readonly output: () => number;
    readonly parsePhone: (a: number) => number;
    readonly routeCall: (a: number) => any;
    readonly sign: (a: number) => number;
    readonly signToken: (a: number) => number;
    readonly signsAny: (a: number) => number;
    readonly text: (a: number) => number;
    readonly twiml: (a: number) => number;
    readonly verify: (a: number, b: number) => number;
    readonly version: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;

/**
 * One step of an action. The verbs of an action are performed in order, until one decides what comes next.
 */
type Verb = ({
say: Prompt
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
greet: Greet
say?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
greeting: (Say[] | Say1)
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
play: Play
say?: never
greet?: never
greeting?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
/**
 * `pause`, in seconds.
 */
pause: number
say?: never
greet?: never
greeting?: never
play?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
/**
 * `language`, a tag (BCP 47).
 */
language: string
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
menu: Menu
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
ask: Ask
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
verify: Verify
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
nextVisit: NextVisit
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
task: TaskRequest
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
page: Page
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
dial: Dial
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
queue: Queue
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
voicemail: Voicemail
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
conference: Conference
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
changeOverride: ChangeOverride
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
recordGreeting: RecordGreeting
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
connect: Connect
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
when: When
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
/**
 * `goto`, the name of an action.
 */
goto: string
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
redirect?: never
reject?: never
hangup?: never
} | {
redirect: Redirect
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
reject?: never
hangup?: never
} | {
reject: Reject
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
hangup?: never
} | {
hangup: Hangup
say?: never
greet?: never
greeting?: never
play?: never
pause?: never
language?: never
menu?: never
ask?: never
verify?: never
nextVisit?: never
task?: never
page?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
changeOverride?: never
recordGreeting?: never
connect?: never
when?: never
goto?: never
redirect?: never
reject?: never
})
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
type Prompt = (Say[] | Say1)
/**
 * Who is on call.
 */
type OnCall = ({
available: string
number?: never
} | {
number: string
available?: never
})
/**
 * A target of a `dial`.
 */
type Target = ({
client: string
number?: never
sip?: never
available?: never
generalPractitioner?: never
lastToCall?: never
} | {
number: string
client?: never
sip?: never
available?: never
generalPractitioner?: never
lastToCall?: never
} | {
sip: string
client?: never
number?: never
available?: never
generalPractitioner?: never
lastToCall?: never
} | {
available: string
client?: never
number?: never
sip?: never
generalPractitioner?: never
lastToCall?: never
} | {
generalPractitioner: EmptyObject
client?: never
number?: never
sip?: never
available?: never
lastToCall?: never
} | {
lastToCall: EmptyObject
client?: never
number?: never
sip?: never
available?: never
generalPractitioner?: never
})
/**
 * A condition on an answer: one of several answers, or a number in a range.
 */
type AnswerCondition = (string[] | AnswerRange)
/**
 * Whose number it is, for the rules of a dialplan.
 */
type CallerMatch = ("none" | "one" | "several" | "related")
/**
 * `StirVerstat`, <https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir>.
 */
type Verification = ("full" | "partial" | "failed" | "none")
/**
 * What triggers a follow-up by staff.
 */
type FollowUpTrigger = ("missed" | "failed" | "voicemail" | "callback" | "emergency")
/**
 * Days that are closed, or that have other hours. A date (`12-25`, `2026-11-26`, `07-04 observed`), a range (`12-24..01-02`) or a rule (`easter+1`, `4 thu nov`, `last mon may`); or an object with `on`.
 */
type Holiday = (string | HolidayMembers)
/**
 * A weekday, as FHIR spells it.
 */
type Day = ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")

/**
 * What a clinic settles: `PLUMLINE_CONFIG`, docs/dialplan.md.
 */
export interface Config {
/**
 * The URL or path of the schema of this document, for editors.
 */
$schema?: string
/**
 * The actions by name: lists of verbs, which are performed in order.
 */
actions?: {
[k: string]: Verb[]
}
alerts?: Alerts
appointment?: AppointmentCalls
chart?: Chart
/**
 * The SDK identity that rings for such calls. If absent, the text of the called number.
 */
client?: string
/**
 * The dialplans by name: lists of rules. The first rule that matches is used.
 */
dialplans?: {
[k: string]: Rule[]
}
/**
 * What may come of a call, by code, each with its text: `{ "booked": "Appointment booked" }`.
 */
dispositions?: {
[k: string]: string
}
emergency?: Emergency
greeting?: Greeting
/**
 * Opening hours by name.
 */
hours?: {
[k: string]: Hours
}
/**
 * The SDK identities that several people share, or that callers reach by name: who may sign in under each.
 */
identities?: {
[k: string]: Identity
}
/**
 * The language tag (BCP 47) for callers. If absent, `en-US`.
 */
language?: string
/**
 * Lists of callers by name: E.164 numbers, or prefixes (`+1555*`).
 */
lists?: {
[k: string]: string[]
}
/**
 * The clinic's numbers (E.164), and the dialplan of each.
 */
numbers?: {
[k: string]: NumberPlan
}
outbound?: Outbound
override?: OverrideRules
presence?: Presence
recording?: Recording
screening?: Screening
sip?: Sip
tasks?: Tasks
/**
 * The clinic's time zone (IANA), such as `America/New_York`. Required if anything depends on the time of day.
 */
timeZone?: string
transfer?: Transfer
/**
 * The Twilio voice for callers, such as `Polly.Amy-Neural`.
 */
voice?: string
/**
 * The Twilio voices by language tag: `{ "en-US": "Polly.Joanna-Neural", "es-US": "Polly.Lupe-Neural" }`.
 */
voices?: {
[k: string]: string
}
}
/**
 * A text or a recording. Set exactly one of `text`, `ssml` and `play`.
 */
interface Say {
/**
 * A language tag. If absent, the language of the call.
 */
language?: string
/**
 * A recording: the `https` URL of a sound file, or one for each language tag.
 */
play?: (string | {
[k: string]: string
})
/**
 * The text with SSML elements, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The text.
 */
text?: (string | {
[k: string]: string
})
/**
 * How many times it is said or played. If absent, once.
 */
times?: number
/**
 * A Twilio voice. If absent, the voice of the language in `voices`, or `voice` of the config.
 */
voice?: string
}
/**
 * A text or a recording. Set exactly one of `text`, `ssml` and `play`.
 */
interface Say1 {
/**
 * A language tag. If absent, the language of the call.
 */
language?: string
/**
 * A recording: the `https` URL of a sound file, or one for each language tag.
 */
play?: (string | {
[k: string]: string
})
/**
 * The text with SSML elements, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The text.
 */
text?: (string | {
[k: string]: string
})
/**
 * How many times it is said or played. If absent, once.
 */
times?: number
/**
 * A Twilio voice. If absent, the voice of the language in `voices`, or `voice` of the config.
 */
voice?: string
}
/**
 * `greet`. Do not use clinical words here: anyone may call from the patient's phone.
 */
interface Greet {
/**
 * What all other callers hear.
 */
neutral: ((Say[] | Say1) | (string | {
[k: string]: string
}))
/**
 * What a patient hears. `{name}` is replaced by their given name.
 */
patient: ((Say[] | Say1) | (string | {
[k: string]: string
}))
/**
 * A Twilio voice for `patient` and `neutral`, except for those that are prompts with their own voices.
 */
voice?: string
}
/**
 * `play`.
 */
interface Play {
/**
 * How many times it is played. If absent, once.
 */
times?: number
/**
 * An `https` URL of a sound file.
 */
url: string
}
/**
 * `menu`, an IVR.
 */
interface Menu {
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
invalid?: (Say[] | Say1)
/**
 * The options.
 * 
 * @minItems 1
 * @maxItems 100
 */
options: Choice[]
/**
 * The action if nothing was chosen.
 */
otherwise: string
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
prompt: (Say[] | Say1)
/**
 * How many times the prompt is repeated. If absent, 2.
 */
retries?: number
/**
 * Seconds of silence before the prompt is repeated. If absent, 5.
 */
timeout?: number
}
/**
 * An option of a menu, chosen by digits or by voice.
 */
interface Choice {
/**
 * `0` to `9`, `*`, `#`; several for an extension.
 */
digits?: string
/**
 * The language (BCP 47) to switch to.
 */
language?: string
/**
 * Words or phrases that choose this option.
 * 
 * @maxItems 20
 */
speech?: string[]
/**
 * The action. If absent, the same menu in the new language.
 */
then?: string
}
/**
 * `ask`, a question.
 */
interface Ask {
answer?: Answer
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
confirm?: (Say[] | Say1)
/**
 * How the caller answers. If absent, `digits`.
 */
input?: ("digits" | "speech" | "both")
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
invalid?: (Say[] | Say1)
/**
 * The action if there is no valid, stored answer after the last repetition.
 */
otherwise: string
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
prompt: (Say[] | Say1)
question?: Question
/**
 * How many times the prompt is repeated. If absent, 2.
 */
retries?: number
/**
 * The action after the answer is stored.
 */
then: string
/**
 * Seconds of silence before the prompt is repeated, and before more digits are no longer expected. If absent, 5.
 */
timeout?: number
}
/**
 * What the caller may answer. If absent, digits.
 */
interface Answer {
/**
 * What the caller enters. If absent, `digits`.
 */
format?: ("digits" | "number" | "date" | "text")
/**
 * `number`: the greatest number. If absent, 999999999.
 */
max?: number
/**
 * `digits`: the maximum number of digits. If absent, 32. `text`: the maximum number of characters. If absent,
 * 1000.
 */
maxLength?: number
/**
 * `number`: the smallest number. If absent, 0.
 */
min?: number
/**
 * `digits`: the minimum number of digits. If absent, 1.
 */
minLength?: number
/**
 * `date`: the order in which a date is entered. If absent, `MMDDYYYY`.
 */
order?: ("MMDDYYYY" | "DDMMYYYY" | "YYYYMMDD")
/**
 * `digits`: the digits, with `#` for any digit. `20####` is six digits that start with 20.
 */
pattern?: string
}
/**
 * The question of a `Questionnaire` that this is. The answers of a call to the questions of a questionnaire become
 * one `QuestionnaireResponse`.
 */
interface Question {
/**
 * `Questionnaire.item.linkId`.
 */
linkId: string
/**
 * The canonical URL of the questionnaire, or `Questionnaire/<id>`.
 */
questionnaire: string
}
/**
 * `verify`.
 */
interface Verify {
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
invalid?: (Say[] | Say1)
/**
 * The order of the digits. If absent, `MMDDYYYY`.
 */
order?: ("MMDDYYYY" | "DDMMYYYY" | "YYYYMMDD")
/**
 * The action for all others.
 */
otherwise: string
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
prompt: (Say[] | Say1)
/**
 * How many times the prompt is repeated. If absent, 2.
 */
retries?: number
/**
 * The action if exactly one patient with the caller's number has the birth date.
 */
then: string
/**
 * Seconds of silence before the prompt is repeated. If absent, 5.
 */
timeout?: number
}
/**
 * `nextVisit`.
 */
interface NextVisit {
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
none: (Say[] | Say1)
/**
 * The action if no visit is booked, if the caller is not verified, or if the chart does not answer.
 */
otherwise: string
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
prompt: (Say[] | Say1)
/**
 * The action after the visit was said.
 */
then: string
}
/**
 * `task`.
 */
interface TaskRequest {
code?: MailboxCode
/**
 * Whether the task is about the patient's next booked visit. Without one, `otherwise` follows.
 */
nextVisit?: boolean
/**
 * The action if the task is not stored, because the caller is not verified or the chart does not answer.
 */
otherwise: string
/**
 * The owner: a reference such as `Organization/<id>`. If absent, `tasks.owner`.
 */
owner?: string
/**
 * The priority. If absent, none.
 */
priority?: ("routine" | "urgent" | "asap" | "stat")
/**
 * What staff must do: the text of the task's code.
 */
text: string
/**
 * The action after the task is stored.
 */
then: string
}
/**
 * A code of the clinic.
 */
interface MailboxCode {
/**
 * The code.
 */
code: string
/**
 * The code system, a URL.
 */
system: string
}
/**
 * `page`.
 */
interface Page {
/**
 * Minutes until the next person is called. If absent, 5. If a call ends without a key, the next person is called at
 * once.
 */
minutes?: number
/**
 * The action if the page is not stored, because the chart does not answer.
 */
otherwise: string
/**
 * How often each phone is called. If absent, 2.
 */
rounds?: number
/**
 * Who is called, in this order. At most ten phones are called.
 * 
 * @minItems 1
 * @maxItems 10
 */
targets: OnCall[]
/**
 * What the person on call must do: the text of the task's code.
 */
text: string
/**
 * The action after the page is stored.
 */
then: string
}
/**
 * `dial`.
 */
interface Dial {
/**
 * The caller ID for the targets: one of the clinic's numbers. If absent, the caller's number.
 */
callerId?: string
/**
 * The actions by outcome.
 */
on?: {
[k: string]: string
}
/**
 * The order. If absent, `inOrder`.
 */
order?: ("inOrder" | "allAtOnce" | "huntGroup")
/**
 * The action for every other outcome except `answered`, after which the call ends.
 */
otherwise: string
/**
 * Whether the person who answers a phone presses a key first. If absent, as in `screening` of the config.
 */
screen?: boolean
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
screenPrompt?: (Say[] | Say1)
/**
 * Whom to ring.
 * 
 * @minItems 1
 * @maxItems 50
 */
targets: Target[]
/**
 * Seconds that each target rings. If absent, 20.
 */
timeout?: number
}
/**
 * An empty object, `{}`.
 */
interface EmptyObject {

}
/**
 * `queue`.
 */
interface Queue {
callback?: CallbackOffer
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
expectedWait?: (Say[] | Say1)
/**
 * The hold music: an `https` URL. If absent, Twilio's music.
 */
music?: string
/**
 * The name at Twilio.
 */
name: string
/**
 * The actions by outcome.
 */
on?: {
[k: string]: string
}
/**
 * The action for every other outcome except `answered`.
 */
otherwise: string
overflow?: Overflow
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
position?: (Say[] | Say1)
/**
 * How many times the position, the expected wait and the offer are repeated. After that, the caller hears only the
 * music. If absent, they are repeated until the wait ends.
 */
repeats?: number
}
/**
 * Offers a callback instead of waiting.
 */
interface CallbackOffer {
/**
 * The key that accepts the offer.
 */
digit: string
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
prompt: (Say[] | Say1)
/**
 * The action after it. A task for staff is created.
 */
then: string
}
/**
 * What to do if the queue is too long.
 */
interface Overflow {
/**
 * The maximum average wait, in seconds.
 */
averageWait?: number
/**
 * The maximum position of the caller.
 */
position?: number
/**
 * The maximum number of waiting callers.
 */
size?: number
/**
 * The action if any of these is exceeded.
 */
then: string
/**
 * The maximum wait of the caller, in seconds. Twilio reports it after each repetition of the music.
 */
wait?: number
}
/**
 * `voicemail`.
 */
interface Voicemail {
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
farewell?: (Say[] | Say1)
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
greeting: (Say[] | Say1)
/**
 * The maximum length of the message, in seconds. If absent, 120.
 */
maxLength?: number
task?: MailboxTask
/**
 * Whether Twilio transcribes the message.
 */
transcribe?: boolean
}
/**
 * The task for a message in this mailbox. Requires `voicemail` in `tasks.on`.
 */
interface MailboxTask {
code?: MailboxCode1
/**
 * The owner: a reference such as `Organization/<id>`. If absent, `tasks.owner`.
 */
owner?: string
/**
 * The priority. If absent, none.
 */
priority?: ("routine" | "urgent" | "asap" | "stat")
/**
 * The text of the task's code. If absent, "Listen to a message left by phone".
 */
text?: string
urgent?: UrgentWords
}
/**
 * A code of the clinic, in addition to `voicemail`.
 */
interface MailboxCode1 {
/**
 * The code.
 */
code: string
/**
 * The code system, a URL.
 */
system: string
}
/**
 * Words that make a message urgent. Requires `transcribe`.
 */
interface UrgentWords {
/**
 * The priority of the task. If absent, `urgent`.
 */
priority?: ("routine" | "urgent" | "asap" | "stat")
/**
 * Words or phrases, such as `chest pain`. Case and punctuation are ignored.
 * 
 * @minItems 1
 * @maxItems 100
 */
words: string[]
}
/**
 * `conference`.
 */
interface Conference {
/**
 * The maximum number of participants, 2 to 250.
 */
maxParticipants?: number
/**
 * The music while callers wait: an `https` URL.
 */
music?: string
/**
 * The name at Twilio.
 */
name: string
/**
 * The action after the conference. If absent, the call ends.
 */
then?: string
/**
 * Whether the conference starts only when a staff member joins.
 */
waitForStaff?: boolean
}
/**
 * `changeOverride`. Set exactly one of `close`, `divert` and `clear`. Put it behind a menu with a PIN, because a caller
 * can fake a number.
 */
interface ChangeOverride {
/**
 * Who may: names of `lists`, numbers (E.164), or prefixes (`+1555*`).
 * 
 * @minItems 1
 */
callers: string[]
/**
 * Whether to end all overrides.
 */
clear?: boolean
/**
 * Whether to close the hours in `override.close`.
 */
close?: boolean
/**
 * The action to which new calls go, one of `override.divertTo`.
 */
divert?: string
/**
 * For how many hours. Required unless `clear` is set; at most `override.maxHours`.
 */
hours?: number
/**
 * The action for other callers, and if the chart does not store the change.
 */
otherwise: string
/**
 * The action after the change.
 */
then: string
}
/**
 * `recordGreeting`. Put it behind a menu with a PIN, because a caller can fake a number.
 */
interface RecordGreeting {
/**
 * Who may: names of `lists`, numbers (E.164), or prefixes (`+1555*`).
 * 
 * @minItems 1
 */
callers: string[]
/**
 * For how many hours; at most `override.maxHours`.
 */
hours: number
/**
 * The maximum length of the greeting, in seconds. If absent, 60.
 */
maxLength?: number
/**
 * The action for other callers, without a recording, and if the chart does not store the greeting.
 */
otherwise: string
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
prompt: (Say[] | Say1)
/**
 * The action after the greeting was stored.
 */
then: string
}
/**
 * `connect`.
 */
interface Connect {
/**
 * More attributes of `<ConversationRelay>` or `<Stream>`, such as `{ "interruptible": "speech" }`.
 */
attributes?: {
[k: string]: string
}
/**
 * The `wss` URL of a server for Twilio's `ConversationRelay`.
 */
conversationRelay?: string
/**
 * The first words of the agent. Only for `conversationRelay`.
 */
greeting?: (string | {
[k: string]: string
})
/**
 * The actions by outcome: `completed`, `failed`, and the reasons with which the agent hands the call back.
 */
on?: {
[k: string]: string
}
/**
 * The action for every other outcome except `completed`, after which the call ends.
 */
otherwise: string
/**
 * Custom parameters for the server. Not for `sip`.
 */
parameters?: {
[k: string]: string
}
/**
 * The SIP address of an agent, such as that of a Vapi assistant.
 */
sip?: string
/**
 * The `wss` URL of a server for a bidirectional Media Stream. It has no query.
 */
stream?: string
}
/**
 * `when`.
 */
interface When {
if: Conditions
/**
 * The action if they do not hold. If absent, the next verb.
 */
otherwise?: string
/**
 * The action if they hold.
 */
then: string
}
/**
 * The conditions; at least one.
 */
interface Conditions {
/**
 * Whether the caller withholds their number.
 */
anonymous?: boolean
/**
 * Answers of the caller in this call, by the name of the action that asked: a list of answers, or a range of
 * numbers.
 */
answer?: {
[k: string]: AnswerCondition
}
/**
 * The called number.
 * 
 * @minItems 1
 */
called?: string[]
/**
 * The caller: E.164 numbers, prefixes (`+1555*`), or names of `lists`.
 * 
 * @minItems 1
 */
callers?: string[]
/**
 * Care teams of the only patient with the number: `CareTeam/<id>`.
 * 
 * @minItems 1
 */
careTeam?: string[]
/**
 * The name of `hours` that are closed now.
 */
closed?: string
/**
 * The number that forwarded the call to the clinic: as in `callers`.
 * 
 * @minItems 1
 */
forwardedFrom?: string[]
/**
 * The current language of the call: tags, or languages without a region. In the rules of a dialplan it is the
 * language of the called number.
 * 
 * @minItems 1
 */
language?: string[]
/**
 * The name of `hours` that are open now.
 */
open?: string
/**
 * Whether exactly one patient has the caller's number.
 */
patient?: boolean
/**
 * The preferred language of the only patient with the number: tags, or languages without a region.
 * 
 * @minItems 1
 */
patientLanguage?: string[]
/**
 * Whose number it is: one patient's, several patients', a related person's, or no one's in the chart.
 * 
 * @minItems 1
 */
patientMatch?: CallerMatch[]
/**
 * How the caller's carrier verified their number.
 * 
 * @minItems 1
 */
verification?: Verification[]
/**
 * Whether the caller was verified in this call by the birth date of a patient.
 */
verified?: boolean
}
/**
 * The smallest and the greatest number.
 */
interface AnswerRange {
/**
 * The greatest number.
 */
max?: number
/**
 * The smallest number.
 */
min?: number
}
/**
 * `redirect`.
 */
interface Redirect {
/**
 * An `https` URL that returns TwiML.
 */
url: string
}
/**
 * `reject`.
 */
interface Reject {
/**
 * The reason that the caller's carrier receives.
 */
reason?: ("busy" | "rejected")
}
/**
 * `hangup`.
 */
interface Hangup {
/**
 * Whether a caller who has heard the whole action got what they needed, such as a closing notice. Then the call is
 * not missed.
 */
served?: boolean
}
/**
 * Alerts to an external service. If absent, none are sent.
 */
interface Alerts {
/**
 * The format that the URL accepts.
 */
format?: ("slack" | "datadog")
/**
 * Which calls create one.
 * 
 * @minItems 1
 */
on: FollowUpTrigger[]
/**
 * The maximum number of alerts in an hour. If absent, 20.
 */
perHour?: number
/**
 * An `https` URL that accepts a POST.
 */
url: string
}
/**
 * How calls change appointments.
 */
interface AppointmentCalls {
/**
 * Whether a call adds its extension to the appointment. If not, a call changes no appointment.
 */
callExtension?: boolean
}
/**
 * How records are written to the chart.
 */
interface Chart {
/**
 * The system of a second coding in the category of every call record, with the code `twilio-voice`, for other
 * applications. Plumline and its access policies use only their own system.
 */
categorySystem?: string
/**
 * The base URL of Plumline's extensions. If absent, `https://plumline.dev/fhir/StructureDefinition`.
 */
extensionBase?: string
}
/**
 * A rule of a dialplan. The first rule whose conditions all hold is used.
 */
interface Rule {
/**
 * The name of the action.
 */
then: string
when?: Conditions1
}
/**
 * The conditions. If absent, the rule matches every call.
 */
interface Conditions1 {
/**
 * Whether the caller withholds their number.
 */
anonymous?: boolean
/**
 * Answers of the caller in this call, by the name of the action that asked: a list of answers, or a range of
 * numbers.
 */
answer?: {
[k: string]: AnswerCondition
}
/**
 * The called number.
 * 
 * @minItems 1
 */
called?: string[]
/**
 * The caller: E.164 numbers, prefixes (`+1555*`), or names of `lists`.
 * 
 * @minItems 1
 */
callers?: string[]
/**
 * Care teams of the only patient with the number: `CareTeam/<id>`.
 * 
 * @minItems 1
 */
careTeam?: string[]
/**
 * The name of `hours` that are closed now.
 */
closed?: string
/**
 * The number that forwarded the call to the clinic: as in `callers`.
 * 
 * @minItems 1
 */
forwardedFrom?: string[]
/**
 * The current language of the call: tags, or languages without a region. In the rules of a dialplan it is the
 * language of the called number.
 * 
 * @minItems 1
 */
language?: string[]
/**
 * The name of `hours` that are open now.
 */
open?: string
/**
 * Whether exactly one patient has the caller's number.
 */
patient?: boolean
/**
 * The preferred language of the only patient with the number: tags, or languages without a region.
 * 
 * @minItems 1
 */
patientLanguage?: string[]
/**
 * Whose number it is: one patient's, several patients', a related person's, or no one's in the chart.
 * 
 * @minItems 1
 */
patientMatch?: CallerMatch[]
/**
 * How the caller's carrier verified their number.
 * 
 * @minItems 1
 */
verification?: Verification[]
/**
 * Whether the caller was verified in this call by the birth date of a patient.
 */
verified?: boolean
}
/**
 * What reaches the emergency advice from every menu and queue. If absent, nothing does.
 */
interface Emergency {
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
advice: (Say[] | Say1)
/**
 * The keys, in every menu. A single key also works in every queue.
 */
digits?: string
/**
 * The number of the ambulance that callers dial on their own phone. If absent, that of the country of the called
 * number.
 */
number?: string
/**
 * Words or phrases, in every menu. Every menu then listens to speech.
 * 
 * @maxItems 20
 */
speech?: string[]
}
/**
 * What a caller hears first if the called number has no dialplan.
 */
interface Greeting {
/**
 * A language tag, such as `en-GB`.
 */
language?: string
/**
 * The text; `""` for none.
 */
text?: string
/**
 * A Twilio voice, such as `Polly.Amy-Neural`.
 */
voice?: string
}
/**
 * Opening hours.
 */
interface Hours {
/**
 * A `HealthcareService/<id>` whose `availableTime` and `notAvailable` count too.
 */
healthcareService?: string
/**
 * Days that are closed, or that have other hours.
 */
holidays?: Holiday[]
/**
 * The time zone (IANA). If absent, the time zone of the called number.
 */
timeZone?: string
/**
 * The weekly hours.
 */
weekly?: Weekly[]
}
/**
 * Holidays with a name, or with times.
 */
interface HolidayMembers {
/**
 * The weekdays to which the entry applies. If absent, all weekdays for a closed day and for a date with a year,
 * otherwise the weekdays with other times.
 * 
 * @minItems 1
 */
days?: Day[]
/**
 * A name for people. It is never spoken.
 */
name?: string
/**
 * The days: a date, a range of dates, or a rule such as `easter+1` or `4 thu nov`.
 */
on: string
/**
 * When the hours are open on these days, instead of their other times. If absent, the days are closed.
 */
open?: Opening[]
}
/**
 * A period of a day. If `to` is not after `from`, it is on the next day.
 */
interface Opening {
/**
 * `HH:MM`.
 */
from: string
/**
 * `HH:MM`. `24:00`, `23:59` and `23:59:59` mean midnight.
 */
to: string
}
/**
 * Hours on some weekdays. If `to` is not after `from`, it is on the next day.
 */
interface Weekly {
/**
 * The weekdays on which the hours start.
 * 
 * @minItems 1
 */
days: Day[]
/**
 * `HH:MM`.
 */
from: string
/**
 * `HH:MM`. `24:00`, `23:59` and `23:59:59` mean midnight.
 */
to: string
}
/**
 * `identities.<identity>`: who may sign in to Twilio's SDK under it. At least one entry is required. Several people
 * may use it at the same time.
 */
interface Identity {
/**
 * These practitioners, `Practitioner/<id>`.
 */
practitioners?: string[]
/**
 * Everyone who has one of these roles now: codes of `PractitionerRole.code`.
 */
roles?: string[]
}
/**
 * One of the clinic's numbers.
 */
interface NumberPlan {
/**
 * The name of its dialplan.
 */
dialplan: string
/**
 * The language tag (BCP 47) for its callers. If absent, `language` of the config.
 */
language?: string
/**
 * A name for people. It is never spoken.
 */
name: string
/**
 * Its time zone (IANA). If absent, `timeZone` of the config.
 */
timeZone?: string
}
/**
 * Calls that staff place.
 */
interface Outbound {
/**
 * Whether Twilio detects answering machines.
 */
answeringMachine?: ("off" | "enable" | "detectMessageEnd")
/**
 * Prefixes of numbers that may not be called (`+1900`), in addition to premium-rate and satellite numbers.
 */
blocked?: string[]
/**
 * The caller ID for every call: E.164, one of the clinic's numbers. If absent, a number from the pool.
 */
callerId?: string
/**
 * The maximum number of concurrent calls of one identity.
 */
concurrent?: number
/**
 * Countries that may be called (ISO 3166). If absent, the countries of the clinic's numbers.
 * 
 * @minItems 1
 */
countries?: string[]
hours?: CallingHours
/**
 * Whether the access token also allows its holder to receive calls.
 */
incoming?: boolean
/**
 * The maximum number of calls that one identity may place in an hour.
 */
perHour?: number
/**
 * How Plumline chooses the caller ID from the clinic's numbers.
 */
pool?: ("sticky" | "leastRecentlyUsed" | "roundRobin" | "random")
/**
 * The caller ID for the calls of one practitioner, by `Practitioner/<id>`. One of the clinic's numbers.
 */
practitioners?: {
[k: string]: string
}
/**
 * Whether a call needs a ticket. If absent, it needs one if `PLUMLINE_SECRET` is set.
 */
requireTicket?: boolean
/**
 * Roles that may place calls: codes of `PractitionerRole.code`. If absent, all active roles.
 * 
 * @minItems 1
 */
roles?: string[]
/**
 * Seconds that the callee's phone rings. If absent, Twilio's default of 30.
 */
timeout?: number
}
/**
 * When people may be called, in the callee's time zone.
 */
interface CallingHours {
/**
 * `HH:MM`.
 */
from: string
/**
 * `HH:MM`.
 */
to: string
/**
 * Time zones (IANA) by number prefix (`+1212`). The longest matching prefix applies. All other numbers use
 * `timeZone` of the config.
 */
zones?: {
[k: string]: string
}
}
/**
 * What staff may change for a limited time.
 */
interface OverrideRules {
/**
 * The names of the hours that count as closed while staff close a line. If empty, staff cannot close one.
 */
close?: string[]
/**
 * The actions to which staff may divert new calls. If empty, staff cannot divert calls.
 */
divertTo?: string[]
/**
 * The maximum duration of an override, in hours. If absent, 24.
 */
maxHours?: number
/**
 * These practitioners may too, `Practitioner/<id>`.
 */
practitioners?: string[]
/**
 * Who may: everyone who has one of these roles now, codes of `PractitionerRole.code`. At least one role or
 * practitioner is required.
 */
roles?: string[]
}
/**
 * Whether a `dial` skips staff who are away.
 */
interface Presence {
/**
 * Whether a `dial` skips staff who are away. If absent, no.
 */
enabled?: boolean
}
/**
 * Recording. If absent, calls are not recorded.
 */
interface Recording {
/**
 * What a caller hears: the value of `say`, and of every other member with spoken text.
 */
announcement?: (Say[] | Say1)
/**
 * Whether to copy recordings, voicemail included, into the chart. If absent, yes.
 */
copy?: boolean
/**
 * Whether to record inbound calls that are answered.
 */
inbound?: boolean
/**
 * Whether to record calls that staff place.
 */
outbound?: boolean
/**
 * Days after which a recording, voicemail included, is deleted at Twilio and in the chart. If absent, never.
 */
retentionDays?: number
}
/**
 * Whether the person who answers a phone presses a key before the caller is connected.
 */
interface Screening {
/**
 * The name of the clinic that the callee hears. If absent, the name of the number, if `numbers` has only one.
 */
clinic?: string
/**
 * Whether phones are screened. If absent, yes.
 */
enabled?: boolean
/**
 * Phones that are connected without a key, such as desk phones: E.164 numbers, or prefixes (`+1555010*`).
 */
trusted?: string[]
}
/**
 * Calls that arrive by SIP. If absent, only those to a number are routed, and their callers have no number.
 */
interface Sip {
/**
 * The SIP domains of the Twilio account that ring the clinic, such as `clinic.sip.twilio.com`. A call to
 * `sip:+15550100011@clinic.sip.twilio.com` is a call to the number. Other SIP domains are not in service.
 */
domains?: string[]
/**
 * What a SIP phone dials instead of a number, such as `201` or `front`, and the clinic's number (E.164) for it.
 */
extensions?: {
[k: string]: string
}
/**
 * The hosts, such as `pbx.example`, whose caller IDs are trusted: the number in `sip:+15550100151@pbx.example` is
 * the caller's. A SIP caller from another host has no number.
 */
trusted?: string[]
}
/**
 * Tasks for staff.
 */
interface Tasks {
/**
 * Which calls create one.
 */
on?: FollowUpTrigger[]
/**
 * The owner of the tasks: a reference such as `Organization/<id>`.
 */
owner?: string
}
/**
 * Transfers, hold and calls taken from a queue. If absent, staff cannot redirect callers.
 */
interface Transfer {
/**
 * The actions to which staff may transfer a caller. If absent, every action.
 * 
 * @minItems 1
 */
actions?: string[]
/**
 * Whether the person who transferred a caller is rung if no one else answers. If absent, yes.
 */
back?: boolean
/**
 * Seconds after which a caller on hold returns to the person who put them on hold. If absent, 300.
 */
maxHold?: number
/**
 * An `https` URL of the music that a caller on hold hears. If absent, music by Twilio.
 */
music?: string
/**
 * The action for a caller if no one answers.
 */
otherwise: string
/**
 * Seconds that each phone or browser rings. If absent, 20.
 */
timeout?: number
}
