// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Describes the expected value at a path of a config, from its schema. It never repeats values of the config, since
 * they can be numbers or names. It only repeats what the schema has.
 */
import { createRequire } from 'node:module';

/** The subset of JSON Schema that schema/config.json uses. */
interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  type?: string;
  const?: string;
  enum?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | false;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
}

/** A place in the schema, with the value in the config. */
interface Place {
  schema: Schema;
  value: unknown;
}

// Resolved by the package name, so that it works for the source and for the bundle of the command.
const configSchema = createRequire(import.meta.url)('plumline/schema/config.json') as Schema;

const empty = 'an empty object, {}';

const unknownMemberPrefix = 'an unknown or repeated member of ';

/** Whether `{}` is valid: an object without required members. */
function mayBeEmpty(member: Schema): boolean {
  const { type, required = [] } = resolved(member);
  return type === 'object' && required.length === 0;
}

/**
 * Describes the expected value at the path of a finding. Returns `undefined` if the schema does not have it. `text` is
 * the config.
 */
export function describeExpected(path: string, text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'The JSON is invalid after this position. Check for a missing or extra quote, comma or bracket.';
  }
  const isUnknownMember = path.startsWith(unknownMemberPrefix);
  const place = isUnknownMember ? path.slice(unknownMemberPrefix.length) : path;
  const steps = place === 'the document' ? [] : place.split(/\.|(?=\[)/);
  let current: Place = { schema: resolved(configSchema), value };
  for (const [index, step] of steps.entries()) {
    if (!isObject(current.value)) {
      // A text in the place of an object, such as "hangup".
      const member = memberOf(current.schema, step);
      return describePlace(current) + (member && mayBeEmpty(member) ? ` Write it as { "${step}": {} }.` : '');
    }
    const next = child(current, step);
    if (!next) {
      return undefined;
    }
    const isMissing = index === steps.length - 1 && next.value === undefined;
    if (isMissing && current.schema.required?.includes(step)) {
      return `\`${step}\` is missing. ${describePlace(next)}`;
    }
    current = next;
  }
  return isUnknownMember ? describeUnknown(current) : describePlace(current);
}

function resolved(schema: Schema): Schema {
  const { $ref, ...rest } = schema;
  return $ref === undefined ? schema : { ...configSchema.$defs?.[$ref.slice('#/$defs/'.length)], ...rest };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Resolves one step of a path: a member name, or an index such as `[0]`. */
function child({ schema, value }: Place, step: string): Place | undefined {
  const object = value as Record<string, unknown>;
  if (step.startsWith('[')) {
    const inner = itemSchema(schema) ?? mapValueSchema(schema);
    return inner && { schema: resolved(inner), value: Object.values(object)[Number(step.slice(1, -1))] };
  }
  const inner = memberOf(schema, step) ?? mapValueSchema(schema);
  return inner && { schema: resolved(inner), value: Object.hasOwn(object, step) ? object[step] : undefined };
}

/** Returns the members by name. For a choice, returns the members of all options. */
function members(schema: Schema): Record<string, Schema> {
  const choices = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].map(resolved);
  return Object.assign({ ...schema.properties }, ...choices.map(members)) as Record<string, Schema>;
}

/** Uses hasOwn, because a config can have an action with the name `constructor`. */
function memberOf(schema: Schema, name: string): Schema | undefined {
  const all = members(schema);
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Returns the schema of the members if the config chooses their names. */
function mapValueSchema(schema: Schema): Schema | undefined {
  const among = [schema, ...(schema.anyOf ?? []).map(resolved)].flatMap((one) => [one, ...(one.anyOf ?? [])]);
  return among.map(({ additionalProperties }) => additionalProperties || undefined).find((inner) => inner);
}

/** Returns the schema of the elements if the schema is, or may be, a list. */
function itemSchema(schema: Schema): Schema | undefined {
  return [schema, ...(schema.anyOf ?? []).map(resolved)].map(itemSchemaOf).find((inner) => inner);
}

function itemSchemaOf({ items, anyOf }: Schema): Schema | undefined {
  return items ?? anyOf?.map(resolved).find((inner) => inner.items)?.items;
}

/** Whether the schema is a verb or a target, which has exactly one member. */
function isChoice(schema: Schema): boolean {
  return schema.oneOf?.some((choice) => choice.properties) ?? false;
}

function describeUnknown({ schema, value }: Place): string {
  const known = Object.keys(members(schema));
  const given = isObject(value) ? Object.keys(value) : [];
  const unknownIndex = given.findIndex((name) => !known.includes(name));
  if (unknownIndex === -1) {
    return 'A member is repeated.';
  }
  const suggestion = closest(given[unknownIndex] ?? '', known);
  const which = isChoice(schema) ? 'Use one of' : 'Allowed members';
  return `Member ${unknownIndex + 1} has an unknown name${suggestion ? `. Did you mean \`${suggestion}\`?` : '.'} ${which}: ${list(known)}.`;
}

function describePlace({ schema, value }: Place): string {
  const words = choices(schema);
  const suggestion = typeof value === 'string' ? closest(value, words ?? []) : undefined;
  const description = schema.description?.replace(/\s+/g, ' ');
  // Some descriptions only repeat the name.
  const isUseful = description !== undefined && !/^`[^`]*`\.$/.test(description);
  return [
    `Expected: ${describeSchema(schema)}${quoteHint(schema, value)}.`,
    ...(suggestion === undefined ? [] : [`Did you mean \`${suggestion}\`?`]),
    ...(value === null ? ['Omit an optional member instead of null.'] : []),
    ...(isUseful ? [description] : []),
  ].join(' ');
}

function quoteHint({ type }: Schema, value: unknown): string {
  const isBare = type === 'integer' || type === 'number' || type === 'boolean';
  return isBare && typeof value === 'string' ? ', without quotes' : '';
}

/** Returns the allowed texts, if only certain texts are allowed. */
function choices({ oneOf, enum: words }: Schema): string[] | undefined {
  const all = words ?? oneOf?.map((one) => one.const);
  return all?.every((word) => word !== undefined) ? all : undefined;
}

function describeSchema(schema: Schema): string {
  const words = choices(schema);
  if (words) {
    return `one of ${list(words.map((word) => `"${word}"`))}`;
  }
  if (isChoice(schema)) {
    return `an object with exactly one of the members ${list(Object.keys(members(schema)))}`;
  }
  if (schema.anyOf) {
    return schema.anyOf.map((one) => describeSchema(resolved(one))).join(', or ');
  }
  const { minimum, maximum, minItems, maxItems } = schema;
  switch (schema.type) {
    case 'integer':
      return `a whole number${range(minimum, maximum)}`;
    case 'number':
      return `a number${range(minimum, maximum)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'a string in quotes';
    case 'array': {
      const count = maxItems === undefined ? '' : ` of${range(minItems ?? 0, maxItems)}`.replace('of from', 'of');
      return `a list${count}`;
    }
    default:
      return describeObject(schema);
  }
}

function describeObject(schema: Schema): string {
  const { required = [], properties = {} } = schema;
  const names = Object.keys(properties);
  if (mapValueSchema(schema)) {
    return 'an object with named members';
  }
  if (names.length === 0) {
    return empty;
  }
  const needed = required.length > 0 ? `; required: ${list(required)}` : '';
  return `an object with the members ${list(names)}${needed}`;
}

function range(minimum: number | undefined, maximum: number | undefined): string {
  return minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
}

function list(words: string[]): string {
  return words.join(', ');
}

/** Returns the most similar word, or `undefined` if none is similar enough. */
function closest(written: string, words: string[]): string | undefined {
  const lower = written.toLowerCase();
  const distanceTo = (word: string): number => {
    const other = word.toLowerCase();
    const isPrefix = other.length > 2 && lower.length > 2 && (lower.startsWith(other) || other.startsWith(lower));
    return isPrefix ? 0.5 : distance(lower, other);
  };
  const [best] = words
    .map((word) => ({ word, distanceTo: distanceTo(word) }))
    .sort((a, b) => a.distanceTo - b.distanceTo);
  return best && best.distanceTo <= Math.min(3, Math.max(written.length, best.word.length) / 3) ? best.word : undefined;
}

/** Returns the edit distance. Words of very different length are not compared. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 3) {
    return Infinity;
  }
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1];
    for (const [j, against] of Array.from(other).entries()) {
      const exchanged = (row[j] ?? 0) + Number(letter !== against);
      next.push(Math.min(exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? Infinity;
}
