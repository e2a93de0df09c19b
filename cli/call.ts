// SPDX-License-Identifier: Apache-2.0 OR MIT
import { signTwilio } from '#pkg/npm/index.mjs';
import { formatTwiml } from './format-twiml.ts';

export interface CallOptions {
  readonly from: string;
  readonly to: string;
  readonly browser?: string;
  readonly url?: string;
  readonly token?: string;
  readonly sandbox: string;
  readonly param: Record<string, string>;
  readonly wrongSignature: boolean;
}

interface Target {
  readonly url: string;
  readonly token: string;
  readonly accountSid?: string | undefined;
}

/** Sends the first webhook request of a call. Returns the exit code: 0 if the response is TwiML. */
export async function call(options: CallOptions, print: (line: string) => void): Promise<number> {
  const target = await findTarget(options);
  const params = { ...voiceParams(options, target.accountSid), ...options.param };
  const token = options.wrongSignature ? `not-${target.token}` : target.token;
  const response = await fetch(target.url, {
    method: 'POST',
    headers: { 'X-Twilio-Signature': signTwilio({ url: target.url, params, token }) },
    body: new URLSearchParams(params),
  }).catch(() => {
    throw new Error(`no response from ${new URL(target.url).origin}: start the server, or use another --url`);
  });
  const body = await response.text();
  const type = response.headers.get('content-type') ?? '';
  print(`${response.status} ${response.statusText}, ${type || 'no content type'}`);
  if (response.ok && type.includes('xml')) {
    print('accepted: the signature is valid');
    print(formatTwiml(body));
    return 0;
  }
  print(describeError(body));
  return 1;
}

/** Returns the URL and the token from the options, from the environment, or from the local sandbox. */
async function findTarget(options: CallOptions): Promise<Target> {
  // During a token rotation there are two tokens. Each of them is valid.
  const token =
    options.token ??
    process.env.TWILIO_AUTH_TOKEN?.split(',')
      .find((one) => one.trim())
      ?.trim();
  if (options.url) {
    if (!token) {
      throw new Error('use --token or set TWILIO_AUTH_TOKEN to sign the call');
    }
    return { url: options.url, token, accountSid: process.env.TWILIO_ACCOUNT_SID };
  }
  const response = await fetch(new URL('/sandbox.json', options.sandbox)).catch(() => undefined);
  if (!response?.ok) {
    throw new Error(
      `no sandbox at ${options.sandbox}: start it with npm start, set its URL with --sandbox, or use --url and --token`,
    );
  }
  const sandbox = (await response.json()) as { webhook: string; authToken: string };
  const account = await fetch(new URL('/console/account', options.sandbox));
  const { accountSid } = (await account.json()) as { accountSid: string };
  return { url: sandbox.webhook, token: options.token ?? sandbox.authToken, accountSid };
}

/** Returns the parameters that Twilio sends with a call: https://www.twilio.com/docs/voice/twiml#request-parameters */
function voiceParams({ from, to, browser }: CallOptions, accountSid: string | undefined): Record<string, string> {
  const caller = browser === undefined ? from : `client:${browser}`;
  return {
    ApiVersion: '2010-04-01',
    CallSid: `CA${crypto.randomUUID().replaceAll('-', '')}`,
    CallStatus: 'ringing',
    // Twilio uses inbound for browser calls too.
    Direction: 'inbound',
    From: caller,
    Caller: caller,
    To: to,
    Called: browser === undefined ? to : '',
    ...(accountSid && { AccountSid: accountSid }),
  };
}

interface Outcome {
  readonly issue?: readonly { details?: { text?: string; coding?: readonly { code?: string }[] } }[];
}

function describeError(body: string): string {
  if (/^\s*<(?!\?xml)/.test(body)) {
    return 'refused: the response is HTML. Check that the URL is the webhook of a Medplum server.';
  }
  try {
    const details = (JSON.parse(body) as Outcome).issue?.[0]?.details;
    return `refused: ${details?.coding?.[0]?.code ?? 'no code'}\n${details?.text ?? ''}`;
  } catch {
    return body;
  }
}
