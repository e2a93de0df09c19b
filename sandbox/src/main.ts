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

  --ticket        sets PLUMLINE_SECRET: calls from a browser need a ticket
  --config        a dialplan (docs/dialplan.md), checked first; its numbers become the account's
  --at            what the sandbox's clock says when it starts; by default it is now
  --faults        the share of auth/me and FHIR requests that fail once the sandbox is ready, from 0 to 1
  --server-speed  1 is as slow as a Medplum server on two cores, 2 twice as fast; by default no wait is added
  --public-url    the address of a tunnel to the sandbox: its host is answered, beside this machine's own names
  --wrapper       the runtime of Medplum's that the bots run as under`;

const defaultPort = 8787;

/** Something that the user can put right: one line, and no stack. */
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
    throw new UsageError(`--wrapper is one of ${runtimeVersions.join(', ')}`, 2);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(/^\d+$/.test(values.port ?? '') && port < 65536)) {
    throw new UsageError('--port is a number from 0 to 65535', 2);
  }
  const rate = readRate(values.faults);
  if (rate === undefined) {
    throw new UsageError(`--faults is a rate from 0 to 1, such as 0.05, not ${JSON.stringify(values.faults)}`, 2);
  }
  const speed = values['server-speed'];
  if (speed !== undefined && !(/^\d*\.?\d+$/.test(speed) && Number(speed) > 0)) {
    throw new UsageError('--server-speed is a number above 0: 1 is a Medplum server on two cores', 2);
  }
  const publicUrl = values['public-url'];
  if (
    publicUrl !== undefined &&
    !/^(?:https:\/\/[^/?#]|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?#]|$))/.test(publicUrl)
  ) {
    throw new UsageError('--public-url begins with https://, or with http:// and localhost', 2);
  }
  const at = values.at === undefined ? undefined : readInstant(values.at);
  if (values.at !== undefined && at === undefined) {
    throw new UsageError(`--at is ${instantHelp}`, 2);
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

// eslint-disable-next-line @typescript-eslint/explicit-function-return-type -- parseArgs says it best
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
    // An editor on Windows may have begun it with a byte order mark.
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (err) {
    throw new UsageError(`--config ${file}: ${(err as Error).message}`, 1);
  }
}

/** Prints what is wrong with a config, as `npx plumline check` does. Fails where a bot would not use it. */
async function checkConfig(file: string, text: string, numbers: string[]): Promise<void> {
  // Not before it is known that pkg/ is there.
  const { checkText } = await import('../../cli/check.ts');
  const { ok, lines } = checkText(text, numbers);
  lines.forEach((line) => console.error(line));
  if (!ok) {
    throw new UsageError(`--config ${file} cannot be used: mend what is said above, and start again`, 1);
  }
}

/** The account's numbers, and those that the config has besides: they become the account's too. */
function addConfigNumbers(own: string[], config: string): string[] {
  let named: unknown;
  try {
    named = (JSON.parse(config) as { numbers?: unknown } | null)?.numbers;
  } catch {
    // The check says where it is no JSON.
  }
  const others = typeof named === 'object' && named !== null ? Object.keys(named) : [];
  return [...new Set([...own, ...others.filter((number) => /^\+[1-9]\d{1,14}$/.test(number))])];
}

async function main(args: string[]): Promise<void> {
  const settings = readSettings(args);
  if (settings.help) {
    console.log(usage);
    return;
  }
  const missing = botNames.find((name) => !existsSync(bundlePath(name)));
  if (missing) {
    throw new UsageError(`pkg/bots/${missing}.cjs is missing: npm run build makes it`, 1);
  }
  const account = twilioAccount(settings.seed);
  if (settings.config) {
    const { file, text } = settings.config;
    account.numbers = addConfigNumbers(account.numbers, text);
    await checkConfig(file, text, account.numbers);
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
  // Not before all is there: what makes the sandbox ready is no part of what is to be tested.
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

/** The default port if it is free and none was checkWithNumbers for, else any. */
async function start(port: number | undefined, options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox({ ...options, port: port ?? defaultPort });
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw err;
    }
    if (port !== undefined) {
      throw new UsageError(`Port ${port} is taken: give --port another one, or 0 for any`, 1);
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
  // A number of the config's comes after the account's own, and is the one to try.
  const number = (config ? account.numbers.at(-1) : account.numbers[0]) ?? '';
  const params = incomingCall(account, { from: '+15550100099', to: number, kind: 'phone' });
  const data = Object.entries(params).map(([name, value]) => `  --data-urlencode '${name}=${value}' \\\n`);
  const node = wrapper === 'awslambda' && lambdaRuntime === process.execPath ? `, on Node ${process.version}` : '';
  const clock = at === undefined ? '' : `\n  Clock     ${new Date(at).toISOString()}, and goes on from there`;
  const named =
    created.length === 0
      ? ''
      : `\n\nInvented here, since the config names them; for a server write the ids of your own there:\n\n  ${created.join('\n  ')}`;
  // The command looks on the default port by itself.
  const where = sandbox.url.endsWith(`:${defaultPort}`) ? '' : ` --sandbox ${sandbox.url}`;
  return `The sandbox runs the bots of pkg/bots as ${wrapper} does${node}, with the rights that deploy/ gives them.

  Console   ${sandbox.url}/
  Webhook   ${bot.webhook}
  FHIR      ${sandbox.fhir}
  Numbers   ${account.numbers.join(', ')}
  Token     ${account.authToken}${clock}${named}

Place a call:

npx plumline call --from +15550100099 --to ${number}${where}

play one to its end, with whoever is rung answering:

npx plumline call --to ${number} --answers '*=answered'${where}

or, signed for this run:

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
