/* tslint:disable */
/* eslint-disable */
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



/**
 * Mints an access token. Head: the seconds it lives, 1 where it has a beginning, 1 where it has a region. Fields: the
 * account's and the key's SID, the secret, the identity, now and the beginning in seconds, the region, the grants as JSON.
 */
export function accessToken(written: number): number;

/**
 * Room for `bytes` bytes of a raw body, as an address in memory.
 */
export function body(bytes: number): number;

/**
 * The SHA-256 of a body of `written` bytes, in lower-case hex.
 */
export function bodyHash(written: number): number;

/**
 * What is wrong with a config. Head: 1 where the account's numbers are given. Fields: the config as JSON, the numbers.
 * Four lines for each finding, as [`check_twiml`] has them.
 */
export function checkConfig(written: number): number;

/**
 * What is wrong with a TwiML document. Head: 1 where the one field is XML, 0 for the fields of [`twiml()`]; the kind of
 * document, as there. Four lines for each finding: code, path, help, `error` or `warning`.
 */
export function checkTwiml(written: number): number;

/**
 * What to do about a code; empty for text that is none.
 */
export function codeHelp(written: number): number;

/**
 * Counts the segments of a text of `written` bytes; the numbers stand in the output, spaces between them.
 */
export function countSegments(written: number): number;

/**
 * Reserves `count` numbers of 32 bits; their address in memory.
 */
export function numbers(count: number): number;

/**
 * The address of the output in memory: UTF-8, as long as the last call returned.
 */
export function output(): number;

/**
 * Reads a phone number. Head: 1 where there is a country. Fields: the text, the country. Lines: the kind, the number,
 * its country, its extension.
 */
export function parsePhone(written: number): number;

/**
 * Routes a call. Head: how many numbers are ours, 1 where there is a config, 1 where there is a TwiML App. Fields:
 * the config as JSON, the app's SID, what is known as JSON, the webhook's URL, our numbers, then names and values.
 */
export function routeCall(written: number): Routing;

/**
 * Signs. Head: 1 where the pairs are to stay in their order. Fields: the token, the URL, then names and values.
 */
export function sign(written: number): number;

/**
 * Signs a token of any claims. Head: 0, 1 or 2 for HS256, HS384 or HS512. Fields: the secret, header and payload.
 */
export function signToken(written: number): number;

/**
 * Whether one of some URLs is signed, each taken letter for letter. Fields: the token, the signature, what follows
 * the URL in the signed text, then the URLs.
 */
export function signsAny(written: number): boolean;

/**
 * Reserves `bytes` bytes for text; their address in memory.
 */
export function text(bytes: number): number;

/**
 * Writes a TwiML document. Head: 1 where its form alone is checked; 1 for a voice document, 2 for a messaging one, 0
 * where its verbs tell. Fields: `<` and a name open an element, `@`, a name and a value are an attribute, `t` and a
 * text, `#` and a comment; `>` closes. A refusal is a finding, as [`check_twiml`] tells it.
 */
export function twiml(written: number): number;

/**
 * Checks a request with `body` bytes in their room. Head: how many tokens, how many shared keys, 1 for a raw body.
 * Fields: the URL, the signature, the settings header, `Host`, `X-Forwarded-Host` and `X-Forwarded-Port`, the tokens,
 * for each shared key its id, secret and algorithm,
 * then names and values. An empty answer says: the URL as given, by the first token. Any other is the index of a
 * token (after the tokens, of a shared key), a space, and the URL.
 */
export function verify(written: number, body: number): number;

/**
 * The crate's version.
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
 * One thing that a call does. The verbs of an action are performed in turn, until one decides what comes next.
 */
type Verb = ({
say: Say
greet?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
greet: Greet
say?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
play: Play
say?: never
greet?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
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
play?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
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
play?: never
pause?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
menu: Menu
say?: never
greet?: never
play?: never
pause?: never
language?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
dial: Dial
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
queue?: never
voicemail?: never
conference?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
queue: Queue
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
voicemail?: never
conference?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
voicemail: Voicemail
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
conference?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
conference: Conference
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
when?: never
goto?: never
redirect?: never
reject?: never
hangup?: never
} | {
when: When
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
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
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
when?: never
redirect?: never
reject?: never
hangup?: never
} | {
redirect: Redirect
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
when?: never
goto?: never
reject?: never
hangup?: never
} | {
reject: Reject
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
when?: never
goto?: never
redirect?: never
hangup?: never
} | {
hangup: Hangup
say?: never
greet?: never
play?: never
pause?: never
language?: never
menu?: never
dial?: never
queue?: never
voicemail?: never
conference?: never
when?: never
goto?: never
redirect?: never
reject?: never
})
/**
 * Who rings.
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
generalPractitioner: Nothing
client?: never
number?: never
sip?: never
available?: never
lastToCall?: never
} | {
lastToCall: Nothing
client?: never
number?: never
sip?: never
available?: never
generalPractitioner?: never
})
/**
 * `StirVerstat`, <https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir>.
 */
type Verification = ("full" | "partial" | "failed" | "none")
/**
 * A call that somebody should look after.
 */
type Occasion = ("missed" | "failed" | "voicemail" | "callback")
/**
 * A weekday, as FHIR spells it.
 */
type Day = ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")

/**
 * What a clinic settles: `PLUMLINE_CONFIG`, docs/dialplan.md.
 */
export interface Config {
/**
 * Where the schema of this document is, for editors.
 */
$schema?: string
/**
 * The actions by name: what is done, one after the other.
 */
actions?: {
[k: string]: Verb[]
}
alerts?: Alerts
appointment?: AppointmentCalls
chart?: Chart
/**
 * The SDK identity that such calls ring; our own number's text where absent.
 */
client?: string
/**
 * The dialplans by name: rules, of which the first that fits is taken.
 */
dialplans?: {
[k: string]: Rule[]
}
greeting?: Greeting
/**
 * The hours by name.
 */
hours?: {
[k: string]: Hours
}
/**
 * The SDK identities that several may share, or that callers reach by name: who may sign in under each.
 */
identities?: {
[k: string]: Identity
}
/**
 * The language tag (BCP 47) that callers hear; `en-US` where absent.
 */
language?: string
/**
 * Lists of callers by name: E.164 numbers, or beginnings of them (`+1555*`).
 */
lists?: {
[k: string]: string[]
}
/**
 * Our numbers, E.164, and what answers each.
 */
numbers?: {
[k: string]: NumberPlan
}
outbound?: Outbound
recording?: Recording
tasks?: Tasks
/**
 * The clinic's time zone (IANA), such as `America/New_York`; needed where anything depends on the hour.
 */
timeZone?: string
/**
 * The voice of Twilio's that callers hear, such as `Polly.Amy-Neural`.
 */
voice?: string
}
/**
 * What a caller hears: the value of `say`, and of every member that is said.
 */
interface Say {
/**
 * A language tag; the call's where absent.
 */
language?: string
/**
 * The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The words; either these or `ssml`.
 */
text?: (string | {
[k: string]: string
})
/**
 * How often it is said; once where absent.
 */
times?: number
/**
 * A voice of Twilio's; `voice` of the config where absent.
 */
voice?: string
}
/**
 * `greet`. No clinical word belongs here: anybody may have picked up the patient's phone.
 */
interface Greet {
/**
 * What everybody else hears.
 */
neutral: (string | {
[k: string]: string
})
/**
 * What a patient hears; `{name}` stands for their given name.
 */
patient: (string | {
[k: string]: string
})
/**
 * A voice of Twilio's.
 */
voice?: string
}
/**
 * `play`.
 */
interface Play {
/**
 * How often it is played; once where absent.
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
invalid?: Say1
/**
 * What can be chosen.
 * 
 * @minItems 1
 * @maxItems 100
 */
options: Choice[]
/**
 * The action where nothing was chosen in the end.
 */
otherwise: string
prompt: Say2
/**
 * How often the prompt comes again; 2 where absent.
 */
retries?: number
/**
 * Seconds of silence before it does; 5 where absent.
 */
timeout?: number
}
/**
 * What a caller hears: the value of `say`, and of every member that is said.
 */
interface Say1 {
/**
 * A language tag; the call's where absent.
 */
language?: string
/**
 * The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The words; either these or `ssml`.
 */
text?: (string | {
[k: string]: string
})
/**
 * How often it is said; once where absent.
 */
times?: number
/**
 * A voice of Twilio's; `voice` of the config where absent.
 */
voice?: string
}
/**
 * A choice of a menu, by its digits or by what is said.
 */
interface Choice {
/**
 * `0` to `9`, `*`, `#`; several for an extension.
 */
digits?: string
/**
 * The language (BCP 47) from here on.
 */
language?: string
/**
 * Words, one of which is said.
 * 
 * @maxItems 20
 */
speech?: string[]
/**
 * The action; the same menu again where only the language changes.
 */
then?: string
}
/**
 * What a caller hears: the value of `say`, and of every member that is said.
 */
interface Say2 {
/**
 * A language tag; the call's where absent.
 */
language?: string
/**
 * The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The words; either these or `ssml`.
 */
text?: (string | {
[k: string]: string
})
/**
 * How often it is said; once where absent.
 */
times?: number
/**
 * A voice of Twilio's; `voice` of the config where absent.
 */
voice?: string
}
/**
 * `dial`.
 */
interface Dial {
/**
 * The number that they see: one of ours; the caller's own where absent.
 */
callerId?: string
/**
 * The actions by outcome.
 */
on?: {
[k: string]: string
}
/**
 * In which order; `inOrder` where absent.
 */
order?: ("inOrder" | "allAtOnce" | "huntGroup")
/**
 * The action of every other outcome but `answered`, after which the call ends.
 */
otherwise: string
/**
 * Whom.
 * 
 * @minItems 1
 * @maxItems 50
 */
targets: Target[]
/**
 * Seconds that each rings; 20 where absent.
 */
timeout?: number
}
/**
 * `{}`.
 */
interface Nothing {

}
/**
 * `queue`.
 */
interface Queue {
callback?: CallbackOffer
/**
 * What is heard meanwhile: an `https` URL; Twilio's music where absent.
 */
music?: string
/**
 * Its name at Twilio.
 */
name: string
/**
 * The actions by outcome.
 */
on?: {
[k: string]: string
}
/**
 * The action of every other outcome but `answered`.
 */
otherwise: string
overflow?: Overflow
position?: Say4
}
/**
 * Offers to call back instead of waiting.
 */
interface CallbackOffer {
/**
 * The digit that takes it.
 */
digit: string
prompt: Say3
/**
 * The action afterwards; a task for the staff is opened.
 */
then: string
}
/**
 * What a caller hears: the value of `say`, and of every member that is said.
 */
interface Say3 {
/**
 * A language tag; the call's where absent.
 */
language?: string
/**
 * The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The words; either these or `ssml`.
 */
text?: (string | {
[k: string]: string
})
/**
 * How often it is said; once where absent.
 */
times?: number
/**
 * A voice of Twilio's; `voice` of the config where absent.
 */
voice?: string
}
/**
 * Where the queue is too long.
 */
interface Overflow {
/**
 * Callers wait longer than this on average, in seconds.
 */
averageWait?: number
/**
 * The caller stands behind this place.
 */
position?: number
/**
 * More callers than these wait.
 */
size?: number
/**
 * The action.
 */
then: string
}
/**
 * What a caller hears: the value of `say`, and of every member that is said.
 */
interface Say4 {
/**
 * A language tag; the call's where absent.
 */
language?: string
/**
 * The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The words; either these or `ssml`.
 */
text?: (string | {
[k: string]: string
})
/**
 * How often it is said; once where absent.
 */
times?: number
/**
 * A voice of Twilio's; `voice` of the config where absent.
 */
voice?: string
}
/**
 * `voicemail`.
 */
interface Voicemail {
farewell?: Say5
greeting: Say6
/**
 * The longest message in seconds; 120 where absent.
 */
maxLength?: number
/**
 * Whether Twilio writes it down.
 */
transcribe?: boolean
}
/**
 * What a caller hears: the value of `say`, and of every member that is said.
 */
interface Say5 {
/**
 * A language tag; the call's where absent.
 */
language?: string
/**
 * The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The words; either these or `ssml`.
 */
text?: (string | {
[k: string]: string
})
/**
 * How often it is said; once where absent.
 */
times?: number
/**
 * A voice of Twilio's; `voice` of the config where absent.
 */
voice?: string
}
/**
 * What a caller hears: the value of `say`, and of every member that is said.
 */
interface Say6 {
/**
 * A language tag; the call's where absent.
 */
language?: string
/**
 * The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The words; either these or `ssml`.
 */
text?: (string | {
[k: string]: string
})
/**
 * How often it is said; once where absent.
 */
times?: number
/**
 * A voice of Twilio's; `voice` of the config where absent.
 */
voice?: string
}
/**
 * `conference`.
 */
interface Conference {
/**
 * How many may be in it, 2 to 250.
 */
maxParticipants?: number
/**
 * What is heard meanwhile: an `https` URL.
 */
music?: string
/**
 * Its name at Twilio.
 */
name: string
/**
 * The action after it; the call ends where absent.
 */
then?: string
/**
 * Whether it waits for one of our people to begin.
 */
waitForStaff?: boolean
}
/**
 * `when`.
 */
interface When {
if: Conditions
/**
 * The action if they do not; the next verb where absent.
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
 * Which of our numbers was called.
 * 
 * @minItems 1
 */
called?: string[]
/**
 * Who calls: E.164 numbers, beginnings of them (`+1555*`), or names of `lists`.
 * 
 * @minItems 1
 */
callers?: string[]
/**
 * A care team that the patient is in: `CareTeam/<id>`.
 * 
 * @minItems 1
 */
careTeam?: string[]
/**
 * The name of `hours` that are closed now.
 */
closed?: string
/**
 * The language that the caller hears now: tags, or languages without a region. At the first rule it is that of the number
 * called.
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
 * That patient's preferred language: tags, or languages without a region.
 * 
 * @minItems 1
 */
patientLanguage?: string[]
/**
 * What the caller's carrier says of their number.
 * 
 * @minItems 1
 */
verification?: Verification[]
}
/**
 * `redirect`.
 */
interface Redirect {
/**
 * An `https` URL that answers in TwiML.
 */
url: string
}
/**
 * `reject`.
 */
interface Reject {
/**
 * What the caller's carrier is told.
 */
reason?: ("busy" | "rejected")
}
/**
 * `hangup`.
 */
interface Hangup {

}
/**
 * Alerts to a service outside; none where absent.
 */
interface Alerts {
/**
 * What it takes.
 */
format?: ("slack" | "datadog")
/**
 * After which calls.
 * 
 * @minItems 1
 */
on: Occasion[]
/**
 * How many in an hour at most; 20 where absent.
 */
perHour?: number
/**
 * An `https` URL that takes a POST.
 */
url: string
}
/**
 * What calls do to appointments.
 */
interface AppointmentCalls {
/**
 * Whether the appointment gets the call's extension too; otherwise a call changes no appointment.
 */
callExtension?: boolean
}
/**
 * How the chart is written.
 */
interface Chart {
/**
 * The base of our extensions' URLs; `https://plumline.dev/fhir/StructureDefinition` where absent.
 */
extensionBase?: string
}
/**
 * A line of a dialplan. The first whose conditions all hold is taken.
 */
interface Rule {
/**
 * The action.
 */
then: string
when?: Conditions1
}
/**
 * The conditions; none for every call.
 */
interface Conditions1 {
/**
 * Whether the caller withholds their number.
 */
anonymous?: boolean
/**
 * Which of our numbers was called.
 * 
 * @minItems 1
 */
called?: string[]
/**
 * Who calls: E.164 numbers, beginnings of them (`+1555*`), or names of `lists`.
 * 
 * @minItems 1
 */
callers?: string[]
/**
 * A care team that the patient is in: `CareTeam/<id>`.
 * 
 * @minItems 1
 */
careTeam?: string[]
/**
 * The name of `hours` that are closed now.
 */
closed?: string
/**
 * The language that the caller hears now: tags, or languages without a region. At the first rule it is that of the number
 * called.
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
 * That patient's preferred language: tags, or languages without a region.
 * 
 * @minItems 1
 */
patientLanguage?: string[]
/**
 * What the caller's carrier says of their number.
 * 
 * @minItems 1
 */
verification?: Verification[]
}
/**
 * What a caller hears first where their number has no dialplan.
 */
interface Greeting {
/**
 * A language tag, such as `en-GB`.
 */
language?: string
/**
 * The words; `""` for none.
 */
text?: string
/**
 * A voice of Twilio's, such as `Polly.Amy-Neural`.
 */
voice?: string
}
/**
 * When a clinic is open.
 */
interface Hours {
/**
 * A `HealthcareService/<id>` whose `availableTime` and `notAvailable` count as well.
 */
healthcareService?: string
/**
 * Days that are closed all the same, `YYYY-MM-DD`; `MM-DD` every year.
 */
holidays?: string[]
/**
 * The time zone (IANA); that of the number called where absent.
 */
timeZone?: string
/**
 * Week by week.
 */
weekly?: Weekly[]
}
/**
 * Hours of some weekdays. Where `to` is not after `from`, it is on the day after.
 */
interface Weekly {
/**
 * The weekdays on which they begin.
 * 
 * @minItems 1
 */
days: Day[]
/**
 * `HH:MM`.
 */
from: string
/**
 * `HH:MM`; `24:00` for midnight.
 */
to: string
}
/**
 * `identities.<identity>`: who may sign in to Twilio's SDK under it, at least one. They may do so at the same time.
 */
interface Identity {
/**
 * These people, `Practitioner/<id>`.
 */
practitioners?: string[]
/**
 * Everyone who has such a role now: codes of `PractitionerRole.code`.
 */
roles?: string[]
}
/**
 * One of our numbers.
 */
interface NumberPlan {
/**
 * The dialplan that answers it.
 */
dialplan: string
/**
 * The language tag (BCP 47) of what its callers hear; `language` of the config where absent.
 */
language?: string
/**
 * What people call it; never spoken.
 */
name: string
/**
 * Its time zone (IANA); `timeZone` of the config where absent.
 */
timeZone?: string
}
/**
 * Calls that our people place.
 */
interface Outbound {
/**
 * Whether Twilio finds out if a machine answers.
 */
answeringMachine?: ("off" | "enable" | "detectMessageEnd")
/**
 * Beginnings of numbers that may not be called (`+1900`), besides premium and satellite numbers.
 */
blocked?: string[]
/**
 * The number that every callee sees, E.164 and one of ours; from the pool where absent.
 */
callerId?: string
/**
 * How many calls one identity may have at the same time.
 */
concurrent?: number
/**
 * Countries that may be called, ISO 3166; those of our own numbers where absent.
 * 
 * @minItems 1
 */
countries?: string[]
hours?: CallingHours
/**
 * Whether the access token lets its bearer receive calls too.
 */
incoming?: boolean
/**
 * How many calls one identity may place in an hour.
 */
perHour?: number
/**
 * How a number is taken from the pool of ours.
 */
pool?: ("sticky" | "leastRecentlyUsed" | "roundRobin" | "random")
/**
 * The number of ours that the calls of one practitioner show, by `Practitioner/<id>`.
 */
practitioners?: {
[k: string]: string
}
/**
 * Whether a call needs a ticket; yes where absent and `PLUMLINE_SECRET` is set.
 */
requireTicket?: boolean
/**
 * Who may call: codes of `PractitionerRole.code`; every active role where absent.
 * 
 * @minItems 1
 */
roles?: string[]
/**
 * Seconds that the callee's phone rings; Twilio's 30 where absent.
 */
timeout?: number
}
/**
 * When people may be called, in their own zone.
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
 * Time zones (IANA) by the beginnings of numbers (`+1212`), the longest that fits; `timeZone` of the config for
 * all others.
 */
zones?: {
[k: string]: string
}
}
/**
 * Recording; none where absent.
 */
interface Recording {
announcement?: Say7
/**
 * Calls that come in and reach somebody.
 */
inbound?: boolean
/**
 * Calls that our people place.
 */
outbound?: boolean
/**
 * Days after which a recording is deleted at Twilio, voicemail included; never where absent.
 */
retentionDays?: number
}
/**
 * What a caller hears: the value of `say`, and of every member that is said.
 */
interface Say7 {
/**
 * A language tag; the call's where absent.
 */
language?: string
/**
 * The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
 */
ssml?: (string | {
[k: string]: string
})
/**
 * The words; either these or `ssml`.
 */
text?: (string | {
[k: string]: string
})
/**
 * How often it is said; once where absent.
 */
times?: number
/**
 * A voice of Twilio's; `voice` of the config where absent.
 */
voice?: string
}
/**
 * Tasks for the staff.
 */
interface Tasks {
/**
 * After which calls.
 */
on?: Occasion[]
/**
 * Who has them: a reference such as `Organization/<id>`.
 */
owner?: string
}
