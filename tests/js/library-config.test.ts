// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Config validation in JavaScript and on the command line: checkConfig, the schema, `plumline check`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import vm from 'node:vm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { checkConfig, type Config } from 'plumline';
import ts from 'typescript';
import { configTypes } from '../../scripts/build/config-types.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const examples = readdirSync(path.join(root, 'docs/dialplan')).map((file) => `docs/dialplan/${file}`);
const sound = 'tests/rust/valid-config.json';

/** Calls checkConfig without types. */
const check = (config: unknown, options?: object): unknown => checkConfig(config as Config, options);

/** The codes and paths of the findings. */
function found(config: unknown, options?: object): string[] {
  const checked = checkConfig(config as Config, options);
  return (checked.ok ? checked.warnings : checked.findings).map(({ code, path }) => `${path} ${code}`);
}

describe('checkConfig', () => {
  test('accepts text and objects, also from another realm', () => {
    for (const file of [...examples, sound]) {
      const text = read(file);
      assert.deepEqual(check(text), { ok: true, warnings: [] }, file);
      assert.deepEqual(check(JSON.parse(text)), { ok: true, warnings: [] }, file);
      assert.deepEqual(check(vm.runInNewContext(`(${text})`)), { ok: true, warnings: [] }, file);
    }
  });

  test('returns code, path, help and severity', () => {
    const help =
      'Write the number in E.164: +, the country code and digits. In callers and lists, a prefix ends with an asterisk';
    const checked = checkConfig({ outbound: { callerId: '911' } });
    assert.ok(!checked.ok);
    const [finding] = checked.findings;
    assert.deepEqual(
      [finding?.code, finding?.path, finding?.severity],
      ['CONFIG_NUMBER', 'outbound.callerId', 'error'],
    );
    assert.ok(finding?.help.startsWith(help));
    const warned = checkConfig({ lists: { old: [] } });
    assert.ok(warned.ok);
    assert.deepEqual(
      warned.warnings.map(({ code, path, severity }) => [code, path, severity]),
      [['CONFIG_NAME_UNUSED', 'lists.old', 'warning']],
    );
  });

  test('reports invalid JSON and invalid documents with their position', () => {
    assert.deepEqual(found('{\n'), ['line 2, column 1 CONFIG_INVALID']);
    assert.deepEqual(found(''), ['line 1, column 1 CONFIG_INVALID']);
    assert.deepEqual(found([]), ['the document CONFIG_INVALID']);
    assert.deepEqual(found({ '+15550100077': 1 }), ['an unknown or repeated member of the document CONFIG_INVALID']);
    assert.deepEqual(found('['.repeat(100_000)), ['line 1, column 129 CONFIG_INVALID']);
  });

  test('accepts the time zones of the host', () => {
    const config = {
      timeZone: 'America/New_Yrok',
      numbers: { '+15550100001': { name: 'Desk', dialplan: 'main', timeZone: 'Europe/Londres' } },
      dialplans: { main: [{ when: { open: 'day' }, then: 'end' }, { then: 'end' }] },
      hours: { day: { healthcareService: 'HealthcareService/7', timeZone: 'Asia/Nowhere' } },
      actions: { end: [{ reject: {} }] },
      outbound: {
        hours: { from: '08:00', to: '21:00', zones: { '+1212': 'America/Brooklyn', '+44': 'Europe/London' } },
      },
    };
    const code = 'CONFIG_TIME_ZONE_UNKNOWN';
    assert.deepEqual(found(config), [
      `timeZone ${code}`,
      `numbers[0].timeZone ${code}`,
      `hours.day.timeZone ${code}`,
      `outbound.hours.zones[0] ${code}`,
    ]);
    assert.equal(checkConfig(config as Config).ok, false);
  });

  test('requires the clinic’s own numbers', () => {
    const config = { outbound: { callerId: '+15550100001' } };
    assert.deepEqual(found(config, { numbers: ['+15550100001'] }), []);
    assert.deepEqual(found(config, { numbers: '+1 (555) 010-0002, +15550100001' }), []);
    assert.deepEqual(found(config, { numbers: '+15550100002' }), ['outbound.callerId CONFIG_NUMBER_NOT_OURS']);
  });

  test('knows which holidays are over if the date is given', () => {
    const config = (...holidays: unknown[]): object => ({
      timeZone: 'UTC',
      numbers: { '+15550100001': { name: 'Desk', dialplan: 'main' } },
      dialplans: { main: [{ when: { open: 'day' }, then: 'end' }, { then: 'busy' }] },
      hours: { day: { weekly: [{ days: ['mon'], from: '09:00', to: '23:59:59' }], holidays } },
      actions: { end: [{ reject: {} }], busy: [{ reject: { reason: 'busy' } }] },
    });
    const past = ['hours.day.holidays CONFIG_HOLIDAYS_PAST'];
    for (const [holidays, today, expected] of [
      [['2026-11-26'], undefined, []],
      [['2026-11-26'], '2026-11-26', []],
      [['2026-11-26'], '2026-11-27', past],
      [['2026-11-26', '12-25', 'easter+1'], '2026-11-27', past],
      [['2026-11-26', '2026-12-24..2027-01-01'], '2027-01-01', []],
      [['2026-11-26', '2026-12-24..2027-01-01'], '2027-01-02', past],
      [['12-25', { on: '4 thu nov' }], '2099-01-01', []],
      [[], '2099-01-01', []],
    ] as const) {
      assert.deepEqual(found(config(...holidays), { today }), expected, `${JSON.stringify(holidays)} ${today}`);
    }
    assert.deepEqual(found(config('2026-11-26', '@US'), { today: '2027-01-01' }), [
      'hours.day.holidays[1] CONFIG_HOLIDAY_SET',
    ]);
  });

  test('throws for invalid arguments', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const [config, options, at] of [
      [7, {}, 'config'],
      [undefined, {}, 'config'],
      [circular, {}, 'config'],
      [{}, null, 'options'],
      [{}, { numbers: 7 }, 'numbers'],
      [{}, { numbers: [] }, 'numbers'],
      [{}, { numbers: ['911'] }, 'numbers[0]'],
      [{}, { today: '' }, 'today'],
      [{}, { today: 7 }, 'today'],
      [{}, { today: 'today' }, 'today'],
      [{}, { today: '2026-02-29' }, 'today'],
      [{}, { today: '2026-12-01T00:00:00Z' }, 'today'],
    ] as const) {
      assert.throws(
        () => check(config, options as object),
        (err: Error & { code?: string; path?: string }) => err.code === 'ARGUMENT_INVALID' && err.path === at,
        at,
      );
    }
  });
});

describe('the schema', () => {
  const schema = createRequire(import.meta.url)('plumline/schema/config.json') as Record<string, unknown>;
  const validate = new Ajv2020({ strict: true, strictRequired: false, allErrors: false }).compile(schema);

  test('accepts what the core accepts', () => {
    for (const file of [...examples, sound]) {
      assert.ok(validate(JSON.parse(read(file))), `${file}: ${JSON.stringify(validate.errors)}`);
    }
  });

  test('accepts every form of a holiday', () => {
    const holidays = [
      ...['12-25', '2026-11-26', '07-04 observed', '12-25 observed sat+2 sun+2', '04-27 sun-1', 'easter', 'easter-2'],
      ...['orthodox easter+1', '4 thu nov', '4 thu nov+1', 'last mon may', 'mon before 05-25', 'sat after 06-19-1'],
      ...['12-24..01-02', '2026-12-24..2027-01-02', 'easter-2..easter+1', '4 thu nov..4 thu nov+1'],
      { on: '12-24', name: 'Christmas Eve', open: [{ from: '08:00', to: '24:00' }], days: ['mon'] },
    ];
    const config = {
      hours: { day: { weekly: [{ days: ['mon'], from: '09:00', to: '23:59:59' }], holidays, timeZone: 'UTC' } },
    };
    assert.ok(validate(config), JSON.stringify(validate.errors));
    assert.deepEqual(found(config), ['hours.day CONFIG_NAME_UNUSED']);
    // An editor does not mark a set. Only the check reports it, with what to do.
    assert.ok(validate({ hours: { day: { holidays: ['@US', { on: '@GB-ENG' }, '@US-MA'] } } }));
  });

  test('rejects the types, shapes and ranges that the core rejects', () => {
    for (const config of [
      [],
      { greating: {} },
      { client: 7 },
      { client: null },
      { outbound: { callerId: '911' } },
      { outbound: { pool: 'chance' } },
      { outbound: { timeout: 601 } },
      { timeZone: 'EST' },
      { numbers: { 911: { name: 'x', dialplan: 'main' } } },
      { numbers: { '+15550100001': { name: 'x' } } },
      { actions: { Day: [{ hangup: {} }] } },
      { actions: { day: [{ hangup: {}, pause: 1 }] } },
      { actions: { day: [{ shout: {} }] } },
      { actions: { day: [{ pause: 0 }] } },
      { actions: { day: [{ say: { text: '' } }] } },
      { actions: { day: [{ play: { url: 'http://example.com/a.mp3' } }] } },
      { actions: { day: [{ dial: { targets: [{ available: 'Patient/7' }], otherwise: 'end' } }] } },
      { hours: { day: { weekly: [{ days: ['monday'], from: '09:00', to: '17:00' }] } } },
      { hours: { day: { weekly: [{ days: ['mon'], from: '24:00', to: '17:00' }] } } },
      { hours: { day: { holidays: ['5 thu feb'] } } },
      { hours: { day: { holidays: ['12-25 Observed'] } } },
      { hours: { day: { holidays: ['easter+1 '] } } },
      { hours: { day: { holidays: ['12-24..easter'] } } },
      { hours: { day: { holidays: [{ open: [] }] } } },
      { hours: { day: { holidays: [{ on: '12-24', open: [{ from: '08:00' }] }] } } },
    ]) {
      assert.equal(validate(config), false, JSON.stringify(config));
      assert.equal((check(config) as { ok: boolean }).ok, false, JSON.stringify(config));
    }
  });
});

/** Compiles against types generated from the schema, independent of pkg/. */
describe('the type', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumline-config-type-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('accepts constructed lists and exactly one verb or target', async () => {
    writeFileSync(path.join(folder, 'config.d.ts'), await configTypes());
    const program = path.join(folder, 'program.ts');
    writeFileSync(
      program,
      `
import type { Config } from './config.js';

const targets = ['desk', 'phone'].map((client) => ({ client }));
export const made: Config = { actions: { ring: [{ dial: { targets, otherwise: 'end' } }], end: [{ hangup: {} }] } };
// @ts-expect-error: two verbs in one
export const two: Config = { actions: { end: [{ say: { text: 'Goodbye.' }, hangup: {} }] } };
// @ts-expect-error: two targets in one
export const both: Config = { actions: { end: [{ dial: { targets: [{ client: 'a', sip: 'sip:a@b' }], otherwise: 'end' } }] } };
// @ts-expect-error: no verb
export const none: Config = { actions: { end: [{}] } };
// @ts-expect-error: no list
export const single: Config = { actions: { end: { hangup: {} } } };
`,
    );
    const options = { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, types: [] };
    const found = ts.getPreEmitDiagnostics(ts.createProgram([program], options));
    assert.deepEqual(
      found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
      [],
    );
  });
});

describe('plumline check', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumline-check-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  interface CheckOutput {
    status: number | null;
    lines: string[];
    stderr: string;
  }

  function run(args: string[], input?: string, command = 'pkg/cli/plumline.mjs'): CheckOutput {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, command), 'check', ...args], {
      encoding: 'utf8',
      input,
    });
    return { status, lines: stdout.trimEnd().split('\n'), stderr };
  }

  function file(name: string, text: string): string {
    const full = path.join(folder, name);
    writeFileSync(full, text);
    return full;
  }

  test('exits with 0 without errors', () => {
    for (const example of examples) {
      assert.deepEqual(run([path.join(root, example)]), { status: 0, lines: ['0 errors, 0 warnings'], stderr: '' });
    }
    const { status, lines } = run([file('warned.json', '\uFEFF{ "lists": { "old": [] } }')]);
    assert.equal(status, 0);
    assert.equal(
      lines.join('\n'),
      'lists.old: CONFIG_NAME_UNUSED: (warning) No number, rule or action uses this entry. Remove it, or refer to it.\n0 errors, 1 warning',
    );
  });

  test('exits with 1 and prints a line for each error', () => {
    const text = JSON.stringify({ outbound: { callerId: '+15550100009' }, tasks: { owner: 'Patient/7' } });
    const { status, lines } = run([file('wrong.json', text), '--numbers', '+15550100001,+15550100002']);
    assert.equal(status, 1);
    assert.match(lines[0] ?? '', /^outbound\.callerId: CONFIG_NUMBER_NOT_OURS: /);
    assert.match(lines[1] ?? '', /^tasks\.owner: CONFIG_REFERENCE: /);
    assert.deepEqual(lines.slice(2), ['2 errors, 0 warnings']);
    assert.ok(!lines.join().includes('5550100009'));
  });

  test('describes the expected value, and never repeats the given one', () => {
    const dial = (member: object): object => ({
      actions: { ring: [{ dial: { targets: [{ client: 'desk' }], otherwise: 'end', ...member } }] },
    });
    const end = (...verbs: unknown[]): object => ({ actions: { end: verbs } });
    for (const [config, output] of [
      [dial({ timeout: '20' }), 'ring[0].dial.timeout: CONFIG_INVALID: Expected: a whole number from 1 to 600, with'],
      [dial({ timeout: 601 }), 'Expected: a whole number from 1 to 600. Seconds that each target rings'],
      [dial({ order: 'inorder' }), 'one of "inOrder", "allAtOnce", "huntGroup". Did you mean `inOrder`?'],
      [dial({ timeOut: 20 }), 'Member 3 has an unknown name. Did you mean `timeout`? Allowed members: callerId, on, '],
      [dial({ '+15550100077': 1 }), 'Member 3 has an unknown name. Allowed members: callerId, on, order'],
      [dial({ otherwise: undefined }), '`otherwise` is missing. Expected: a string in quotes. The action for every'],
      [dial({ callerId: null }), 'Expected: a string in quotes. Omit an optional member instead of null.'],
      [end('hangup'), 'exactly one of the members say, greet, '],
      [end('hangup'), 'Write it as { "hangup": {} }.'],
      [end({ hangUp: {} }), 'Did you mean `hangup`? Use one of: say, '],
      [
        end({ say: { text: 'Secret words' }, hangup: {} }),
        'actions.end[0]: CONFIG_INVALID: Expected: an object with exa',
      ],
      [end({ say: { text: 7 } }), 'Expected: a string in quotes, or an object'],
      [end({ hangup: true }), 'actions.end[0].hangup: CONFIG_INVALID: Expected: an object with the members served'],
      [
        { actions: { constructor: [{ hangup: 1 }] } },
        'actions.constructor[0].hangup: CONFIG_INVALID: Expected: an object with the members served',
      ],
      [{ actions: { end: {} } }, 'actions.end: CONFIG_INVALID: Expected: a list.'],
      [
        { hours: { day: { weekly: [{ days: ['Monday'], from: '09:00', to: '17:00' }] } } },
        'Did you mean `mon`? A weekday',
      ],
      [
        { tasks: { on: ['Missed'] } },
        'tasks.on[0]: CONFIG_INVALID: Expected: one of "missed", "failed", "voicemail", ',
      ],
      [{ outbound: { callerId: null } }, 'Omit an optional member instead of null.'],
      [
        { outbound: { hours: { from: '08:00', to: '20:00', zones: { '+1212': 7 } } } },
        'zones[0]: CONFIG_INVALID: Expected: ',
      ],
      [{ numbers: { '+15550100077': { dialplan: 'main' } } }, 'numbers[0].name: CONFIG_INVALID: `name` is missing.'],
      [[], 'the document: CONFIG_INVALID: Expected: an object with the members $schema, actions, '],
      ['{"client":"secret","client":"secret"}', 'A member is repeated.'],
      ['{"client" "secret"}', 'line 1, column 11: CONFIG_INVALID: The JSON is invalid after this position.'],
    ] as const) {
      const text = typeof config === 'string' ? config : JSON.stringify(config);
      const { status, lines } = run([file('wrong.json', text)], undefined, 'cli/main.ts');
      assert.equal(status, 1, text);
      assert.ok(lines[0]?.includes(output), `${text}: ${lines[0]}`);
      assert.doesNotMatch(lines.join('\n'), /inorder|timeOut|5550100077|hangUp|ecret|Monday|Missed/);
    }
  });

  test('reads standard input', () => {
    const { status, lines } = run(['-'], '{');
    assert.deepEqual([status, lines[0]?.split(': ', 2)], [1, ['line 1, column 2', 'CONFIG_INVALID']]);
  });

  test('reports invalid arguments', () => {
    const missing = run([path.join(folder, 'nothing.json')]);
    assert.deepEqual([missing.status, missing.stderr.startsWith('plumline: ENOENT')], [1, true]);
    const number = run([file('sound.json', '{}'), '--numbers', '911']);
    assert.deepEqual([number.status, number.stderr.includes('ARGUMENT_INVALID at numbers[0]')], [1, true]);
    for (const numbers of ['15550100021', '+15550100021,15550100022', '']) {
      const { status, stderr } = run([file('sound.json', '{}'), '--numbers', numbers], undefined, 'cli/main.ts');
      assert.equal(status, 1);
      assert.match(stderr, /^plumline: ARGUMENT_INVALID at numbers\S*: --numbers must be E\.164 numbers with \+ /);
    }
  });
});
