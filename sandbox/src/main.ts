// SPDX-License-Identifier: Apache-2.0 OR MIT
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openConsole, sandboxLine } from './console.ts';
import { hex } from './seed.ts';
import { startSandbox } from './server.ts';
import type { Sandbox, SandboxBot, SandboxOptions } from './server.ts';
import { incomingCall, sign, twilioAccount } from './twilio.ts';
import type { TwilioAccount } from './twilio.ts';
import { lambdaRuntime } from './wrappers/lambda.ts';
import { runtimeVersions } from './wrappers/wrapper.ts';
import type { RuntimeVersion } from './wrappers/wrapper.ts';

const usage = `npm start -- [--json] [--port N] [--seed N] [--faults rate] [--ticket]
             [--wrapper vmcontext|awslambda|fission] [--config file.json] [--public-url URL]`;

const defaultPort = 8787;

/** Something that the user can put right: one line, and no stack. */
class Refusal extends Error {
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
  ticket: boolean;
  wrapper: RuntimeVersion;
  config: string | undefined;
  publicUrl: string | undefined;
}

function readSettings(args: string[]): Settings {
  const { values } = parse(args[0] === '--' ? args.slice(1) : args);
  const wrapper = runtimeVersions.find((version) => version === values.wrapper);
  if (!wrapper) {
    throw new Refusal(`--wrapper is one of ${runtimeVersions.join(', ')}`, 2);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(/^\d+$/.test(values.port ?? '') && port < 65536)) {
    throw new Refusal('--port is a number from 0 to 65535', 2);
  }
  const rate = Number(values.faults);
  if (!(values.faults.trim() && rate >= 0 && rate <= 1)) {
    throw new Refusal('--faults is a rate from 0 to 1', 2);
  }
  const publicUrl = values['public-url'];
  if (publicUrl !== undefined && !/^https?:\/\/[^/?#]/.test(publicUrl)) {
    throw new Refusal('--public-url begins with http:// or https://', 2);
  }
  return {
    help: values.help,
    json: values.json,
    port,
    seed: values.seed ?? randomBytes(16).toString('hex'),
    faults: rate,
    ticket: values.ticket,
    wrapper,
    config: values.config === undefined ? undefined : readConfig(values.config),
    publicUrl,
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
        ticket: { type: 'boolean', default: false },
        wrapper: { type: 'string', default: 'vmcontext' },
        config: { type: 'string' },
        'public-url': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (err) {
    throw new Refusal((err as Error).message.replaceAll('\n', ' '), 2);
  }
}

function readConfig(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    JSON.parse(text);
    return text;
  } catch (err) {
    throw new Refusal(`--config ${file}: ${(err as Error).message}`, 1);
  }
}

async function main(args: string[]): Promise<void> {
  const settings = readSettings(args);
  if (settings.help) {
    console.log(usage);
    return;
  }
  const bundle = fileURLToPath(new URL('../../pkg/bots/webhook.cjs', import.meta.url));
  if (!existsSync(bundle)) {
    throw new Refusal('pkg/bots/webhook.cjs is missing: npm run build makes it', 1);
  }
  const account = twilioAccount(settings.seed);
  const sandbox = await start(settings.port, {
    seed: settings.seed,
    faults: settings.faults,
    runCron: true,
    ...(settings.publicUrl !== undefined && { publicUrl: settings.publicUrl }),
    onLog: (bot, line) => {
      if (!settings.json) {
        console.log(`${bot}: ${line}`);
      }
    },
  });
  const bot = await sandbox.addBot({
    name: 'webhook',
    file: bundle,
    runtimeVersion: settings.wrapper,
    secrets: {
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_NUMBER: account.numbers.join(','),
      TWILIO_ACCOUNT_SID: account.accountSid,
      ...(settings.config !== undefined && { PLUMLINE_CONFIG: settings.config }),
      ...(settings.ticket && { PLUMLINE_SECRET: hex(settings.seed, 'plumline/secret', 64) }),
    },
  });
  openConsole(sandbox, bot, account);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
  }
  if (settings.json) {
    console.log(JSON.stringify(sandboxLine(sandbox, bot, account)));
  } else {
    console.log(greeting(sandbox, bot, account, settings.wrapper));
  }
}

/** The default port if it is free and none was asked for, else any. */
async function start(port: number | undefined, options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox({ ...options, port: port ?? defaultPort });
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw err;
    }
    if (port !== undefined) {
      throw new Refusal(`Port ${port} is taken`, 1);
    }
    return startSandbox({ ...options, port: 0 });
  }
}

function greeting(sandbox: Sandbox, bot: SandboxBot, account: TwilioAccount, wrapper: RuntimeVersion): string {
  const params = incomingCall(account, { from: '+15550100099', to: account.numbers[0] ?? '', kind: 'phone' });
  const data = Object.entries(params).map(([name, value]) => `  --data-urlencode '${name}=${value}' \\\n`);
  const node = wrapper === 'awslambda' && lambdaRuntime === process.execPath ? `, on Node ${process.version}` : '';
  // The command looks on the default port by itself.
  const where = sandbox.url.endsWith(`:${defaultPort}`) ? '' : ` --sandbox ${sandbox.url}`;
  return `The sandbox runs pkg/bots/webhook.cjs as ${wrapper} does${node}.

  Console   ${sandbox.url}/
  Webhook   ${bot.webhook}
  FHIR      ${sandbox.fhir}
  Numbers   ${account.numbers.join(', ')}
  Token     ${account.authToken}

Place a call:

npx plumline call --from +15550100099 --to ${account.numbers[0] ?? ''}${where}

or, signed for this run:

curl -H 'X-Twilio-Signature: ${sign(account.authToken, bot.webhook, params)}' \\
${data.join('')}  '${bot.webhook}'
`;
}

try {
  await main(process.argv.slice(2));
} catch (err) {
  if (!(err instanceof Refusal)) {
    throw err;
  }
  console.error(err.message);
  process.exitCode = err.exitCode;
}
