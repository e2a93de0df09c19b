// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Sets of holidays: their rules give the dates of the official sources, and `plumline check --write` expands them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { checkConfig, routeCall, type Config } from 'plumline';
import { expandSets } from '../../cli/holidays/expand.ts';
import { locate } from '../../cli/holidays/json.ts';
import { HOLIDAY_SETS } from '../../cli/holidays/sets.ts';

const root = path.resolve(import.meta.dirname, '../..');
const number = '+15550100001';

/** A config whose hours are open from Monday to Friday, except on these holidays. */
const clinic = (holidays: NonNullable<NonNullable<Config['hours']>[string]['holidays']>): Config => ({
  timeZone: 'UTC',
  numbers: { [number]: { name: 'Office', dialplan: 'main' } },
  dialplans: { main: [{ when: { open: 'office' }, then: 'open' }, { then: 'closed' }] },
  hours: {
    office: { weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '00:00', to: '24:00' }], holidays },
  },
  actions: { open: [{ reject: {} }], closed: [{ reject: { reason: 'busy' } }] },
});

/** The days from Monday to Friday of a year on which the hours are closed, as `MM-DD`. */
function closedDays(config: Config, year: number): string {
  const closed: string[] = [];
  const params = { CallSid: 'CA1', From: '+15550100099', To: number };
  for (let now = Date.UTC(year, 0, 1, 12); now < Date.UTC(year + 1, 0, 1); now += 86_400_000) {
    const date = new Date(now);
    const route = routeCall({ params, numbers: [number], config, now });
    assert.ok(route.ok && route.kind === 'plan');
    if (route.action === 'closed' && date.getUTCDay() % 6 !== 0) {
      closed.push(date.toISOString().slice(5, 10));
    }
  }
  return closed.join(' ');
}

describe('the sets', () => {
  for (const [name, { rules, source }] of HOLIDAY_SETS) {
    test(`@${name} has valid rules with names, and a source`, () => {
      assert.deepEqual(checkConfig(clinic([...rules])), { ok: true, warnings: [] });
      assert.equal(new Set(rules.map(({ on }) => on)).size, rules.length);
      assert.match(source, /^https:\/\//);
      // Rules, no dates of one year.
      assert.ok(rules.every(({ on }) => !/\d{4}/.test(on)));
    });
  }

  // The dates as the sources publish them, without weekends and the holidays of a single year.
  for (const [name, year, expected] of [
    ['US', 2026, '01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25'],
    // Christmas Day is a Saturday, and so is the next New Year's Day.
    ['US', 2027, '01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31'],
    ['GB-ENG', 2021, '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28'],
    ['GB-ENG', 2026, '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28'],
    ['GB-WLS', 2027, '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28'],
    ['GB-SCT', 2022, '01-03 01-04 04-15 05-02 05-30 08-01 11-30 12-26 12-27'],
    ['GB-SCT', 2026, '01-01 01-02 04-03 05-04 05-25 08-03 11-30 12-25 12-28'],
    ['GB-NIR', 2026, '01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28'],
    ['IE', 2026, '01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25'],
    ['IE', 2030, '01-01 02-01 04-22 05-06 06-03 08-05 10-28 12-25 12-26'],
    ['CA', 2026, '01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-28'],
    ['AU', 2026, '01-01 01-26 04-03 04-06 12-25 12-28'],
    ['AU', 2022, '01-03 01-26 04-15 04-18 04-25 12-26 12-27'],
    ['DE', 2026, '01-01 04-03 04-06 05-01 05-14 05-25 12-25'],
    ['FR', 2026, '01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25'],
  ] as const) {
    test(`@${name} has the dates of ${year}`, () => {
      const set = HOLIDAY_SETS.get(name);
      assert.ok(set);
      assert.equal(closedDays(clinic([...set.rules]), year), expected);
    });
  }
});

describe('plumline check --write', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumline-holidays-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Checks a file with this text. Returns the output and the text after the check. */
  function run(text: string, ...args: string[]): { status: number | null; out: string; text: string } {
    const file = path.join(folder, 'config.json');
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(root, 'cli/main.ts'), 'check', file, ...args],
      { encoding: 'utf8' },
    );
    return { status, out: stdout + stderr, text: readFileSync(file, 'utf8') };
  }

  const office = `{
  "timeZone": "America/New_York",
  "numbers": { "${number}": { "name": "Office", "dialplan": "main" } },
  "dialplans": { "main": [{ "when": { "open": "office" }, "then": "open" }, { "then": "closed" }] },
  "hours": {
    "office": {
      "weekly": [{ "days": ["mon"],   "from": "08:00", "to": "17:00" }],
      "holidays": HOLIDAYS
    }
  },
  "actions": { "open": [{ "reject": {} }], "closed": [{ "reject": { "reason": "busy" } }] }
}
`;
  const withHolidays = (list: string): string => office.replace('HOLIDAYS', list);

  test('without --write, a set is an error that says what to do, and the file stays as it is', () => {
    const text = withHolidays('["12-24", "@US"]');
    const result = run(text);
    assert.deepEqual([result.status, result.text], [1, text]);
    assert.match(
      result.out,
      /^hours\.office\.holidays\[1\]: CONFIG_HOLIDAY_SET: Run `npx plumline check --write .* The sets are @AU, .*@US\.\n1 error, 0 warnings\n$/,
    );
  });

  test('replaces a set by its rules, and keeps the rest of the text', () => {
    const { status, out, text } = run(withHolidays('["12-24", "@US", { "on": "4 thu nov",  "open": [] }]'), '--write');
    assert.equal(status, 0, out);
    assert.match(out, /^hours\.office\.holidays: @US was replaced by 10 rules .*https:\/\/www\.opm\.gov.*\n0 errors, /);
    assert.equal(
      text,
      withHolidays(`[
        "12-24",
        { "on": "01-01 observed", "name": "New Year's Day" },
        { "on": "3 mon jan", "name": "Birthday of Martin Luther King, Jr." },
        { "on": "3 mon feb", "name": "Washington's Birthday" },
        { "on": "last mon may", "name": "Memorial Day" },
        { "on": "06-19 observed", "name": "Juneteenth" },
        { "on": "07-04 observed", "name": "Independence Day" },
        { "on": "1 mon sep", "name": "Labor Day" },
        { "on": "2 mon oct", "name": "Columbus Day" },
        { "on": "11-11 observed", "name": "Veterans Day" },
        { "on": "12-25 observed", "name": "Christmas Day" },
        { "on": "4 thu nov",  "open": [] }
      ]`),
    );
    // A second run changes nothing.
    const again = run(text, '--write');
    assert.deepEqual([again.status, again.text, again.out], [0, text, '0 errors, 0 warnings\n']);
  });

  test('gives each rule the hours of the entry', () => {
    const entry = '{ "on": "@DE", "name": "x", "open": [{ "from": "10:00", "to": "12:00" }], "days": ["mon"] }';
    const { expanded, text } = expandSets(withHolidays(`[${entry}]`));
    assert.deepEqual(
      expanded.map(({ name, path, added }) => [name, path, added]),
      [['DE', 'hours.office.holidays', 9]],
    );
    const { holidays } = (JSON.parse(text) as { hours: { office: { holidays: unknown[] } } }).hours.office;
    assert.deepEqual(holidays[1], {
      on: 'easter-2',
      name: 'Karfreitag',
      open: [{ from: '10:00', to: '12:00' }],
      days: ['mon'],
    });
    assert.ok(text.includes('{ "on": "easter-2", "name": "Karfreitag", "open": [{ "from": "10:00", "to": "12:00" }]'));
  });

  test('expands several lists, and adds each rule once', () => {
    const config = { hours: { a: { holidays: ['@GB-ENG', '@GB-SCT'] }, b: { holidays: ['@FR'] }, c: {} } };
    const { text, expanded } = expandSets(JSON.stringify(config, null, '\t').replaceAll('\n', '\r\n'));
    assert.deepEqual(
      expanded.map(({ name, path, added }) => [name, path, added]),
      [
        ['GB-ENG', 'hours.a.holidays', 8],
        ['GB-SCT', 'hours.a.holidays', 4],
        ['FR', 'hours.b.holidays', 11],
      ],
    );
    assert.ok(!/[^\r]\n/.test(text) && text.includes('\r\n\t\t\t\t{ "on": "easter-2", "name": "Good Friday" },\r\n'));
    const parsed = JSON.parse(text) as { hours: Record<string, { holidays?: unknown[] }> };
    assert.deepEqual(
      Object.values(parsed.hours).map(({ holidays }) => holidays?.length),
      [12, 11, undefined],
    );
  });

  test('keeps a document on one line, and a byte order mark', () => {
    const text = JSON.stringify(clinic(['@IE']));
    const result = run(`\uFEFF${text}\n`, '--write');
    assert.equal(result.status, 0, result.out);
    assert.match(result.text, /^\uFEFF\{.*\}\n$/);
    assert.match(result.text, /"holidays":\[\{ "on": "01-01", "name": "New Year's Day" \},\{ "on": "02-01 tue\+6/);
  });

  test('leaves an unknown set, and reports it', () => {
    const text = withHolidays('["@ZZ", 7, null, { "on": 7 }, { "in": "@US" }]');
    assert.deepEqual(expandSets(text), { text, expanded: [] });
    const { status, out } = run(withHolidays('["@ZZ"]'), '--write');
    assert.equal(status, 1);
    assert.match(out, /^hours\.office\.holidays\[0\]: CONFIG_HOLIDAY_SET: /);
    assert.doesNotMatch(out, /ZZ/);
  });

  test('leaves other documents as they are', () => {
    for (const text of ['', '{', '[]', '7', '"@US"', '{}', '{"hours":7}', '{"hours":{"a":[]}}', '["hours"]']) {
      assert.deepEqual(expandSets(text), { text, expanded: [] }, text);
    }
    const { status, out, text } = run('{ "hours": ', '--write');
    assert.deepEqual([status, text], [1, '{ "hours": ']);
    assert.match(out, /CONFIG_INVALID/);
  });

  test('needs a file', () => {
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'cli/main.ts'), 'check', '-', '--write'], {
      encoding: 'utf8',
      input: '{}',
    });
    assert.equal(status, 1);
    assert.match(stderr, /^plumline: --write needs a file/);
  });

  test('warns of holidays that are all over', () => {
    const past = run(withHolidays('["2020-12-25", "12-24", "2021-01-01..2021-01-03"]'));
    assert.equal(past.status, 0);
    assert.match(past.out, /^hours\.office\.holidays: CONFIG_HOLIDAYS_PAST: \(warning\) .*\n0 errors, 1 warning\n$/);
    for (const list of ['["2020-12-25", "2999-12-25"]', '["12-24", "4 thu nov"]', '[]']) {
      assert.equal(run(withHolidays(list)).out, '0 errors, 0 warnings\n', list);
    }
  });
});

test('the positions of values in a JSON text are those of its parser', () => {
  const text = ' { "a\\"[" : [1, "x,]", {}, [ ], true] , "b":{"c":null}, "b": -1.5e3 } ';
  const slices = (node: ReturnType<typeof locate>): unknown =>
    node.members.length > 0
      ? node.members.map(([name, value]) => [name, slices(value)])
      : node.elements.length > 0
        ? node.elements.map(slices)
        : text.slice(node.start, node.end);
  assert.deepEqual(slices(locate(text)), [
    ['a"[', ['1', '"x,]"', '{}', '[ ]', 'true']],
    ['b', [['c', 'null']]],
    ['b', '-1.5e3'],
  ]);
  assert.throws(() => locate(''), /not JSON/);
});
