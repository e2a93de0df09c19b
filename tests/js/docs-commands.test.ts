// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Every shell command in the pages has a script, a file and flags that exist. Commands that need neither a server nor a
 * minute run as written, and the calls of the README run in a sandbox. Every path that a page names exists.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md'],
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** Programs that the repository does not provide. Their flags are not checked. */
const foreign = new Set(['git', 'cd', 'docker', 'openssl', 'curl', 'export', 'rustup', 'cargo', 'bash', 'plumline']);

/** Cheap commands, which are run as written. */
const cheap =
  /^(?:npx plumline (?:check|call) .*--help|npx plumline check docs\/.*|node scripts\/licenses\.ts|npm run imports)$/;

interface Command {
  readonly page: string;
  readonly line: string;
  readonly words: readonly string[];
}

/**
 * The commands of a shell script, each as its words without quotes. Handles comments, `&&`, `;` and continued lines.
 */
function shell(text: string): string[][] {
  const found: string[][] = [[]];
  const token =
    /(?<quoted>'([^']*)'|"([^"]*)")|(?<comment>(?<=^|\s)#[^\n]*)|(?<end>&&|;(?=\s)|\n)|(?<space>\s+)|(?<plain>[^\s'";]+|.)/gu;
  let open = false;
  for (const { 0: whole, 2: single, 3: double, groups } of text.replaceAll('\\\n', ' ').matchAll(token)) {
    const command = found.at(-1) ?? [];
    if (groups?.['end'] !== undefined) {
      found.push([]);
      open = false;
    } else if (groups?.['space'] !== undefined || groups?.['comment'] !== undefined) {
      open = false;
    } else {
      const word = single ?? double ?? whole;
      command.push((open ? (command.pop() ?? '') : '') + word);
      open = true;
    }
  }
  return found.filter((command) => command.length > 0);
}

/** The commands of a script, without variable assignments before them. */
function commands(page: string, text: string): Command[] {
  return shell(text)
    .map((all) =>
      all.slice(
        Math.max(
          0,
          all.findIndex((word) => !/^[A-Z_]+=/.test(word)),
        ),
      ),
    )
    .map((all) => ({ page, line: all.join(' '), words: all }));
}

/** The commands in the fenced blocks of shell of a page. */
function fenced(page: string, text: string): Command[] {
  return [...text.matchAll(/^( *)```(?:sh|bash|shell|console)\n([^]*?)^\1```$/gm)].flatMap(([, , block = '']) =>
    commands(page, block),
  );
}

/** The commands in the text of a page: `npm run x`, `npm start …`, `npx plumline …`, `node x`. */
function inline(page: string, text: string): Command[] {
  const prose = text.replace(/^( *)```[^]*?^\1```$/gm, '');
  return [...prose.matchAll(/`((?:npm (?:run|start|test|ci|cit)|npx|node|plumline)(?: [^`]*)?)`/g)].flatMap(
    ([, line = '']) => commands(page, line.replaceAll('\n', ' ')),
  );
}

/** The flags of a command: `--name`, without a value. */
const flagsOf = (all: readonly string[]): string[] =>
  all.filter((word) => /^--\w/.test(word)).map((word) => word.replace(/=.*/, ''));

/** The source text in which the flags of a script are declared. */
function sourceOf(file: string): string {
  const own = read(file);
  const imports = [...own.matchAll(/from '(\.[^']+\.ts)'/g)].map(([, name = '']) =>
    path.join(path.dirname(file), name),
  );
  return [own, ...imports.filter((one) => existsSync(path.join(root, one))).map(read)].join('\n');
}

/** Whether a source declares a flag, for `parseArgs`, for commander or by itself. */
function declares(source: string, flag: string): boolean {
  const name = flag.slice(2);
  const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return (
    new RegExp(`['"\`\\s]${flag}(?![\\w-])`).test(source) ||
    new RegExp(`(?:'${name}'|\\b${camel}): \\{ type: '(?:string|boolean)'`).test(source)
  );
}

/** The problems of a command; an empty list if there are none. */
function problems({ words: [program = '', ...args] }: Command): string[] {
  const missing = (source: string, flags: readonly string[]): string[] =>
    flags.filter((flag) => !declares(source, flag)).map((flag) => `the command has no flag ${flag}`);
  if (program === 'npm') {
    const [verb, ...rest] = args;
    if (['ci', 'cit', 'install', 'i', 'pack', 'view'].includes(verb ?? '')) {
      return [];
    }
    const name = verb === 'run' ? rest.find((word) => !word.startsWith('-')) : verb;
    const script = manifest.scripts[name ?? ''];
    if (script === undefined) {
      return [`package.json has no script ${name ?? ''}`];
    }
    const at = rest.indexOf('--');
    const file = /node (\S+)(?!.*node )/.exec(script)?.[1];
    return at < 0 || file === undefined ? [] : missing(sourceOf(file), flagsOf(rest.slice(at + 1)));
  }
  if (program === 'npx' || program === 'plumline') {
    const [tool = '', command = '', ...rest] = program === 'npx' ? args : [program, ...args];
    if (tool === 'medplum') {
      return [];
    }
    if (tool !== 'plumline') {
      return manifest.devDependencies[tool] === undefined ? [`no such tool: ${tool}`] : [];
    }
    if (command === '' || command === '…' || command === '--help') {
      return [];
    }
    const source = read('cli/main.ts');
    const declared = source.split(/\.command\('/).find((part) => part.startsWith(`${command}'`));
    return declared === undefined
      ? [`plumline has no command ${command}`]
      : missing(
          declared,
          flagsOf(rest).filter((flag) => flag !== '--help'),
        );
  }
  if (program === 'node') {
    const [file = ''] = args;
    if (file.startsWith('-') || file.includes('<')) {
      return [];
    }
    const own = file.replace(/^node_modules\/plumline\//, '');
    return existsSync(path.join(root, own))
      ? missing(sourceOf(own), flagsOf(args.slice(1)))
      : [`there is no file ${file}`];
  }
  if (program.startsWith('scripts/')) {
    return existsSync(path.join(root, program)) ? [] : [`there is no file ${program}`];
  }
  return foreign.has(program) ? [] : [`unknown program ${program}`];
}

for (const page of pages) {
  const text = read(page);
  test(`the commands of ${page} exist with their flags`, () => {
    const found = [...fenced(page, text), ...inline(page, text)];
    const wrong = found.flatMap((command) => problems(command).map((problem) => `${command.line}: ${problem}`));
    assert.deepEqual(wrong, []);
  });

  test(`the paths of ${page} exist`, () => {
    const named = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
    const missing = named
      .filter((code) =>
        /^(?:src|tests|sandbox|bench|scripts|docs|deploy|schema|npm|cli|pkg|bot-wrapper)\/[\w./-]*$/.test(code),
      )
      .filter((code) => !/^docs\/api/.test(code) && !/^pkg\/(?:npm|cli|bots\/.*\.cjs)/.test(code))
      .filter((code) => !existsSync(path.join(root, code)));
    assert.deepEqual(missing, []);
  });
}

/** The text of all files in these folders. */
function sources(...folders: string[]): string {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:rs|ts)$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

test('the names in the recipes of CONTRIBUTING.md exist', () => {
  const [recipes = ''] = /\n## Recipes\n[^]*?(?=\n## )/.exec(read('CONTRIBUTING.md')) ?? [];
  const names = [...recipes.matchAll(/`([A-Za-z_:]+)(?:!|\([^`]*\))?`/g)]
    .flatMap(([, name = '']) => name.split('::'))
    .filter((name) => !['fn', 'mod', 'pub use', 'match', 'async fn', 'require', ''].includes(name));
  const text =
    sources('src', 'bot-wrapper', 'tests', 'npm', 'sandbox') + Object.keys(manifest.devDependencies).join(' ');
  assert.ok(names.length > 20);
  assert.deepEqual(
    names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text)),
    [],
  );
});

test('docs/architecture.md lists every module of the core and of the dialplan', () => {
  const rows = [...read('docs/architecture.md').matchAll(/^\| ([^|]*)\|/gm)].map(([, cell = '']) => cell);
  const listed = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)\/?`/g)].map(([, name = '']) => name));
  for (const file of ['src/lib.rs', 'src/dialplan/mod.rs']) {
    const modules = [...read(file).matchAll(/^(?:pub(?:\([a-z]+\))? )?mod (\w+);/gm)].map(([, name = '']) => name);
    assert.ok(modules.length > 10, file);
    assert.deepEqual(
      modules.filter((name) => !listed.includes(name)),
      [],
      file,
    );
  }
});

test('docs/architecture.md lists every build of the core', () => {
  const { files } = JSON.parse(read('pkg/build.json')) as { files: Record<string, unknown> };
  const page = read('docs/architecture.md');
  const built = Object.keys(files).filter((file) => file.endsWith('.wasm'));
  assert.equal(built.length, 3);
  assert.match(page, /Three features make three wasm files/);
  assert.ok(built.every((file) => page.includes(`\`pkg/${file}\``)));
});

test('a wrong command is found', () => {
  const wrong = [
    'npm run nothing',
    'npm start -- --nothing',
    'npx plumline nothing',
    'npx plumline call --nothing 1',
    'npx plumline check --digits 1',
    'node scripts/nothing.ts',
    'node deploy/deploy.mjs --nothing',
    'npm run bench -- --nothing',
    'nothing',
  ];
  for (const line of wrong) {
    assert.equal(commands('', line).flatMap(problems).length, 1, line);
  }
  const right = [
    'npm ci && npm start',
    'npm start -- --faults 1 --server-speed 1 --public-url http://localhost:8787',
    'PLUMLINE_CASES=1 npm run bench -- --only bots # a comment --nothing',
    "npx plumline call --to +15550100001 --answers '*=answered' --hang-up-after 3",
    'node deploy/deploy.mjs --webhook-bot <id of the bot> --set-secrets',
  ];
  for (const line of right) {
    assert.deepEqual(commands('', line).flatMap(problems), [], line);
  }
});

const built = existsSync(path.join(root, 'pkg/cli/plumline.mjs'));
const skip = built ? false : 'pkg/ is not built';
const plumline = (all: readonly string[]): Promise<{ stdout: string }> =>
  run(process.execPath, ['pkg/cli/plumline.mjs', ...all.slice(2)], { cwd: root });

describe('the cheap commands run', { skip }, () => {
  const all = pages.flatMap((page) => [...fenced(page, read(page)), ...inline(page, read(page))]);
  const chosen = new Map(all.filter(({ line }) => cheap.test(line)).map((command) => [command.line, command]));
  for (const { line, words } of chosen.values()) {
    test(line, async () => {
      const [program = '', ...args] = words;
      await (program === 'npx'
        ? plumline(words)
        : run(program === 'node' ? process.execPath : program, args, { cwd: root }));
    });
  }
});

/** The example config that has a number; `undefined` if the default dialplan answers the number. */
function configOf(number: string): string | undefined {
  const files = readdirSync(path.join(root, 'docs/dialplan')).map((name) => `docs/dialplan/${name}`);
  const found = files.find((file) => number in (JSON.parse(read(file)) as { numbers: object }).numbers);
  // The missed call has the first number of the default account.
  return found?.endsWith('missed-call.json') ? undefined : found;
}

/** Runs `body` while `npm start` runs with a config. */
async function withSandbox(config: string | undefined, body: (url: string) => Promise<void>): Promise<void> {
  const args = ['sandbox/src/main.ts', '--json', '--port', '0', ...(config === undefined ? [] : ['--config', config])];
  const sandbox = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface(sandbox.stdout), 'line')) as [string];
    const { webhook } = JSON.parse(line) as { webhook: string };
    await body(new URL(webhook).origin);
  } finally {
    sandbox.kill();
  }
}

test('the calls of the README are played', { skip }, async () => {
  const calls = fenced('README.md', read('README.md')).filter(({ line }) => line.startsWith('npx plumline call '));
  assert.ok(calls.length >= 9);
  const configs = calls.map(({ words }) => configOf(words[words.indexOf('--to') + 1] ?? ''));
  for (const config of new Set(configs)) {
    const lines = calls.filter((_, index) => configs[index] === config);
    await withSandbox(config, async (url) => {
      for (const { line, words } of lines) {
        const played = plumline([...words, '--sandbox', url]);
        await (line.includes('--wrong-signature') ? assert.rejects(played, { code: 1 }) : played);
      }
    });
  }
});
