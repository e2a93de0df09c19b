// SPDX-License-Identifier: Apache-2.0 OR MIT
import { Command, InvalidArgumentError } from 'commander';
import { call, type CallOptions } from './call.ts';
import { check, type CheckOptions } from './check.ts';

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
  .description('Post what Twilio would post for a call, correctly signed, and show the answer.')
  .option('--from <number>', 'the caller, E.164', '+15550100099')
  .requiredOption('--to <number>', 'the number called, E.164; for a browser call whatever the browser sends')
  .option('--browser <identity>', "a call from Twilio's SDK in a browser, by the identity in its access token")
  .option('--url <url>', 'the webhook URL; by default that of the sandbox on this machine')
  .option('--token <token>', 'the auth token to sign with; by default TWILIO_AUTH_TOKEN, or the sandbox’s')
  .option('--sandbox <url>', 'where the sandbox runs', 'http://127.0.0.1:8787')
  .option('--param <Name=value>', 'a further parameter, as often as needed', parameter, {})
  .option('--wrong-signature', 'sign with another token', false)
  .action(async (options: CallOptions) => {
    process.exitCode = await call(options, (line) => console.log(line));
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
