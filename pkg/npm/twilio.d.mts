// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * npm twilio's webhook functions and TwiML classes, under their names, with their verdicts and bytes: a migration is
 * one changed import.
 *
 * Refused here, and accepted there: a blank token, a URL without scheme and host, a URL with two `bodySHA256`. And
 * where they throw over what a request brought, such as a URL that `URL` cannot read, these say `false`.
 *
 * @module plumline/twilio
 */

/** What is read of a request; Express's fits, and so do those of hosts that imitate it. */
export interface IncomingRequest {
    readonly protocol: string;
    /** The value of a header, however its name is capitalised. */
    header(name: string): string | undefined;
    readonly headers: {
        readonly host?: string | undefined;
    };
    /** Path and query, as received. */
    readonly originalUrl: string;
    /** The raw body of a JSON or text post, as received; express.json leaves it by its option `verify`. */
    readonly rawBody?: unknown;
    /** The parameters of a form post. */
    readonly body?: unknown;
}
/** What Twilio called, where the request does not show it: behind a proxy, say. */
export interface RequestValidatorOptions {
    /** The URL as Twilio has it, with its whole query. The other options are not looked at then. */
    readonly url?: string | undefined;
    /** The host that Twilio calls, with its port where it has one, instead of the header `Host`. */
    readonly host?: string | undefined;
    /** `https` or `http`, instead of what the request came by. */
    readonly protocol?: string | undefined;
}
/** What `webhook` checks, and against which URL. */
export interface WebhookOptions extends RequestValidatorOptions {
    /** Whether to check at all; by default it does. */
    readonly validate?: boolean | undefined;
    /** Not looked at, as in npm twilio. */
    readonly includeHelpers?: boolean | undefined;
    /** Not looked at, as in npm twilio: pass the token as a string, or set `TWILIO_AUTH_TOKEN`. */
    readonly authToken?: string | undefined;
}
/**
 * Whether a request of Express's is Twilio's. The URL that Twilio called is put together of the request's protocol and
 * host and what the options say instead; behind a proxy set Express's `trust proxy`, or the options.
 *
 * @example
 * ```ts
 * import { validateIncomingRequest } from 'plumline/twilio';
 *
 * // What Express hands over.
 * const request = {
 *   protocol: 'https',
 *   header: (name: string) => ({ 'X-Twilio-Signature': 'NuUcs1AA3b2utXkzSa6/7NEiMIY=' })[name],
 *   headers: { host: 'clinic.example' },
 *   originalUrl: '/voice',
 *   body: { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' },
 * };
 * console.log(validateIncomingRequest(request, 'the auth token')); // true
 * console.log(validateIncomingRequest(request, 'another token')); // false
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` where the token is no string, or the request none of Express's
 */
export declare function validateIncomingRequest(request: IncomingRequest, authToken: string, opts?: RequestValidatorOptions): boolean;
/**
 * The same as {@link validateIncomingRequest}.
 *
 * @example
 * ```ts
 * import { validateExpressRequest } from 'plumline/twilio';
 *
 * // A proxy in between: Twilio called https://clinic.example/voice.
 * const request = {
 *   protocol: 'http',
 *   header: (name: string) => ({ 'X-Twilio-Signature': 'NuUcs1AA3b2utXkzSa6/7NEiMIY=' })[name],
 *   headers: { host: '10.0.0.7:8080' },
 *   originalUrl: '/voice',
 *   body: { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' },
 * };
 * const called = { protocol: 'https', host: 'clinic.example' };
 * console.log(validateExpressRequest(request, 'the auth token', called)); // true
 * ```
 */
export declare function validateExpressRequest(request: IncomingRequest, authToken: string, opts?: RequestValidatorOptions): boolean;
/**
 * Whether a body has this hash.
 *
 * @example
 * ```ts
 * import { getExpectedBodyHash, validateBody } from 'plumline/twilio';
 *
 * const body = '{"CallSid":"CA1"}';
 * console.log(validateBody(body, getExpectedBodyHash(body))); // true
 * ```
 */
export declare function validateBody(body: string | Uint8Array | ArrayBuffer, bodyHash: string | Uint8Array): boolean;
/**
 * An Express middleware that lets only Twilio's requests pass. The others are answered: 400 without a signature, 403
 * with a wrong one, 500 where there is no token.
 *
 * The token is a string among the arguments, or the environment's `TWILIO_AUTH_TOKEN`. Form posts need
 * `express.urlencoded` before it.
 *
 * @example
 * ```ts
 * import express from 'express';
 * import type { AddressInfo } from 'node:net';
 * import { webhook } from 'plumline/twilio';
 *
 * const app = express();
 * app.use(express.urlencoded({ extended: false }));
 * app.post('/voice', webhook('the auth token'), (_request, response) => {
 *   response.type('text/xml').send('<Response/>');
 * });
 * const server = app.listen(0, async () => {
 *   const { port } = server.address() as AddressInfo;
 *   const { status } = await fetch(`http://127.0.0.1:${port}/voice`, { method: 'POST' });
 *   console.log(status); // 400
 *   server.close();
 * });
 * ```
 */
export declare function webhook(opts?: string | WebhookOptions, authToken?: string | WebhookOptions): (req: any, res: any, next: any) => void;
/** npm twilio's `jwt`, but for `ValidationToken`, which belongs to its REST client. */
export declare namespace jwt {
/** npm twilio's capability tokens of TaskRouter: signed with the auth token itself. */
namespace taskrouter {
/**
 * npm twilio's `jwt.taskrouter.util`: the URLs that policies name, and the policies that a worker needs.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const { util } = jwt.taskrouter;
 * console.log(util.workersUrl('WS1', 'WK1')); // https://taskrouter.twilio.com/v1/Workspaces/WS1/Workers/WK1
 * console.log(util.defaultWorkerPolicies('v1', 'WS1', 'WK1').length); // 4
 * ```
 */
namespace util {
/** What a worker's own client asks for. */
function defaultWorkerPolicies(version: string, workspaceSid: string, workerSid: string): Policy[];
/** What a client needs to hear events. */
function defaultEventBridgePolicies(accountSid: string, channelId: string): Policy[];
/** The URL of a workspace, or with `**` of all of them; the same goes for the others. */
function workspacesUrl(workspaceSid?: string): string;
/** The URL of a task queue. */
function taskQueuesUrl(workspaceSid: string, taskQueueSid?: string): string;
/** The URL of a task. */
function tasksUrl(workspaceSid: string, taskSid?: string): string;
/** The URL of an activity. */
function activitiesUrl(workspaceSid: string, activitySid?: string): string;
/** The URL of a worker. */
function workersUrl(workspaceSid: string, workerSid?: string): string;
/** The URL of a worker's reservation. */
function reservationsUrl(workspaceSid: string, workerSid: string, reservationSid?: string): string;
export { defaultWorkerPolicies, defaultEventBridgePolicies, workspacesUrl, taskQueuesUrl, tasksUrl, activitiesUrl, workersUrl, reservationsUrl };
}
/** Whose token it is, and what signs it. */
interface TaskRouterCapabilityOptions {
    accountSid: string;
    authToken: string;
    workspaceSid: string;
    channelId: string;
    friendlyName?: string | undefined;
    /** Seconds; an hour where it is not given. */
    ttl?: number | undefined;
    version?: string | undefined;
}
/**
 * npm twilio's `TaskRouterCapability`.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const { TaskRouterCapability, util } = jwt.taskrouter;
 * const [accountSid, authToken, workspaceSid, workerSid] = ['AC1', 'the auth token', 'WS1', 'WK1'];
 * const capability = new TaskRouterCapability({ accountSid, authToken, workspaceSid, channelId: workerSid });
 * util.defaultWorkerPolicies('v1', workspaceSid, workerSid).forEach((policy) => capability.addPolicy(policy));
 * const [, claims = ''] = capability.toJwt().split('.');
 * console.log(JSON.parse(Buffer.from(claims, 'base64url').toString()).worker_sid); // WK1
 * ```
 */
class TaskRouterCapability {
    static Policy: typeof Policy;
    accountSid: string;
    authToken: string;
    workspaceSid: string;
    channelId: string;
    friendlyName?: string | undefined;
    ttl: number;
    version: string;
    policies: Policy[];
    constructor(options: TaskRouterCapabilityOptions);
    /** Adds something that the bearer may ask for. */
    addPolicy(policy: Policy): void;
    /** The token, made now. */
    toJwt(): string;
}
/** A request that is allowed; where nothing is given, `GET` of any parameters. */
interface PolicyOptions {
    url?: string | undefined;
    method?: string | undefined;
    queryFilter?: object | undefined;
    postFilter?: object | undefined;
    allow?: boolean | undefined;
}
/** A policy as it stands in a token. */
interface PolicyPayload {
    url: string;
    method: string;
    query_filter: object;
    post_filter: object;
    allow: boolean;
}
/** What a token lets its bearer ask for. */
class Policy {
    url: string;
    method: string;
    queryFilter: object;
    postFilter: object;
    allow: boolean;
    constructor(options?: PolicyOptions);
    /** The policy as it stands in a token. */
    payload(): PolicyPayload;
}
export { util, type Policy, type PolicyOptions, type PolicyPayload, TaskRouterCapabilityOptions, TaskRouterCapability };
}
/**
 * npm twilio's `AccessToken`: its arguments, its tokens byte for byte, its errors. It takes what that takes (HS384 and
 * HS512, any identity, any ttl), a blank secret aside; `accessToken` of `plumline` refuses what Twilio refuses.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const { AccessToken } = jwt;
 * const token = new AccessToken('AC1', 'SK1', 'the secret of the key', { identity: 'front_desk' });
 * token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: true }));
 * const [, claims = ''] = token.toJwt().split('.');
 * console.log(JSON.parse(Buffer.from(claims, 'base64url').toString()).grants.voice); // { incoming: { allow: true } }
 * ```
 */
class AccessToken implements AccessToken.AccessTokenOptions {
    static DEFAULT_ALGORITHM: 'HS256';
    static ALGORITHMS: string[];
    /** What the grants have in common, for one of your own. */
    static Grant: typeof TokenGrant;
    /** Lets its bearer work with tasks. */
    static TaskRouterGrant: typeof TaskRouterGrant;
    /** Lets its bearer take part in conversations. */
    static ChatGrant: typeof ChatGrant;
    /** Lets its bearer join a room, or any room where none is named. */
    static VideoGrant: typeof VideoGrant;
    /** Lets its bearer read and write what Sync keeps. */
    static SyncGrant: typeof SyncGrant;
    /** Lets its bearer be called, and place calls through a TwiML App. */
    static VoiceGrant: typeof VoiceGrant;
    /** Lets its bearer watch a stream. */
    static PlaybackGrant: typeof PlaybackGrant;
    accountSid: string;
    keySid: string;
    secret: string;
    ttl: number;
    identity: string;
    nbf?: number | undefined;
    region?: string | undefined;
    grants: AccessToken.AnyGrant[];
    /**
     * @param accountSid - The account, `AC…`
     * @param keySid - The API key, `SK…`
     * @param secret - The key's secret
     * @param options - `identity` is needed; `ttl` is an hour where it is not given
     */
    constructor(accountSid: string, keySid: string, secret: string, options: AccessToken.AccessTokenOptions);
    /** Adds a grant; of two with one key, the later counts. */
    addGrant(grant: AccessToken.AnyGrant): void;
    /** The token, made now. */
    toJwt(algorithm?: 'HS256' | 'HS384' | 'HS512'): string;
}
namespace AccessToken {
    /** What `addGrant` takes: any of the grants, or one of a program's own. */
    interface AnyGrant {
        key: unknown;
        /** The claim that the grant is in a token. */
        toPayload(): unknown;
    }
    /** What the grants have in common. */
    type Grant<TOptions, TPayload, TKey> = TokenGrant<TOptions, TPayload, TKey>;
    /** Lets its bearer work with tasks. */
    type TaskRouterGrant = InstanceType<typeof AccessToken.TaskRouterGrant>;
    /** Lets its bearer take part in conversations. */
    type ChatGrant = InstanceType<typeof AccessToken.ChatGrant>;
    /** Lets its bearer join a room, or any room where none is named. */
    type VideoGrant = InstanceType<typeof AccessToken.VideoGrant>;
    /** Lets its bearer read and write what Sync keeps. */
    type SyncGrant = InstanceType<typeof AccessToken.SyncGrant>;
    /** Lets its bearer be called, and place calls through a TwiML App. */
    type VoiceGrant = InstanceType<typeof AccessToken.VoiceGrant>;
    /** Lets its bearer watch a stream. */
    type PlaybackGrant = InstanceType<typeof AccessToken.PlaybackGrant>;
    /** What a `TaskRouterGrant` is made of. */
    interface TaskRouterGrantOptions {
        workspaceSid?: string | undefined;
        workerSid?: string | undefined;
        role?: string | undefined;
    }
    /** What a `TaskRouterGrant` is in a token. */
    interface TaskRouterGrantPayload {
        workspace_sid?: string;
        worker_sid?: string;
        role?: string;
    }
    /** What a `ChatGrant` is made of. */
    interface ChatGrantOptions {
        serviceSid?: string | undefined;
        endpointId?: string | undefined;
        deploymentRoleSid?: string | undefined;
        pushCredentialSid?: string | undefined;
    }
    /** What a `ChatGrant` is in a token. */
    interface ChatGrantPayload {
        service_sid?: string;
        endpoint_id?: string;
        deployment_role_sid?: string;
        push_credential_sid?: string;
    }
    /** What a `VideoGrant` is made of. */
    interface VideoGrantOptions {
        room?: string | undefined;
    }
    /** What a `VideoGrant` is in a token. */
    interface VideoGrantPayload {
        room?: string;
    }
    /** What a `SyncGrant` is made of. */
    interface SyncGrantOptions {
        serviceSid?: string | undefined;
        endpointId?: string | undefined;
    }
    /** What a `SyncGrant` is in a token. */
    interface SyncGrantPayload {
        service_sid?: string;
        endpoint_id?: string;
    }
    /** What a `VoiceGrant` is made of. */
    interface VoiceGrantOptions {
        incomingAllow?: boolean | undefined;
        outgoingApplicationSid?: string | undefined;
        outgoingApplicationParams?: object | undefined;
        pushCredentialSid?: string | undefined;
        endpointId?: string | undefined;
    }
    /** What a `VoiceGrant` is in a token. */
    interface VoiceGrantPayload {
        incoming?: {
            allow: boolean;
        };
        outgoing?: {
            application_sid: string;
            params?: object;
        };
        push_credential_sid?: string;
        endpoint_id?: string;
    }
    /** What a `PlaybackGrant` is made of. */
    interface PlaybackGrantOptions {
        grant?: object | undefined;
    }
    /** What a `PlaybackGrant` is in a token. */
    interface PlaybackGrantPayload {
        grant?: object;
    }
    /** Who the bearer is, and how long. */
    interface AccessTokenOptions {
        /** Seconds. */
        ttl?: number | undefined;
        identity: string;
        /** Seconds since 1970. */
        nbf?: number | undefined;
        region?: string | undefined;
    }
}
/** What a token allows; `key` is the name of its claim. */
abstract class TokenGrant<_TOptions, TPayload, TKey> {
    key: TKey;
    protected constructor(key: TKey);
    /** The claim that the grant is in a token. */
    abstract toPayload(): TPayload;
}
/** Lets its bearer work with tasks. */
class TaskRouterGrant extends TokenGrant<AccessToken.TaskRouterGrantOptions, AccessToken.TaskRouterGrantPayload, 'task_router'> {
    workspaceSid?: string | undefined;
    workerSid?: string | undefined;
    role?: string | undefined;
    constructor(options?: AccessToken.TaskRouterGrantOptions);
    /** The claim that the grant is in a token. */
    toPayload(): AccessToken.TaskRouterGrantPayload;
}
/** Lets its bearer take part in conversations. */
class ChatGrant extends TokenGrant<AccessToken.ChatGrantOptions, AccessToken.ChatGrantPayload, 'chat'> {
    serviceSid?: string | undefined;
    endpointId?: string | undefined;
    deploymentRoleSid?: string | undefined;
    pushCredentialSid?: string | undefined;
    constructor(options?: AccessToken.ChatGrantOptions);
    /** The claim that the grant is in a token. */
    toPayload(): AccessToken.ChatGrantPayload;
}
/** Lets its bearer join a room, or any room where none is named. */
class VideoGrant extends TokenGrant<AccessToken.VideoGrantOptions, AccessToken.VideoGrantPayload, 'video'> {
    room?: string | undefined;
    constructor(options?: AccessToken.VideoGrantOptions);
    /** The claim that the grant is in a token. */
    toPayload(): AccessToken.VideoGrantPayload;
}
/** Lets its bearer read and write what Sync keeps. */
class SyncGrant extends TokenGrant<AccessToken.SyncGrantOptions, AccessToken.SyncGrantPayload, 'data_sync'> {
    serviceSid?: string | undefined;
    endpointId?: string | undefined;
    constructor(options?: AccessToken.SyncGrantOptions);
    /** The claim that the grant is in a token. */
    toPayload(): AccessToken.SyncGrantPayload;
}
/** Lets its bearer be called, and place calls through a TwiML App. */
class VoiceGrant extends TokenGrant<AccessToken.VoiceGrantOptions, AccessToken.VoiceGrantPayload, 'voice'> {
    incomingAllow?: boolean | undefined;
    outgoingApplicationSid?: string | undefined;
    outgoingApplicationParams?: object | undefined;
    pushCredentialSid?: string | undefined;
    endpointId?: string | undefined;
    constructor(options?: AccessToken.VoiceGrantOptions);
    /** The claim that the grant is in a token. */
    toPayload(): AccessToken.VoiceGrantPayload;
}
/** Lets its bearer watch a stream; the grant is what Twilio's API gave for it. */
class PlaybackGrant extends TokenGrant<AccessToken.PlaybackGrantOptions, AccessToken.PlaybackGrantPayload, 'player'> {
    grant?: object | undefined;
    constructor(options?: AccessToken.PlaybackGrantOptions);
    /** The claim that the grant is in a token. */
    toPayload(): AccessToken.PlaybackGrantPayload;
}
/** What a token lets its bearer do. */
interface Scope {
    scope: string;
    /** The scope as it stands in a token. */
    payload(): string;
}
/** The app that outgoing calls go to, and what it is told. */
interface OutgoingClientScopeOptions {
    applicationSid: string;
    clientName?: string | undefined;
    params?: object | undefined;
}
/** Whose token it is, and what signs it. */
interface ClientCapabilityOptions {
    accountSid: string;
    authToken: string;
    /** Seconds; an hour where it is not given. */
    ttl?: number | undefined;
}
/** Lets its bearer subscribe to events. */
class EventStreamScope implements Scope {
    scope: string;
    filters: object;
    constructor(filters?: object);
    /** The scope as it stands in a token. */
    payload(): string;
}
/** Lets its bearer be called. */
class IncomingClientScope implements Scope {
    scope: string;
    clientName: string;
    constructor(clientName: string);
    /** The scope as it stands in a token. */
    payload(): string;
}
/** Lets its bearer place calls through a TwiML App. */
class OutgoingClientScope implements Scope {
    scope: string;
    applicationSid: string;
    clientName?: string | undefined;
    params?: object | undefined;
    constructor(options: OutgoingClientScopeOptions);
    /** The scope as it stands in a token. */
    payload(): string;
}
/**
 * npm twilio's `ClientCapability`.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const capability = new jwt.ClientCapability({ accountSid: 'AC1', authToken: 'the auth token' });
 * capability.addScope(new jwt.ClientCapability.IncomingClientScope('front_desk'));
 * const [, claims = ''] = capability.toJwt().split('.');
 * const { scope } = JSON.parse(Buffer.from(claims, 'base64url').toString());
 * console.log(scope); // scope:client:incoming?clientName=front_desk
 * ```
 */
class ClientCapability {
    static EventStreamScope: typeof EventStreamScope;
    static IncomingClientScope: typeof IncomingClientScope;
    static OutgoingClientScope: typeof OutgoingClientScope;
    accountSid: string;
    authToken: string;
    ttl: number;
    scopes: Scope[];
    constructor(options: ClientCapabilityOptions);
    /** Adds something that the bearer may do. */
    addScope(scope: Scope): void;
    /** The token, made now. */
    toJwt(): string;
}
export { AccessToken, ClientCapability, type ClientCapabilityOptions, type EventStreamScope, type IncomingClientScope, type OutgoingClientScope, type OutgoingClientScopeOptions, type Scope, type ChatGrant, type PlaybackGrant, type SyncGrant, type TaskRouterGrant, type TokenGrant, type VideoGrant, type VoiceGrant, taskrouter };
}
/**
 * The signature of a URL and parameters, both as they are.
 *
 * @example
 * ```ts
 * import { getExpectedTwilioSignature } from 'plumline/twilio';
 *
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * console.log(getExpectedTwilioSignature('the auth token', 'https://clinic.example/voice', params)); // NuUcs1AA3b2utXkzSa6/7NEiMIY=
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID`, `TOKEN_BLANK`
 */
export declare function getExpectedTwilioSignature(authToken: string, url: string, params: object | null): string;
/**
 * The SHA-256 of a body in lower-case hex, as Twilio writes it into `bodySHA256`.
 *
 * @example
 * ```ts
 * import { getExpectedBodyHash } from 'plumline/twilio';
 *
 * console.log(getExpectedBodyHash('{"CallSid":"CA1"}').slice(0, 16)); // 85264246de8d5707
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID`
 */
export declare function getExpectedBodyHash(body: string | Uint8Array | ArrayBuffer): string;
/**
 * Whether a form post, or a GET with `{}`, is Twilio's. Of a JSON or text post this looks at the URL alone, as npm
 * twilio does: pass its raw body to {@link validateRequestWithBody}.
 *
 * @example
 * ```ts
 * import { validateRequest } from 'plumline/twilio';
 *
 * const url = 'https://clinic.example/voice';
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * console.log(validateRequest('the auth token', 'NuUcs1AA3b2utXkzSa6/7NEiMIY=', url, params)); // true
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` where the token is no string, or URL or parameters are missing
 */
export declare function validateRequest(authToken: string, twilioHeader: string | null | undefined, url: string, params: object | null): boolean;
/**
 * Whether a JSON or text post is Twilio's. `body` is the raw body as received.
 *
 * @example
 * ```ts
 * import { getExpectedBodyHash, getExpectedTwilioSignature, validateRequestWithBody } from 'plumline/twilio';
 *
 * const body = '{"CallSid":"CA1"}';
 * const url = `https://clinic.example/events?bodySHA256=${getExpectedBodyHash(body)}`;
 * const header = getExpectedTwilioSignature('the auth token', url, {});
 * console.log(validateRequestWithBody('the auth token', header, url, body)); // true
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` where the token is no string, or URL or body are missing
 */
export declare function validateRequestWithBody(authToken: string, twilioHeader: string | null | undefined, url: string, body: string | Uint8Array | ArrayBuffer): boolean;
/**
 * For `import twilio from`.
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
declare const twilio: {
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
};
export default twilio;

/** How a document is checked when it is written. */
export interface TwimlCheck {
  /** `form`, the default, checks that the document is well-formed; `schema` that Twilio knows what is in it, too. */
  readonly check?: 'form' | 'schema' | undefined;
}
/** A document or an element in one. */
declare class TwiML {
  protected constructor(...place: never[]);
  /** Adds text inside. */
  addText(content: string): void;
  /** Adds an element of any name inside. */
  addChild(tagName: string, attributes?: object): TwiML;
  /**
   * The whole document as XML.
   *
   * @throws PlumlineError `TWIML_CHARACTER`, `TWIML_COMMENT`, `TWIML_DEPTH`, `TWIML_NAME`
   */
  toString(): string;
}
/** The classes of documents. */
export declare namespace twiml {
/**
 * A document, built verb by verb. Source: <https://www.twilio.com/docs/voice/twiml>.
 *
 * @example
 * ```ts
 * import { VoiceResponse } from 'plumline/twilio';
 *
 * const response = new VoiceResponse();
 * response.gather({ numDigits: 1 }).say('For the front desk, press 1.');
 * console.log(response.toString()); // <?xml version="1.0" encoding="UTF-8"?><Response><Gather numDigits="1"><Say>For the front desk, press 1.</Say></Gather></Response>
 * ```
 */
class VoiceResponse extends TwiML {
constructor(options?: TwimlCheck);
/** Adds a comment inside `<Response>`. */
comment(comment: string): void;
/** Adds a comment after `<Response>`, before those that are there. */
commentAfter(comment: string): void;
/** Adds a comment before `<Response>`, after those that are there. */
commentBefore(comment: string): void;
/** Adds `<Connect>`. Connects the call to a service that takes part in it. */
connect(attributes?: VoiceResponse.ConnectAttributes): VoiceResponse.Connect;
/** Adds `<Dial>`. Connects the caller to someone else. */
dial(number?: string): VoiceResponse.Dial;
dial(attributes?: VoiceResponse.DialAttributes, number?: string): VoiceResponse.Dial;
/** Adds `<Echo>`. Plays back to the caller what the caller says. */
echo(attributes?: object): VoiceResponse.Echo;
/** Adds `<Enqueue>`. Puts the caller into a queue. */
enqueue(name?: string): VoiceResponse.Enqueue;
enqueue(attributes?: VoiceResponse.EnqueueAttributes, name?: string): VoiceResponse.Enqueue;
/** Adds `<Gather>`. Waits for digits or speech of the caller. */
gather(attributes?: VoiceResponse.GatherAttributes): VoiceResponse.Gather;
/** Adds `<Hangup>`. Ends the call. */
hangup(attributes?: object): VoiceResponse.Hangup;
/** Adds `<Leave>`. Takes the caller out of the queue that the caller waits in. */
leave(attributes?: object): VoiceResponse.Leave;
/** Adds `<Pause>`. Waits silently for some seconds. */
pause(attributes?: VoiceResponse.PauseAttributes): VoiceResponse.Pause;
/** Adds `<Pay>`. Takes a payment by card or bank account. */
pay(attributes?: VoiceResponse.PayAttributes): VoiceResponse.Pay;
/** Adds `<Play>`. Plays an audio file, or digits. */
play(url?: string): VoiceResponse.Play;
play(attributes?: VoiceResponse.PlayAttributes, url?: string): VoiceResponse.Play;
/** Adds `<Prompt>`. Says what the caller hears at a step of a payment. */
prompt(attributes?: VoiceResponse.PromptAttributes): VoiceResponse.Prompt;
/** Adds `<Queue>`. Calls the first who waits in a queue. */
queue(name: string): VoiceResponse.Queue;
queue(attributes: VoiceResponse.QueueAttributes, name: string): VoiceResponse.Queue;
/** Adds `<Record>`. Records what the caller says. */
record(attributes?: VoiceResponse.RecordAttributes): VoiceResponse.Record;
/** Adds `<Redirect>`. Goes on with the TwiML of another URL. */
redirect(url: string): VoiceResponse.Redirect;
redirect(attributes: VoiceResponse.RedirectAttributes, url: string): VoiceResponse.Redirect;
/** Adds `<Refer>`. Sends the call elsewhere by SIP REFER. */
refer(attributes?: VoiceResponse.ReferAttributes): VoiceResponse.Refer;
/** Adds `<Reject>`. Declines the call; nothing is charged for it. */
reject(attributes?: VoiceResponse.RejectAttributes): VoiceResponse.Reject;
/** Adds `<Say>`. Speaks a text to the caller. */
say(message: string): VoiceResponse.Say;
say(attributes: VoiceResponse.SayAttributes, message: string): VoiceResponse.Say;
/** Adds `<Sms>`. Sends a text message during the call. */
sms(message: string): VoiceResponse.Sms;
sms(attributes: VoiceResponse.SmsAttributes, message: string): VoiceResponse.Sms;
/** Adds `<Start>`. Starts something that runs beside the call. */
start(attributes?: VoiceResponse.StartAttributes): VoiceResponse.Start;
/** Adds `<Stop>`. Stops what runs beside the call. */
stop(attributes?: object): VoiceResponse.Stop;
}
namespace VoiceResponse {
/** `statusCallbackEvent` of `<Application>`. */
type ApplicationEvent = 'initiated' | 'ringing' | 'answered' | 'completed';
/** `statusCallbackEvent` of `<Client>`. */
type ClientEvent = 'initiated' | 'ringing' | 'answered' | 'completed';
/** `beep` of `<Conference>`. */
type ConferenceBeep = 'true' | 'false' | 'onEnter' | 'onExit';
/** `statusCallbackEvent` of `<Conference>`. */
type ConferenceEvent = 'start' | 'end' | 'join' | 'leave' | 'mute' | 'hold' | 'modify' | 'speaker' | 'announcement';
/** `jitterBufferSize` of `<Conference>`. */
type ConferenceJitterBufferSize = 'large' | 'medium' | 'small' | 'off';
/** `record` of `<Conference>`. */
type ConferenceRecord = 'do-not-record' | 'record-from-start';
/** `recordingStatusCallbackEvent` of `<Conference>`. */
type ConferenceRecordingEvent = 'in-progress' | 'completed' | 'absent';
/** `region` of `<Conference>`. */
type ConferenceRegion = 'us1' | 'us2' | 'ie1' | 'sg1' | 'br1' | 'au1' | 'jp1' | 'de1';
/** `trim` of `<Conference>`. */
type ConferenceTrim = 'trim-silence' | 'do-not-trim';
/** `statusCallbackEvent` of `<Conversation>`. */
type ConversationEvent = 'call-initiated' | 'call-ringing' | 'call-answered' | 'call-completed';
/** `record` of `<Conversation>`. */
type ConversationRecord = 'do-not-record' | 'record-from-answer' | 'record-from-ringing' | 'record-from-answer-dual' | 'record-from-ringing-dual' | 'true' | 'false';
/** `recordingStatusCallbackEvent` of `<Conversation>`. */
type ConversationRecordingEvent = 'in-progress' | 'completed' | 'absent';
/** `trim` of `<Conversation>`. */
type ConversationTrim = 'trim-silence' | 'do-not-trim';
/** `events` of `<Dial>`. */
type DialEvents = 'call-progress-event';
/** `record` of `<Dial>`. */
type DialRecord = 'do-not-record' | 'record-from-answer' | 'record-from-ringing' | 'record-from-answer-dual' | 'record-from-ringing-dual';
/** `recordingStatusCallbackEvent` of `<Dial>`. */
type DialRecordingEvent = 'in-progress' | 'completed' | 'absent';
/** `recordingTrack` of `<Dial>`. */
type DialRecordingTrack = 'both' | 'inbound' | 'outbound';
/** `ringTone` of `<Dial>`. */
type DialRingTone = 'at' | 'au' | 'bg' | 'br' | 'be' | 'ch' | 'cl' | 'cn' | 'cz' | 'de' | 'dk' | 'ee' | 'es' | 'fi' | 'fr' | 'gr' | 'hu' | 'il' | 'in' | 'it' | 'lt' | 'jp' | 'mx' | 'my' | 'nl' | 'no' | 'nz' | 'ph' | 'pl' | 'pt' | 'ru' | 'se' | 'sg' | 'th' | 'uk' | 'us' | 'us-old' | 'tw' | 've' | 'za';
/** `trim` of `<Dial>`. */
type DialTrim = 'trim-silence' | 'do-not-trim';
/** `input` of `<Gather>`. */
type GatherInput = 'dtmf' | 'speech';
/** `language` of `<Gather>`. */
type GatherLanguage = 'af-ZA' | 'am-ET' | 'ar-AE' | 'ar-BH' | 'ar-DZ' | 'ar-EG' | 'ar-IL' | 'ar-IQ' | 'ar-JO' | 'ar-KW' | 'ar-LB' | 'ar-MA' | 'ar-OM' | 'ar-PS' | 'ar-QA' | 'ar-SA' | 'ar-TN' | 'az-AZ' | 'bg-BG' | 'bn-BD' | 'bn-IN' | 'ca-ES' | 'cs-CZ' | 'da-DK' | 'de-DE' | 'el-GR' | 'en-AU' | 'en-CA' | 'en-GB' | 'en-GH' | 'en-IE' | 'en-IN' | 'en-KE' | 'en-NG' | 'en-NZ' | 'en-PH' | 'en-SG' | 'en-TZ' | 'en-US' | 'en-ZA' | 'es-AR' | 'es-BO' | 'es-CL' | 'es-CO' | 'es-CR' | 'es-DO' | 'es-EC' | 'es-ES' | 'es-GT' | 'es-HN' | 'es-MX' | 'es-NI' | 'es-PA' | 'es-PE' | 'es-PR' | 'es-PY' | 'es-SV' | 'es-US' | 'es-UY' | 'es-VE' | 'et-EE' | 'eu-ES' | 'fa-IR' | 'fi-FI' | 'fil-PH' | 'fr-CA' | 'fr-FR' | 'gl-ES' | 'gu-IN' | 'he-IL' | 'hi-IN' | 'hr-HR' | 'hu-HU' | 'hy-AM' | 'id-ID' | 'is-IS' | 'it-IT' | 'ja-JP' | 'jv-ID' | 'ka-GE' | 'km-KH' | 'kn-IN' | 'ko-KR' | 'lo-LA' | 'lt-LT' | 'lv-LV' | 'mk-MK' | 'ml-IN' | 'mn-MN' | 'mr-IN' | 'ms-MY' | 'my-MM' | 'nar-IQ' | 'nb-NO' | 'ne-NP' | 'nl-BE' | 'nl-NL' | 'pa-guru-IN' | 'pl-PL' | 'pt-BR' | 'pt-PT' | 'ro-RO' | 'ru-RU' | 'si-LK' | 'sk-SK' | 'sl-SI' | 'sq-AL' | 'sr-RS' | 'su-ID' | 'sv-SE' | 'sw-KE' | 'sw-TZ' | 'ta-IN' | 'ta-LK' | 'ta-MY' | 'ta-SG' | 'te-IN' | 'th-TH' | 'tr-TR' | 'uk-UA' | 'ur-IN' | 'ur-PK' | 'uz-UZ' | 'vi-VN' | 'yue-Hant-HK' | 'zh' | 'cmn-Hans-CN' | 'zh-TW' | 'cmn-Hant-TW' | 'zu-ZA';
/** `statusCallbackEvent` of `<Number>`. */
type NumberEvent = 'initiated' | 'ringing' | 'answered' | 'completed';
/** `bankAccountType` of `<Pay>`. */
type PayBankAccountType = 'consumer-checking' | 'consumer-savings' | 'commercial-checking' | 'commercial-savings';
/** `input` of `<Pay>`. */
type PayInput = 'dtmf';
/** `language` of `<Pay>`. */
type PayLanguage = 'de-DE' | 'en-AU' | 'en-CA' | 'en-GB' | 'en-IN' | 'en-IE' | 'en-NZ' | 'en-PH' | 'en-ZA' | 'en-US' | 'es-ES' | 'es-US' | 'fr-CA' | 'fr-FR' | 'it-IT';
/** `paymentMethod` of `<Pay>`. */
type PayPaymentMethod = 'ach-debit' | 'credit-card';
/** `statusCallbackMethod` of `<Pay>`. */
type PayStatusCallbackMethod = 'GET' | 'POST';
/** `tokenType` of `<Pay>`. */
type PayTokenType = 'one-time' | 'reusable' | 'payment-method';
/** `validCardTypes` of `<Pay>`. */
type PayValidCardTypes = 'visa' | 'mastercard' | 'amex' | 'maestro' | 'discover' | 'optima' | 'jcb' | 'diners-club' | 'enroute';
/** `cardType` of `<Prompt>`. */
type PromptCardType = 'visa' | 'mastercard' | 'amex' | 'maestro' | 'discover' | 'optima' | 'jcb' | 'diners-club' | 'enroute';
/** `errorType` of `<Prompt>`. */
type PromptErrorType = 'timeout' | 'invalid-card-number' | 'invalid-card-type' | 'invalid-date' | 'invalid-security-code' | 'internal-error' | 'input-matching-failed';
/** `for` of `<Prompt>`. */
type PromptFor = 'payment-card-number' | 'expiration-date' | 'security-code' | 'postal-code' | 'payment-processing' | 'bank-account-number' | 'bank-routing-number';
/** `recordingStatusCallbackEvent` of `<Record>`. */
type RecordRecordingEvent = 'in-progress' | 'completed' | 'absent';
/** `trim` of `<Record>`. */
type RecordTrim = 'trim-silence' | 'do-not-trim';
/** `channels` of `<Recording>`. */
type RecordingChannels = 'mono' | 'dual';
/** `recordingStatusCallbackEvent` of `<Recording>`. */
type RecordingEvent = 'in-progress' | 'completed' | 'absent';
/** `recordingStatusCallbackMethod` of `<Recording>`. */
type RecordingRecordingStatusCallbackMethod = 'GET' | 'POST';
/** `track` of `<Recording>`. */
type RecordingTrack = 'inbound' | 'outbound' | 'both';
/** `trim` of `<Recording>`. */
type RecordingTrim = 'trim-silence' | 'do-not-trim';
/** `reason` of `<Reject>`. */
type RejectReason = 'rejected' | 'busy';
/** `language` of `<Say>`. */
type SayLanguage = 'af-ZA' | 'am-ET' | 'ar-AE' | 'ar-XA' | 'arb' | 'bg-BG' | 'bn-IN' | 'ca-ES' | 'cmn-CN' | 'cmn-TW' | 'cs-CZ' | 'cy-GB' | 'da-DK' | 'de-AT' | 'de-DE' | 'el-GR' | 'en-AU' | 'en-CA' | 'en-GB' | 'en-GB-WLS' | 'en-IE' | 'en-IN' | 'en-NZ' | 'en-US' | 'en-ZA' | 'es-ES' | 'es-MX' | 'es-US' | 'fi-FI' | 'fil-PH' | 'fr-CA' | 'fr-FR' | 'fr-BE' | 'gu-IN' | 'he-IL' | 'hi-IN' | 'hu-HU' | 'id-ID' | 'is-IS' | 'it-IT' | 'ja-JP' | 'kn-IN' | 'ko-KR' | 'lv-LV' | 'ml-IN' | 'mr-IN' | 'ms-MY' | 'nb-NO' | 'nl-BE' | 'nl-NL' | 'pa-IN' | 'pl-PL' | 'pt-BR' | 'pt-PT' | 'ro-RO' | 'ru-RU' | 'sk-SK' | 'sr-RS' | 'sv-SE' | 'ta-IN' | 'te-IN' | 'th-TH' | 'tr-TR' | 'uk-UA' | 'vi-VN' | 'yue-HK' | 'zh-CN' | 'zh-HK' | 'zh-TW';
/** `voice` of `<Say>`. */
type SayVoice = 'man' | 'woman' | 'alice' | 'Google.af-ZA-Standard-A' | 'Google.am-ET-Standard-A' | 'Google.am-ET-Standard-B' | 'Google.am-ET-Wavenet-A' | 'Google.am-ET-Wavenet-B' | 'Google.ar-XA-Chirp3-HD-Aoede' | 'Google.ar-XA-Chirp3-HD-Charon' | 'Google.ar-XA-Chirp3-HD-Fenrir' | 'Google.ar-XA-Chirp3-HD-Kore' | 'Google.ar-XA-Chirp3-HD-Leda' | 'Google.ar-XA-Chirp3-HD-Orus' | 'Google.ar-XA-Chirp3-HD-Puck' | 'Google.ar-XA-Chirp3-HD-Zephyr' | 'Google.ar-XA-Standard-A' | 'Google.ar-XA-Standard-B' | 'Google.ar-XA-Standard-C' | 'Google.ar-XA-Standard-D' | 'Google.ar-XA-Wavenet-A' | 'Google.ar-XA-Wavenet-B' | 'Google.ar-XA-Wavenet-C' | 'Google.ar-XA-Wavenet-D' | 'Google.bg-BG-Standard-A' | 'Google.bg-BG-Standard-B' | 'Google.bn-IN-Chirp3-HD-Aoede' | 'Google.bn-IN-Chirp3-HD-Charon' | 'Google.bn-IN-Chirp3-HD-Fenrir' | 'Google.bn-IN-Chirp3-HD-Kore' | 'Google.bn-IN-Chirp3-HD-Leda' | 'Google.bn-IN-Chirp3-HD-Orus' | 'Google.bn-IN-Chirp3-HD-Puck' | 'Google.bn-IN-Chirp3-HD-Zephyr' | 'Google.bn-IN-Standard-A' | 'Google.bn-IN-Standard-B' | 'Google.bn-IN-Standard-C' | 'Google.bn-IN-Standard-D' | 'Google.bn-IN-Wavenet-A' | 'Google.bn-IN-Wavenet-B' | 'Google.bn-IN-Wavenet-C' | 'Google.bn-IN-Wavenet-D' | 'Google.ca-ES-Standard-A' | 'Google.ca-ES-Standard-B' | 'Google.cmn-CN-Chirp3-HD-Aoede' | 'Google.cmn-CN-Chirp3-HD-Charon' | 'Google.cmn-CN-Chirp3-HD-Fenrir' | 'Google.cmn-CN-Chirp3-HD-Kore' | 'Google.cmn-CN-Chirp3-HD-Leda' | 'Google.cmn-CN-Chirp3-HD-Orus' | 'Google.cmn-CN-Chirp3-HD-Puck' | 'Google.cmn-CN-Chirp3-HD-Zephyr' | 'Google.cmn-CN-Standard-A' | 'Google.cmn-CN-Standard-B' | 'Google.cmn-CN-Standard-C' | 'Google.cmn-CN-Standard-D' | 'Google.cmn-CN-Wavenet-A' | 'Google.cmn-CN-Wavenet-B' | 'Google.cmn-CN-Wavenet-C' | 'Google.cmn-CN-Wavenet-D' | 'Google.cmn-TW-Standard-A' | 'Google.cmn-TW-Standard-B' | 'Google.cmn-TW-Standard-C' | 'Google.cmn-TW-Wavenet-A' | 'Google.cmn-TW-Wavenet-B' | 'Google.cmn-TW-Wavenet-C' | 'Google.cs-CZ-Standard-A' | 'Google.cs-CZ-Standard-B' | 'Google.cs-CZ-Wavenet-A' | 'Google.cs-CZ-Wavenet-B' | 'Google.da-DK-Neural2-D' | 'Google.da-DK-Neural2-F' | 'Google.da-DK-Standard-A' | 'Google.da-DK-Standard-C' | 'Google.da-DK-Standard-D' | 'Google.da-DK-Standard-E' | 'Google.da-DK-Standard-F' | 'Google.da-DK-Standard-G' | 'Google.da-DK-Wavenet-A' | 'Google.da-DK-Wavenet-C' | 'Google.da-DK-Wavenet-D' | 'Google.da-DK-Wavenet-E' | 'Google.da-DK-Wavenet-F' | 'Google.da-DK-Wavenet-G' | 'Google.de-DE-Chirp3-HD-Aoede' | 'Google.de-DE-Chirp3-HD-Charon' | 'Google.de-DE-Chirp3-HD-Fenrir' | 'Google.de-DE-Chirp3-HD-Kore' | 'Google.de-DE-Chirp3-HD-Leda' | 'Google.de-DE-Chirp3-HD-Orus' | 'Google.de-DE-Chirp3-HD-Puck' | 'Google.de-DE-Chirp3-HD-Zephyr' | 'Google.de-DE-Neural2-A' | 'Google.de-DE-Neural2-B' | 'Google.de-DE-Neural2-C' | 'Google.de-DE-Neural2-D' | 'Google.de-DE-Neural2-F' | 'Google.de-DE-Neural2-G' | 'Google.de-DE-Neural2-H' | 'Google.de-DE-Standard-A' | 'Google.de-DE-Standard-B' | 'Google.de-DE-Standard-C' | 'Google.de-DE-Standard-D' | 'Google.de-DE-Standard-E' | 'Google.de-DE-Standard-F' | 'Google.de-DE-Standard-G' | 'Google.de-DE-Standard-H' | 'Google.de-DE-Wavenet-A' | 'Google.de-DE-Wavenet-B' | 'Google.de-DE-Wavenet-C' | 'Google.de-DE-Wavenet-D' | 'Google.de-DE-Wavenet-E' | 'Google.de-DE-Wavenet-F' | 'Google.de-DE-Wavenet-G' | 'Google.de-DE-Wavenet-H' | 'Google.el-GR-Standard-A' | 'Google.el-GR-Standard-B' | 'Google.el-GR-Wavenet-A' | 'Google.el-GR-Wavenet-B' | 'Google.en-AU-Chirp3-HD-Aoede' | 'Google.en-AU-Chirp3-HD-Charon' | 'Google.en-AU-Chirp3-HD-Fenrir' | 'Google.en-AU-Chirp3-HD-Kore' | 'Google.en-AU-Chirp3-HD-Leda' | 'Google.en-AU-Chirp3-HD-Orus' | 'Google.en-AU-Chirp3-HD-Puck' | 'Google.en-AU-Chirp3-HD-Zephyr' | 'Google.en-AU-Neural2-A' | 'Google.en-AU-Neural2-B' | 'Google.en-AU-Neural2-C' | 'Google.en-AU-Neural2-D' | 'Google.en-AU-Standard-A' | 'Google.en-AU-Standard-B' | 'Google.en-AU-Standard-C' | 'Google.en-AU-Standard-D' | 'Google.en-AU-Wavenet-A' | 'Google.en-AU-Wavenet-B' | 'Google.en-AU-Wavenet-C' | 'Google.en-AU-Wavenet-D' | 'Google.en-GB-Chirp3-HD-Aoede' | 'Google.en-GB-Chirp3-HD-Charon' | 'Google.en-GB-Chirp3-HD-Fenrir' | 'Google.en-GB-Chirp3-HD-Kore' | 'Google.en-GB-Chirp3-HD-Leda' | 'Google.en-GB-Chirp3-HD-Orus' | 'Google.en-GB-Chirp3-HD-Puck' | 'Google.en-GB-Chirp3-HD-Zephyr' | 'Google.en-GB-Neural2-A' | 'Google.en-GB-Neural2-B' | 'Google.en-GB-Neural2-C' | 'Google.en-GB-Neural2-D' | 'Google.en-GB-Neural2-F' | 'Google.en-GB-Neural2-N' | 'Google.en-GB-Neural2-O' | 'Google.en-GB-Standard-A' | 'Google.en-GB-Standard-B' | 'Google.en-GB-Standard-C' | 'Google.en-GB-Standard-D' | 'Google.en-GB-Standard-F' | 'Google.en-GB-Standard-N' | 'Google.en-GB-Standard-O' | 'Google.en-GB-Wavenet-A' | 'Google.en-GB-Wavenet-B' | 'Google.en-GB-Wavenet-C' | 'Google.en-GB-Wavenet-D' | 'Google.en-GB-Wavenet-F' | 'Google.en-GB-Wavenet-N' | 'Google.en-GB-Wavenet-O' | 'Google.en-IN-Chirp3-HD-Aoede' | 'Google.en-IN-Chirp3-HD-Charon' | 'Google.en-IN-Chirp3-HD-Fenrir' | 'Google.en-IN-Chirp3-HD-Kore' | 'Google.en-IN-Chirp3-HD-Leda' | 'Google.en-IN-Chirp3-HD-Orus' | 'Google.en-IN-Chirp3-HD-Puck' | 'Google.en-IN-Chirp3-HD-Zephyr' | 'Google.en-IN-Neural2-A' | 'Google.en-IN-Neural2-B' | 'Google.en-IN-Neural2-C' | 'Google.en-IN-Neural2-D' | 'Google.en-IN-Standard-A' | 'Google.en-IN-Standard-B' | 'Google.en-IN-Standard-C' | 'Google.en-IN-Standard-D' | 'Google.en-IN-Standard-E' | 'Google.en-IN-Standard-F' | 'Google.en-IN-Wavenet-A' | 'Google.en-IN-Wavenet-B' | 'Google.en-IN-Wavenet-C' | 'Google.en-IN-Wavenet-D' | 'Google.en-IN-Wavenet-E' | 'Google.en-IN-Wavenet-F' | 'Google.en-US-Chirp3-HD-Aoede' | 'Google.en-US-Chirp3-HD-Charon' | 'Google.en-US-Chirp3-HD-Fenrir' | 'Google.en-US-Chirp3-HD-Kore' | 'Google.en-US-Chirp3-HD-Leda' | 'Google.en-US-Chirp3-HD-Orus' | 'Google.en-US-Chirp3-HD-Puck' | 'Google.en-US-Chirp3-HD-Zephyr' | 'Google.en-US-Neural2-A' | 'Google.en-US-Neural2-C' | 'Google.en-US-Neural2-D' | 'Google.en-US-Neural2-E' | 'Google.en-US-Neural2-F' | 'Google.en-US-Neural2-G' | 'Google.en-US-Neural2-H' | 'Google.en-US-Neural2-I' | 'Google.en-US-Neural2-J' | 'Google.en-US-Standard-A' | 'Google.en-US-Standard-B' | 'Google.en-US-Standard-C' | 'Google.en-US-Standard-D' | 'Google.en-US-Standard-E' | 'Google.en-US-Standard-F' | 'Google.en-US-Standard-G' | 'Google.en-US-Standard-H' | 'Google.en-US-Standard-I' | 'Google.en-US-Standard-J' | 'Google.en-US-Wavenet-A' | 'Google.en-US-Wavenet-B' | 'Google.en-US-Wavenet-C' | 'Google.en-US-Wavenet-D' | 'Google.en-US-Wavenet-E' | 'Google.en-US-Wavenet-F' | 'Google.en-US-Wavenet-G' | 'Google.en-US-Wavenet-H' | 'Google.en-US-Wavenet-I' | 'Google.en-US-Wavenet-J' | 'Google.es-ES-Chirp3-HD-Aoede' | 'Google.es-ES-Chirp3-HD-Charon' | 'Google.es-ES-Chirp3-HD-Fenrir' | 'Google.es-ES-Chirp3-HD-Kore' | 'Google.es-ES-Chirp3-HD-Leda' | 'Google.es-ES-Chirp3-HD-Orus' | 'Google.es-ES-Chirp3-HD-Puck' | 'Google.es-ES-Chirp3-HD-Zephyr' | 'Google.es-ES-Neural2-A' | 'Google.es-ES-Neural2-B' | 'Google.es-ES-Neural2-C' | 'Google.es-ES-Neural2-D' | 'Google.es-ES-Neural2-E' | 'Google.es-ES-Neural2-F' | 'Google.es-ES-Neural2-G' | 'Google.es-ES-Neural2-H' | 'Google.es-ES-Standard-A' | 'Google.es-ES-Standard-B' | 'Google.es-ES-Standard-C' | 'Google.es-ES-Standard-D' | 'Google.es-ES-Standard-E' | 'Google.es-ES-Standard-F' | 'Google.es-ES-Standard-G' | 'Google.es-ES-Standard-H' | 'Google.es-ES-Wavenet-B' | 'Google.es-ES-Wavenet-C' | 'Google.es-ES-Wavenet-D' | 'Google.es-ES-Wavenet-E' | 'Google.es-ES-Wavenet-F' | 'Google.es-ES-Wavenet-G' | 'Google.es-ES-Wavenet-H' | 'Google.es-US-Chirp3-HD-Aoede' | 'Google.es-US-Chirp3-HD-Charon' | 'Google.es-US-Chirp3-HD-Fenrir' | 'Google.es-US-Chirp3-HD-Kore' | 'Google.es-US-Chirp3-HD-Leda' | 'Google.es-US-Chirp3-HD-Orus' | 'Google.es-US-Chirp3-HD-Puck' | 'Google.es-US-Chirp3-HD-Zephyr' | 'Google.es-US-Neural2-A' | 'Google.es-US-Neural2-B' | 'Google.es-US-Neural2-C' | 'Google.es-US-Standard-A' | 'Google.es-US-Standard-B' | 'Google.es-US-Standard-C' | 'Google.es-US-Wavenet-A' | 'Google.es-US-Wavenet-B' | 'Google.es-US-Wavenet-C' | 'Google.eu-ES-Standard-A' | 'Google.eu-ES-Standard-B' | 'Google.fi-FI-Standard-A' | 'Google.fi-FI-Standard-B' | 'Google.fi-FI-Wavenet-A' | 'Google.fi-FI-Wavenet-B' | 'Google.fil-ph-Neural2-A' | 'Google.fil-ph-Neural2-D' | 'Google.fil-PH-Standard-A' | 'Google.fil-PH-Standard-B' | 'Google.fil-PH-Standard-C' | 'Google.fil-PH-Standard-D' | 'Google.fil-PH-Wavenet-A' | 'Google.fil-PH-Wavenet-B' | 'Google.fil-PH-Wavenet-C' | 'Google.fil-PH-Wavenet-D' | 'Google.fr-CA-Chirp3-HD-Aoede' | 'Google.fr-CA-Chirp3-HD-Charon' | 'Google.fr-CA-Chirp3-HD-Fenrir' | 'Google.fr-CA-Chirp3-HD-Kore' | 'Google.fr-CA-Chirp3-HD-Leda' | 'Google.fr-CA-Chirp3-HD-Orus' | 'Google.fr-CA-Chirp3-HD-Puck' | 'Google.fr-CA-Chirp3-HD-Zephyr' | 'Google.fr-CA-Neural2-A' | 'Google.fr-CA-Neural2-B' | 'Google.fr-CA-Neural2-C' | 'Google.fr-CA-Neural2-D' | 'Google.fr-CA-Standard-A' | 'Google.fr-CA-Standard-B' | 'Google.fr-CA-Standard-C' | 'Google.fr-CA-Standard-D' | 'Google.fr-CA-Wavenet-A' | 'Google.fr-CA-Wavenet-B' | 'Google.fr-CA-Wavenet-C' | 'Google.fr-CA-Wavenet-D' | 'Google.fr-FR-Chirp3-HD-Aoede' | 'Google.fr-FR-Chirp3-HD-Charon' | 'Google.fr-FR-Chirp3-HD-Fenrir' | 'Google.fr-FR-Chirp3-HD-Kore' | 'Google.fr-FR-Chirp3-HD-Leda' | 'Google.fr-FR-Chirp3-HD-Orus' | 'Google.fr-FR-Chirp3-HD-Puck' | 'Google.fr-FR-Chirp3-HD-Zephyr' | 'Google.fr-FR-Neural2-A' | 'Google.fr-FR-Neural2-B' | 'Google.fr-FR-Neural2-C' | 'Google.fr-FR-Neural2-D' | 'Google.fr-FR-Neural2-E' | 'Google.fr-FR-Neural2-F' | 'Google.fr-FR-Neural2-G' | 'Google.fr-FR-Standard-A' | 'Google.fr-FR-Standard-B' | 'Google.fr-FR-Standard-C' | 'Google.fr-FR-Standard-D' | 'Google.fr-FR-Standard-E' | 'Google.fr-FR-Standard-F' | 'Google.fr-FR-Standard-G' | 'Google.fr-FR-Wavenet-A' | 'Google.fr-FR-Wavenet-B' | 'Google.fr-FR-Wavenet-C' | 'Google.fr-FR-Wavenet-D' | 'Google.fr-FR-Wavenet-E' | 'Google.fr-FR-Wavenet-F' | 'Google.fr-FR-Wavenet-G' | 'Google.gl-ES-Standard-A' | 'Google.gl-ES-Standard-B' | 'Google.gu-IN-Chirp3-HD-Aoede' | 'Google.gu-IN-Chirp3-HD-Charon' | 'Google.gu-IN-Chirp3-HD-Fenrir' | 'Google.gu-IN-Chirp3-HD-Kore' | 'Google.gu-IN-Chirp3-HD-Leda' | 'Google.gu-IN-Chirp3-HD-Orus' | 'Google.gu-IN-Chirp3-HD-Puck' | 'Google.gu-IN-Chirp3-HD-Zephyr' | 'Google.gu-IN-Standard-A' | 'Google.gu-IN-Standard-B' | 'Google.gu-IN-Standard-C' | 'Google.gu-IN-Standard-D' | 'Google.gu-IN-Wavenet-A' | 'Google.gu-IN-Wavenet-B' | 'Google.gu-IN-Wavenet-C' | 'Google.gu-IN-Wavenet-D' | 'Google.he-IL-Standard-A' | 'Google.he-IL-Standard-B' | 'Google.he-IL-Standard-C' | 'Google.he-IL-Standard-D' | 'Google.he-IL-Wavenet-A' | 'Google.he-IL-Wavenet-B' | 'Google.he-IL-Wavenet-C' | 'Google.he-IL-Wavenet-D' | 'Google.hi-IN-Chirp3-HD-Aoede' | 'Google.hi-IN-Chirp3-HD-Charon' | 'Google.hi-IN-Chirp3-HD-Fenrir' | 'Google.hi-IN-Chirp3-HD-Kore' | 'Google.hi-IN-Chirp3-HD-Leda' | 'Google.hi-IN-Chirp3-HD-Orus' | 'Google.hi-IN-Chirp3-HD-Puck' | 'Google.hi-IN-Chirp3-HD-Zephyr' | 'Google.hi-IN-Neural2-A' | 'Google.hi-IN-Neural2-B' | 'Google.hi-IN-Neural2-C' | 'Google.hi-IN-Neural2-D' | 'Google.hi-IN-Standard-A' | 'Google.hi-IN-Standard-B' | 'Google.hi-IN-Standard-C' | 'Google.hi-IN-Standard-D' | 'Google.hi-IN-Standard-E' | 'Google.hi-IN-Standard-F' | 'Google.hi-IN-Wavenet-A' | 'Google.hi-IN-Wavenet-B' | 'Google.hi-IN-Wavenet-C' | 'Google.hi-IN-Wavenet-D' | 'Google.hi-IN-Wavenet-E' | 'Google.hi-IN-Wavenet-F' | 'Google.hu-HU-Standard-A' | 'Google.hu-HU-Standard-B' | 'Google.hu-HU-Wavenet-A' | 'Google.id-ID-Chirp3-HD-Aoede' | 'Google.id-ID-Chirp3-HD-Charon' | 'Google.id-ID-Chirp3-HD-Fenrir' | 'Google.id-ID-Chirp3-HD-Kore' | 'Google.id-ID-Chirp3-HD-Leda' | 'Google.id-ID-Chirp3-HD-Orus' | 'Google.id-ID-Chirp3-HD-Puck' | 'Google.id-ID-Chirp3-HD-Zephyr' | 'Google.id-ID-Standard-A' | 'Google.id-ID-Standard-B' | 'Google.id-ID-Standard-C' | 'Google.id-ID-Standard-D' | 'Google.id-ID-Wavenet-A' | 'Google.id-ID-Wavenet-B' | 'Google.id-ID-Wavenet-C' | 'Google.id-ID-Wavenet-D' | 'Google.is-IS-Standard-A' | 'Google.is-IS-Standard-B' | 'Google.it-IT-Chirp3-HD-Aoede' | 'Google.it-IT-Chirp3-HD-Charon' | 'Google.it-IT-Chirp3-HD-Fenrir' | 'Google.it-IT-Chirp3-HD-Kore' | 'Google.it-IT-Chirp3-HD-Leda' | 'Google.it-IT-Chirp3-HD-Orus' | 'Google.it-IT-Chirp3-HD-Puck' | 'Google.it-IT-Chirp3-HD-Zephyr' | 'Google.it-IT-Neural2-A' | 'Google.it-IT-Neural2-C' | 'Google.it-IT-Neural2-F' | 'Google.it-IT-Standard-A' | 'Google.it-IT-Standard-B' | 'Google.it-IT-Standard-C' | 'Google.it-IT-Standard-D' | 'Google.it-IT-Standard-E' | 'Google.it-IT-Standard-F' | 'Google.it-IT-Wavenet-A' | 'Google.it-IT-Wavenet-B' | 'Google.it-IT-Wavenet-C' | 'Google.it-IT-Wavenet-D' | 'Google.it-IT-Wavenet-E' | 'Google.it-IT-Wavenet-F' | 'Google.ja-JP-Chirp3-HD-Aoede' | 'Google.ja-JP-Chirp3-HD-Charon' | 'Google.ja-JP-Chirp3-HD-Fenrir' | 'Google.ja-JP-Chirp3-HD-Kore' | 'Google.ja-JP-Chirp3-HD-Leda' | 'Google.ja-JP-Chirp3-HD-Orus' | 'Google.ja-JP-Chirp3-HD-Puck' | 'Google.ja-JP-Chirp3-HD-Zephyr' | 'Google.ja-JP-Neural2-B' | 'Google.ja-JP-Neural2-C' | 'Google.ja-JP-Neural2-D' | 'Google.ja-JP-Standard-A' | 'Google.ja-JP-Standard-B' | 'Google.ja-JP-Standard-C' | 'Google.ja-JP-Standard-D' | 'Google.ja-JP-Wavenet-A' | 'Google.ja-JP-Wavenet-B' | 'Google.ja-JP-Wavenet-C' | 'Google.ja-JP-Wavenet-D' | 'Google.kn-IN-Chirp3-HD-Aoede' | 'Google.kn-IN-Chirp3-HD-Charon' | 'Google.kn-IN-Chirp3-HD-Fenrir' | 'Google.kn-IN-Chirp3-HD-Kore' | 'Google.kn-IN-Chirp3-HD-Leda' | 'Google.kn-IN-Chirp3-HD-Orus' | 'Google.kn-IN-Chirp3-HD-Puck' | 'Google.kn-IN-Chirp3-HD-Zephyr' | 'Google.kn-IN-Standard-A' | 'Google.kn-IN-Standard-B' | 'Google.kn-IN-Standard-C' | 'Google.kn-IN-Standard-D' | 'Google.kn-IN-Wavenet-A' | 'Google.kn-IN-Wavenet-B' | 'Google.kn-IN-Wavenet-C' | 'Google.kn-IN-Wavenet-D' | 'Google.ko-KR-Chirp3-HD-Aoede' | 'Google.ko-KR-Chirp3-HD-Charon' | 'Google.ko-KR-Chirp3-HD-Fenrir' | 'Google.ko-KR-Chirp3-HD-Kore' | 'Google.ko-KR-Chirp3-HD-Leda' | 'Google.ko-KR-Chirp3-HD-Orus' | 'Google.ko-KR-Chirp3-HD-Puck' | 'Google.ko-KR-Chirp3-HD-Zephyr' | 'Google.ko-KR-Neural2-A' | 'Google.ko-KR-Neural2-B' | 'Google.ko-KR-Neural2-C' | 'Google.ko-KR-Standard-A' | 'Google.ko-KR-Standard-B' | 'Google.ko-KR-Standard-C' | 'Google.ko-KR-Standard-D' | 'Google.ko-KR-Wavenet-A' | 'Google.ko-KR-Wavenet-B' | 'Google.ko-KR-Wavenet-C' | 'Google.ko-KR-Wavenet-D' | 'Google.lt-LT-Standard-A' | 'Google.lt-LT-Standard-B' | 'Google.lv-LV-Standard-A' | 'Google.lv-LV-Standard-B' | 'Google.ml-IN-Chirp3-HD-Aoede' | 'Google.ml-IN-Chirp3-HD-Charon' | 'Google.ml-IN-Chirp3-HD-Fenrir' | 'Google.ml-IN-Chirp3-HD-Kore' | 'Google.ml-IN-Chirp3-HD-Leda' | 'Google.ml-IN-Chirp3-HD-Orus' | 'Google.ml-IN-Chirp3-HD-Puck' | 'Google.ml-IN-Chirp3-HD-Zephyr' | 'Google.ml-IN-Standard-A' | 'Google.ml-IN-Standard-B' | 'Google.ml-IN-Standard-C' | 'Google.ml-IN-Standard-D' | 'Google.ml-IN-Wavenet-A' | 'Google.ml-IN-Wavenet-B' | 'Google.ml-IN-Wavenet-C' | 'Google.ml-IN-Wavenet-D' | 'Google.mr-IN-Chirp3-HD-Aoede' | 'Google.mr-IN-Chirp3-HD-Charon' | 'Google.mr-IN-Chirp3-HD-Fenrir' | 'Google.mr-IN-Chirp3-HD-Kore' | 'Google.mr-IN-Chirp3-HD-Leda' | 'Google.mr-IN-Chirp3-HD-Orus' | 'Google.mr-IN-Chirp3-HD-Puck' | 'Google.mr-IN-Chirp3-HD-Zephyr' | 'Google.mr-IN-Standard-A' | 'Google.mr-IN-Standard-B' | 'Google.mr-IN-Standard-C' | 'Google.mr-IN-Wavenet-A' | 'Google.mr-IN-Wavenet-B' | 'Google.mr-IN-Wavenet-C' | 'Google.ms-MY-Standard-A' | 'Google.ms-MY-Standard-B' | 'Google.ms-MY-Standard-C' | 'Google.ms-MY-Standard-D' | 'Google.ms-MY-Wavenet-A' | 'Google.ms-MY-Wavenet-B' | 'Google.ms-MY-Wavenet-C' | 'Google.ms-MY-Wavenet-D' | 'Google.nb-NO-Standard-A' | 'Google.nb-NO-Standard-B' | 'Google.nb-NO-Standard-C' | 'Google.nb-NO-Standard-D' | 'Google.nb-NO-Standard-E' | 'Google.nb-NO-Standard-F' | 'Google.nb-NO-Standard-G' | 'Google.nb-NO-Wavenet-A' | 'Google.nb-NO-Wavenet-B' | 'Google.nb-NO-Wavenet-C' | 'Google.nb-NO-Wavenet-D' | 'Google.nb-NO-Wavenet-E' | 'Google.nb-NO-Wavenet-F' | 'Google.nb-NO-Wavenet-G' | 'Google.nl-BE-Standard-A' | 'Google.nl-BE-Standard-B' | 'Google.nl-BE-Standard-C' | 'Google.nl-BE-Standard-D' | 'Google.nl-BE-Wavenet-A' | 'Google.nl-BE-Wavenet-B' | 'Google.nl-BE-Wavenet-C' | 'Google.nl-BE-Wavenet-D' | 'Google.nl-NL-Chirp3-HD-Aoede' | 'Google.nl-NL-Chirp3-HD-Charon' | 'Google.nl-NL-Chirp3-HD-Fenrir' | 'Google.nl-NL-Chirp3-HD-Kore' | 'Google.nl-NL-Chirp3-HD-Leda' | 'Google.nl-NL-Chirp3-HD-Orus' | 'Google.nl-NL-Chirp3-HD-Puck' | 'Google.nl-NL-Chirp3-HD-Zephyr' | 'Google.nl-NL-Standard-A' | 'Google.nl-NL-Standard-B' | 'Google.nl-NL-Standard-C' | 'Google.nl-NL-Standard-D' | 'Google.nl-NL-Standard-E' | 'Google.nl-NL-Standard-F' | 'Google.nl-NL-Standard-G' | 'Google.nl-NL-Wavenet-A' | 'Google.nl-NL-Wavenet-B' | 'Google.nl-NL-Wavenet-C' | 'Google.nl-NL-Wavenet-D' | 'Google.nl-NL-Wavenet-E' | 'Google.nl-NL-Wavenet-F' | 'Google.nl-NL-Wavenet-G' | 'Google.pa-IN-Standard-A' | 'Google.pa-IN-Standard-B' | 'Google.pa-IN-Standard-C' | 'Google.pa-IN-Standard-D' | 'Google.pa-IN-Wavenet-A' | 'Google.pa-IN-Wavenet-B' | 'Google.pa-IN-Wavenet-C' | 'Google.pa-IN-Wavenet-D' | 'Google.pl-PL-Chirp3-HD-Aoede' | 'Google.pl-PL-Chirp3-HD-Charon' | 'Google.pl-PL-Chirp3-HD-Fenrir' | 'Google.pl-PL-Chirp3-HD-Kore' | 'Google.pl-PL-Chirp3-HD-Leda' | 'Google.pl-PL-Chirp3-HD-Orus' | 'Google.pl-PL-Chirp3-HD-Puck' | 'Google.pl-PL-Chirp3-HD-Zephyr' | 'Google.pl-PL-Standard-A' | 'Google.pl-PL-Standard-B' | 'Google.pl-PL-Standard-C' | 'Google.pl-PL-Standard-D' | 'Google.pl-PL-Standard-E' | 'Google.pl-PL-Standard-F' | 'Google.pl-PL-Standard-G' | 'Google.pl-PL-Wavenet-A' | 'Google.pl-PL-Wavenet-B' | 'Google.pl-PL-Wavenet-C' | 'Google.pl-PL-Wavenet-D' | 'Google.pl-PL-Wavenet-E' | 'Google.pl-PL-Wavenet-F' | 'Google.pl-PL-Wavenet-G' | 'Google.pt-BR-Chirp3-HD-Aoede' | 'Google.pt-BR-Chirp3-HD-Charon' | 'Google.pt-BR-Chirp3-HD-Fenrir' | 'Google.pt-BR-Chirp3-HD-Kore' | 'Google.pt-BR-Chirp3-HD-Leda' | 'Google.pt-BR-Chirp3-HD-Orus' | 'Google.pt-BR-Chirp3-HD-Puck' | 'Google.pt-BR-Chirp3-HD-Zephyr' | 'Google.pt-BR-Neural2-A' | 'Google.pt-BR-Neural2-B' | 'Google.pt-BR-Neural2-C' | 'Google.pt-BR-Standard-A' | 'Google.pt-BR-Standard-B' | 'Google.pt-BR-Standard-C' | 'Google.pt-BR-Standard-D' | 'Google.pt-BR-Standard-E' | 'Google.pt-BR-Wavenet-A' | 'Google.pt-BR-Wavenet-B' | 'Google.pt-BR-Wavenet-C' | 'Google.pt-BR-Wavenet-D' | 'Google.pt-BR-Wavenet-E' | 'Google.pt-PT-Standard-A' | 'Google.pt-PT-Standard-B' | 'Google.pt-PT-Standard-C' | 'Google.pt-PT-Standard-D' | 'Google.pt-PT-Standard-E' | 'Google.pt-PT-Standard-F' | 'Google.pt-PT-Wavenet-A' | 'Google.pt-PT-Wavenet-B' | 'Google.pt-PT-Wavenet-C' | 'Google.pt-PT-Wavenet-D' | 'Google.pt-PT-Wavenet-E' | 'Google.pt-PT-Wavenet-F' | 'Google.ro-RO-Standard-A' | 'Google.ro-RO-Standard-B' | 'Google.ro-RO-Wavenet-A' | 'Google.ro-RO-Wavenet-B' | 'Google.ru-RU-Chirp3-HD-Aoede' | 'Google.ru-RU-Chirp3-HD-Charon' | 'Google.ru-RU-Chirp3-HD-Fenrir' | 'Google.ru-RU-Chirp3-HD-Kore' | 'Google.ru-RU-Chirp3-HD-Leda' | 'Google.ru-RU-Chirp3-HD-Orus' | 'Google.ru-RU-Chirp3-HD-Puck' | 'Google.ru-RU-Chirp3-HD-Zephyr' | 'Google.ru-RU-Standard-A' | 'Google.ru-RU-Standard-B' | 'Google.ru-RU-Standard-C' | 'Google.ru-RU-Standard-D' | 'Google.ru-RU-Standard-E' | 'Google.ru-RU-Wavenet-A' | 'Google.ru-RU-Wavenet-B' | 'Google.ru-RU-Wavenet-C' | 'Google.ru-RU-Wavenet-D' | 'Google.ru-RU-Wavenet-E' | 'Google.sk-SK-Standard-A' | 'Google.sk-SK-Standard-B' | 'Google.sk-SK-Wavenet-A' | 'Google.sk-SK-Wavenet-B' | 'Google.sr-RS-Standard-A' | 'Google.sv-SE-Standard-A' | 'Google.sv-SE-Standard-B' | 'Google.sv-SE-Standard-C' | 'Google.sv-SE-Standard-D' | 'Google.sv-SE-Standard-E' | 'Google.sv-SE-Standard-F' | 'Google.sv-SE-Standard-G' | 'Google.sv-SE-Wavenet-A' | 'Google.sv-SE-Wavenet-B' | 'Google.sv-SE-Wavenet-C' | 'Google.sv-SE-Wavenet-D' | 'Google.sv-SE-Wavenet-E' | 'Google.sv-SE-Wavenet-F' | 'Google.sv-SE-Wavenet-G' | 'Google.ta-IN-Chirp3-HD-Aoede' | 'Google.ta-IN-Chirp3-HD-Charon' | 'Google.ta-IN-Chirp3-HD-Fenrir' | 'Google.ta-IN-Chirp3-HD-Kore' | 'Google.ta-IN-Chirp3-HD-Leda' | 'Google.ta-IN-Chirp3-HD-Orus' | 'Google.ta-IN-Chirp3-HD-Puck' | 'Google.ta-IN-Chirp3-HD-Zephyr' | 'Google.ta-IN-Standard-A' | 'Google.ta-IN-Standard-B' | 'Google.ta-IN-Standard-C' | 'Google.ta-IN-Standard-D' | 'Google.ta-IN-Wavenet-A' | 'Google.ta-IN-Wavenet-B' | 'Google.ta-IN-Wavenet-C' | 'Google.ta-IN-Wavenet-D' | 'Google.te-IN-Chirp3-HD-Aoede' | 'Google.te-IN-Chirp3-HD-Charon' | 'Google.te-IN-Chirp3-HD-Fenrir' | 'Google.te-IN-Chirp3-HD-Kore' | 'Google.te-IN-Chirp3-HD-Leda' | 'Google.te-IN-Chirp3-HD-Orus' | 'Google.te-IN-Chirp3-HD-Puck' | 'Google.te-IN-Chirp3-HD-Zephyr' | 'Google.te-IN-Standard-A' | 'Google.te-IN-Standard-B' | 'Google.te-IN-Standard-C' | 'Google.te-IN-Standard-D' | 'Google.th-TH-Chirp3-HD-Aoede' | 'Google.th-TH-Chirp3-HD-Charon' | 'Google.th-TH-Chirp3-HD-Fenrir' | 'Google.th-TH-Chirp3-HD-Kore' | 'Google.th-TH-Chirp3-HD-Leda' | 'Google.th-TH-Chirp3-HD-Orus' | 'Google.th-TH-Chirp3-HD-Puck' | 'Google.th-TH-Chirp3-HD-Zephyr' | 'Google.th-TH-Neural2-C' | 'Google.th-TH-Standard-A' | 'Google.tr-TR-Chirp3-HD-Aoede' | 'Google.tr-TR-Chirp3-HD-Charon' | 'Google.tr-TR-Chirp3-HD-Fenrir' | 'Google.tr-TR-Chirp3-HD-Kore' | 'Google.tr-TR-Chirp3-HD-Leda' | 'Google.tr-TR-Chirp3-HD-Orus' | 'Google.tr-TR-Chirp3-HD-Puck' | 'Google.tr-TR-Chirp3-HD-Zephyr' | 'Google.tr-TR-Standard-A' | 'Google.tr-TR-Standard-B' | 'Google.tr-TR-Standard-C' | 'Google.tr-TR-Standard-D' | 'Google.tr-TR-Standard-E' | 'Google.tr-TR-Wavenet-A' | 'Google.tr-TR-Wavenet-B' | 'Google.tr-TR-Wavenet-C' | 'Google.tr-TR-Wavenet-D' | 'Google.tr-TR-Wavenet-E' | 'Google.uk-UA-Standard-A' | 'Google.uk-UA-Wavenet-A' | 'Google.vi-VN-Chirp3-HD-Aoede' | 'Google.vi-VN-Chirp3-HD-Charon' | 'Google.vi-VN-Chirp3-HD-Fenrir' | 'Google.vi-VN-Chirp3-HD-Kore' | 'Google.vi-VN-Chirp3-HD-Leda' | 'Google.vi-VN-Chirp3-HD-Orus' | 'Google.vi-VN-Chirp3-HD-Puck' | 'Google.vi-VN-Chirp3-HD-Zephyr' | 'Google.vi-VN-Neural2-A' | 'Google.vi-VN-Neural2-D' | 'Google.vi-VN-Standard-A' | 'Google.vi-VN-Standard-B' | 'Google.vi-VN-Standard-C' | 'Google.vi-VN-Standard-D' | 'Google.vi-VN-Wavenet-A' | 'Google.vi-VN-Wavenet-B' | 'Google.vi-VN-Wavenet-C' | 'Google.vi-VN-Wavenet-D' | 'Google.yue-HK-Standard-A' | 'Google.yue-HK-Standard-B' | 'Google.yue-HK-Standard-C' | 'Google.yue-HK-Standard-D' | 'Polly.Aditi' | 'Polly.Amy' | 'Polly.Astrid' | 'Polly.Bianca' | 'Polly.Brian' | 'Polly.Camila' | 'Polly.Carla' | 'Polly.Carmen' | 'Polly.Celine' | 'Polly.Chantal' | 'Polly.Conchita' | 'Polly.Cristiano' | 'Polly.Dora' | 'Polly.Emma' | 'Polly.Enrique' | 'Polly.Ewa' | 'Polly.Filiz' | 'Polly.Geraint' | 'Polly.Giorgio' | 'Polly.Gwyneth' | 'Polly.Hans' | 'Polly.Ines' | 'Polly.Ivy' | 'Polly.Jacek' | 'Polly.Jan' | 'Polly.Joanna' | 'Polly.Joey' | 'Polly.Justin' | 'Polly.Karl' | 'Polly.Kendra' | 'Polly.Kevin' | 'Polly.Kimberly' | 'Polly.Lea' | 'Polly.Liv' | 'Polly.Lotte' | 'Polly.Lucia' | 'Polly.Lupe' | 'Polly.Mads' | 'Polly.Maja' | 'Polly.Marlene' | 'Polly.Mathieu' | 'Polly.Matthew' | 'Polly.Maxim' | 'Polly.Mia' | 'Polly.Miguel' | 'Polly.Mizuki' | 'Polly.Naja' | 'Polly.Nicole' | 'Polly.Penelope' | 'Polly.Raveena' | 'Polly.Ricardo' | 'Polly.Ruben' | 'Polly.Russell' | 'Polly.Salli' | 'Polly.Seoyeon' | 'Polly.Takumi' | 'Polly.Tatyana' | 'Polly.Vicki' | 'Polly.Vitoria' | 'Polly.Zeina' | 'Polly.Zhiyu' | 'Polly.Adriano-Neural' | 'Polly.Amy-Neural' | 'Polly.Andres-Neural' | 'Polly.Aria-Neural' | 'Polly.Arlet-Neural' | 'Polly.Arthur-Neural' | 'Polly.Ayanda-Neural' | 'Polly.Bianca-Neural' | 'Polly.Brian-Neural' | 'Polly.Burcu-Neural' | 'Polly.Camila-Neural' | 'Polly.Daniel-Neural' | 'Polly.Danielle-Neural' | 'Polly.Elin-Neural' | 'Polly.Emma-Neural' | 'Polly.Gabrielle-Neural' | 'Polly.Gregory-Neural' | 'Polly.Hala-Neural' | 'Polly.Hannah-Neural' | 'Polly.Hiujin-Neural' | 'Polly.Ida-Neural' | 'Polly.Ines-Neural' | 'Polly.Isabelle-Neural' | 'Polly.Ivy-Neural' | 'Polly.Joanna-Neural' | 'Polly.Joey-Neural' | 'Polly.Justin-Neural' | 'Polly.Kajal-Neural' | 'Polly.Kazuha-Neural' | 'Polly.Kendra-Neural' | 'Polly.Kevin-Neural' | 'Polly.Kimberly-Neural' | 'Polly.Laura-Neural' | 'Polly.Lea-Neural' | 'Polly.Liam-Neural' | 'Polly.Lisa-Neural' | 'Polly.Lucia-Neural' | 'Polly.Lupe-Neural' | 'Polly.Matthew-Neural' | 'Polly.Mia-Neural' | 'Polly.Niamh-Neural' | 'Polly.Ola-Neural' | 'Polly.Olivia-Neural' | 'Polly.Pedro-Neural' | 'Polly.Remi-Neural' | 'Polly.Ruth-Neural' | 'Polly.Salli-Neural' | 'Polly.Seoyeon-Neural' | 'Polly.Sergio-Neural' | 'Polly.Sofie-Neural' | 'Polly.Stephen-Neural' | 'Polly.Suvi-Neural' | 'Polly.Takumi-Neural' | 'Polly.Thiago-Neural' | 'Polly.Tomoko-Neural' | 'Polly.Vicki-Neural' | 'Polly.Vitoria-Neural' | 'Polly.Zayd-Neural' | 'Polly.Zhiyu-Neural' | 'Polly.Amy-Generative' | 'Polly.Andres-Generative' | 'Polly.Ayanda-Generative' | 'Polly.Bianca-Generative' | 'Polly.Daniel-Generative' | 'Polly.Danielle-Generative' | 'Polly.Joanna-Generative' | 'Polly.Kajal-Generative' | 'Polly.Lea-Generative' | 'Polly.Lucia-Generative' | 'Polly.Lupe-Generative' | 'Polly.Matthew-Generative' | 'Polly.Mía-Generative' | 'Polly.Olivia-Generative' | 'Polly.Pedro-Generative' | 'Polly.Rémi-Generative' | 'Polly.Ruth-Generative' | 'Polly.Sergio-Generative' | 'Polly.Stephen-Generative' | 'Polly.Vicki-Generative';
/** `statusCallbackEvent` of `<Sip>`. */
type SipEvent = 'initiated' | 'ringing' | 'answered' | 'completed';
/** `statusCallbackMethod` of `<Siprec>`. */
type SiprecStatusCallbackMethod = 'GET' | 'POST';
/** `track` of `<Siprec>`. */
type SiprecTrack = 'inbound_track' | 'outbound_track' | 'both_tracks';
/** `strength` of `<break>`. */
type SsmlBreakStrength = 'none' | 'x-weak' | 'weak' | 'medium' | 'strong' | 'x-strong';
/** `level` of `<emphasis>`. */
type SsmlEmphasisLevel = 'strong' | 'moderate' | 'reduced';
/** `xml:lang` of `<lang>`. */
type SsmlLangXmlLang = 'arb' | 'ar-AE' | 'ca-ES' | 'cmn-CN' | 'cy-GB' | 'da-DK' | 'de-DE' | 'de-AT' | 'en-AU' | 'en-GB' | 'en-GB-WLS' | 'en-IN' | 'en-NZ' | 'en-US' | 'en-ZA' | 'es-ES' | 'es-MX' | 'es-US' | 'fi-FI' | 'fr-CA' | 'fr-FR' | 'he-IL' | 'hi-IN' | 'is-IS' | 'it-IT' | 'ja-JP' | 'ko-KR' | 'nb-NO' | 'nl-NL' | 'pl-PL' | 'pt-BR' | 'pt-PT' | 'ro-RO' | 'ru-RU' | 'sv-SE' | 'tr-TR' | 'yue-CN';
/** `alphabet` of `<phoneme>`. */
type SsmlPhonemeAlphabet = 'ipa' | 'x-sampa' | 'x-amazon-jyutping' | 'x-amazon-pinyin' | 'x-amazon-pron-kana' | 'x-amazon-yomigana';
/** `format` of `<say-as>`. */
type SsmlSayAsFormat = 'mdy' | 'dmy' | 'ymd' | 'md' | 'dm' | 'ym' | 'my' | 'd' | 'm' | 'y' | 'yyyymmdd';
/** `interpret-as` of `<say-as>`. */
type SsmlSayAsInterpretAs = 'characters' | 'spell-out' | 'cardinal' | 'number' | 'ordinal' | 'digits' | 'fraction' | 'unit' | 'date' | 'time' | 'address' | 'expletive' | 'telephone';
/** `statusCallbackMethod` of `<Stream>`. */
type StreamStatusCallbackMethod = 'GET' | 'POST';
/** `track` of `<Stream>`. */
type StreamTrack = 'inbound_track' | 'outbound_track' | 'both_tracks';
/** `statusCallbackMethod` of `<Transcription>`. */
type TranscriptionStatusCallbackMethod = 'GET' | 'POST';
/** `track` of `<Transcription>`. */
type TranscriptionTrack = 'inbound_track' | 'outbound_track' | 'both_tracks';
/** `statusCallbackEvent` of `<WhatsApp>`. */
type WhatsAppEvent = 'initiated' | 'ringing' | 'answered' | 'completed';
/** Attributes of `<Parameter>`. */
interface ParameterAttributes {
name?: string;
value?: string;
}
/** Attributes of `<AiSession>`. */
interface AiSessionAttributes {
aiConnector?: string;
aiSessionConfiguration?: string;
}
/** Attributes of `<Conversation>`. */
interface ConversationAttributes {
inboundAutocreation?: boolean;
inboundTimeout?: number;
method?: string;
record?: ConversationRecord;
recordingStatusCallback?: string;
recordingStatusCallbackEvent?: ConversationRecordingEvent[];
recordingStatusCallbackMethod?: string;
routingAssignmentTimeout?: number;
serviceInstanceSid?: string;
statusCallback?: string;
statusCallbackEvent?: ConversationEvent[];
statusCallbackMethod?: string;
trim?: ConversationTrim;
url?: string;
}
/** Attributes of `<ConversationRelay>`. */
interface ConversationRelayAttributes {
backgroundnoisereduction?: string;
debug?: string;
deepgramsmartformat?: string;
dtmfDetection?: boolean;
elevenlabsTextNormalization?: string;
events?: string;
hints?: string;
ignorebackchannel?: string;
intelligenceService?: string;
interruptSensitivity?: string;
interruptible?: string;
language?: string;
partialPrompts?: boolean;
preemptible?: boolean;
profanityFilter?: boolean;
reportInputDuringAgentSpeech?: boolean;
speechModel?: string;
speechtimeout?: string;
transcriptionLanguage?: string;
transcriptionProvider?: string;
ttsLanguage?: string;
ttsProvider?: string;
url?: string;
voice?: string;
welcomeGreeting?: string;
welcomeGreetingInterruptible?: string;
}
/** Attributes of `<ConversationRelaySession>`. */
interface ConversationRelaySessionAttributes {
connector?: string;
sessionConfiguration?: string;
}
/** Attributes of `<Room>`. */
interface RoomAttributes {
participantIdentity?: string;
}
/** Attributes of `<Stream>`. */
interface StreamAttributes {
audioFormat?: string;
connectorName?: string;
name?: string;
sampleRate?: string;
statusCallback?: string;
statusCallbackMethod?: StreamStatusCallbackMethod;
track?: StreamTrack;
url?: string;
}
/** Attributes of `<VirtualAgent>`. */
interface VirtualAgentAttributes {
connectorName?: string;
language?: string;
sentimentAnalysis?: boolean;
statusCallback?: string;
statusCallbackMethod?: string;
}
/** Attributes of `<Language>`. */
interface LanguageAttributes {
code?: string;
speechModel?: string;
transcriptionProvider?: string;
ttsProvider?: string;
voice?: string;
}
/** Attributes of `<Application>`. */
interface ApplicationAttributes {
copyParentTo?: boolean;
customerId?: string;
method?: string;
statusCallback?: string;
statusCallbackEvent?: ApplicationEvent[];
statusCallbackMethod?: string;
url?: string;
}
/** Attributes of `<Client>`. */
interface ClientAttributes {
method?: string;
statusCallback?: string;
statusCallbackEvent?: ClientEvent[];
statusCallbackMethod?: string;
url?: string;
}
/** Attributes of `<Conference>`. */
interface ConferenceAttributes {
beep?: ConferenceBeep;
coach?: string;
endConferenceOnExit?: boolean;
eventCallbackUrl?: string;
jitterBufferSize?: ConferenceJitterBufferSize;
maxParticipants?: number;
muted?: boolean;
participantLabel?: string;
record?: ConferenceRecord;
recordingConfigurationId?: string;
recordingStatusCallback?: string;
recordingStatusCallbackEvent?: ConferenceRecordingEvent[];
recordingStatusCallbackMethod?: string;
region?: ConferenceRegion;
startConferenceOnEnter?: boolean;
statusCallback?: string;
statusCallbackEvent?: ConferenceEvent[];
statusCallbackMethod?: string;
trim?: ConferenceTrim;
waitMethod?: string;
waitUrl?: string;
}
/** Attributes of `<Number>`. */
interface NumberAttributes {
amdStatusCallback?: string;
amdStatusCallbackMethod?: string;
byoc?: string;
machineDetection?: string;
machineDetectionSilenceTimeout?: number;
machineDetectionSpeechEndThreshold?: number;
machineDetectionSpeechThreshold?: number;
machineDetectionTimeout?: number;
method?: string;
sendDigits?: string;
statusCallback?: string;
statusCallbackEvent?: NumberEvent[];
statusCallbackMethod?: string;
url?: string;
}
/** Attributes of `<Queue>`. */
interface QueueAttributes {
method?: string;
postWorkActivitySid?: string;
reservationSid?: string;
url?: string;
}
/** Attributes of `<Sip>`. */
interface SipAttributes {
amdStatusCallback?: string;
amdStatusCallbackMethod?: string;
machineDetection?: string;
machineDetectionSilenceTimeout?: number;
machineDetectionSpeechEndThreshold?: number;
machineDetectionSpeechThreshold?: number;
machineDetectionTimeout?: number;
method?: string;
password?: string;
statusCallback?: string;
statusCallbackEvent?: SipEvent[];
statusCallbackMethod?: string;
url?: string;
username?: string;
}
/** Attributes of `<WhatsApp>`. */
interface WhatsAppAttributes {
method?: string;
statusCallback?: string;
statusCallbackEvent?: WhatsAppEvent[];
statusCallbackMethod?: string;
url?: string;
}
/** Attributes of `<Task>`. */
interface TaskAttributes {
priority?: number;
timeout?: number;
}
/** Attributes of `<Pause>`. */
interface PauseAttributes {
length?: number;
}
/** Attributes of `<Play>`. */
interface PlayAttributes {
digits?: string;
loop?: number;
}
/** Attributes of `<Say>`. */
interface SayAttributes {
language?: SayLanguage;
loop?: number;
voice?: SayVoice;
}
/** Attributes of `<Header>`. */
interface HeaderAttributes {
name?: string;
value?: string;
}
/** Attributes of `<Prompt>`. */
interface PromptAttributes {
attempt?: number[];
cardType?: PromptCardType[];
errorType?: PromptErrorType[];
for?: PromptFor;
requireMatchingInputs?: boolean;
}
/** Attributes of `<break>`. */
interface SsmlBreakAttributes {
strength?: SsmlBreakStrength;
time?: string;
}
/** Attributes of `<emphasis>`. */
interface SsmlEmphasisAttributes {
level?: SsmlEmphasisLevel;
}
/** Attributes of `<lang>`. */
interface SsmlLangAttributes {
'xml:lang'?: SsmlLangXmlLang;
}
/** Attributes of `<phoneme>`. */
interface SsmlPhonemeAttributes {
alphabet?: SsmlPhonemeAlphabet;
ph?: string;
}
/** Attributes of `<prosody>`. */
interface SsmlProsodyAttributes {
pitch?: string;
rate?: string;
volume?: string;
}
/** Attributes of `<say-as>`. */
interface SsmlSayAsAttributes {
format?: SsmlSayAsFormat;
'interpret-as'?: SsmlSayAsInterpretAs;
}
/** Attributes of `<sub>`. */
interface SsmlSubAttributes {
alias?: string;
}
/** Attributes of `<w>`. */
interface SsmlWAttributes {
role?: string;
}
/** Attributes of `<Uri>`. */
interface SipUriAttributes {
password?: string;
priority?: string;
username?: string;
weight?: string;
}
/** Attributes of `<Recording>`. */
interface RecordingAttributes {
channels?: RecordingChannels;
recordingConfigurationId?: string;
recordingStatusCallback?: string;
recordingStatusCallbackEvent?: RecordingEvent[];
recordingStatusCallbackMethod?: RecordingRecordingStatusCallbackMethod;
track?: RecordingTrack;
trim?: RecordingTrim;
}
/** Attributes of `<Siprec>`. */
interface SiprecAttributes {
connectorName?: string;
name?: string;
statusCallback?: string;
statusCallbackMethod?: SiprecStatusCallbackMethod;
track?: SiprecTrack;
}
/** Attributes of `<Transcription>`. */
interface TranscriptionAttributes {
enableAutomaticPunctuation?: boolean;
hints?: string;
inboundTrackLabel?: string;
intelligenceService?: string;
languageCode?: string;
name?: string;
outboundTrackLabel?: string;
partialResults?: boolean;
profanityFilter?: boolean;
speechModel?: string;
statusCallbackMethod?: TranscriptionStatusCallbackMethod;
statusCallbackUrl?: string;
track?: TranscriptionTrack;
transcriptionEngine?: string;
}
/** Attributes of `<Config>`. */
interface ConfigAttributes {
name?: string;
value?: string;
}
/** Attributes of `<Connect>`. */
interface ConnectAttributes {
action?: string;
method?: string;
}
/** Attributes of `<Dial>`. */
interface DialAttributes {
action?: string;
answerOnBridge?: boolean;
callerId?: string;
events?: DialEvents;
hangupOnStar?: boolean;
method?: string;
passports?: string;
record?: DialRecord;
recordingConfigurationId?: string;
recordingStatusCallback?: string;
recordingStatusCallbackEvent?: DialRecordingEvent[];
recordingStatusCallbackMethod?: string;
recordingTrack?: DialRecordingTrack;
referMethod?: string;
referUrl?: string;
ringTone?: DialRingTone;
sequential?: boolean;
timeLimit?: number;
timeout?: number;
trim?: DialTrim;
}
/** Attributes of `<Enqueue>`. */
interface EnqueueAttributes {
action?: string;
maxQueueSize?: number;
method?: string;
waitUrl?: string;
waitUrlMethod?: string;
workflowSid?: string;
}
/** Attributes of `<Gather>`. */
interface GatherAttributes {
action?: string;
actionOnEmptyResult?: boolean;
bargeIn?: boolean;
debug?: boolean;
enhanced?: boolean;
finishOnKey?: string;
hints?: string;
input?: GatherInput[];
language?: GatherLanguage;
maxSpeechTime?: number;
method?: string;
numDigits?: number;
partialResultCallback?: string;
partialResultCallbackMethod?: string;
profanityFilter?: boolean;
speechModel?: string;
speechTimeout?: string;
timeout?: number;
}
/** Attributes of `<Pay>`. */
interface PayAttributes {
action?: string;
bankAccountType?: PayBankAccountType;
chargeAmount?: string;
currency?: string;
description?: string;
input?: PayInput;
language?: PayLanguage;
maxAttempts?: number;
minPostalCodeLength?: number;
paymentConnector?: string;
paymentMethod?: PayPaymentMethod;
postalCode?: string;
securityCode?: boolean;
statusCallback?: string;
statusCallbackMethod?: PayStatusCallbackMethod;
timeout?: number;
tokenType?: PayTokenType;
validCardTypes?: PayValidCardTypes[];
}
/** Attributes of `<Record>`. */
interface RecordAttributes {
action?: string;
finishOnKey?: string;
maxLength?: number;
method?: string;
playBeep?: boolean;
recordingConfigurationId?: string;
recordingStatusCallback?: string;
recordingStatusCallbackEvent?: RecordRecordingEvent[];
recordingStatusCallbackMethod?: string;
timeout?: number;
transcribe?: boolean;
transcribeCallback?: string;
trim?: RecordTrim;
}
/** Attributes of `<Redirect>`. */
interface RedirectAttributes {
method?: string;
}
/** Attributes of `<Refer>`. */
interface ReferAttributes {
action?: string;
method?: string;
}
/** Attributes of `<Reject>`. */
interface RejectAttributes {
reason?: RejectReason;
}
/** Attributes of `<Sms>`. */
interface SmsAttributes {
action?: string;
from?: string;
method?: string;
statusCallback?: string;
to?: string;
}
/** Attributes of `<Start>`. */
interface StartAttributes {
action?: string;
method?: string;
}
/** `<AiSession>`: Hands the call to an AI session. */
class AiSession extends TwiML {
}
/** `<Application>`: Calls another TwiML App. */
class Application extends TwiML {
/** Adds `<ApplicationSid>`. Says which TwiML App is called. */
applicationSid(sid: string): VoiceResponse.ApplicationSid;
applicationSid(attributes: object, sid: string): VoiceResponse.ApplicationSid;
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<ApplicationSid>`: Says which TwiML App is called. */
class ApplicationSid extends TwiML {
}
/** `<Autopilot>`: Hands the call to an Autopilot assistant. */
class Autopilot extends TwiML {
}
/** `<Client>`: Calls a browser or mobile app that uses Twilio's Voice SDK. */
class Client extends TwiML {
/** Adds `<Identity>`. Says which client is called. */
identity(clientIdentity: string): VoiceResponse.Identity;
identity(attributes: object, clientIdentity: string): VoiceResponse.Identity;
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<Conference>`: Puts the caller into a conference room. */
class Conference extends TwiML {
}
/** `<Config>`: Sets one option of the service, a name and a value. */
class Config extends TwiML {
}
/** `<Connect>`: Connects the call to a service that takes part in it. */
class Connect extends TwiML {
/** Adds `<AiSession>`. Hands the call to an AI session. */
aiSession(attributes?: VoiceResponse.AiSessionAttributes): VoiceResponse.AiSession;
/** Adds `<Autopilot>`. Hands the call to an Autopilot assistant. */
autopilot(name: string): VoiceResponse.Autopilot;
autopilot(attributes: object, name: string): VoiceResponse.Autopilot;
/** Adds `<Conversation>`. Connects the call to a conversation. */
conversation(attributes?: VoiceResponse.ConversationAttributes): VoiceResponse.Conversation;
/** Adds `<ConversationRelay>`. Lets a WebSocket of yours talk with the caller, in text. */
conversationRelay(attributes?: VoiceResponse.ConversationRelayAttributes): VoiceResponse.ConversationRelay;
/** Adds `<ConversationRelaySession>`. Connects the call to a session of ConversationRelay. */
conversationRelaySession(attributes?: VoiceResponse.ConversationRelaySessionAttributes): VoiceResponse.ConversationRelaySession;
/** Adds `<Room>`. Puts the caller into a video room. */
room(name: string): VoiceResponse.Room;
room(attributes: VoiceResponse.RoomAttributes, name: string): VoiceResponse.Room;
/** Adds `<Stream>`. Sends the call's audio to a WebSocket. */
stream(attributes?: VoiceResponse.StreamAttributes): VoiceResponse.Stream;
/** Adds `<VirtualAgent>`. Hands the call to a virtual agent. */
virtualAgent(attributes?: VoiceResponse.VirtualAgentAttributes): VoiceResponse.VirtualAgent;
}
/** `<Conversation>`: Connects the call to a conversation. */
class Conversation extends TwiML {
}
/** `<ConversationRelay>`: Lets a WebSocket of yours talk with the caller, in text. */
class ConversationRelay extends TwiML {
/** Adds `<Language>`. Sets voice and recognition for one language. */
language(attributes?: VoiceResponse.LanguageAttributes): VoiceResponse.Language;
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<ConversationRelaySession>`: Connects the call to a session of ConversationRelay. */
class ConversationRelaySession extends TwiML {
}
/** `<Dial>`: Connects the caller to someone else. */
class Dial extends TwiML {
/** Adds `<Application>`. Calls another TwiML App. */
application(applicationSid?: string): VoiceResponse.Application;
application(attributes?: VoiceResponse.ApplicationAttributes, applicationSid?: string): VoiceResponse.Application;
/** Adds `<Client>`. Calls a browser or mobile app that uses Twilio's Voice SDK. */
client(identity?: string): VoiceResponse.Client;
client(attributes?: VoiceResponse.ClientAttributes, identity?: string): VoiceResponse.Client;
/** Adds `<Conference>`. Puts the caller into a conference room. */
conference(name: string): VoiceResponse.Conference;
conference(attributes: VoiceResponse.ConferenceAttributes, name: string): VoiceResponse.Conference;
/** Adds `<Number>`. Calls a phone number. */
number(phoneNumber: string): VoiceResponse.Number;
number(attributes: VoiceResponse.NumberAttributes, phoneNumber: string): VoiceResponse.Number;
/** Adds `<Queue>`. Calls the first who waits in a queue. */
queue(name: string): VoiceResponse.Queue;
queue(attributes: VoiceResponse.QueueAttributes, name: string): VoiceResponse.Queue;
/** Adds `<Sim>`. Calls a SIM. */
sim(simSid: string): VoiceResponse.Sim;
sim(attributes: object, simSid: string): VoiceResponse.Sim;
/** Adds `<Sip>`. Calls a SIP address. */
sip(sipUrl?: string): VoiceResponse.Sip;
sip(attributes?: VoiceResponse.SipAttributes, sipUrl?: string): VoiceResponse.Sip;
/** Adds `<WhatsApp>`. Calls a WhatsApp number. */
whatsApp(phoneNumber: string): VoiceResponse.WhatsApp;
whatsApp(attributes: VoiceResponse.WhatsAppAttributes, phoneNumber: string): VoiceResponse.WhatsApp;
}
/** `<Echo>`: Plays back to the caller what the caller says. */
class Echo extends TwiML {
}
/** `<Enqueue>`: Puts the caller into a queue. */
class Enqueue extends TwiML {
/** Adds `<Task>`. Gives the attributes of a TaskRouter task, in JSON. */
task(body: string): VoiceResponse.Task;
task(attributes: VoiceResponse.TaskAttributes, body: string): VoiceResponse.Task;
}
/** `<Gather>`: Waits for digits or speech of the caller. */
class Gather extends TwiML {
/** Adds `<Pause>`. Waits silently for some seconds. */
pause(attributes?: VoiceResponse.PauseAttributes): VoiceResponse.Pause;
/** Adds `<Play>`. Plays an audio file, or digits. */
play(url?: string): VoiceResponse.Play;
play(attributes?: VoiceResponse.PlayAttributes, url?: string): VoiceResponse.Play;
/** Adds `<Say>`. Speaks a text to the caller. */
say(message: string): VoiceResponse.Say;
say(attributes: VoiceResponse.SayAttributes, message: string): VoiceResponse.Say;
}
/** `<Hangup>`: Ends the call. */
class Hangup extends TwiML {
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<Header>`: Sets a SIP header, a name and a value. */
class Header extends TwiML {
}
/** `<Headers>`: Holds SIP headers. */
class Headers extends TwiML {
/** Adds `<Header>`. Sets a SIP header, a name and a value. */
header(attributes?: VoiceResponse.HeaderAttributes): VoiceResponse.Header;
}
/** `<Identity>`: Says which client is called. */
class Identity extends TwiML {
}
/** `<Language>`: Sets voice and recognition for one language. */
class Language extends TwiML {
}
/** `<Leave>`: Takes the caller out of the queue that the caller waits in. */
class Leave extends TwiML {
}
/** `<Number>`: Calls a phone number. */
class Number extends TwiML {
}
/** `<Parameter>`: Passes a parameter on, a name and a value. */
class Parameter extends TwiML {
}
/** `<Pause>`: Waits silently for some seconds. */
class Pause extends TwiML {
}
/** `<Pay>`: Takes a payment by card or bank account. */
class Pay extends TwiML {
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
/** Adds `<Prompt>`. Says what the caller hears at a step of a payment. */
prompt(attributes?: VoiceResponse.PromptAttributes): VoiceResponse.Prompt;
}
/** `<Play>`: Plays an audio file, or digits. */
class Play extends TwiML {
}
/** `<Prompt>`: Says what the caller hears at a step of a payment. */
class Prompt extends TwiML {
/** Adds `<Pause>`. Waits silently for some seconds. */
pause(attributes?: VoiceResponse.PauseAttributes): VoiceResponse.Pause;
/** Adds `<Play>`. Plays an audio file, or digits. */
play(url?: string): VoiceResponse.Play;
play(attributes?: VoiceResponse.PlayAttributes, url?: string): VoiceResponse.Play;
/** Adds `<Say>`. Speaks a text to the caller. */
say(message: string): VoiceResponse.Say;
say(attributes: VoiceResponse.SayAttributes, message: string): VoiceResponse.Say;
}
/** `<Queue>`: Calls the first who waits in a queue. */
class Queue extends TwiML {
}
/** `<Record>`: Records what the caller says. */
class Record extends TwiML {
}
/** `<Recording>`: Records the call while it goes on. */
class Recording extends TwiML {
}
/** `<Redirect>`: Goes on with the TwiML of another URL. */
class Redirect extends TwiML {
}
/** `<Refer>`: Sends the call elsewhere by SIP REFER. */
class Refer extends TwiML {
/** Adds `<Sip>`. Says which SIP address the call is sent to. */
sip(sipUrl: string): VoiceResponse.ReferSip;
sip(attributes: object, sipUrl: string): VoiceResponse.ReferSip;
}
/** `<Sip>`: Says which SIP address the call is sent to. */
class ReferSip extends TwiML {
}
/** `<Reject>`: Declines the call; nothing is charged for it. */
class Reject extends TwiML {
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<Room>`: Puts the caller into a video room. */
class Room extends TwiML {
}
/** `<Say>`: Speaks a text to the caller. */
class Say extends TwiML {
/** Adds `<break>`. Pauses the speech. */
break(attributes?: VoiceResponse.SsmlBreakAttributes): VoiceResponse.SsmlBreak;
/** Adds `<emphasis>`. Stresses words. */
emphasis(words: string): VoiceResponse.SsmlEmphasis;
emphasis(attributes: VoiceResponse.SsmlEmphasisAttributes, words: string): VoiceResponse.SsmlEmphasis;
/** Adds `<lang>`. Speaks words in another language. */
lang(words: string): VoiceResponse.SsmlLang;
lang(attributes: VoiceResponse.SsmlLangAttributes, words: string): VoiceResponse.SsmlLang;
/** Adds `<p>`. Speaks words as a paragraph. */
p(words: string): VoiceResponse.SsmlP;
p(attributes: object, words: string): VoiceResponse.SsmlP;
/** Adds `<phoneme>`. Speaks words by their phonetic spelling. */
phoneme(words: string): VoiceResponse.SsmlPhoneme;
phoneme(attributes: VoiceResponse.SsmlPhonemeAttributes, words: string): VoiceResponse.SsmlPhoneme;
/** Adds `<prosody>`. Sets loudness, speed and pitch of words. */
prosody(words: string): VoiceResponse.SsmlProsody;
prosody(attributes: VoiceResponse.SsmlProsodyAttributes, words: string): VoiceResponse.SsmlProsody;
/** Adds `<s>`. Speaks words as a sentence. */
s(words: string): VoiceResponse.SsmlS;
s(attributes: object, words: string): VoiceResponse.SsmlS;
/** Adds `<say-as>`. Says how words are to be read: as digits, as a date. */
sayAs(words: string): VoiceResponse.SsmlSayAs;
sayAs(attributes: VoiceResponse.SsmlSayAsAttributes, words: string): VoiceResponse.SsmlSayAs;
/** Adds `<sub>`. Speaks another text than the one written. */
sub(words: string): VoiceResponse.SsmlSub;
sub(attributes: VoiceResponse.SsmlSubAttributes, words: string): VoiceResponse.SsmlSub;
/** Adds `<w>`. Says what part of speech a word is. */
w(words: string): VoiceResponse.SsmlW;
w(attributes: VoiceResponse.SsmlWAttributes, words: string): VoiceResponse.SsmlW;
}
/** `<Sim>`: Calls a SIM. */
class Sim extends TwiML {
}
/** `<Sip>`: Calls a SIP address. */
class Sip extends TwiML {
/** Adds `<Headers>`. Holds SIP headers. */
headers(attributes?: object): VoiceResponse.Headers;
/** Adds `<Uri>`. Says which SIP address is called. */
uri(sipUrl?: string): VoiceResponse.SipUri;
uri(attributes?: VoiceResponse.SipUriAttributes, sipUrl?: string): VoiceResponse.SipUri;
}
/** `<Uri>`: Says which SIP address is called. */
class SipUri extends TwiML {
}
/** `<Siprec>`: Sends a copy of the call's media to a SIPREC recorder. */
class Siprec extends TwiML {
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<Sms>`: Sends a text message during the call. */
class Sms extends TwiML {
}
/** `<break>`: Pauses the speech. */
class SsmlBreak extends TwiML {
}
/** `<emphasis>`: Stresses words. */
class SsmlEmphasis extends TwiML {
/** Adds `<break>`. Pauses the speech. */
break(attributes?: VoiceResponse.SsmlBreakAttributes): VoiceResponse.SsmlBreak;
/** Adds `<emphasis>`. Stresses words. */
emphasis(words: string): VoiceResponse.SsmlEmphasis;
emphasis(attributes: VoiceResponse.SsmlEmphasisAttributes, words: string): VoiceResponse.SsmlEmphasis;
/** Adds `<lang>`. Speaks words in another language. */
lang(words: string): VoiceResponse.SsmlLang;
lang(attributes: VoiceResponse.SsmlLangAttributes, words: string): VoiceResponse.SsmlLang;
/** Adds `<phoneme>`. Speaks words by their phonetic spelling. */
phoneme(words: string): VoiceResponse.SsmlPhoneme;
phoneme(attributes: VoiceResponse.SsmlPhonemeAttributes, words: string): VoiceResponse.SsmlPhoneme;
/** Adds `<prosody>`. Sets loudness, speed and pitch of words. */
prosody(words: string): VoiceResponse.SsmlProsody;
prosody(attributes: VoiceResponse.SsmlProsodyAttributes, words: string): VoiceResponse.SsmlProsody;
/** Adds `<say-as>`. Says how words are to be read: as digits, as a date. */
sayAs(words: string): VoiceResponse.SsmlSayAs;
sayAs(attributes: VoiceResponse.SsmlSayAsAttributes, words: string): VoiceResponse.SsmlSayAs;
/** Adds `<sub>`. Speaks another text than the one written. */
sub(words: string): VoiceResponse.SsmlSub;
sub(attributes: VoiceResponse.SsmlSubAttributes, words: string): VoiceResponse.SsmlSub;
/** Adds `<w>`. Says what part of speech a word is. */
w(words: string): VoiceResponse.SsmlW;
w(attributes: VoiceResponse.SsmlWAttributes, words: string): VoiceResponse.SsmlW;
}
/** `<lang>`: Speaks words in another language. */
class SsmlLang extends TwiML {
/** Adds `<break>`. Pauses the speech. */
break(attributes?: VoiceResponse.SsmlBreakAttributes): VoiceResponse.SsmlBreak;
/** Adds `<emphasis>`. Stresses words. */
emphasis(words: string): VoiceResponse.SsmlEmphasis;
emphasis(attributes: VoiceResponse.SsmlEmphasisAttributes, words: string): VoiceResponse.SsmlEmphasis;
/** Adds `<lang>`. Speaks words in another language. */
lang(words: string): VoiceResponse.SsmlLang;
lang(attributes: VoiceResponse.SsmlLangAttributes, words: string): VoiceResponse.SsmlLang;
/** Adds `<p>`. Speaks words as a paragraph. */
p(words: string): VoiceResponse.SsmlP;
p(attributes: object, words: string): VoiceResponse.SsmlP;
/** Adds `<phoneme>`. Speaks words by their phonetic spelling. */
phoneme(words: string): VoiceResponse.SsmlPhoneme;
phoneme(attributes: VoiceResponse.SsmlPhonemeAttributes, words: string): VoiceResponse.SsmlPhoneme;
/** Adds `<prosody>`. Sets loudness, speed and pitch of words. */
prosody(words: string): VoiceResponse.SsmlProsody;
prosody(attributes: VoiceResponse.SsmlProsodyAttributes, words: string): VoiceResponse.SsmlProsody;
/** Adds `<s>`. Speaks words as a sentence. */
s(words: string): VoiceResponse.SsmlS;
s(attributes: object, words: string): VoiceResponse.SsmlS;
/** Adds `<say-as>`. Says how words are to be read: as digits, as a date. */
sayAs(words: string): VoiceResponse.SsmlSayAs;
sayAs(attributes: VoiceResponse.SsmlSayAsAttributes, words: string): VoiceResponse.SsmlSayAs;
/** Adds `<sub>`. Speaks another text than the one written. */
sub(words: string): VoiceResponse.SsmlSub;
sub(attributes: VoiceResponse.SsmlSubAttributes, words: string): VoiceResponse.SsmlSub;
/** Adds `<w>`. Says what part of speech a word is. */
w(words: string): VoiceResponse.SsmlW;
w(attributes: VoiceResponse.SsmlWAttributes, words: string): VoiceResponse.SsmlW;
}
/** `<p>`: Speaks words as a paragraph. */
class SsmlP extends TwiML {
/** Adds `<break>`. Pauses the speech. */
break(attributes?: VoiceResponse.SsmlBreakAttributes): VoiceResponse.SsmlBreak;
/** Adds `<emphasis>`. Stresses words. */
emphasis(words: string): VoiceResponse.SsmlEmphasis;
emphasis(attributes: VoiceResponse.SsmlEmphasisAttributes, words: string): VoiceResponse.SsmlEmphasis;
/** Adds `<lang>`. Speaks words in another language. */
lang(words: string): VoiceResponse.SsmlLang;
lang(attributes: VoiceResponse.SsmlLangAttributes, words: string): VoiceResponse.SsmlLang;
/** Adds `<phoneme>`. Speaks words by their phonetic spelling. */
phoneme(words: string): VoiceResponse.SsmlPhoneme;
phoneme(attributes: VoiceResponse.SsmlPhonemeAttributes, words: string): VoiceResponse.SsmlPhoneme;
/** Adds `<prosody>`. Sets loudness, speed and pitch of words. */
prosody(words: string): VoiceResponse.SsmlProsody;
prosody(attributes: VoiceResponse.SsmlProsodyAttributes, words: string): VoiceResponse.SsmlProsody;
/** Adds `<s>`. Speaks words as a sentence. */
s(words: string): VoiceResponse.SsmlS;
s(attributes: object, words: string): VoiceResponse.SsmlS;
/** Adds `<say-as>`. Says how words are to be read: as digits, as a date. */
sayAs(words: string): VoiceResponse.SsmlSayAs;
sayAs(attributes: VoiceResponse.SsmlSayAsAttributes, words: string): VoiceResponse.SsmlSayAs;
/** Adds `<sub>`. Speaks another text than the one written. */
sub(words: string): VoiceResponse.SsmlSub;
sub(attributes: VoiceResponse.SsmlSubAttributes, words: string): VoiceResponse.SsmlSub;
/** Adds `<w>`. Says what part of speech a word is. */
w(words: string): VoiceResponse.SsmlW;
w(attributes: VoiceResponse.SsmlWAttributes, words: string): VoiceResponse.SsmlW;
}
/** `<phoneme>`: Speaks words by their phonetic spelling. */
class SsmlPhoneme extends TwiML {
}
/** `<prosody>`: Sets loudness, speed and pitch of words. */
class SsmlProsody extends TwiML {
/** Adds `<break>`. Pauses the speech. */
break(attributes?: VoiceResponse.SsmlBreakAttributes): VoiceResponse.SsmlBreak;
/** Adds `<emphasis>`. Stresses words. */
emphasis(words: string): VoiceResponse.SsmlEmphasis;
emphasis(attributes: VoiceResponse.SsmlEmphasisAttributes, words: string): VoiceResponse.SsmlEmphasis;
/** Adds `<lang>`. Speaks words in another language. */
lang(words: string): VoiceResponse.SsmlLang;
lang(attributes: VoiceResponse.SsmlLangAttributes, words: string): VoiceResponse.SsmlLang;
/** Adds `<p>`. Speaks words as a paragraph. */
p(words: string): VoiceResponse.SsmlP;
p(attributes: object, words: string): VoiceResponse.SsmlP;
/** Adds `<phoneme>`. Speaks words by their phonetic spelling. */
phoneme(words: string): VoiceResponse.SsmlPhoneme;
phoneme(attributes: VoiceResponse.SsmlPhonemeAttributes, words: string): VoiceResponse.SsmlPhoneme;
/** Adds `<prosody>`. Sets loudness, speed and pitch of words. */
prosody(words: string): VoiceResponse.SsmlProsody;
prosody(attributes: VoiceResponse.SsmlProsodyAttributes, words: string): VoiceResponse.SsmlProsody;
/** Adds `<s>`. Speaks words as a sentence. */
s(words: string): VoiceResponse.SsmlS;
s(attributes: object, words: string): VoiceResponse.SsmlS;
/** Adds `<say-as>`. Says how words are to be read: as digits, as a date. */
sayAs(words: string): VoiceResponse.SsmlSayAs;
sayAs(attributes: VoiceResponse.SsmlSayAsAttributes, words: string): VoiceResponse.SsmlSayAs;
/** Adds `<sub>`. Speaks another text than the one written. */
sub(words: string): VoiceResponse.SsmlSub;
sub(attributes: VoiceResponse.SsmlSubAttributes, words: string): VoiceResponse.SsmlSub;
/** Adds `<w>`. Says what part of speech a word is. */
w(words: string): VoiceResponse.SsmlW;
w(attributes: VoiceResponse.SsmlWAttributes, words: string): VoiceResponse.SsmlW;
}
/** `<s>`: Speaks words as a sentence. */
class SsmlS extends TwiML {
/** Adds `<break>`. Pauses the speech. */
break(attributes?: VoiceResponse.SsmlBreakAttributes): VoiceResponse.SsmlBreak;
/** Adds `<emphasis>`. Stresses words. */
emphasis(words: string): VoiceResponse.SsmlEmphasis;
emphasis(attributes: VoiceResponse.SsmlEmphasisAttributes, words: string): VoiceResponse.SsmlEmphasis;
/** Adds `<lang>`. Speaks words in another language. */
lang(words: string): VoiceResponse.SsmlLang;
lang(attributes: VoiceResponse.SsmlLangAttributes, words: string): VoiceResponse.SsmlLang;
/** Adds `<phoneme>`. Speaks words by their phonetic spelling. */
phoneme(words: string): VoiceResponse.SsmlPhoneme;
phoneme(attributes: VoiceResponse.SsmlPhonemeAttributes, words: string): VoiceResponse.SsmlPhoneme;
/** Adds `<prosody>`. Sets loudness, speed and pitch of words. */
prosody(words: string): VoiceResponse.SsmlProsody;
prosody(attributes: VoiceResponse.SsmlProsodyAttributes, words: string): VoiceResponse.SsmlProsody;
/** Adds `<say-as>`. Says how words are to be read: as digits, as a date. */
sayAs(words: string): VoiceResponse.SsmlSayAs;
sayAs(attributes: VoiceResponse.SsmlSayAsAttributes, words: string): VoiceResponse.SsmlSayAs;
/** Adds `<sub>`. Speaks another text than the one written. */
sub(words: string): VoiceResponse.SsmlSub;
sub(attributes: VoiceResponse.SsmlSubAttributes, words: string): VoiceResponse.SsmlSub;
/** Adds `<w>`. Says what part of speech a word is. */
w(words: string): VoiceResponse.SsmlW;
w(attributes: VoiceResponse.SsmlWAttributes, words: string): VoiceResponse.SsmlW;
}
/** `<say-as>`: Says how words are to be read: as digits, as a date. */
class SsmlSayAs extends TwiML {
}
/** `<sub>`: Speaks another text than the one written. */
class SsmlSub extends TwiML {
}
/** `<w>`: Says what part of speech a word is. */
class SsmlW extends TwiML {
/** Adds `<break>`. Pauses the speech. */
break(attributes?: VoiceResponse.SsmlBreakAttributes): VoiceResponse.SsmlBreak;
/** Adds `<emphasis>`. Stresses words. */
emphasis(words: string): VoiceResponse.SsmlEmphasis;
emphasis(attributes: VoiceResponse.SsmlEmphasisAttributes, words: string): VoiceResponse.SsmlEmphasis;
/** Adds `<phoneme>`. Speaks words by their phonetic spelling. */
phoneme(words: string): VoiceResponse.SsmlPhoneme;
phoneme(attributes: VoiceResponse.SsmlPhonemeAttributes, words: string): VoiceResponse.SsmlPhoneme;
/** Adds `<prosody>`. Sets loudness, speed and pitch of words. */
prosody(words: string): VoiceResponse.SsmlProsody;
prosody(attributes: VoiceResponse.SsmlProsodyAttributes, words: string): VoiceResponse.SsmlProsody;
/** Adds `<say-as>`. Says how words are to be read: as digits, as a date. */
sayAs(words: string): VoiceResponse.SsmlSayAs;
sayAs(attributes: VoiceResponse.SsmlSayAsAttributes, words: string): VoiceResponse.SsmlSayAs;
/** Adds `<sub>`. Speaks another text than the one written. */
sub(words: string): VoiceResponse.SsmlSub;
sub(attributes: VoiceResponse.SsmlSubAttributes, words: string): VoiceResponse.SsmlSub;
}
/** `<Start>`: Starts something that runs beside the call. */
class Start extends TwiML {
/** Adds `<Recording>`. Records the call while it goes on. */
recording(attributes?: VoiceResponse.RecordingAttributes): VoiceResponse.Recording;
/** Adds `<Siprec>`. Sends a copy of the call's media to a SIPREC recorder. */
siprec(attributes?: VoiceResponse.SiprecAttributes): VoiceResponse.Siprec;
/** Adds `<Stream>`. Sends the call's audio to a WebSocket. */
stream(attributes?: VoiceResponse.StreamAttributes): VoiceResponse.Stream;
/** Adds `<Transcription>`. Transcribes the call while it goes on. */
transcription(attributes?: VoiceResponse.TranscriptionAttributes): VoiceResponse.Transcription;
}
/** `<Stop>`: Stops what runs beside the call. */
class Stop extends TwiML {
/** Adds `<Siprec>`. Sends a copy of the call's media to a SIPREC recorder. */
siprec(attributes?: VoiceResponse.SiprecAttributes): VoiceResponse.Siprec;
/** Adds `<Stream>`. Sends the call's audio to a WebSocket. */
stream(attributes?: VoiceResponse.StreamAttributes): VoiceResponse.Stream;
/** Adds `<Transcription>`. Transcribes the call while it goes on. */
transcription(attributes?: VoiceResponse.TranscriptionAttributes): VoiceResponse.Transcription;
}
/** `<Stream>`: Sends the call's audio to a WebSocket. */
class Stream extends TwiML {
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<Task>`: Gives the attributes of a TaskRouter task, in JSON. */
class Task extends TwiML {
}
/** `<Transcription>`: Transcribes the call while it goes on. */
class Transcription extends TwiML {
/** Adds `<Config>`. Sets one option of the service, a name and a value. */
config(attributes?: VoiceResponse.ConfigAttributes): VoiceResponse.Config;
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<VirtualAgent>`: Hands the call to a virtual agent. */
class VirtualAgent extends TwiML {
/** Adds `<Config>`. Sets one option of the service, a name and a value. */
config(attributes?: VoiceResponse.ConfigAttributes): VoiceResponse.Config;
/** Adds `<Parameter>`. Passes a parameter on, a name and a value. */
parameter(attributes?: VoiceResponse.ParameterAttributes): VoiceResponse.Parameter;
}
/** `<WhatsApp>`: Calls a WhatsApp number. */
class WhatsApp extends TwiML {
}
}
/**
 * A document, built verb by verb. Source: <https://www.twilio.com/docs/messaging/twiml>.
 *
 * @example
 * ```ts
 * import { MessagingResponse } from 'plumline/twilio';
 *
 * const response = new MessagingResponse();
 * response.message('See you at 9:30.');
 * console.log(response.toString()); // <?xml version="1.0" encoding="UTF-8"?><Response><Message>See you at 9:30.</Message></Response>
 * ```
 */
class MessagingResponse extends TwiML {
constructor(options?: TwimlCheck);
/** Adds a comment inside `<Response>`. */
comment(comment: string): void;
/** Adds a comment after `<Response>`, before those that are there. */
commentAfter(comment: string): void;
/** Adds a comment before `<Response>`, after those that are there. */
commentBefore(comment: string): void;
/** Adds `<Message>`. Sends a message. */
message(body: string): MessagingResponse.Message;
message(attributes: MessagingResponse.MessageAttributes, body: string): MessagingResponse.Message;
/** Adds `<Redirect>`. Goes on with the TwiML of another URL. */
redirect(url: string): MessagingResponse.Redirect;
redirect(attributes: MessagingResponse.RedirectAttributes, url: string): MessagingResponse.Redirect;
}
namespace MessagingResponse {
/** Attributes of `<Message>`. */
interface MessageAttributes {
action?: string;
from?: string;
method?: string;
statusCallback?: string;
to?: string;
}
/** Attributes of `<Redirect>`. */
interface RedirectAttributes {
method?: string;
}
/** `<Body>`: The text of a message. */
class Body extends TwiML {
}
/** `<Media>`: Attaches a file by its URL. */
class Media extends TwiML {
}
/** `<Message>`: Sends a message. */
class Message extends TwiML {
/** Adds `<Body>`. The text of a message. */
body(message: string): MessagingResponse.Body;
body(attributes: object, message: string): MessagingResponse.Body;
/** Adds `<Media>`. Attaches a file by its URL. */
media(url: string): MessagingResponse.Media;
media(attributes: object, url: string): MessagingResponse.Media;
}
/** `<Redirect>`: Goes on with the TwiML of another URL. */
class Redirect extends TwiML {
}
}
/**
 * A document, built verb by verb. Source: <https://www.twilio.com/docs/fax>.
 *
 * @example
 * ```ts
 * import { FaxResponse } from 'plumline/twilio';
 *
 * const response = new FaxResponse();
 * response.receive({ mediaType: 'application/pdf' });
 * console.log(response.toString()); // <?xml version="1.0" encoding="UTF-8"?><Response><Receive mediaType="application/pdf"/></Response>
 * ```
 */
class FaxResponse extends TwiML {
constructor(options?: TwimlCheck);
/** Adds a comment inside `<Response>`. */
comment(comment: string): void;
/** Adds a comment after `<Response>`, before those that are there. */
commentAfter(comment: string): void;
/** Adds a comment before `<Response>`, after those that are there. */
commentBefore(comment: string): void;
/** Adds `<Receive>`. Receives a fax. */
receive(attributes?: FaxResponse.ReceiveAttributes): FaxResponse.Receive;
}
namespace FaxResponse {
/** `mediaType` of `<Receive>`. */
type ReceiveMediaType = 'application/pdf' | 'image/tiff';
/** `pageSize` of `<Receive>`. */
type ReceivePageSize = 'letter' | 'legal' | 'a4';
/** Attributes of `<Receive>`. */
interface ReceiveAttributes {
action?: string;
mediaType?: ReceiveMediaType;
method?: string;
pageSize?: ReceivePageSize;
storeMedia?: boolean;
}
/** `<Receive>`: Receives a fax. */
class Receive extends TwiML {
}
}
}
export import VoiceResponse = twiml.VoiceResponse;
export import MessagingResponse = twiml.MessagingResponse;
export import FaxResponse = twiml.FaxResponse;
export type { TwiML };
declare namespace twilio {
namespace twiml {
/** One of {@link VoiceResponse}. */
type VoiceResponse = InstanceType<typeof VoiceResponse>;
/** One of {@link MessagingResponse}. */
type MessagingResponse = InstanceType<typeof MessagingResponse>;
/** One of {@link FaxResponse}. */
type FaxResponse = InstanceType<typeof FaxResponse>;
}
namespace jwt {
/** One of {@link jwt.AccessToken}. */
type AccessToken = InstanceType<typeof jwt.AccessToken>;
/** One of {@link jwt.ClientCapability}. */
type ClientCapability = InstanceType<typeof jwt.ClientCapability>;
}
}
