// SPDX-License-Identifier: Apache-2.0 OR MIT

/** schema/twiml.json and schema/voices.json match the installed npm twilio. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readPackage } from '../../scripts/schema/package.ts';
import { withVoices } from '../../scripts/schema/voices.ts';
import type { Voices } from '../../scripts/schema/voices.ts';
import type { DocumentSchema, Schema } from '../../scripts/schema/types.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'schema/twiml.json'), 'utf8');
const { source, documents } = JSON.parse(text) as Schema;

test('the script generates the committed file', async () => {
  assert.equal(text, await readPackage());
  assert.deepEqual(source, { package: 'twilio', version: '6.2.0' });
});

test('the script generates the names of the voices, and each voice has a language', async () => {
  const voices = readFileSync(path.join(root, 'schema/voices.json'), 'utf8');
  assert.equal(voices, await withVoices(voices, text));
  const { date, languages, voices: names } = JSON.parse(voices) as Voices;
  assert.match(date, /^20\d\d-\d\d-\d\d$/);
  assert.ok(names['es-US']?.includes('Polly.Lupe-Neural') && names['hi-IN']?.includes('Polly.Aditi'));
  const listed = new Set(Object.values(names).flat());
  const own = documents.voice.enums['SayVoice']?.filter((name) => /^(Polly|Google)\./.test(name)) ?? [];
  assert.deepEqual([...listed].sort(), [...own].sort());
  const without = JSON.stringify({ ...JSON.parse(voices), languages: { ...languages, 'Polly.Amy': undefined } });
  await assert.rejects(withVoices(without, text), /Polly\.Amy: add its language/);
  const removed = JSON.stringify({ ...JSON.parse(voices), languages: { ...languages, 'Polly.Unlisted': ['en-US'] } });
  await assert.rejects(withVoices(removed, text), /no voice Polly\.Unlisted/);
});

describe('the file matches the package', () => {
  const count = ({ classes }: DocumentSchema): number[] => [
    Object.keys(classes).length,
    Object.values(classes).flatMap(({ attributes }) => Object.keys(attributes)).length,
    Object.values(classes).flatMap(({ children }) => children).length,
  ];

  test('the same numbers of classes, attributes and methods', () => {
    assert.deepEqual(count(documents.voice), [59, 283, 131]);
    assert.deepEqual(count(documents.messaging), [5, 6, 4]);
  });

  test('every runtime class and method, and its element', () => {
    const twilio = createRequire(import.meta.url)('twilio') as { twiml: Record<string, Record<string, unknown>> };
    for (const document of Object.values(documents)) {
      const Root = twilio.twiml[document.root] as Record<string, unknown> & (new () => object);
      const made = Object.keys(Root);
      assert.deepEqual(
        made.sort(),
        Object.keys(document.classes).filter((name) => name !== document.root),
      );
      for (const [name, { children }] of Object.entries(document.classes)) {
        const prototype = (name === document.root ? Root : (Root[name] as new () => object)).prototype as object;
        const own = Object.getOwnPropertyNames(prototype).filter((method) => !/^(constructor|comment.*)$/.test(method));
        assert.deepEqual(own.sort(), children.map(({ method }) => method).sort(), name);
        for (const { method, class: child } of children) {
          const element = document.classes[child]?.element ?? '';
          const response = new Root() as Record<string, unknown>;
          const parent =
            name === document.root ? response : new (Root[name] as new (xml: unknown) => object)(response.response);
          (parent as Record<string, (attributes: object, text: string) => unknown>)[method]?.({}, 'x');
          assert.match((response as { toString(): string }).toString(), new RegExp(`<Response><${element}[/>]`));
        }
      }
    }
  });
});
