// SPDX-License-Identifier: Apache-2.0 OR MIT
import { badRequest } from '@medplum/core';
import { readFile } from 'node:fs/promises';
import type { PlumlineBots, People } from './plumline-bots.ts';
import { play, readPlayRequest, PlayRequestError } from './play.ts';
import type { Sandbox, SandboxBot } from './server.ts';
import { sendOutcome } from './results.ts';
import { incomingCall, kinds, sign } from './twilio.ts';
import type { CallKind, TwilioAccount } from './twilio.ts';

const page = new URL('../console/index.html', import.meta.url);

/** The page loads only its own files and connects only to this server. */
const contentSecurityPolicy = [
  "default-src 'none'",
  'img-src data:',
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "media-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The output of `--json`. */
export interface SandboxInfo {
  console: string;
  fhir: string;
  webhook: string;
  authToken: string;
  accountSid: string;
  numbers: string[];
  sent: string;
}

export function sandboxInfo(sandbox: Sandbox, bot: SandboxBot, account: TwilioAccount): SandboxInfo {
  return {
    console: `${sandbox.url}/`,
    fhir: sandbox.fhir,
    webhook: bot.webhook,
    authToken: account.authToken,
    accountSid: account.accountSid,
    numbers: account.numbers,
    sent: `${sandbox.url}/sandbox/sent`,
  };
}

export interface ConsoleOptions {
  account: TwilioAccount;
  bots: PlumlineBots;
  people: People;
  /** Whether the bots have PLUMLINE_SECRET. */
  tickets: boolean;
}

/** Adds the console page, its API, and the JSON endpoints for other programs. */
export function openConsole(sandbox: Sandbox, { account, bots, people, tickets }: ConsoleOptions): void {
  const { pages } = sandbox;
  const bot = bots.webhook;
  for (const [path, file, type] of [
    ['/', 'index.html', 'text/html; charset=utf-8'],
    ['/console/console.js', 'console.js', 'text/javascript; charset=utf-8'],
    ['/console/show.js', 'show.js', 'text/javascript; charset=utf-8'],
    ['/console/console.css', 'console.css', 'text/css; charset=utf-8'],
  ] as const) {
    pages.get(path, async (_req, res) => {
      const text = await readFile(new URL(file, page));
      res.set({ 'Content-Security-Policy': contentSecurityPolicy, 'Content-Type': type }).send(text);
    });
  }
  pages.get('/sandbox.json', (_req, res) => {
    res.json(sandboxInfo(sandbox, bot, account));
  });
  pages.get('/sandbox/sent', (_req, res) => {
    res.json(sandbox.sent);
  });
  pages.get('/console/account', (_req, res) => {
    const { practitioner, patients } = people;
    res.json({
      accountSid: account.accountSid,
      numbers: account.numbers,
      tickets,
      practitioner: practitioner.name,
      patients,
    });
  });
  pages.get('/console/executions', (_req, res) => {
    res.json(sandbox.executions.slice(-100).reverse());
  });
  // Calls are played one after another, because a call with `at` changes the clock for all calls.
  let turn: Promise<unknown> = Promise.resolve();
  // Only JSON is accepted. A page of another origin cannot send JSON without a CORS preflight.
  pages.post('/console/play', async (req, res) => {
    try {
      if (!req.is('json')) {
        throw new PlayRequestError('the body must be JSON');
      }
      const request = readPlayRequest(req.body);
      const played = turn.then(() => play(sandbox, { bots, people, tickets }, request));
      turn = played.catch(() => undefined);
      res.json(await played);
    } catch (err) {
      if (!(err instanceof PlayRequestError)) {
        throw err;
      }
      sendOutcome(res, badRequest(err.message));
    }
  });
  pages.post('/console/call', async (req, res) => {
    const call = req.is('json') ? readCall(req.body) : undefined;
    if (!call) {
      sendOutcome(res, badRequest('A call needs from, to and kind (phone or client)'));
      return;
    }
    const params = incomingCall(account, call);
    const token = call.wrongSignature ? `not-${account.authToken}` : account.authToken;
    const answer = await fetch(bot.webhook.replace(/^https?:\/\/[^/]+/, sandbox.url), {
      method: 'POST',
      headers: { 'X-Twilio-Signature': sign(token, bot.webhook, params) },
      body: new URLSearchParams(params),
    });
    res.json({ status: answer.status, contentType: answer.headers.get('content-type'), body: await answer.text() });
  });
}

interface PageCall {
  from: string;
  to: string;
  kind: CallKind;
  wrongSignature: boolean;
}

function readCall(body: unknown): PageCall | undefined {
  const { from, to, kind, wrongSignature } = (body ?? {}) as Record<string, unknown>;
  const callKind = kinds.find((one) => one === kind);
  if (typeof from !== 'string' || typeof to !== 'string' || !callKind) {
    return undefined;
  }
  return { from, to, kind: callKind, wrongSignature: wrongSignature === true };
}
