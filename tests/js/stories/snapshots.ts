// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What was heard, answered and written down in each story, kept beside the tests: `node <file>.test.ts --update`. */
import type { Communication, Resource, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { CallResult, PhoneRequest } from '../../../sandbox/src/twilio.ts';
import { publicUrl } from './clinic.ts';
import type { Clinic } from './clinic.ts';

const folder = new URL('snapshots/', import.meta.url);
const updating = process.argv.includes('--update');

/** Seconds by which an instant may be off: a machine that is at its limits is late. */
const tolerance = 3;

/** The snapshots of one file. */
export class Snapshots {
  readonly #file: URL;
  readonly #kept: Map<string, string>;
  readonly #seen = new Map<string, string>();

  constructor(name: string) {
    this.#file = new URL(`${name}.snap`, folder);
    const text = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
    const parts = text.split(/^=== (.*)\n/m).slice(1);
    this.#kept = new Map(
      parts.flatMap((part, index): [string, string][] => (index % 2 === 0 ? [[part, parts[index + 1] ?? '']] : [])),
    );
  }

  /** Compares a story with what was kept of it. */
  match(story: string, text: string): void {
    assert.ok(!this.#seen.has(story), `two stories have the name: ${story}`);
    this.#seen.set(story, text);
    if (!updating) {
      const kept = this.#kept.get(story);
      assert.ok(kept !== undefined, `nothing is kept of: ${story}`);
      assert.equal(lenient(text, kept), kept);
    }
  }

  /** Once all have been played: none is kept of a story that there is no more. */
  close(): void {
    if (updating) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(this.#file, [...this.#seen].map(([story, text]) => `=== ${story}\n${text}`).join(''));
    } else if (!process.execArgv.some((flag) => flag.startsWith('--test-name-pattern'))) {
      assert.deepEqual([...this.#kept.keys()], [...this.#seen.keys()]);
    }
  }
}

/** The text with those instants as they were kept that are off by no more than may be. */
function lenient(text: string, kept: string): string {
  const instants = /T([+-]\d+)s/g;
  const lines = kept.split('\n');
  const others = (line: string): string => line.replace(instants, 'T');
  return text
    .split('\n')
    .map((line, index) => {
      const was = lines[index] ?? '';
      const [now, before] = [line, was].map((one) => [...one.matchAll(instants)].map(([, seconds]) => Number(seconds)));
      const near = now?.every((seconds, at) => Math.abs(seconds - (before?.[at] ?? Infinity)) <= tolerance);
      return others(line) === others(was) && near ? was : line;
    })
    .join('\n');
}

/** A call and what is in the chart of it. */
export async function told(clinic: Clinic, call: CallResult): Promise<string> {
  const write = writer(clinic);
  const records = await clinic.chart<Communication>(
    'Communication',
    `identifier=https://www.twilio.com/|${call.callSid}`,
  );
  const own = records.map(({ id }) => `Communication/${id}`);
  const others = await Promise.all(
    own.map(async (record) => [
      ...(await clinic.chart<Task>('Task')).filter(({ focus }) => focus?.reference === record),
      ...(await clinic.chart<Communication>('Communication')).filter(({ about, partOf }) =>
        [about, partOf].flat().some((one) => one?.reference === record),
      ),
    ]),
  );
  const heard = call.heard.map((line) => `  ${line}\n`).join('');
  const requests = call.requests.map((request) => written(request, write));
  const log = clinic.executions().flatMap((one) => one.log);
  const lines = log.map((line) => `log ${write(line)}\n`).join('');
  const resources = [...records, ...others.flat()].map((resource) => recorded(resource, write));
  return `${call.status}, ${call.duration} s\n${heard}${requests.join('')}${lines}${resources.join('')}\n`;
}

/** Parameters that say nothing that the story does not. */
const dull =
  /^(AccountSid|ApiVersion|Call(ed|er)(City|State|Zip|Country)?|(From|To)(City|State|Zip|Country)|CallToken|CallbackSource|Timestamp|\w+Url)$/;

function written({ url, params, body, callback, status }: PhoneRequest, write: (text: string) => string): string {
  const said = Object.entries(params)
    .filter(([name, value]) => !dull.test(name) && value !== '')
    .map(([name, value]) => `${name}=${value}`);
  const step = URL.parse(url)?.search.replace('?step=', '') ?? '';
  const head = `${callback ? 'callback' : 'request'} ${step || 'first'} ${said.join(' ')}\n`;
  const answer = body === '<?xml version="1.0" encoding="UTF-8"?><Response/>' ? '' : indented(body);
  return write(`${head}${status === 200 ? '' : `${status}\n`}${answer}`);
}

/** One element a line. */
function indented(xml: string): string {
  let depth = 1;
  return xml
    .replace(/^<\?xml.*?\?>/, '')
    .split(/(?<=>)(?=<)/)
    .map((piece) => {
      const closing = piece.startsWith('</');
      depth -= closing ? 1 : 0;
      const line = `${'  '.repeat(depth)}${piece}\n`;
      depth += closing || piece.endsWith('/>') || piece.includes('</') ? 0 : 1;
      return line;
    })
    .join('');
}

/** A resource without what the server adds. */
function recorded({ meta: _meta, id: _id, ...resource }: Resource, write: (text: string) => string): string {
  // A seal goes by the millisecond in which the call was prepared.
  return `${write(pretty(resource, '')).replace(/("valueString": ?")[\w-]{43}"/g, '$1SEAL"')}\n`;
}

/** JSON in which what fits on a line stands on one. */
function pretty(value: unknown, indent: string): string {
  const short = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || short.length + indent.length <= 118) {
    return short;
  }
  const deeper = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((one) => deeper + pretty(one, deeper))
    : Object.entries(value).map(([key, one]) => `${deeper}${JSON.stringify(key)}: ${pretty(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open ?? ''}\n${lines.join(',\n')}\n${indent}${close ?? ''}`;
}

/** Gives ids, SIDs and instants names that are the same each time. */
function writer(clinic: Clinic): (text: string) => string {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const name =
    (kind: string) =>
    (id: string): string => {
      const known = names.get(id);
      if (known !== undefined) {
        return known;
      }
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      names.set(id, `${kind}${count}`);
      return `${kind}${count}`;
    };
  return (text) =>
    text
      .replaceAll(clinic.bot('webhook').webhook, 'WEBHOOK')
      .replaceAll(publicUrl, 'CLINIC')
      .replaceAll(clinic.sandbox.url, 'SANDBOX')
      .replace(/\b(CA|RE|QU|CF|TR|AP|AC|PN|SK)[0-9a-f]{32}\b/g, (sid: string, kind: string) => name(kind)(sid))
      .replace(/\b[0-9a-f]{8}[-_][0-9a-f]{4}[-_]4[0-9a-f]{3}[-_][0-9a-f]{4}[-_][0-9a-f]{12}\b/g, name('id'))
      .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (instant) => {
        const seconds = Math.floor((Date.parse(instant) - clinic.began) / 1000);
        return `T${seconds < 0 ? '' : '+'}${seconds}s`;
      });
}
