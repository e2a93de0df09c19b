// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Every link in the documentation leads to an existing file and heading. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'bench/README.md'],
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The text without code blocks. */
function prose(page: string): string {
  return readFileSync(path.join(root, page), 'utf8').replace(/^( *)```[^]*?^\1```$/gm, '');
}

/** The anchors of a page's headings, as GitHub generates them. */
function anchors(page: string): Set<string> {
  const seen = new Map<string, number>();
  const named = new Set<string>();
  for (const [, heading = ''] of prose(page).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    named.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return named;
}

/** The broken links of a page. */
function broken(page: string, text = prose(page)): string[] {
  const links = [...text.replace(/`[^`\n]*`/g, '').matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) {
      return !URL.canParse(link);
    }
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), decodeURIComponent(file));
    const there = path.join(root, target);
    if (target.startsWith('..') || !existsSync(there)) {
      return true;
    }
    return anchor !== undefined && (statSync(there).isDirectory() || !anchors(target).has(anchor));
  });
}

for (const page of pages) {
  test(`the links of ${page}`, () => {
    assert.deepEqual(broken(page), []);
  });
}

test('a broken link is found', () => {
  const text = '[a](nowhere.md) [b](dialplan.md#nowhere) [c](dialplan.md#rules) [d](#three-bots) [e](../..) `[f](x)`';
  assert.deepEqual(broken('docs/architecture.md', text), ['nowhere.md', 'dialplan.md#nowhere', '../..']);
});

test('every page states the correct Node versions', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    engines: { node: string };
    devDependencies: { node: string };
  };
  const needed = manifest.engines.node.replace('>=', '');
  const [brought] = manifest.devDependencies.node.split('.');
  assert.match(prose('README.md'), new RegExp(`published package needs Node ${needed} or later`));
  assert.match(prose('docs/runtimes.md'), new RegExp(`^\\| Node ${needed} and later`, 'm'));
  assert.match(prose('CONTRIBUTING.md'), new RegExp(`package\\.json says Node ${needed} `));
  for (const page of ['README.md', 'CONTRIBUTING.md']) {
    assert.match(prose(page), /You need Node 20 or later/, page);
    assert.ok(prose(page).includes(`the Node ${brought} that`), page);
  }
});

test('every page of docs/ is linked from the README', () => {
  const readme = prose('README.md');
  for (const page of pages.filter((one) => one.startsWith('docs/'))) {
    assert.ok(readme.includes(`](${page})`), page);
  }
});
