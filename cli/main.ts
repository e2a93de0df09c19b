// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Command, InvalidArgumentError } from 'commander';
import { call, type CallOptions } from './call.ts';
import { check, type CheckOptions } from './check.ts';
import { playCall, type PlayOptions } from './play.ts';

/** `client:desk=busy`, or several with commas between them. */
function answers(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const all = { ...earlier };
  for (const entry of text.split(',')) {
    const at = entry.lastIndexOf('=');
    if (at < 1) {
      throw new InvalidArgumentError('Write it as client:desk=answered, with busy, no-answer, declined or failed.');
    }
    all[entry.slice(0, at).trim()] = entry.slice(at + 1).trim();
  }
  return all;
}

function seconds(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new InvalidArgumentError('Write a whole number of seconds.');
  }
  return Number(text);
}

/** With any of these the whole call is played, which only the sandbox can do. */
const script = [
  ...(['whole', 'digits', 'speech', 'answers', 'voicemail', 'hangUpAfter'] as const),
  ...(['queuePosition', 'queueWait', 'at', 'ticket'] as const),
];

/** These are of a single request. */
const single = { url: '--url', token: '--token', wrongSignature: '--wrong-signature' } as const;

function place(options: CallOptions & PlayOptions & { whole: boolean }): Promise<number> {
  const print = (line: string): void => console.log(line);
  if (!script.some((name) => options[name] !== undefined && options[name] !== false)) {
    return call(options, print);
  }
  for (const name of ['url', 'token', 'wrongSignature'] as const) {
    if (options[name]) {
      throw new Error(`${single[name]} is for a single request: leave it out, or leave out what the caller does`);
    }
  }
  if (options.ticket && options.browser === undefined) {
    throw new Error('--ticket is for a call from a browser: give --browser as well');
  }
  return playCall(options, print);
}

function parameter(text: string, earlier: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new InvalidArgumentError('Write it as Name=value.');
  }
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}

const program = new Command('plumline').description('Twilio calls and messages, answered inside Medplum.');

program
  .command('call')
  .description(
    'Post what Twilio would post for a call, correctly signed, and show the answer; or let the sandbox play the whole call.',
  )
  .option('--from <number>', 'the caller, E.164', '+15550100099')
  .requiredOption('--to <number>', 'the number called, E.164; for a browser call whatever the browser sends')
  .option('--browser <identity>', "a call from Twilio's SDK in a browser, by the identity in its access token")
  .option('--url <url>', 'the webhook URL; by default that of the sandbox on this machine')
  .option('--token <token>', 'the auth token to sign with; by default TWILIO_AUTH_TOKEN, or the sandbox’s')
  .option('--sandbox <url>', 'where the sandbox runs', 'http://127.0.0.1:8787')
  .option(
    '--param <Name=value>',
    'a further parameter that Twilio sends, such as StirVerstat=TN-Validation-Failed; as often as needed',
    parameter,
    {},
  )
  .option('--wrong-signature', 'sign with another token', false)
  .option('--whole', 'play the call to its end, as do all options below', false)
  .option('--digits <list>', 'what the caller presses at each menu in turn, such as 2,1; - is silence')
  .option('--speech <list>', 'what the caller says where nothing is pressed')
  .option(
    '--answers <who=how>',
    'client:desk=answered, busy, no-answer, declined or failed; *=… for anybody else; queue=answered or full',
    answers,
  )
  .option('--voicemail <seconds>', 'how long the caller speaks after a tone', seconds)
  .option('--hang-up-after <seconds>', 'when the caller hangs up', seconds)
  .option('--queue-position <list>', 'the place that a waiting caller is told, each time anew, such as 14,13')
  .option('--queue-wait <seconds>', 'how long callers wait on average, as Twilio believes', seconds)
  .option(
    '--at <instant>',
    'when the call is placed, with an offset: 2026-12-25T03:00:00Z, or 2026-12-24T22:00-05:00 by the clock of a clinic',
  )
  .option('--ticket', 'with --browser: ask for a ticket for the number first', false)
  .action(async (options: CallOptions & PlayOptions & { whole: boolean }) => {
    process.exitCode = await place(options);
  });

program
  .command('check')
  .description('Say what is wrong with a config, as docs/dialplan.md tells it; 1 where it cannot be used.')
  .argument('<config.json>', 'the file; - for what is piped in')
  .option(
    '--numbers <list>',
    "the account's numbers, E.164, with commas between them; a number that has to be ours is looked for",
  )
  .action((file: string, options: CheckOptions) => {
    process.exitCode = check(file, options, (line) => console.log(line));
  });

try {
  await program.parseAsync();
} catch (err) {
  console.error(`plumline: ${err instanceof Error ? err.message : String(err)}`);
  process.exitCode = 1;
}
