// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Command, InvalidArgumentError } from 'commander';
import { call, type CallOptions } from './call.ts';
import { check, type CheckOptions } from './check.ts';
import { fallback, type FallbackOptions } from './fallback.ts';
import { playCall, type PlayOptions } from './play.ts';

/** Parses `client:desk=busy`, or several entries separated by commas. */
function answers(text: string, previous: Record<string, string> = {}): Record<string, string> {
  const all = { ...previous };
  for (const entry of text.split(',')) {
    const at = entry.lastIndexOf('=');
    if (at < 1) {
      throw new InvalidArgumentError(
        'Use the form client:desk=answered, with answered, mailbox, busy, no-answer, declined or failed.',
      );
    }
    all[entry.slice(0, at).trim()] = entry.slice(at + 1).trim();
  }
  return all;
}

function seconds(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new InvalidArgumentError('Use a whole number of seconds.');
  }
  return Number(text);
}

/** With any of these options, the sandbox plays the whole call. */
const script = [
  ...(['whole', 'digits', 'speech', 'answers', 'voicemail', 'hangUpAfter'] as const),
  ...(['queuePosition', 'queueWait', 'at', 'ticket'] as const),
];

/** Options for a single request. */
const single = { url: '--url', token: '--token', wrongSignature: '--wrong-signature' } as const;

function place(options: CallOptions & PlayOptions & { whole: boolean }): Promise<number> {
  const print = (line: string): void => console.log(line);
  if (!script.some((name) => options[name] !== undefined && options[name] !== false)) {
    return call(options, print);
  }
  for (const name of ['url', 'token', 'wrongSignature'] as const) {
    if (options[name]) {
      throw new Error(`${single[name]} is for a single request: remove it, or remove the options for a whole call`);
    }
  }
  if (options.ticket && options.browser === undefined) {
    throw new Error('--ticket needs --browser');
  }
  return playCall(options, print);
}

function parameter(text: string, previous: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new InvalidArgumentError('Use the form Name=value.');
  }
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

const program = new Command('plumline').description('Twilio calls and messages, answered inside Medplum.');

program
  .command('call')
  .description(
    'Send the signed request that Twilio sends for a call and show the response, or let the sandbox play a whole call.',
  )
  .option('--from <number>', 'the caller, E.164', '+15550100099')
  .requiredOption('--to <number>', 'the called number, E.164; for a browser call, the To parameter')
  .option('--browser <identity>', "place a call from Twilio's SDK in a browser, with this identity")
  .option('--url <url>', 'the webhook URL; default: the webhook of the local sandbox')
  .option(
    '--token <token>',
    'the auth token for the signature; default: TWILIO_AUTH_TOKEN, or the token of the sandbox',
  )
  .option('--sandbox <url>', 'the URL of the sandbox', 'http://127.0.0.1:8787')
  .option(
    '--param <Name=value>',
    'an additional request parameter, such as StirVerstat=TN-Validation-Failed; can be repeated',
    parameter,
    {},
  )
  .option('--wrong-signature', 'sign with another token', false)
  .option('--whole', 'play the whole call; all options below imply it', false)
  .option('--digits <list>', 'the keys for each menu, such as 2,1; - is silence')
  .option('--speech <list>', 'the speech for each menu without keys')
  .option(
    '--answers <address=answer>',
    'client:desk=answered, mailbox, busy, no-answer, declined or failed; *=… for all others; queue=answered or full',
    answers,
  )
  .option('--voicemail <seconds>', 'how long the caller speaks after the tone', seconds)
  .option('--hang-up-after <seconds>', 'hang up after this time', seconds)
  .option('--queue-position <list>', 'the queue position at each request of the wait URL, such as 14,13')
  .option('--queue-wait <seconds>', 'the average wait time that Twilio reports', seconds)
  .option(
    '--at <instant>',
    'when the call starts, with an offset: 2026-12-25T03:00:00Z, or 2026-12-24T22:00-05:00 in local time',
  )
  .option('--ticket', 'with --browser: request a ticket for the number first', false)
  .action(async (options: CallOptions & PlayOptions & { whole: boolean }) => {
    process.exitCode = await place(options);
  });

program
  .command('check')
  .description('Check a config (docs/dialplan.md). The exit code is 1 if it cannot be used.')
  .argument('<config.json>', 'the file, or - for standard input')
  .option(
    '--numbers <list>',
    "the account's numbers, E.164, separated by commas; the check reports numbers that are not in the list",
  )
  .option(
    '--write',
    'replace the sets of holidays in the file, such as @US, by their rules (docs/dialplan.md#holidays)',
    false,
  )
  .action((file: string, options: CheckOptions) => {
    process.exitCode = check(file, options, (line) => console.log(line));
  });

program
  .command('fallback')
  .description(
    'Write a dialplan as one TwiML document that needs no server, for "Primary handler fails" of a Twilio number (docs/deploy.md).',
  )
  .argument('<config.json>', 'the file, or - for standard input')
  .option('--number <number>', 'the number of the clinic, E.164; default: the only one of the config')
  .option('--action <name>', 'the action at which the document starts; default: that of the last rule')
  .option(
    '--ring <number>',
    'the phone that rings, E.164, instead of those of the dialplan; can be repeated',
    (number: string, previous: readonly string[]) => [...previous, number],
    [],
  )
  .option(
    '--closing <text>',
    'what the caller hears if no one answers',
    'We cannot take your call now. Please call again later.',
  )
  .option('--out <file>', 'the file to write; default: standard output')
  .action((file: string, options: FallbackOptions) => {
    process.exitCode = fallback(file, options, (line) => console.log(line));
  });

try {
  await program.parseAsync();
} catch (err) {
  console.error(`plumline: ${err instanceof Error ? err.message : String(err)}`);
  process.exitCode = 1;
}
