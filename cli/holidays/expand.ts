// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Replaces sets of holidays in a config, such as `@US`, by their rules. The rest of the text stays as it is. */
import { locate, member, type JsonNode } from './json.ts';
import { HOLIDAY_SETS, type HolidaySet } from './sets.ts';

export interface Expansion {
  readonly text: string;
  readonly expanded: readonly ExpandedSet[];
}

export interface ExpandedSet {
  /** Such as `US`. */
  readonly name: string;
  readonly set: HolidaySet;
  /** The list in the config. */
  readonly path: string;
  /** How many rules were added. The list may have had others already. */
  readonly added: number;
}

/** Expands all known sets. Returns the same text if it is not JSON, or has none. */
export function expandSets(text: string): Expansion {
  const expanded: ExpandedSet[] = [];
  let result = text;
  // From the end, so that earlier positions stay valid.
  for (const { path, list } of holidayLists(text).reverse()) {
    const found: ExpandedSet[] = [];
    const entries = expandList(text, path, list, found);
    if (found.length > 0) {
      result = result.slice(0, list.start) + printList(text, list, entries) + result.slice(list.end);
      expanded.unshift(...found);
    }
  }
  return { text: result, expanded };
}

interface HolidayList {
  readonly path: string;
  readonly list: JsonNode;
}

function holidayLists(text: string): HolidayList[] {
  try {
    JSON.parse(text);
  } catch {
    // The check reports it.
    return [];
  }
  return (member(locate(text), 'hours')?.members ?? []).flatMap(([name, hours]) => {
    const list = member(hours, 'holidays');
    // A name that is not valid could be a phone number or a person's name.
    const path = `hours.${/^[a-z0-9-]{1,32}$/.test(name) ? name : '…'}.holidays`;
    return list ? [{ path, list }] : [];
  });
}

/** Returns the entries of a list as JSON, with the rules of its sets. */
function expandList(text: string, path: string, { elements }: JsonNode, found: ExpandedSet[]): string[] {
  const given = elements.map((element) => {
    const json = text.slice(element.start, element.end);
    return { json, entry: JSON.parse(json) as unknown };
  });
  const known = new Set(given.map(({ entry }) => daysOf(entry)));
  return given.flatMap(({ json, entry }) => {
    const days = daysOf(entry);
    const name = days?.startsWith('@') ? days.slice(1) : '';
    const set = HOLIDAY_SETS.get(name);
    if (!set) {
      return [json];
    }
    const rules = set.rules.filter(({ on }) => !known.has(on));
    rules.forEach(({ on }) => known.add(on));
    found.push({ name, set, path, added: rules.length });
    // `open` and `days` of the entry apply to each of its holidays.
    const settings = typeof entry === 'object' ? entry : {};
    return rules.map((rule) => printEntry({ ...settings, ...rule }));
  });
}

/** The days of an entry, if it has the right type. */
function daysOf(entry: unknown): string | undefined {
  const days = typeof entry === 'object' && entry !== null ? (entry as { on?: unknown }).on : entry;
  return typeof days === 'string' ? days : undefined;
}

/** Prints a value on one line, as prettier does. */
function printEntry(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(printEntry).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${printEntry(inner)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return JSON.stringify(value);
}

/** Prints a list with one entry on each line, indented like the document. A document on one line stays on one line. */
function printList(text: string, { start }: JsonNode, entries: readonly string[]): string {
  if (entries.length === 0) {
    return '[]';
  }
  if (!text.trim().includes('\n')) {
    return `[${entries.join(',')}]`;
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const step = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const indent = /[ \t]*/.exec(text.slice(text.lastIndexOf('\n', start) + 1))?.[0] ?? '';
  const lines = entries.map((entry) => `${indent}${step}${entry}`);
  return ['[', lines.join(`,${newline}`), `${indent}]`].join(newline);
}
