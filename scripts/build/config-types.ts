// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The type `Config`, made from the schema of the config. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const root = path.resolve(import.meta.dirname, '../..');

/** Declarations of `Config`, which is exported, and of what it is made of. */
export async function configTypes(): Promise<string> {
  const schema = JSON.parse(readFileSync(path.join(root, 'schema/config.json'), 'utf8')) as JSONSchema;
  // Its root is called by its title.
  const named = {
    ...(exclusive(schema) as JSONSchema),
    title: 'Config',
    description: 'What a clinic settles: `PLUMLINE_CONFIG`, docs/dialplan.md.',
  };
  const text = await compile(named, 'Config', {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    // As tuples no list could be made by map or filter; checkConfig finds one that is empty.
    ignoreMinAndMaxItems: true,
  });
  return text.replace(/^export (?=(?:interface|type) (?!Config\b))/gm, '');
}

interface Choice extends JSONSchema {
  properties: Record<string, JSONSchema>;
}

/**
 * In a choice of objects, as verbs are, each says that it has no member of the others: TypeScript takes an object with
 * two of them for both, where the schema takes it for neither.
 */
function exclusive(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(exclusive);
  }
  if (typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const whole = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, exclusive(value)]));
  const { oneOf } = whole;
  if (!Array.isArray(oneOf) || !oneOf.every((one: JSONSchema): one is Choice => one.properties !== undefined)) {
    return whole;
  }
  const names = oneOf.flatMap(({ properties }) => Object.keys(properties));
  const choices = oneOf.map((one) => {
    const others = names.filter((name) => !Object.hasOwn(one.properties, name));
    const never = Object.fromEntries(others.map((name) => [name, { tsType: 'never' }]));
    return { ...one, properties: { ...one.properties, ...never } };
  });
  return { ...whole, oneOf: choices };
}
