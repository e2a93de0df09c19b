// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The type `Config`, made from the schema of the config. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { root } from './rust.ts';

/** Declarations of `Config`, which is exported, and of what it is made of. */
export async function configTypes(): Promise<string> {
  const schema = JSON.parse(readFileSync(path.join(root, 'schema/config.json'), 'utf8')) as JSONSchema;
  // Its root is called by its title.
  const named = {
    ...schema,
    title: 'Config',
    description: 'What a clinic settles: `PLUMLINE_CONFIG`, docs/dialplan.md.',
  };
  const text = await compile(named, 'Config', {
    additionalProperties: false,
    bannerComment: '',
    format: false,
  });
  return text.replace(/^export (?=(?:interface|type) (?!Config\b))/gm, '');
}
