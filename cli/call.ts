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

/** Places one call by its webhook; 0 where it was answered in TwiML. */
export async function call(options: CallOptions, print: (line: string) => void): Promise<number> {
  const target = await findTarget(options);
  const params = { ...voiceParams(options, target.accountSid), ...options.param };
  const token = options.wrongSignature ? `not-${target.token}` : target.token;
  const response = await fetch(target.url, {
    method: 'POST',
    headers: { 'X-Twilio-Signature': signTwilio({ url: target.url, params, token }) },
    body: new URLSearchParams(params),
  }).catch(() => {
    throw new Error(`nothing answers at ${new URL(target.url).origin}: start the host there, or give another --url`);
  });
  const body = await response.text();
  const type = response.headers.get('content-type') ?? '';
  print(`${response.status} ${response.statusText}, ${type || 'no content type'}`);
  if (response.ok && type.includes('xml')) {
    print('accepted: the signature is genuine');
    print(formatTwiml(body));
    return 0;
  }
  print(describeError(body));
  return 1;
}

/** The URL and token of the options, else of the environment, else of the sandbox that runs on this machine. */
async function findTarget(options: CallOptions): Promise<Target> {
  // While a token is replaced, two are set: any of them signs.
  const token =
    options.token ??
    process.env.TWILIO_AUTH_TOKEN?.split(',')
      .find((one) => one.trim())
      ?.trim();
  if (options.url) {
    if (!token) {
      throw new Error('give --token, or set TWILIO_AUTH_TOKEN: without it the call cannot be signed');
    }
    return { url: options.url, token, accountSid: process.env.TWILIO_ACCOUNT_SID };
  }
  const response = await fetch(new URL('/sandbox.json', options.sandbox)).catch(() => undefined);
  if (!response?.ok) {
    throw new Error(
      `no sandbox at ${options.sandbox}: start one with npm start, say with --sandbox where it is, or give --url and --token`,
    );
  }
  const sandbox = (await response.json()) as { webhook: string; authToken: string };
  const account = await fetch(new URL('/console/account', options.sandbox));
  const { accountSid } = (await account.json()) as { accountSid: string };
  return { url: sandbox.webhook, token: options.token ?? sandbox.authToken, accountSid };
}

/** What Twilio sends with a call: https://www.twilio.com/docs/voice/twiml#request-parameters */
function voiceParams({ from, to, browser }: CallOptions, accountSid: string | undefined): Record<string, string> {
  const caller = browser === undefined ? from : `client:${browser}`;
  return {
    ApiVersion: '2010-04-01',
    CallSid: `CA${crypto.randomUUID().replaceAll('-', '')}`,
    CallStatus: 'ringing',
    // Twilio says inbound of a call that a browser places, too.
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
    return 'refused: the answer is HTML: is this the webhook of a Medplum server?';
  }
  try {
    const details = (JSON.parse(body) as Outcome).issue?.[0]?.details;
    return `refused: ${details?.coding?.[0]?.code ?? 'no code'}\n${details?.text ?? ''}`;
  } catch {
    return body;
  }
}
