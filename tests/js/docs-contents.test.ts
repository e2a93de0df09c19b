// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Long pages of docs/ have a table of contents. docs-links.test.ts checks that its links lead to headings. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pagesWithContents, withContents } from '../../scripts/contents.ts';

for (const [name, text] of pagesWithContents()) {
  test(`the table of contents of docs/${name} lists its headings`, () => {
    assert.ok(text === withContents(text), 'run: node scripts/contents.ts');
  });
}

test('the table of contents goes above the first section and is replaced when headings change', () => {
  const page = '# Page\n\nIntroduction.\n\n## First `a`\n\n### Part\n\n```sh\n## not a heading\n```\n\n## First a\n';
  const list = '- [First `a`](#first-a)\n  - [Part](#part)\n- [First a](#first-a-1)\n';
  const written = withContents(page);
  assert.ok(written.includes(`Introduction.\n\n<!-- contents, by scripts/contents.ts -->\n\n${list}`), written);
  assert.equal(withContents(written), written);
  const renamed = withContents(written.replace('### Part', '### Piece'));
  assert.ok(renamed.includes('[Piece](#piece)') && !renamed.includes('[Part]'), renamed);
});

test('a page of codes lists them by prefix', () => {
  const written = withContents('# Codes\n\n## A_ONE\n\n## A_TWO\n\n## SINGLE\n');
  assert.ok(written.includes('- [A_ONE](#a_one) · [A_TWO](#a_two)\n- [SINGLE](#single)\n'), written);
});
