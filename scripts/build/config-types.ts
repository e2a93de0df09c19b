// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Generates the type `Config` from the JSON Schema of the config. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const root = path.resolve(import.meta.dirname, '../..');

/** The declarations of `Config` and of the types that it uses. */
export async function configTypes(): Promise<string> {
  const schema = JSON.parse(readFileSync(path.join(root, 'schema/config.json'), 'utf8')) as JSONSchema;
  // The name of the root type is its title.
  const named = {
    ...(exclusive(schema) as JSONSchema),
    title: 'Config',
    description: 'What a clinic settles: `PLUMLINE_CONFIG`, docs/dialplan.md.',
  };
  const text = await compile(named, 'Config', {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    // A tuple type would not accept the result of map or filter. checkConfig finds empty lists.
    ignoreMinAndMaxItems: true,
  });
  return text.replace(/^export (?=(?:interface|type) (?!Config\b))/gm, '');
}

interface Choice extends JSONSchema {
  properties: Record<string, JSONSchema>;
}

/**
 * Makes the options of a union exclusive: each has the members of the others as `never`. Otherwise TypeScript would
 * accept an object with the members of two verbs, which the schema does not.
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
