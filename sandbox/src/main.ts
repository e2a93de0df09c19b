// SPDX-License-Identifier: Apache-2.0 OR MIT
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { instantHelp, readInstant } from './clock.ts';
import { openConsole, sandboxInfo } from './console.ts';
import { bundlePath, botNames, addPeople, deployBots } from './plumline-bots.ts';
import { readRate } from './faults.ts';
import { createConfigResources } from './config-resources.ts';
import { hex } from './base/seed.ts';
import { startSandbox } from './server.ts';
import type { Sandbox, SandboxBot, SandboxOptions } from './server.ts';
import { incomingCall, sign, twilioAccount } from './twilio.ts';
import type { TwilioAccount } from './twilio.ts';
import { lambdaRuntime } from './wrappers/lambda.ts';
import { runtimeVersions } from './wrappers/wrapper.ts';
import type { RuntimeVersion } from './wrappers/wrapper.ts';

const usage = `npm start -- [--json] [--port N] [--seed N] [--faults rate] [--server-speed N] [--ticket]
             [--wrapper vmcontext|awslambda|fission] [--config file.json] [--public-url URL]
             [--at 2026-12-25T03:00:00Z]

  --ticket        set PLUMLINE_SECRET, so that calls from a browser need a ticket
  --config        a dialplan (docs/dialplan.md); it is checked, and its numbers are added to the account
  --at            the time of the sandbox clock at the start; default: now
  --faults        the share of auth/me and FHIR requests that fail after the start, from 0 to 1
  --server-speed  1 is as slow as a Medplum server on two cores, 2 is twice as fast; default: no delay
  --public-url    the URL of a tunnel to the sandbox; its host is accepted in addition to local names
  --wrapper       the Medplum runtime that runs the bots`;

const defaultPort = 8787;

/** An error that the user can correct. It is printed as one line without a stack. */
class UsageError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Settings {
  help: boolean;
  json: boolean;
  port: number | undefined;
  seed: string;
  faults: number;
  serverSpeed: number | undefined;
  ticket: boolean;
  wrapper: RuntimeVersion;
  config: { file: string; text: string } | undefined;
  publicUrl: string | undefined;
  at: number | undefined;
}

function readSettings(args: string[]): Settings {
  const { values } = parse(args[0] === '--' ? args.slice(1) : args);
  const wrapper = runtimeVersions.find((version) => version === values.wrapper);
  if (!wrapper) {
    throw new UsageError(`--wrapper must be one of ${runtimeVersions.join(', ')}`, 2);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(/^\d+$/.test(values.port ?? '') && port < 65536)) {
    throw new UsageError('--port must be a number from 0 to 65535', 2);
  }
  const rate = readRate(values.faults);
  if (rate === undefined) {
    throw new UsageError(`--faults must be a rate from 0 to 1, such as 0.05, not ${JSON.stringify(values.faults)}`, 2);
  }
  const speed = values['server-speed'];
  if (speed !== undefined && !(/^\d*\.?\d+$/.test(speed) && Number(speed) > 0)) {
    throw new UsageError('--server-speed must be a number above 0; 1 is a Medplum server on two cores', 2);
  }
  const publicUrl = values['public-url'];
  if (
    publicUrl !== undefined &&
    !/^(?:https:\/\/[^/?#]|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?#]|$))/.test(publicUrl)
  ) {
    throw new UsageError('--public-url must start with https://, or with http://localhost', 2);
  }
  const at = values.at === undefined ? undefined : readInstant(values.at);
  if (values.at !== undefined && at === undefined) {
    throw new UsageError(`--at must be ${instantHelp}`, 2);
  }
  return {
    help: values.help,
    json: values.json,
    port,
    seed: values.seed ?? randomBytes(16).toString('hex'),
    faults: rate,
    serverSpeed: speed === undefined ? undefined : Number(speed),
    ticket: values.ticket,
    wrapper,
    config: values.config === undefined ? undefined : { file: values.config, text: readConfig(values.config) },
    publicUrl,
    at,
  };
}

// eslint-disable-next-line @typescript-eslint/explicit-function-return-type -- parseArgs infers the type
function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        json: { type: 'boolean', default: false },
        port: { type: 'string' },
        seed: { type: 'string' },
        faults: { type: 'string', default: '0' },
        'server-speed': { type: 'string' },
        ticket: { type: 'boolean', default: false },
        wrapper: { type: 'string', default: 'vmcontext' },
        config: { type: 'string' },
        'public-url': { type: 'string' },
        at: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (err) {
    throw new UsageError((err as Error).message.replaceAll('\n', ' '), 2);
  }
}

function readConfig(file: string): string {
  try {
    // Editors on Windows can write a byte order mark at the start.
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (err) {
    throw new UsageError(`--config ${file}: ${(err as Error).message}`, 1);
  }
}

/** Prints the errors of a config, as `npx plumline check` does. Fails if the bots cannot use the config. */
async function checkConfig(file: string, text: string, numbers: string[], at: number): Promise<void> {
  // Imported here, because it needs pkg/.
  const { checkText, localDate } = await import('../../cli/check.ts');
  const { ok, lines } = checkText(text, { numbers, today: localDate(new Date(at)) });
  lines.forEach((line) => console.error(line));
  if (!ok) {
    throw new UsageError(`--config ${file} cannot be used: correct the errors above and start again`, 1);
  }
}

/** Returns the account's numbers and the numbers of the config. */
function addConfigNumbers(accountNumbers: string[], config: string): string[] {
  let configNumbers: unknown;
  try {
    configNumbers = (JSON.parse(config) as { numbers?: unknown } | null)?.numbers;
  } catch {
    // The check reports invalid JSON.
  }
  const names = typeof configNumbers === 'object' && configNumbers !== null ? Object.keys(configNumbers) : [];
  return [...new Set([...accountNumbers, ...names.filter((number) => /^\+[1-9]\d{1,14}$/.test(number))])];
}

async function main(args: string[]): Promise<void> {
  const settings = readSettings(args);
  if (settings.help) {
    console.log(usage);
    return;
  }
  const missing = botNames.find((name) => !existsSync(bundlePath(name)));
  if (missing) {
    throw new UsageError(`pkg/bots/${missing}.cjs is missing: run npm run build`, 1);
  }
  const account = twilioAccount(settings.seed);
  if (settings.config) {
    const { file, text } = settings.config;
    account.numbers = addConfigNumbers(account.numbers, text);
    await checkConfig(file, text, account.numbers, settings.at ?? Date.now());
  }
  const sandbox = await start(settings.port, {
    seed: settings.seed,
    runCron: true,
    twilio: { numbers: account.numbers },
    ...(settings.serverSpeed !== undefined && { serverSpeed: settings.serverSpeed }),
    ...(settings.publicUrl !== undefined && { publicUrl: settings.publicUrl }),
    onLog: (bot, line) => {
      if (!settings.json) {
        console.log(`${bot}: ${line}`);
      }
    },
  });
  sandbox.setTime(settings.at);
  const bots = await deployBots(sandbox, {
    account,
    runtimeVersion: settings.wrapper,
    config: settings.config?.text,
    secret: settings.ticket ? hex(settings.seed, 'plumline/secret', 64) : undefined,
  });
  const bot = bots.webhook;
  const created = await createConfigResources(sandbox, settings.config?.text ?? '');
  openConsole(sandbox, { account, bots, people: await addPeople(sandbox), tickets: settings.ticket });
  // Set after the setup, so that the setup itself does not fail.
  sandbox.faultRate = settings.faults;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
  }
  if (settings.json) {
    console.log(JSON.stringify(sandboxInfo(sandbox, bot, account)));
  } else {
    console.log(startMessage(sandbox, bot, account, { ...settings, created }));
  }
}

/** Uses the default port if it is free and no port was given. Otherwise it uses any free port. */
async function start(port: number | undefined, options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox({ ...options, port: port ?? defaultPort });
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw err;
    }
    if (port !== undefined) {
      throw new UsageError(`Port ${port} is in use: choose another --port, or 0 for any free port`, 1);
    }
    return startSandbox({ ...options, port: 0 });
  }
}

function startMessage(
  sandbox: Sandbox,
  bot: SandboxBot,
  account: TwilioAccount,
  { wrapper, config, at, created }: Pick<Settings, 'wrapper' | 'config' | 'at'> & { created: string[] },
): string {
  // The numbers of the config come last. They are the ones to try.
  const number = (config ? account.numbers.at(-1) : account.numbers[0]) ?? '';
  const params = incomingCall(account, { from: '+15550100099', to: number, kind: 'phone' });
  const data = Object.entries(params).map(([name, value]) => `  --data-urlencode '${name}=${value}' \\\n`);
  const node = wrapper === 'awslambda' && lambdaRuntime === process.execPath ? `, on Node ${process.version}` : '';
  const clock = at === undefined ? '' : `\n  Clock     ${new Date(at).toISOString()}`;
  const resources =
    created.length === 0
      ? ''
      : `\n\nThe config refers to these resources, so the sandbox created them. For a server, use your own ids:\n\n  ${created.join('\n  ')}`;
  // The command uses the default port if there is no --sandbox.
  const sandboxOption = sandbox.url.endsWith(`:${defaultPort}`) ? '' : ` --sandbox ${sandbox.url}`;
  return `The sandbox runs the bots of pkg/bots with the ${wrapper} runtime${node} and the access policies of deploy/.

  Console   ${sandbox.url}/
  Webhook   ${bot.webhook}
  FHIR      ${sandbox.fhir}
  Numbers   ${account.numbers.join(', ')}
  Token     ${account.authToken}${clock}${resources}

Place a call:

npx plumline call --from +15550100099 --to ${number}${sandboxOption}

Play a whole call that is answered:

npx plumline call --to ${number} --answers '*=answered'${sandboxOption}

Or send a request that is signed for this run:

curl -H 'X-Twilio-Signature: ${sign(account.authToken, bot.webhook, params)}' \\
${data.join('')}  '${bot.webhook}'
`;
}

try {
  await main(process.argv.slice(2));
} catch (err) {
  if (!(err instanceof UsageError)) {
    throw err;
  }
  console.error(err.message);
  process.exitCode = err.exitCode;
}
